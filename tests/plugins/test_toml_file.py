"""A TOML file that cannot be a person's is named as that."""

from pathlib import Path

import pytest

from comptoir.plugins.faults import ConfigWrong
from comptoir.plugins.toml_file import read_toml


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("a = " + "[" * 3_000 + "]" * 3_000, "imbriquée"),
        ("a = " + "9" * 5_000, "trop longue"),
        ("# " + "x" * 1_000_000, "trop grand"),
    ],
    ids=["brackets", "digits", "size"],
)
def test_what_no_person_wrote_is_a_fault_and_no_crash(text: str, what: str) -> None:
    with pytest.raises(ConfigWrong, match=what):
        read_toml(text, Path("tenant.toml"))

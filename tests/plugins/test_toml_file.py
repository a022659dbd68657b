"""A TOML file that cannot be a person's is named as that."""

import os
from pathlib import Path

import pytest

from comptoir.plugins.checking import load_tenant
from comptoir.plugins.config import FILE_NAME
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


def test_a_pipe_or_a_device_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / FILE_NAME)
    with pytest.raises(ConfigWrong, match="fichier ordinaire"):
        load_tenant(tmp_path)
    (tmp_path / FILE_NAME).unlink()
    (tmp_path / FILE_NAME).symlink_to("/dev/zero")
    with pytest.raises(ConfigWrong, match="fichier ordinaire"):
        load_tenant(tmp_path)

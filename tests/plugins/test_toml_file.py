"""A TOML file that cannot be a person's is named as that."""

import enum
import os
from datetime import time
from pathlib import Path
from typing import Annotated, Literal

import pytest
from pydantic import AfterValidator, Field, HttpUrl

from comptoir.plugins.api import PluginConfig
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


class Kind(enum.Enum):
    BIG = "big"
    SMALL = "small"


class Fixed(PluginConfig):
    kind: Literal["fixed"]
    price: int


class Asked(PluginConfig):
    kind: Literal["asked"]
    who: str


def refuse(value: str) -> str:
    raise ValueError("a town that we deliver to")


class Foreign(PluginConfig):
    """What a plugin of another package may have in its table."""

    number: int | list[int] = 0
    size: Kind = Kind.BIG
    url: HttpUrl = HttpUrl("https://example.com")
    code: Annotated[str, Field(pattern="^[A-Z]+$")] = "A"
    offer: Annotated[Fixed | Asked, Field(discriminator="kind")] = Fixed(kind="fixed", price=1)
    offers: tuple[Fixed, ...] = ()
    opens: time = time()
    town: Annotated[str, AfterValidator(refuse)] = ""
    prices: dict[str, int] = Field({})


FOREIGN = """\
lang = "{lang}"
number = "many"
size = "tall"
url = "example"
code = "a1"
opens = "midi"
town = "Oz"
prices = {{ tea = "free" }}
[offer]
kind = "given"
[[offers]]
kind = "fixed"
[[offers]]
kind = "fixed"
price = 2
colour = "red"
"""


def test_plugins_of_other_packages_get_the_same_messages() -> None:
    def said(lang: str) -> list[str]:
        toml = read_toml(FOREIGN.format(lang=lang), Path("t"))
        del toml.tables["lang"]
        assert toml.check(Foreign) is None
        return [str(fault).removeprefix("t:") for fault in ConfigWrong(toml.faults).faults]

    assert said("fr") == [
        "2: colonne 10 : number : « many » ; attendu : un nombre entier, sans guillemets ou "
        'une liste entre crochets, comme ["a", "b"]',
        "3: colonne 8 : size : « tall » ; attendu : 'big' ou 'small'",
        "4: colonne 7 : url : « example » ; attendu : une adresse, comme https://exemple.com",
        "5: colonne 8 : code : « a1 » ; attendu : un texte de la forme ^[A-Z]+$",
        "6: colonne 9 : opens : « midi » ; attendu : une heure, comme 08:30",
        "7: colonne 8 : town : « Oz » ; attendu : a town that we deliver to",
        "8: colonne 18 : prices.tea : « free » ; attendu : un nombre entier, sans guillemets",
        "9: colonne 1 : offer : une table ; attendu : 'kind' : 'fixed', 'asked'",
        "11: colonne 1 : offers[1].price manque ; attendu : une ligne « price = … »",
        "16: colonne 1 : la clé « colour » n'existe pas ici ; attendu : une de ces clés : kind, price",
    ]
    assert said("en")[0] == (
        '2: column 10: number is "many"; expected: a whole number, without quotes or a list in brackets, as ["a", "b"]'
    )

"""How many pieces come of what customers write: never a number that they did not surely say; what is not sure is asked.

`quantities/carts.txt` holds a line for each: the messages, and what is in the cart after them, with what is asked.
"""

from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comptoir.plugins.builtin.clerk import Clerk
from comptoir.plugins.builtin.clerk.config import ClerkConfig
from comptoir.plugins.builtin.handover import Handovers
from comptoir.plugins.builtin.handover.config import HandoverConfig
from comptoir.plugins.folder import read_folder
from comptoir.plugins.shop.files import read_catalogue
from comptoir.plugins.shop.numbers import Number, number_at
from comptoir.plugins.testing import TENANT, Play
from comptoir.plugins.testing.memory import Memory

FOLDER = Path(__file__).parent / "quantities"
UNITS = [
    "zero", "un", "deux", "trois", "quatre", "cinq", "six", "sept", "huit", "neuf", "dix", "onze", "douze", "treize",
    "quatorze", "quinze", "seize", "dix-sept", "dix-huit", "dix-neuf",
]  # fmt: skip
TENS = {2: "vingt", 3: "trente", 4: "quarante", 5: "cinquante", 6: "soixante"}


def cases() -> Iterator[tuple[str, str]]:
    for line in (FOLDER / "carts.txt").read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            said, _, came = line.partition(" => ")
            yield said, came


@pytest.mark.parametrize(("said", "came"), list(cases()))
def test_no_number_of_pieces_is_guessed(said: str, came: str) -> None:
    assert cart_after(said.split(" // ")) == came


def cart_after(messages: list[str]) -> str:
    play = opened()
    play.memory = Memory(play.tenant, {})
    customer = play.customer("Awa")
    for message in messages:
        assert not customer.says(message.replace("\\n", "\n")).faults
    state: Any = play.state("clerk", "sale", customer) or {"draft": {}, "asked": {}}
    lines = [
        " ".join((str(line["quantity"]), ":".join((line["sku"], *line["options"]))))
        for line in state["draft"].get("lines", [])
    ]
    asked = state["asked"].get("kind", "")
    return (" + ".join(lines) or "-") + (f" ?{asked}" if asked not in ("", "delivery") else "")


@cache
def opened() -> Play:
    """Once: what the clerk knows of its words is the same for all."""
    catalogue, faults = read_catalogue(read_folder(FOLDER), FOLDER, "XOF", "fr")
    assert not faults
    tenant = replace(TENANT, catalogue=catalogue)
    return Play(Clerk(ClerkConfig(), tenant), Handovers(HandoverConfig(), tenant))


def in_words(number: int) -> str:
    """As it is written in France."""
    thousands, rest = divmod(number, 1000)
    if thousands:
        many = "" if thousands == 1 else in_words(thousands) + " "
        return f"{many}mille {in_words(rest) if rest else ''}".strip()
    hundreds, rest = divmod(number, 100)
    if hundreds:
        many = "" if hundreds == 1 else UNITS[hundreds] + " "
        return f"{many}cent {in_words(rest) if rest else ''}".strip()
    if number < 20:
        return UNITS[number]
    if number < 70:
        tens, units = divmod(number, 10)
        return TENS[tens] + ("" if not units else " et un" if units == 1 else f"-{UNITS[units]}")
    if number < 80:
        return "soixante" + (" et onze" if number == 71 else f"-{UNITS[number - 60]}")
    return "quatre-vingt" + ("s" if number == 80 else f"-{UNITS[number - 80]}")


@given(st.integers(1, 999_999))
def test_every_number_in_words_is_read_whole(number: int) -> None:
    words = in_words(number).replace("-", " ").split()
    read = number_at(words, 0)
    assert read is not None
    assert (read.value, read.length) == (number, len(words))


@pytest.mark.parametrize(
    ("said", "value"),
    [
        ("septante deux", 72), ("huitante", 80), ("octante trois", 83), ("nonante neuf", 99), ("soixante et dix", 70),
        ("une douzaine et demie", 18), ("demi douzaine", 6), ("half a dozen", 6), ("two hundred and fifty", 250),
        ("ninety nine", 99), ("deu", 2), ("troi", 3), ("katre", 4), ("cinque", 5), ("dixsept", 17),
    ],
)  # fmt: skip
def test_numbers_of_other_countries_and_misspelt_ones(said: str, value: int) -> None:
    words = said.split()
    assert number_at(words, 0) == Number(value, len(words))


@pytest.mark.parametrize(
    ("said", "first"), [("deux trois", 2), ("dix vingt", 10), ("vingt et deux", 20), ("2 3", None)]
)
def test_two_numbers_are_not_one(said: str, first: int | None) -> None:
    assert number_at(said.split(), 0) == (first and Number(first, 1))

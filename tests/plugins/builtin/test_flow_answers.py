"""How answers to a flow's questions are read."""

from datetime import date

import pytest

from comptoir.plugins.builtin.dates import read_date
from comptoir.plugins.builtin.flow.answer import read_number, read_option, read_phone
from comptoir.plugins.builtin.flow.model import Option

TODAY = date(2026, 11, 23)
"""A Monday."""


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("2", 2), ("deux pizzas", 2), ("j'en veux 3 svp", 3), ("1 500", 1500), ("1.500", 1500), ("2,5 kg", 2.5),
        ("10 000 F", 10000), ("2 ou 3", None), ("beaucoup", None), ("", None),
    ],
)  # fmt: skip
def test_numbers(text: str, number: float | None) -> None:
    assert read_number(text) == number


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("25/12", date(2026, 12, 25)), ("le 25 décembre", date(2026, 12, 25)), ("1er janvier", date(2027, 1, 1)),
        ("2/1", date(2027, 1, 2)), ("25.12.27", date(2027, 12, 25)), ("2026-12-01", date(2026, 12, 1)),
        ("demain matin", date(2026, 11, 24)), ("après-demain", date(2026, 11, 25)), ("aujourd'hui", TODAY),
        ("samedi prochain", date(2026, 11, 28)), ("lundi", date(2026, 11, 30)), ("3rd of May", date(2027, 5, 3)),
        ("31/02", None), ("bientôt", None),
    ],
)  # fmt: skip
def test_dates(text: str, day: date | None) -> None:
    assert read_date(text, TODAY) == day


def test_phones() -> None:
    assert read_phone("77 123 45 67", "SN") == "+221771234567"
    assert read_phone("+225 07 07 07 07 07", "SN") == "+2250707070707"
    assert read_phone("12", "SN") is None
    assert read_phone("demain", "SN") is None


@pytest.mark.parametrize(
    ("text", "index"),
    [
        ("1", 0), ("n° 2", 1), ("je prends le 3", 2), ("trois", 2), ("robe rouge", 0), ("rouge", 0), ("robe", None),
        ("sac", 2), ("4", None), ("0", None), ("rien", None), ("robe bleu", 1), ("12 robes", None),
    ],
)  # fmt: skip
def test_options(text: str, index: int | None) -> None:
    options = [Option(text="Robe rouge"), Option(text="Robe bleue"), Option(text="Sac à main", words=("sacoche",))]
    assert read_option(text, options) == index

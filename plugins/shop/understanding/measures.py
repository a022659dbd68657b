"""Sizes of what is sold, in one form: `1,5 L`, `1l5` and `un litre et demi` are one."""

import re
from collections.abc import Sequence, Set
from fractions import Fraction

from comptoir.plugins.shop.numbers import number_at
from comptoir.plugins.text import fold

_UNITS: dict[str, tuple[int | Fraction, str]] = {
    "kg": (1000, "g"), "kgs": (1000, "g"), "kilo": (1000, "g"), "kilos": (1000, "g"), "kl": (1000, "g"),
    "kilogramme": (1000, "g"), "kilogrammes": (1000, "g"), "g": (1, "g"), "gr": (1, "g"), "grs": (1, "g"),
    "mg": (1, "mg"), "gramme": (1, "g"), "grammes": (1, "g"), "gram": (1, "g"), "tonne": (1_000_000, "g"),
    "tonnes": (1_000_000, "g"),
    "l": (1000, "ml"), "litre": (1000, "ml"), "litres": (1000, "ml"), "lt": (1000, "ml"), "ltr": (1000, "ml"),
    "liter": (1000, "ml"), "cl": (10, "ml"), "ml": (1, "ml"), "dl": (100, "ml"),
    "m": (1000, "mm"), "metre": (1000, "mm"), "metres": (1000, "mm"), "cm": (10, "mm"), "mm": (1, "mm"),
    "mm2": (1, "mm²"), "m2": (1, "m²"),
    "w": (1, "w"), "watt": (1, "w"), "watts": (1, "w"), "a": (1, "a"), "ampere": (1, "a"), "amperes": (1, "a"),
    "v": (1, "v"), "volt": (1, "v"), "volts": (1, "v"), "go": (1, "go"), "gb": (1, "go"), "giga": (1, "go"),
    "pouce": (1, "po"), "pouces": (1, "po"), "mois": (1, "mois"), "ans": (12, "mois"), "an": (12, "mois"),
}  # fmt: skip
AMBIGUOUS = frozenset(("l", "m", "a", "w", "v", "mois", "ans", "an", "go"))
"""Units that are sizes or other words as well: read as units only where the shop sells by them."""
_CANON = re.compile(r"(\d+(?:\.\d+)?)([a-z]+²?)")
_HALF, _QUARTER = Fraction(1, 2), Fraction(1, 4)


def is_unit(word: str) -> bool:
    return word in _UNITS


def measure_of(words: Sequence[str], at: int, units: Set[str]) -> tuple[str, int] | None:
    """The measure that begins at this word, and how many words it takes: `1500ml`."""
    amount, place = _amount(words, at)
    if amount is None:
        return None
    unit = words[place] if place < len(words) else ""
    known = _UNITS.get(unit)
    if known is None or (unit in AMBIGUOUS and unit not in units):
        return None
    factor, base = known
    place += 1
    value = amount * factor
    if place < len(words) and words[place] == "et" and words[place + 1 : place + 2] in (["demi"], ["demie"]):
        value, place = value + _HALF * factor, place + 2
    elif base == "ml" and words[place : place + 1] == ["5"] and unit in ("l", "litre"):
        value, place = value + _HALF * factor, place + 1  # `1l5`
    return f"{_plain(value)}{base}", place - at


def _amount(words: Sequence[str], at: int) -> tuple[Fraction | None, int]:
    word = words[at]
    if word[0].isdigit():
        figures = word.replace(" ", "")
        try:
            return Fraction(figures[:12]), at + 1
        except (ValueError, ZeroDivisionError):
            return None, at
    if word in ("demi", "1/2"):
        return _HALF, at + 1
    if word == "quart":
        return _QUARTER, at + 1
    number = number_at(words, at)
    if number is None:
        return None, at
    place = at + number.length
    if number.value == 1 and place < len(words) and words[place] in ("demi", "quart", "1/2"):
        return (_QUARTER if words[place] == "quart" else _HALF), place + 1
    if place + 1 < len(words) and words[place] == "et" and words[place + 1] == "demi":
        return number.value + _HALF, place + 2
    return Fraction(number.value), place


def _plain(value: Fraction) -> str:
    return str(value.numerator) if value.denominator == 1 else f"{float(value):.3f}"


def parted(canon: str) -> tuple[Fraction, str] | None:
    """Amount and base unit of a measure; None for other words."""
    found = _CANON.fullmatch(canon)
    return (Fraction(found[1]), found[2]) if found else None


def measures_in(text: str) -> frozenset[str]:
    """Those that a name or a description bears: `5 kg`, `33cl`."""
    said = re.findall(r"\d+(?:\.\d+)?|[^\W\d_]+2?\b|[^\W\d_]+", fold(text).replace(",", "."))
    found = (measure_of(said, place, AMBIGUOUS) for place in range(len(said)))
    return frozenset(measured[0] for measured in found if measured is not None)


def is_base(unit: str) -> bool:
    """Whether measures are kept in this unit: the `b` of a colour `1B` is none."""
    return any(base == unit for _, base in _UNITS.values())


def is_unit_of(word: str, base: str) -> bool:
    """Whether it is the kilogram, the litre or the metre by which something is sold."""
    return _UNITS.get(word) == (_LARGE, base)


def in_units(amount: Fraction) -> int | None:
    """How many whole kilograms, litres or metres so many grams, millilitres or millimetres are."""
    whole = amount / _LARGE
    return int(whole) if whole.denominator == 1 and whole >= 1 else None


_LARGE = 1000

"""Reads a sentence as what it speaks of and the numbers that it says of it, in their order."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from comptoir.plugins.builtin.clerk.model.checking.clauses import bare
from comptoir.plugins.builtin.clerk.model.checking.goods import Goods, Subject, links, without_elisions
from comptoir.plugins.shop.numbers import number_at
from comptoir.plugins.text import singular

_TOKEN = re.compile(r"\d+(?:[ .,]\d{3})*(?![\d])(?:[.,]\d+)?|[a-zŋɓɗ]+|[^\sa-z\d]")
_HYPHEN = re.compile(r"(?<=[a-z])-(?=[a-z])")
_A_LITRE = re.compile(r"\b(?:un|1) litre\b")
_MONEY = frozenset(("f", "fcfa", "cfa", "xof", "xaf", "franc", "fr", "frs", "balle", "francs", "balles", "fca", "cf"))
_FOREIGN = frozenset(("euro", "dollar", "naira", "cedi", "dalasi", "eur", "usd", "$", "€"))
_PRICED = frozenset(
    ("prix", "tarif", "coute", "coutent", "couter", "vaut", "valent", "total", "montant", "somme", "fait", "font",
     "price", "cost", "payer", "payez", "paye", "paie", "pay", "fee", "frais", "seulement", "only", "facture", "=")
)  # fmt: skip
_ONE_WORDS = ("un", "une")
_BETWEEN = ("et", "au", "aux", "a")
_ONE = frozenset(("un", "une", "one", "l", "a"))
_BIG = frozenset(
    ("mille", "million", "millier", "cent", "cents", "hundred", "thousand", "k", "milliard", "fifteen", "thirty",
     "forty", "fifty", "sixty", "seventy", "eighty", "ninety", "eleven", "thirteen", "fourteen", "sixteen",
     "seventeen", "eighteen", "nineteen", "douzaine", "dizaine", "centaine")
)  # fmt: skip
_UNITS = frozenset(
    ("g", "kg", "mg", "l", "cl", "ml", "dl", "cm", "mm", "m", "km", "w", "v", "ah", "mah", "go", "mo", "gb", "pouce",
     "pouces", "inch", "inches", "litre", "litres", "gramme", "grammes", "metre", "metres", "kilos")
)  # fmt: skip
_LEAST_AMOUNT = 100
"""Francs: nothing costs less, and few buy as many pieces."""


@dataclass(frozen=True, slots=True)
class Figure:
    """A number. `money`: it is said of a price; `unit`: the word behind it, else empty."""

    value: int
    money: bool
    unit: str
    said: str
    place: int


@dataclass(frozen=True, slots=True)
class Reading:
    """A sentence: its subjects, figures and the words between them by place, and all its words."""

    flow: tuple[Subject | Figure | str, ...]
    words: tuple[str, ...]
    unreadable: str = ""
    """A number that cannot be judged."""

    @property
    def parts(self) -> tuple[Subject | Figure, ...]:
        return tuple(part for part in self.flow if not isinstance(part, str))


def read(sentence: str, goods: Goods) -> Reading:
    """`sentence` folded."""
    plain = _HYPHEN.sub(" ", _A_LITRE.sub("1 l", without_elisions(sentence)))
    tokens = list(_kept(_TOKEN.findall(plain)))
    words = [token if not token[0].isalpha() else singular(token) for token in tokens]
    try:
        return Reading(tuple(_parts(tokens, words, goods)), tuple(tokens))
    except _Unreadable as wrong:
        return Reading((), tuple(tokens), str(wrong))


def _kept(tokens: Sequence[str]) -> Iterator[str]:
    """Without words that only link others, but for those that tell two numbers from one."""
    figure = False
    for token in tokens:
        if not links(token) or token in _ONE_WORDS or (figure and token in _BETWEEN):
            figure = token[0].isdigit()
            yield token


class _Unreadable(Exception):
    pass


def _parts(tokens: Sequence[str], words: Sequence[str], goods: Goods) -> Iterator[Subject | Figure | str]:
    place = 0
    while place < len(tokens):
        subjects, length = goods.at(words, place)
        figure, taken = _figure(tokens, place)
        # A name may begin with a number; an amount is no name.
        if length and not (figure is not None and (figure.money or taken > length)):
            yield from subjects
            place += length
        elif figure is not None:
            yield figure
            place += taken
        else:
            yield tokens[place]
            place += 1


def _figure(tokens: Sequence[str], place: int) -> tuple[Figure | None, int]:
    token = tokens[place]
    if token[0].isdigit():
        if not (whole := bare(token)).isascii() or len(whole) > 12 or re.search(r"[.,]\d{1,2}$", token):
            return _decimal(tokens, place)
        value, length = int(whole), 1
    elif (number := number_at(tokens, place)) is not None:
        value, length = number.value, number.length
        if length == 1 and token in _ONE:
            return None, 0
    elif token in _BIG:
        raise _Unreadable(token)
    else:
        return None, 0
    after = tokens[place + length] if place + length < len(tokens) else ""
    if after and (after[0].isdigit() or after in _BIG or (number_at(tokens, place + length) and after not in _ONE)):
        raise _Unreadable(f"{token} {after}")
    return _judged(tokens, place, length, value, after), length


def _judged(tokens: Sequence[str], place: int, length: int, value: int, after: str) -> Figure:
    before = tokens[max(0, place - 3) : place]
    if after in _FOREIGN or (before and before[-1] in {"-", "+", "/", "€", "$"} and value < _LEAST_AMOUNT):
        raise _Unreadable(f"{before[-1:]}{value}{after}")
    if before and before[-1] == "-":
        raise _Unreadable(f"-{value}")
    unit = after if after.isalpha() else ""
    priced = singular(unit) in _MONEY or unit in _MONEY or any(word in _PRICED for word in before)
    money = priced or (value >= _LEAST_AMOUNT and not _measures(unit))
    return Figure(value, money, unit, f"{value}", place)


def _decimal(tokens: Sequence[str], place: int) -> tuple[Figure | None, int]:
    """`1,5 L` is a measure, or nothing that a clerk says."""
    after = tokens[place + 1] if place + 1 < len(tokens) else ""
    if not _measures(after):
        raise _Unreadable(tokens[place])
    return Figure(-1, False, after, tokens[place], place), 1


def _measures(unit: str) -> bool:
    return unit in _UNITS

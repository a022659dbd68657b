"""Reads numbers of pieces as customers say them: `deux`, `une demi-douzaine`, `1 500`."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

MOST = 1_000_000_000
"""Larger numbers are read as this one: nobody sells as many."""

_UNITS = {
    "zero": 0, "un": 1, "une": 1, "deux": 2, "trois": 3, "quatre": 4, "cinq": 5, "six": 6, "sept": 7, "huit": 8,
    "neuf": 9, "dix": 10, "onze": 11, "douze": 12, "treize": 13, "quatorze": 14, "quinze": 15, "seize": 16,
}  # fmt: skip
_TENS = {"vingt": 20, "vingts": 20, "trente": 30, "quarante": 40, "cinquante": 50, "soixante": 60, "septante": 70,
         "huitante": 80, "octante": 80, "nonante": 90}  # fmt: skip
_SPELLED = {
    "deu": 2, "deus": 2, "deuz": 2, "deuxx": 2, "troix": 3, "troiz": 3, "quatres": 4, "cinqs": 5, "cinc": 5,
    "setp": 7, "uit": 8, "diz": 10, "dixe": 10, "trese": 13, "quatorz": 14, "seiz": 16,
    "dixsept": 17, "disept": 17, "dixhuit": 18, "dizuit": 18, "dixneuf": 19, "diznef": 19, "vint": 20,
    "trent": 30, "quarente": 40, "karante": 40, "cinkante": 50, "cinquant": 50, "soissante": 60, "swasante": 60,
    "troi": 3, "trwa": 3, "troie": 3, "katre": 4, "katr": 4, "quatr": 4, "catre": 4, "sinq": 5, "sink": 5, "cink": 5,
    "cinque": 5, "siss": 6, "huite": 8, "onz": 11, "douz": 12, "kinze": 15, "quinz": 15, "vinght": 20,
    "benn": 1, "niaar": 2, "gnaar": 2, "niett": 3, "gnett": 3, "nient": 4, "diourom": 5, "fukk": 10,
}  # fmt: skip
_ENGLISH = {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "seven": 7, "eight": 8, "nine": 9, "ten": 10, "eleven": 11,
    "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15, "sixteen": 16, "seventeen": 17, "eighteen": 18,
    "nineteen": 19, "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80,
    "ninety": 90,
}  # fmt: skip
_GROUPS = {
    "dizaine": 10, "douzaine": 12, "dozen": 12, "quinzaine": 15, "vingtaine": 20, "trentaine": 30, "cinquantaine": 50,
    "centaine": 100, "millier": 1000,
}  # fmt: skip
_ALONE = _UNITS | _TENS | _SPELLED | _ENGLISH
_FIGURES = re.compile(r"\d{1,3}(?:[ .\u00a0\u202f]\d{3})+|\d+")
_HUNDRED, _THOUSAND = 100, 1000
_TEN, _TWENTY, _FOUR, _SIXTY = 10, 20, 4, 60
_SEVEN_TO_NINE = (7, 8, 9)
"""What follows `dix` in one number."""


@dataclass(frozen=True, slots=True)
class Number:
    value: int
    length: int
    """How many words it takes."""


def from_figures(text: str) -> int:
    """`1 500` is 1500. Raises ValueError for what is no whole number."""
    if not _FIGURES.fullmatch(text):
        raise ValueError(text)
    digits = "".join(character for character in text if character.isdecimal()).lstrip("0")
    return MOST if len(digits) > len(str(MOST)) - 1 else int(digits or 0)


def number_at(words: Sequence[str], at: int) -> Number | None:
    """The number that begins with this folded word, the longest; None where none does."""
    base = _counted(words, at)
    place = at + (base.length if base else 0)
    if group := _group_at(words, place, base is not None):
        pieces, length = group
        times = base.value if base else 1
        return Number(min(pieces * times, MOST), place + length - at) if base or length else None
    return base


def groups_at(words: Sequence[str], at: int) -> Number | None:
    """The `douzaines` of `2 douzaines`, whose figures stand right before: how many pieces one of them is."""
    group = _group_at(words, at, counted=True)
    return Number(*group) if group else None


def _group_at(words: Sequence[str], at: int, counted: bool) -> tuple[int, int] | None:
    """Pieces of `douzaine`, `demi douzaine`, `douzaine et demie`."""
    half = _word(words, at) in ("demi", "demie", "half")
    place = at + half + (half and _word(words, at + 1) == "a")
    pieces = _GROUPS.get(_word(words, place).removesuffix("s"))
    if pieces is None:
        return None
    place += 1
    if half:
        pieces //= 2
    elif _word(words, place) == "et" and _word(words, place + 1) in ("demi", "demie"):
        pieces, place = pieces + pieces // 2, place + 2
    return pieces, place - at


def _word(words: Sequence[str], at: int) -> str:
    return words[at] if at < len(words) else ""


def _counted(words: Sequence[str], at: int) -> Number | None:
    """A number in words."""
    total = current = 0
    place = at
    while place < len(words):
        word = words[place]
        skipped = 1
        if place > at and _links(words, place, current):
            word, skipped = words[place + 1], 2
        if word in ("cent", "cents", "hundred") and current < _TEN:
            current = max(current, 1) * _HUNDRED
        elif word in ("mille", "milles", "thousand") and not total:
            total, current = max(current, 1) * _THOUSAND, 0
        elif word in ("vingt", "vingts") and current % _HUNDRED == _FOUR:
            current += 4 * _TWENTY - _FOUR
        elif word in _ALONE and _follows(current, _ALONE[word], first=place == at or (total > 0 and current == 0)):
            current += _ALONE[word]
        else:
            break
        place += skipped
    return Number(min(total + current, MOST), place - at) if place > at else None


def _links(words: Sequence[str], at: int, current: int) -> bool:
    """`vingt et un`, `soixante et dix`, `one hundred and twenty`: no second number begins there."""
    word, following = words[at], _word(words, at + 1)
    if word == "and":
        return current >= _HUNDRED and following in _ENGLISH
    if word != "et" or current < _TWENTY:
        return False
    return following in ("un", "une", "onze") or (following == "dix" and current % _HUNDRED == _SIXTY)


def _follows(current: int, value: int, *, first: bool) -> bool:
    """Whether a word may go on with a number: `vingt deux`, `soixante quinze`, `cent dix`; not `deux trois`."""
    if first:
        return True
    rest = current % _HUNDRED
    if rest % _TWENTY == _TEN and value in _SEVEN_TO_NINE and (rest == _TEN or rest > _SIXTY):
        return True
    if rest == 0:
        return current >= _HUNDRED and value < _HUNDRED
    if rest in (_SIXTY, 4 * _TWENTY):
        return 0 < value < _TWENTY
    return rest >= _TWENTY and rest % _TEN == 0 and 0 < value < _TEN

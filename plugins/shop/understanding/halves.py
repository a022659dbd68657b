"""`10 chawarma moitié viande moitié poulet`, in the numbers that are meant."""

import re

from comptoir.plugins.shop.understanding.details import flat

_HALF = re.compile(
    r"\b(?:(?:la|l'autre|l autre|autre) )?moitie\b(?: (?:de |d'|en |au |aux |a la |du |des ))?"
    r"|\b(?:et )?le reste (?:en|au|de|d')\b"
)
_WORDS = {
    "deux": 2, "quatre": 4, "six": 6, "huit": 8, "dix": 10, "douze": 12, "douzaine": 12, "vingt": 20, "trois": 3,
    "cinq": 5,
}  # fmt: skip
_NUMBER = re.compile(
    rf"\b(?P<said>\d{{1,3}}|{'|'.join(_WORDS)})\b"
    r"(?! ?(?:kg|kilos?|g|cl|ml|l|litres?|f|francs?|mm|cm|w|pouces)\b)(?![.,]\d)"
)
_IN_ALL = re.compile(
    rf"[ ,(]*(?P<said>\d{{1,3}}|{'|'.join(_WORDS)}) (?:en tout|au total|en total|pieces|en all|total)\)?"
)
_TWO = 2


def halved(text: str) -> str:
    """The message with the numbers that its two halves stand for."""
    folded = flat(text)
    halves = [one for one in _HALF.finditer(folded) if not re.match(r"\W*moitie", folded[one.end() :])]
    if len(halves) != _TWO or "moitie" not in halves[0].group() or _adjacent(folded):
        return text
    start, end = halves[0].start(), halves[1].end()
    before = list(_NUMBER.finditer(folded[:start]))
    after = _IN_ALL.search(folded[end:])
    if after is not None:
        total, text = _value(after), _blank(text, end + after.start(), end + after.end())
    elif before and not re.search(r"[.!?\n]", folded[before[-1].end() : start]):
        total = _value(before[-1])
    else:
        return text
    said = str(total // _TWO) if total % _TWO == 0 and total else "quelques"
    for one in reversed(halves):
        text = text[: one.start()] + f"{said} ".ljust(one.end() - one.start()) + text[one.end() :]
    return text


def _adjacent(folded: str) -> bool:
    return re.search(r"moitie\W+moitie", folded) is not None


def _value(found: re.Match[str]) -> int:
    said = found["said"]
    return _WORDS.get(said) or int(said)


def _blank(text: str, start: int, end: int) -> str:
    return text[:start] + " " * (end - start) + text[end:]

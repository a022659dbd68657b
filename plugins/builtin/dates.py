"""Reads which day a customer names."""

import re
from datetime import date, timedelta

from comptoir.plugins.text import fold, words

_WEEKDAYS = (
    "lundi monday", "mardi tuesday", "mercredi wednesday", "jeudi thursday", "vendredi friday", "samedi saturday",
    "dimanche sunday",
)  # fmt: skip
_MONTHS = (
    "janvier january", "fevrier february", "mars march", "avril april", "mai may", "juin june", "juillet july",
    "aout august", "septembre september", "octobre october", "novembre november", "decembre december",
)  # fmt: skip
_MONTH = {word: month for month, spelt in enumerate(_MONTHS, 1) for word in spelt.split()}
WEEKDAY = {word: weekday for weekday, spelt in enumerate(_WEEKDAYS) for word in spelt.split()}
"""Monday is 0."""
MONTHS = frozenset(_MONTH)
_FEASTS = {
    "noel": (25, 12), "christmas": (25, 12), "jour de l'an": (1, 1), "nouvel an": (1, 1), "new year": (1, 1),
    "saint sylvestre": (31, 12), "st sylvestre": (31, 12),
}  # fmt: skip
_FIGURES = re.compile(r"\b(\d{1,2})\s*[/.-]\s*(\d{1,2})(?:\s*[/.-]\s*(\d{4}|\d{2}))?\b")
_ISO = re.compile(r"\b(\d{4})-(\d{1,2})-(\d{1,2})\b")
_SPELT = re.compile(r"\b(\d{1,2})(?:er|st|nd|rd|th)?\s+(?:of\s+)?([a-z]+)(?:\s+(\d{4}))?")
_AFTER_AN_ARTICLE = re.compile(r"\b(?:le|the)(?:\s+[a-z]+day|\s+[a-z]+di|\s+dimanche)?\s+$")
_OF_THE_MONTH = re.compile(
    r"\b(?:le|the)\s+(?:([a-z]+)\s+)?(\d{1,2})(?:er|st|nd|rd|th)?\b(?!\s*(?:h|am\b|pm\b|o'clock|[:/.,-]?\s*\d))"
)
_ALWAYS = re.compile(r"\b(?:24\s*/\s*24|24\s*/\s*7|7\s*/\s*7)\b")


def read_date(text: str, today: date) -> date | None:
    """The day that is the answer to a question for one: `25/12`, `25 décembre`, `demain`, `samedi`.

    The next such day, where no year is named.
    """
    said = fold(text)
    if found := _ISO.search(said):
        return _day(int(found[1]), int(found[2]), int(found[3]))
    if found := _FIGURES.search(said):
        return _coming(int(found[1]), int(found[2]), found[3], today)
    if found := _spelt(said):
        return _coming(int(found[1]), _MONTH[found[2]], found[3], today)
    return _relative(words(text), today)


def find_date(text: str, today: date) -> date | None:
    """The day of the calendar that is named in the middle of something else, where `8-12` and `24/7` are hours."""
    said = _ALWAYS.sub(" ", fold(text).replace("’", "'"))
    if found := _ISO.search(said):
        return _day(int(found[1]), int(found[2]), int(found[3]))
    for found in _FIGURES.finditer(said):
        if "/" in found[0] or _AFTER_AN_ARTICLE.search(said[: found.start()]):
            return _coming(int(found[1]), int(found[2]), found[3], today)
    if found := _spelt(said):
        return _coming(int(found[1]), _MONTH[found[2]], found[3], today)
    for name, (day, month) in _FEASTS.items():
        if re.search(rf"\b{name}\b", said):
            return _coming(day, month, None, today)
    found = _OF_THE_MONTH.search(said)
    return _next_numbered(int(found[2]), found[1], today) if found else None


def _spelt(said: str) -> re.Match[str] | None:
    return next((found for found in _SPELT.finditer(said) if found[2] in _MONTH), None)


def _next_numbered(number: int, weekday: str | None, today: date) -> date | None:
    """The next day of that number in its month; none where it is another weekday than was said."""
    days = (today + timedelta(days=ahead) for ahead in range(62))
    found = next((day for day in days if day.day == number), None)
    if found is None or weekday is None:
        return found
    return found if WEEKDAY.get(weekday) == found.weekday() else None


def _coming(day: int, month: int, year: str | None, today: date) -> date | None:
    if year is not None:
        return _day(int(year) + (2000 if len(year) == 2 else 0), month, day)
    found = _day(today.year, month, day)
    return _day(today.year + 1, month, day) if found is not None and found < today else found


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _relative(said: list[str], today: date) -> date | None:
    if "apres" in said and "demain" in said:
        return today + timedelta(days=2)
    if "demain" in said or "tomorrow" in said:
        return today + timedelta(days=1)
    if "today" in said or "hui" in said or "aujourdhui" in said:
        return today
    for weekday, spelt in enumerate(_WEEKDAYS):
        if not set(spelt.split()).isdisjoint(said):
            return today + timedelta(days=(weekday - today.weekday() - 1) % 7 + 1)
    return None

"""Whether a message asks for opening hours, and for those of which day."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import Literal

from comptoir.plugins.builtin.dates import MONTHS, WEEKDAY, find_date
from comptoir.plugins.phrases import Phrasebook
from comptoir.plugins.reading import read
from comptoir.plugins.text import words

MOST_BESIDE = 2
"""Words of weight beside a phrase of the tenant's. `J'ai ouvert le colis, il manque un pagne` asks for no hours."""
_TIMES = frozenset(
    words(
        "aujourd'hui demain apres matin midi soir nuit heure heures jour jours semaine weekend week end "
        "today tomorrow morning noon evening night tonight time now noel christmas an nouvel new year"
    )
).union(MONTHS, WEEKDAY)
_FEASTS = frozenset(
    words(
        "tabaski korite magal gamou tamkharit mawlid aid eid ramadan careme paques easter ascension pentecote "
        "assomption toussaint fete fetes ferie feries holiday holidays vacances"
    )
)
"""On which days these are is not known here, and today's hours are no answer."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A question for opening hours."""

    said: str
    """By which words."""
    day: date | None
    """The one day that it asks for; None for now."""
    more: bool
    """It says something else too, which others may answer."""


class Questions:
    """Finds questions for opening hours."""

    def __init__(self, phrases: Sequence[str], language: Literal["fr", "en"]) -> None:
        self._language = language
        self._book = _book(tuple(phrases), language) if phrases else None

    def read(self, text: str, today: date) -> Asked | None:
        if self._book is None:
            return None
        tokens = read(text, self._language)
        matches = self._book.find_in(tokens)
        if not matches:
            return None
        asked = {place for match in matches for place in match.places}
        beside = [
            token.word
            for place, token in enumerate(tokens)
            if place not in asked and token.weight == 1 and token.word not in _TIMES and not token.word[:1].isdigit()
        ]
        if len(beside) > (MOST_BESIDE if matches[0].own else 0):
            return None
        day = find_date(text, today) or _day(words(text), today)
        if day is None and not _FEASTS.isdisjoint(words(text)):
            return None
        return Asked(matches[0].said, day, bool(beside))


@lru_cache(maxsize=4)
def _book(phrases: tuple[str, ...], language: Literal["fr", "en"]) -> Phrasebook:
    # The same for most tenants, and made anew whenever one of them saves a file.
    return Phrasebook([phrases], language)


def _day(said: Sequence[str], today: date) -> date | None:
    """The day that is named, where it is one: from today on."""
    weekdays = [WEEKDAY[word] for word in said if word in WEEKDAY]
    if len(weekdays) == 1:
        return today + timedelta(days=(weekdays[0] - today.weekday()) % 7)
    if not weekdays and ("demain" in said or "tomorrow" in said):
        return today + timedelta(days=2 if "apres" in said or "after" in said else 1)
    return None

"""How one says it: `demain à 8 h`, `de 8 h à 12 h 30 et de 15 h à 19 h`, `du lundi au vendredi`."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from itertools import groupby
from typing import Literal

from comptoir.plugins.api import Span

Language = Literal["fr", "en"]

DAYS = {
    "fr": ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche"),
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
}
_MONTHS = {
    "fr": (
        "janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre", "novembre",
        "décembre",
    ),
    "en": (
        "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
        "December",
    ),
}  # fmt: skip
_WEEK = timedelta(days=7)
_MIDNIGHT = time(0)


def said_time(clock: time, language: Language) -> str:
    """`8 h`, `12 h 30`, `minuit`; `8 am`, `12:30 pm`, `midnight`."""
    if language == "fr":
        if clock == _MIDNIGHT:
            return "minuit"
        return f"{clock.hour} h {clock.minute:02}" if clock.minute else f"{clock.hour} h"
    if clock.minute == 0 and clock.hour in (0, 12):
        return "noon" if clock.hour else "midnight"
    hour = clock.hour % 12 or 12
    half = "am" if clock.hour < 12 else "pm"
    return f"{hour}:{clock.minute:02} {half}" if clock.minute else f"{hour} {half}"


def said_day(day: date, language: Language) -> str:
    """`1er août`, `3 August`."""
    number = "1er" if language == "fr" and day.day == 1 else str(day.day)
    return f"{number} {_MONTHS[language][day.month - 1]}"


def said_moment(moment: datetime, now: datetime, language: Language) -> str:
    """`aujourd'hui à 15 h`, `demain à 8 h`, `lundi à 9 h 30`, `lundi 3 août à 8 h`; both by one clock."""
    away = (moment.date() - now.date()).days
    # "Demain à minuit" is heard as the end of that day.
    clock = "0 h" if language == "fr" and moment.time() == _MIDNIGHT else said_time(moment.time(), language)
    weekday = DAYS[language][moment.weekday()]
    match away:
        case 0:
            day = "aujourd'hui" if language == "fr" else "today"
        case 1:
            day = "demain" if language == "fr" else "tomorrow"
        case _ if 1 < away < _WEEK.days:
            day = weekday if language == "fr" else f"on {weekday}"
        case _:
            named = f"{weekday} {said_day(moment.date(), language)}"
            if moment.year != now.year:
                named += f" {moment.year}"
            day = named if language == "fr" else f"on {named}"
    return f"{day} à {clock}" if language == "fr" else f"{day} at {clock}"


def said_spans(spans: Sequence[Span], language: Language) -> str:
    """`de 8 h à 12 h 30 et de 15 h à 19 h`, `24 h sur 24`, `fermé`."""
    if not spans:
        return "fermé" if language == "fr" else "closed"
    if spans[0].opens == spans[0].closes == _MIDNIGHT:
        return "24 h sur 24" if language == "fr" else "24 hours"
    pattern, last = ("de {} à {}", " et ") if language == "fr" else ("{} to {}", " and ")
    said = [pattern.format(said_time(span.opens, language), said_time(span.closes, language)) for span in spans]
    return last.join(filter(None, (", ".join(said[:-1]), said[-1])))


def said_week(week: Sequence[tuple[Span, ...]], language: Language) -> str:
    """A line for each run of days with the same hours: `Du lundi au vendredi : de 8 h à 18 h`."""
    lines = []
    for hours, run in groupby(range(7), key=lambda day: week[day]):
        days = [DAYS[language][day] for day in run]
        said = said_spans(hours, language)
        lines.append(f"{_run(days, language)} : {said}" if language == "fr" else f"{_run(days, language)}: {said}")
    return "\n".join(lines)


def _run(days: Sequence[str], language: Language) -> str:
    first, last = days[0], days[-1]
    match len(days):
        case 1:
            return first.capitalize()
        case 2:
            return f"{first} et {last}".capitalize() if language == "fr" else f"{first} and {last}"
        case _:
            return f"Du {first} au {last}" if language == "fr" else f"{first} to {last}"

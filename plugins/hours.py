"""The table of `tenant.toml` about opening hours, as a shop owner writes them: `08:30-12:00`, `8h30 - 12h`."""

import re
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BeforeValidator, ConfigDict, Field, model_validator

from comptoir.plugins.api import Hours, PluginConfig, Span
from comptoir.plugins.faults import Contradiction, contradicting, wrong_value

DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_LONGEST_CLOSURE = 366
_CLOCK = r"(\d{1,2})\s*(?:[:hH.]\s*(\d{2})?)?"
_SPAN = re.compile(rf"\s*{_CLOCK}\s*(?:-|\u2013|\u2014|\u2192|à|to)\s*{_CLOCK}\s*")
_CLOSED = frozenset({"fermé", "ferme", "fermée", "closed"})
_MIDNIGHT = time()


def _listed(value: object) -> object:
    """A single text is as good as a list with it, and `closed` as an empty one."""
    if isinstance(value, str | date):
        return [] if str(value).strip().casefold() in _CLOSED else [value]
    return value


def _in_order(spans: tuple[Span, ...]) -> tuple[Span, ...]:
    """One day's."""
    spans = tuple(sorted(spans, key=lambda span: span.opens))
    for earlier, later in pairwise(spans):
        if _end(earlier) > _minutes(later.opens):
            one, other = _shown(earlier), _shown(later)
            raise wrong_value(
                (f"{one} et {other} se chevauchent", "des heures qui se suivent"),
                (f"{one} and {other} overlap", "hours that follow one another"),
            )
    return spans


def _span(value: object) -> Span:
    text = str(value)
    found = _SPAN.fullmatch(text) if isinstance(value, str) else None
    if found is None:
        raise wrong_value(
            (f"« {text[:40]} »", "de l'ouverture à la fermeture, comme 08:30-12:00 ou 8h30-12h"),
            (f'"{text[:40]}"', "from opening to closing, as 08:30-12:00"),
        )
    opens, closes = _clock(text, found[1], found[2]), _clock(text, found[3], found[4])
    # A whole day is 00:00-24:00; two equal times say nothing otherwise.
    if opens == closes and not (opens == _MIDNIGHT and int(found[3]) == 24):
        raise wrong_value(
            (f"« {text} » ouvre et ferme à la même heure", "deux heures différentes, ou 00:00-24:00 pour tout le jour"),
            (f'"{text}" opens and closes at the same time', "two different times, or 00:00-24:00 for the whole day"),
        )
    return Span(opens, closes)


def _clock(text: str, hours: str, minutes: str | None) -> time:
    hour, minute = int(hours), int(minutes or 0)
    if minute > 59 or hour > 24 or (hour == 24 and minute):
        shown = f"{hours}:{minutes or '00'}"
        raise wrong_value(
            (f"« {text} » : il n'y a pas d'heure {shown}", "des heures de 00:00 à 24:00"),
            (f'"{text}": there is no time {shown}', "times from 00:00 to 24:00"),
        )
    return time(hour % 24, minute)


def _dates(text: str) -> tuple[date, ...]:
    """A day, or all from one to another."""
    first, dots, last = text.partition("..")
    begins, ends = _date(first), _date(last or first)
    if dots and not begins <= ends <= begins + timedelta(days=_LONGEST_CLOSURE):
        raise wrong_value(
            (f"« {text} »", "le premier jour, deux points .., le dernier jour, au plus un an"),
            (f'"{text}"', "the first day, two dots .., the last day, a year at most"),
        )
    return tuple(begins + timedelta(days=day) for day in range((ends - begins).days + 1))


def _date(text: str) -> date:
    try:
        return datetime.strptime(text.strip(), "%Y-%m-%d").date()
    except ValueError:
        shape = re.fullmatch(r"\s*\d{4}-\d{1,2}-\d{1,2}\s*", text)
        raise wrong_value(
            (f"la date « {text[:40]} » n'existe pas" if shape else f"« {text[:40]} »", "une date comme 2026-12-24"),
            (f'there is no date "{text[:40]}"' if shape else f'"{text[:40]}"', "a date as 2026-12-24"),
        ) from None


def _days(value: object) -> str:
    """TOML has dates of its own, and a text is one all the same."""
    _dates(str(value))
    return str(value)


def _minutes(clock: time) -> int:
    return clock.hour * 60 + clock.minute


def _end(span: Span) -> int:
    """In minutes since the day began on which it opens."""
    return _minutes(span.closes) + (0 if span.closes > span.opens else 24 * 60)


def _shown(span: Span) -> str:
    return f"{span.opens:%H:%M}-{span.closes:%H:%M}"


Spans = Annotated[
    tuple[Annotated[Span, BeforeValidator(_span, json_schema_input_type=str)], ...],
    Field(strict=False, max_length=6),
    AfterValidator(_in_order),
    BeforeValidator(_listed, json_schema_input_type=str | list[str]),
]
Days = Annotated[str, BeforeValidator(_days, json_schema_input_type=str)]


class HoursTable(PluginConfig):
    """When the business is open, by its own clock. Plugins tell customers, and answer otherwise while it is closed."""

    model_config = ConfigDict(strict=True)

    monday: Spans = ()
    """From opening to closing, as `["08:00-12:30", "15:00-19:00"]`; `[]` or nothing where it is closed all day."""
    tuesday: Spans = ()
    """Likewise."""
    wednesday: Spans = ()
    """Likewise."""
    thursday: Spans = ()
    """Likewise."""
    friday: Spans = ()
    """Likewise; a time to close that is before the one to open is on the next day: `["18:00-02:00"]`."""
    saturday: Spans = ()
    """Likewise."""
    sunday: Spans = ()
    """Likewise."""
    holidays: Literal["closed", "open"] = "closed"
    """What it is on the country's public holidays."""
    closed: Annotated[
        tuple[Days, ...],
        Field(strict=False, max_length=500),
        BeforeValidator(_listed, json_schema_input_type=str | list[str]),
    ] = ()
    """Days on which it is closed, each as `"2026-12-24"`, or from one to another as `"2026-08-01..2026-08-15"`."""
    special: Annotated[dict[Days, Spans], Field(max_length=500)] = Field({})
    """Days that are unlike their weekday: `"2026-12-31" = ["09:00-12:00"]`."""

    @model_validator(mode="after")
    def _agree(self) -> Self:
        if found := list(_contradictions(self)):
            raise contradicting(found)
        return self

    @property
    def week(self) -> tuple[tuple[Span, ...], ...]:
        """Monday first."""
        return (self.monday, self.tuesday, self.wednesday, self.thursday, self.friday, self.saturday, self.sunday)

    def hours(self) -> Hours:
        """As plugins see them."""
        special: dict[date, tuple[Span, ...]] = {day: () for days in self.closed for day in _dates(days)}
        special |= {day: spans for key, spans in self.special.items() for day in _dates(key)}
        return Hours(self.week, special, self.holidays == "closed")


def _contradictions(table: HoursTable) -> Iterator[Contradiction]:
    if not any(table.week) and not any(table.special.values()):
        yield (
            (),
            ("aucun jour n'est ouvert", 'au moins un jour, comme monday = ["08:00-18:00"]'),
            ("no day is open", 'one day at least, as monday = ["08:00-18:00"]'),
        )
    for place, (today, tomorrow) in enumerate(zip(table.week, (*table.week[1:], table.week[0]), strict=True)):
        if today and tomorrow and _end(today[-1]) - 24 * 60 > _minutes(tomorrow[0].opens):
            one, other = _shown(today[-1]), _shown(tomorrow[0])
            yield (
                (DAYS[place],),
                (f"{one} va jusque dans {other} du lendemain", "des heures qui se suivent"),
                (f"{one} reaches into {other} of the next day", "hours that follow one another"),
            )
    taken = {day for days in table.closed for day in _dates(days)}
    for key in table.special:
        if again := taken.intersection(_dates(key)):
            yield (
                ("special", key),
                (f"le {min(again)} est déjà ailleurs dans cette table", "ce jour à une seule place"),
                (f"{min(again)} is elsewhere in this table already", "this day in one place only"),
            )
        taken.update(_dates(key))

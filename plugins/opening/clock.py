"""Opening hours on a clock that may jump: which spans there are, and where a moment lies among them."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from comptoir.plugins.api import Hours, Span, Tenant
from comptoir.plugins.opening.public_holidays import PublicHolidays

LOOK_AHEAD = 400
"""Days. Whoever stays closed for longer has no next time that could be named."""
ALWAYS = timedelta(days=14)
"""Who does not close for so long does not close."""
_DAY = timedelta(days=1)

Why = Literal["outside", "weekday", "special", "holiday"]


@dataclass(frozen=True, slots=True)
class State:
    """Whether it is open at a moment, and until when that stays so."""

    open: bool
    until: datetime | None
    """When it closes, or opens next, by the tenant's clock; None where that is not foreseen."""
    why: Why | None = None
    """Closed: outside the day's hours, on a weekday without any, on a day named in the file, or on a public holiday."""
    holiday: str = ""
    """The public holiday's name in the tenant's language, where it has one."""


class Opening:
    """A tenant's hours, in its country and time zone."""

    def __init__(self, hours: Hours, country: str, timezone: str, language: Literal["fr", "en"] = "fr") -> None:
        self.hours = hours
        self._zone = ZoneInfo(timezone)
        self._holidays = PublicHolidays(country, language) if hours.holidays else None

    def local(self, moment: datetime) -> datetime:
        """An aware moment by the tenant's clock."""
        return moment.astimezone(self._zone)

    def at(self, moment: datetime) -> State:
        """The state at an aware moment."""
        now = moment.astimezone(UTC)
        found = self._stretch(now)
        if found is None or found[0] > now:
            why, holiday = self._closed(self.local(now).date())
            return State(False, self.local(found[0]) if found else None, why, holiday)
        return State(True, self.local(found[1]) if found[1] - now < ALWAYS else None)

    def spans(self, day: date) -> tuple[Span, ...]:
        """When it opens on a day, in the order of the clock; nothing where it stays closed."""
        special = self.hours.special.get(day)
        if special is None:
            special = () if self.holiday(day) is not None else self.hours.week[day.weekday()]
        return tuple(sorted(special, key=lambda span: span.opens))

    def holiday(self, day: date) -> str | None:
        """The public holiday that closes the shop on a day, empty where it has no name in the tenant's language.

        None where the day is no such day, or was given hours of its own.
        """
        if self._holidays is None or day in self.hours.special:
            return None
        return self._holidays.on(day)

    def _closed(self, day: date) -> tuple[Why, str]:
        """Why it is not open at some moment of a day."""
        if self.spans(day):
            return "outside", ""
        if day in self.hours.special:
            return "special", ""
        holiday = self.holiday(day)
        return ("weekday", "") if holiday is None else ("holiday", holiday)

    def _stretch(self, now: datetime) -> tuple[datetime, datetime] | None:
        """When it is open around `now`, or next: spans without a gap between them are one."""
        found: tuple[datetime, datetime] | None = None
        # A night that began the day before may go on.
        for opens, closes in self._moments(self.local(now).date() - _DAY):
            if closes <= max(now, opens):
                continue
            if found is None:
                found = opens, closes
            elif opens > found[1]:
                break
            found = found[0], max(found[1], closes)
            if found[1] - now >= ALWAYS:
                break
        return found

    def _moments(self, first: date) -> Iterator[tuple[datetime, datetime]]:
        """When it opens and closes, in UTC: the tenant's clock shows some hours twice, and others never."""
        for count in range(LOOK_AHEAD):
            day = first + count * _DAY
            for span in self.spans(day):
                last = day if span.closes > span.opens else day + _DAY
                yield self._moment(day, span.opens), self._moment(last, span.closes)

    def _moment(self, day: date, clock: time) -> datetime:
        return datetime.combine(day, clock, self._zone).astimezone(UTC)


def opening_of(tenant: Tenant) -> Opening | None:
    """The tenant's; None where its file says nothing of hours."""
    if tenant.hours is None:
        return None
    return Opening(tenant.hours, tenant.country, tenant.timezone, tenant.language)

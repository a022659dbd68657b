"""When a shop is open, on clocks that jump and over nights."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from opening_hours import DAY, SHOP, WEEK, spans

from comptoir.plugins.api import Hours, Span
from comptoir.plugins.opening import Opening, State, opening_of
from comptoir.plugins.testing import TENANT


def opening(hours: Hours = WEEK, country: str = "SN", timezone: str = "Africa/Dakar") -> Opening:
    return Opening(hours, country, timezone)


def at(moment: str, of: Opening | None = None) -> tuple[bool, str | None, str | None]:
    """The state at a moment of the shop's clock: whether it is open, until when, and why not."""
    shop = of or opening()
    zone = shop.local(datetime.now(UTC)).tzinfo
    state = shop.at(datetime.fromisoformat(moment).replace(tzinfo=zone))
    return state.open, state.until and f"{state.until:%a %d %H:%M}", state.why


@pytest.mark.parametrize(
    ("moment", "state"),
    [
        ("2026-11-23 07:59", (False, "Mon 23 08:00", "outside")),
        ("2026-11-23 08:00", (True, "Mon 23 12:30", None)),
        ("2026-11-23 12:29:59", (True, "Mon 23 12:30", None)),
        ("2026-11-23 12:30", (False, "Mon 23 15:00", "outside")),
        ("2026-11-23 19:00", (False, "Tue 24 08:00", "outside")),
        ("2026-11-28 19:00", (True, "Sun 29 02:00", None)),
        ("2026-11-29 01:59", (True, "Sun 29 02:00", None)),
        ("2026-11-29 02:00", (False, "Mon 30 08:00", "weekday")),
        ("2026-12-23 20:00", (False, "Fri 25 10:00", "outside")),
        ("2026-12-24 10:00", (False, "Fri 25 10:00", "special")),
        ("2026-12-25 10:00", (True, "Fri 25 12:00", None)),
        ("2027-01-01 10:00", (False, "Sat 02 18:00", "holiday")),
    ],
)
def test_a_moment_lies_in_a_span_or_before_the_next(moment: str, state: tuple[bool, str, str]) -> None:
    assert at(moment) == state


def test_the_holiday_is_named_in_the_tenants_language() -> None:
    day = datetime(2027, 1, 1, 10, tzinfo=UTC)
    assert opening().at(day).holiday == "Jour de l'an"
    assert Opening(WEEK, "SN", "Africa/Dakar", "en").at(day).holiday == "New Year's Day"
    assert opening(country="ZZ").at(day).open
    assert opening(replace(WEEK, holidays=False)).at(day).open


def test_spans_that_touch_are_one() -> None:
    nights = Hours((spans("20:00-00:00 00:00-02:00"),) * 7, {}, holidays=False)
    assert at("2026-11-23 21:00", opening(nights)) == (True, "Tue 24 02:00", None)


def test_who_never_closes_and_who_never_opens_have_no_next_time() -> None:
    always = Hours((spans("00:00-00:00"),) * 7, {}, holidays=False)
    never = Hours(((),) * 7, {})
    assert opening(always).at(datetime(2026, 11, 23, tzinfo=UTC)) == State(True, None)
    assert opening(never).at(datetime(2026, 11, 23, tzinfo=UTC)) == State(False, None, "weekday")


def test_a_clock_that_jumps() -> None:
    """In Paris 2 h to 3 h of 28 March 2027 does not exist, and that of 25 October 2026 comes twice."""
    nights = opening(Hours((spans("22:00-02:30"),) * 7, {}, holidays=False), "FR", "Europe/Paris")
    assert at("2027-03-28 01:59", nights)[0]
    assert not nights.at(datetime(2027, 3, 28, 1, 31, tzinfo=UTC)).open
    closes = nights.at(datetime(2026, 10, 25, 0, 15, tzinfo=UTC)).until
    assert closes == datetime(2026, 10, 25, 2, 30, tzinfo=ZoneInfo("Europe/Paris"))
    assert closes.astimezone(UTC) == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    # What would open in the hour that is left out, and close right after it, does not open that day.
    mornings = opening(Hours((spans("02:30-03:10"),) * 7, {}, holidays=False), "FR", "Europe/Paris")
    assert at("2027-03-28 00:00", mornings) == (False, "Mon 29 02:30", "outside")


def test_the_shops_clock_counts_and_not_ours() -> None:
    shop = opening(Hours((DAY,) * 7, {}, holidays=False), "MU", "Indian/Mauritius")
    state = shop.at(datetime(2026, 11, 23, 21, 0, tzinfo=UTC))
    assert (state.open, state.until and state.until.isoformat()) == (False, "2026-11-24T08:00:00+04:00")


def test_a_tenant_without_hours_has_no_opening() -> None:
    assert opening_of(TENANT) is None
    made = opening_of(SHOP)
    assert made is not None
    assert made.hours == WEEK


clocks = st.times().map(lambda clock: clock.replace(second=0, microsecond=0, tzinfo=None, fold=0))
weeks = st.tuples(*[st.lists(st.builds(Span, clocks, clocks), max_size=3).map(tuple)] * 7)


@given(weeks, st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC)))
def test_the_state_turns_exactly_when_it_says(week: tuple[tuple[Span, ...], ...], now: datetime) -> None:
    shop = opening(Hours(week, {}, holidays=False), "FR", "Europe/Paris")
    state = shop.at(now)
    if state.until is None:
        assert shop.at(now + timedelta(days=1)).open is state.open
        return
    assert state.until > now
    assert shop.at(state.until).open is not state.open
    assert shop.at(max(now, state.until - timedelta(microseconds=1))).open is state.open

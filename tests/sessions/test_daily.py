"""Timers of every day: in the owner's chat, once a day, whatever ends in between."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime, time, timedelta
from functools import partial

import pytest
import trio
from occasions_rig import Listener, telling
from runner_rig import OWNER, START, Shop, pipeline
from trio.testing import MockClock

from comptoir.plugins.api import Context, Timer
from comptoir.plugins.walking.daily import data_of, next_due
from comptoir.sessions.events import Address
from comptoir.sessions.journal import contacts, daily

FAST = 96
DAY = 86_400 / FAST
"""Seconds of the test's clock, in which days go by quickly."""
EVENING = {"clock": {"summary": time(20)}}
FIRST = datetime(2026, 9, 21, 20, tzinfo=UTC)
"""The test's clock begins on that day, before noon."""


def now() -> int:
    return START + round(trio.current_time() * 1000 * FAST)


def arrange(shop: Shop, wanted: daily.Wanted, owner: str | None = OWNER) -> None:
    daily.arrange(shop.store.db, wanted, owner, "Africa/Dakar", now())


def timers(shop: Shop) -> list[tuple[str, datetime, str]]:
    rows = shop.store.db.execute("SELECT contact, due_at, json_extract(data, '$.at') FROM timers ORDER BY due_at")
    return [
        (str(contacts.address_of(shop.store.db, contact)), datetime.fromtimestamp(due / 1000, UTC), at)
        for contact, due, at in rows
    ]


async def report(context: Context, _timer: object) -> None:
    context.notify(f"bilan pour {context.contact.role}")


async def test_it_comes_every_day_to_an_owner_who_never_wrote(shop: Shop, autojump_clock: MockClock) -> None:
    clock_plugin = Listener(**{"daily:summary": report})
    arrange(shop, EVENING)
    async with telling(shop, pipeline(clock_plugin), now):
        await trio.sleep(3 * DAY)
    dues = [told.due for told in clock_plugin.told if isinstance(told, Timer)]
    assert dues == [FIRST + timedelta(days=days) for days in range(3)]
    assert shop.answers(Address.parse(OWNER)) == ["bilan pour owner"] * 3


async def test_one_that_was_missed_comes_once_and_the_next_on_its_day(shop: Shop, autojump_clock: MockClock) -> None:
    arrange(shop, EVENING)
    await trio.sleep(4 * DAY)
    # The next worker finds it as it stands.
    arrange(shop, EVENING)
    clock_plugin = Listener(**{"daily:summary": report})
    async with telling(shop, pipeline(clock_plugin), now):
        await trio.sleep(60 / FAST)
    assert [told.due for told in clock_plugin.told if isinstance(told, Timer)] == [FIRST]
    assert timers(shop) == [(OWNER, FIRST + timedelta(days=4), "20:00:00")]


async def test_a_plugin_that_raises_is_told_again_the_next_day(shop: Shop, autojump_clock: MockClock) -> None:
    async def fail(_context: Context, _timer: object) -> None:
        raise RuntimeError

    clock_plugin = Listener(**{"daily:summary": fail})
    arrange(shop, EVENING)
    async with telling(shop, pipeline(clock_plugin), now):
        await trio.sleep(2 * DAY)
    assert len(clock_plugin.told) == 2


async def test_one_that_its_worker_died_of_twice_is_given_up_for_that_day_only(
    shop: Shop, autojump_clock: MockClock
) -> None:
    arrange(shop, EVENING)
    shop.store.db.execute("UPDATE timers SET walks = 2")
    clock_plugin = Listener()
    async with telling(shop, pipeline(clock_plugin), now):
        await trio.sleep(2 * DAY)
    assert [told.due for told in clock_plugin.told if isinstance(told, Timer)] == [FIRST + timedelta(days=1)]


@pytest.mark.parametrize(
    ("wanted", "owner"),
    [({}, OWNER), ({"clock": {}}, OWNER), (EVENING, None)],
    ids=["not wanted", "nothing of it", "no owner"],
)
def test_what_is_no_longer_wanted_goes(shop: Shop, wanted: Mapping[str, Mapping[str, time]], owner: str | None) -> None:
    arrange_now = partial(daily.arrange, shop.store.db, timezone="Africa/Dakar", now=START)
    arrange_now(wanted=EVENING, owner=OWNER)
    arrange_now(wanted=wanted, owner=owner)
    assert timers(shop) == []


def test_another_hour_or_owner_takes_the_place_of_the_last(shop: Shop) -> None:
    arrange_now = partial(daily.arrange, shop.store.db, timezone="Africa/Dakar", now=START)
    arrange_now(wanted=EVENING, owner=OWNER)
    arrange_now(wanted={"clock": {"summary": time(21)}}, owner="+221770009999")
    assert timers(shop) == [("+221770009999", FIRST + timedelta(hours=1), "21:00:00")]


def test_it_stays_at_its_hour_when_the_clocks_change() -> None:
    data = json.loads(json.dumps(data_of(time(20), "Europe/Paris")))
    before = next_due(data, datetime(2026, 10, 24, 12, tzinfo=UTC))
    assert before is not None
    after = next_due(data, before)
    assert after is not None
    assert (after.astimezone(UTC) - before.astimezone(UTC)) == timedelta(hours=25)
    assert next_due({"mine": 1}, before) is None

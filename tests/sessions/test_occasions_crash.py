"""Workers that die while plugins are told: what was not committed is told again, what was committed is not."""

import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import trio
from journal_rig import AWA, MOUSSA, open_new
from mortal_store import Killed, MortalStore, reopened
from occasions_rig import Follower, Listener, telling
from runner_rig import Shop, WatchedStore, pipeline
from trio.testing import MockClock

from comptoir.plugins.api import Context, Wake
from comptoir.sessions.journal import contacts, occasions, timers
from comptoir.sessions.journal.database import Connection


def waiting(db: Connection) -> int:
    query = "SELECT (SELECT count(*) FROM timers) + (SELECT count(*) FROM occasions)"
    return int(db.execute(query).fetchone()[0])


async def count(context: Context, what: Any) -> None:
    """Numbers what a chat's plugin was told of."""
    number = await context.get("count") or 0
    assert isinstance(number, int)
    context.put("count", number + 1)
    context.notify(f"{context.contact.chat} {number + 1} {getattr(what, 'name', '') or what.kind}")


def follower() -> Follower:
    return Follower(first=count, second=count, taken=count, opened=count)


async def fill(path: Path) -> None:
    """Two chats, in each of which two timers are due and the owner took the conversation."""
    shop = Shop(WatchedStore(open_new(path)))
    db = shop.store.db
    occasions.set_cursor(db, 0)
    for who in (AWA, MOUSSA):
        contact = contacts.contact_for(db, who, 0)
        for name in ("first", "second"):
            timers.put(db, "follower", contact, Wake(name, datetime.fromtimestamp(1, UTC)), 0)
        await shop.hears(who, "j'arrive", by_owner=True)
    db.close()


async def serve_until_dead(shop: Shop, listener: Listener) -> None:
    with pytest.raises(BaseExceptionGroup) as death:
        async with telling(shop, pipeline(listener)):
            await trio.sleep_forever()
    assert death.value.split(Killed)[1] is None


async def serve_to_the_end(shop: Shop, listener: Listener) -> None:
    async with telling(shop, pipeline(listener)):
        # The events are taken up by a write of its own.
        await shop.store.until(lambda db: waiting(db) == 0 and (occasions.cursor(db) or 0) > 0)


async def test_dying_at_any_write_loses_and_repeats_nothing(tmp_path: Path, autojump_clock: MockClock) -> None:
    filled = tmp_path / "filled.db"
    await fill(filled)
    path = Path(shutil.copy(filled, tmp_path / "whole.db"))
    with reopened(path) as shop:
        await serve_to_the_end(shop, follower())
        expected = sorted(shop.answers())
        store = shop.store
        assert isinstance(store, MortalStore)
        writes = store.writes
    assert expected == sorted(
        f"{who} {number} {what}"
        for who in (AWA, MOUSSA)
        for number, what in enumerate(("first", "second", "opened", "taken"), 1)
    )
    for dies_at in range(writes - 1):  # the last write is the release at the end
        for committed in (False, True):
            path = Path(shutil.copy(filled, tmp_path / f"{dies_at}-{committed}.db"))
            with reopened(path, dies_at, committed=committed) as shop:
                await serve_until_dead(shop, follower())
            with reopened(path) as shop:
                await serve_to_the_end(shop, follower())
                assert sorted(shop.answers()) == expected, (dies_at, committed)
                assert shop.events("occasion_given_up") == []


async def test_a_cancelled_one_is_told_again_and_is_no_death(tmp_path: Path, autojump_clock: MockClock) -> None:
    path = tmp_path / "tenant.db"
    await fill(path)

    async def hang(context: Context, what: Any) -> None:
        entered.set()
        await trio.sleep(10)

    for _ in range(3):
        entered = trio.Event()
        with reopened(path) as shop:
            async with telling(shop, pipeline(Follower(first=hang))):
                await entered.wait()
    with reopened(path) as shop:
        await serve_to_the_end(shop, follower())
        assert len(shop.answers()) == 8


async def test_what_kills_twice_is_given_up_and_counts_as_a_fault(tmp_path: Path, autojump_clock: MockClock) -> None:
    path = tmp_path / "tenant.db"
    await fill(path)
    deaths = 0
    for _ in range(2):
        with reopened(path) as shop:
            store = shop.store
            assert isinstance(store, MortalStore)

            async def deadly(context: Context, what: Any, die: Callable[[], None] = store.die) -> None:
                nonlocal deaths
                if context.contact.chat == str(AWA):
                    deaths += 1
                    die()
                await count(context, what)

            with pytest.raises(BaseExceptionGroup):
                async with telling(shop, pipeline(Follower(first=deadly, second=count, opened=count, taken=count))):
                    await trio.sleep_forever()
    with reopened(path) as shop:
        await serve_to_the_end(shop, follower())
        assert deaths == 2
        (given_up,) = shop.events("occasion_given_up")
        assert (given_up.chat, given_up.data["plugin"]) == (str(AWA), "follower")
        assert sorted(shop.answers())[:3] == [
            f"{AWA} {number} {what}" for number, what in ((1, "second"), (2, "opened"), (3, "taken"))
        ]
        assert len(shop.answers()) == 7

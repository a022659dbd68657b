"""The worker after one that was ended for a plugin: one message is given up, all others are as if nothing had been."""

from functools import partial
from pathlib import Path

import pytest
import trio
from journal_rig import AWA, MOUSSA, open_new
from runner_rig import ECHO, Shop, WatchedStore, clock, pipeline
from trio.testing import MockClock

from comptoir.sessions import faulting
from comptoir.sessions.blaming import Blame, settle
from comptoir.sessions.journal import inbox
from comptoir.sessions.runner import Runner

HELD = Blame("held", "echo", 1, 1.0, "echo.py:3 in message")


@pytest.fixture
async def shop(tmp_path: Path, autojump_clock: MockClock) -> Shop:
    """Two chats with a message each, both on their way through a plugin when their worker was ended."""
    shop = Shop(WatchedStore(open_new(tmp_path / "tenant.db")))
    for who in (AWA, MOUSSA):
        await shop.hears(who, "bonjour")
    await shop.store.write(partial(inbox.begin_walk, messages=[1, 2], plugin="echo"))
    return shop


async def test_the_blamed_message_is_given_up_and_the_others_are_free(shop: Shop) -> None:
    await shop.store.write(partial(settle, blame=HELD, now=clock()))
    assert [row[0] for row in shop.store.db.execute("SELECT walks FROM inbox ORDER BY message")] == [2, 0]
    runner = Runner(shop.store, pipeline(ECHO), wake_outbox=lambda: None, now=clock, blamed=HELD)
    runner.open()
    async with trio.open_nursery() as nursery:
        nursery.start_soon(runner.run)
        await shop.quiet()
        nursery.cancel_scope.cancel()
    (thanks,) = shop.answers(AWA)
    assert thanks.startswith("Merci pour votre message")
    assert shop.answers(MOUSSA) == ["echo bonjour"]
    (given_up,) = shop.events("message_given_up")
    assert given_up.data == {"reason": "held", "plugin": "echo"}
    (held,) = shop.events("plugin_held")
    assert held.message == 1
    assert held.data == {"plugin": "echo", "why": "held", "seconds": 1.0, "place": "echo.py:3 in message"}


async def test_it_is_a_fault_of_the_plugins_like_others(shop: Shop) -> None:
    for _ in range(faulting.RUNNING):
        await shop.store.write(partial(settle, blame=HELD, now=clock()))
    assert await shop.store.read(faulting.suspended) == {"echo"}
    assert len(shop.events("plugin_suspended")) == 1


@pytest.mark.parametrize("blame", [Blame("held", None, None), Blame("held", "echo", 99), Blame("memory", "echo", None)])
async def test_where_nobody_knows_the_message_none_is_given_up(shop: Shop, blame: Blame) -> None:
    await shop.store.write(partial(settle, blame=blame, now=clock()))
    walks = [row[0] for row in shop.store.db.execute("SELECT walks FROM inbox ORDER BY message")]
    # What was on its way is walked alone where the plugin is not known either.
    assert walks == ([1, 1] if blame.plugin is None else [0, 0])

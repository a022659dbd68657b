"""Workers that die: what was not committed is done again, what was committed is not."""

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import pytest
import trio
from journal_rig import AWA, MOUSSA, open_new
from mortal_store import Killed, MortalStore, reopened
from runner_rig import ECHO, OWNER, Shop, WatchedStore, echo, pipeline, plugin
from trio.testing import MockClock

from comptoir.plugins.api import Context, Message, Verdict
from comptoir.sessions.events import Address
from comptoir.sessions.journal import inbox
from comptoir.sessions.journal.database import Connection
from comptoir.sessions.journal.journal import JournalUnavailable

T = TypeVar("T")


async def count(context: Context, message: Message) -> None:
    """A plugin with state: it numbers a contact's messages."""
    number = await context.get("count") or 0
    assert isinstance(number, int)
    context.put("count", number + 1)
    context.reply(f"message {number + 1}")


COUNTING = (plugin("count", count), ECHO)


async def fill(path: Path) -> None:
    shop = Shop(WatchedStore(open_new(path)))
    for number in range(2):
        for who in (AWA, MOUSSA):
            await shop.hears(who, str(number))
    shop.store.db.close()


async def serve_until_dead(shop: Shop) -> None:
    with pytest.raises(BaseExceptionGroup) as death:
        async with shop.serving(pipeline(*COUNTING)):
            await trio.sleep_forever()
    assert death.value.split(Killed)[1] is None


async def serve_to_the_end(shop: Shop) -> None:
    async with shop.serving(pipeline(*COUNTING)):
        await shop.quiet()


async def test_dying_at_any_write_loses_and_repeats_nothing(tmp_path: Path, autojump_clock: MockClock) -> None:
    path = tmp_path / "whole.db"
    await fill(path)
    with reopened(path) as shop:
        await serve_to_the_end(shop)
        expected = {who: shop.answers(who) for who in (AWA, MOUSSA)}
        store = shop.store
        assert isinstance(store, MortalStore)
        writes = store.writes
    assert expected[AWA] == ["message 1", "echo 0", "message 2", "echo 1"]
    for dies_at in range(writes - 1):  # the last write is the release at the end
        for committed in (False, True):
            path = tmp_path / f"{dies_at}-{committed}.db"
            await fill(path)
            with reopened(path, dies_at, committed=committed) as shop:
                await serve_until_dead(shop)
            with reopened(path) as shop:
                await serve_to_the_end(shop)
                assert {who: shop.answers(who) for who in (AWA, MOUSSA)} == expected, (dies_at, committed)
                assert shop.states() == ["done"] * 4


async def test_a_cancelled_walk_begins_again_and_is_no_death(tmp_path: Path, autojump_clock: MockClock) -> None:
    path = tmp_path / "tenant.db"
    await fill(path)
    entered = trio.Event()

    async def slow(context: Context, message: Message) -> None:
        entered.set()
        await trio.sleep(10)

    for _ in range(3):
        with reopened(path) as shop:
            async with shop.serving(pipeline(plugin("slow", slow), ECHO)):
                await entered.wait()
            assert shop.states() == ["received"] * 4
            assert sum(shop.store.db.execute("SELECT sum(walks) FROM inbox").fetchone()) == 0
    with reopened(path) as shop:
        await serve_to_the_end(shop)
        assert shop.answers(AWA) == ["message 1", "echo 0", "message 2", "echo 1"]


async def test_a_message_that_kills_twice_is_handed_to_the_owner(tmp_path: Path, autojump_clock: MockClock) -> None:
    path = tmp_path / "tenant.db"
    await fill(path)
    deaths = 0
    for _ in range(2):
        with reopened(path) as shop:
            store = shop.store
            assert isinstance(store, MortalStore)

            async def deadly(context: Context, message: Message, die: Callable[[], None] = store.die) -> Verdict:
                nonlocal deaths
                if message.text == "0" and context.contact.chat == str(AWA):
                    deaths += 1
                    die()
                return await echo(context, message)

            with pytest.raises(BaseExceptionGroup):
                async with shop.serving(pipeline(plugin("deadly", deadly))):
                    await trio.sleep_forever()
    with reopened(path) as shop:
        async with shop.serving(pipeline(plugin("deadly", deadly))):
            await shop.quiet()
        assert deaths == 2
        assert shop.states() == ["done"] * 4
        (thanks, second) = shop.answers(AWA)
        assert (thanks.split(".")[0], second) == ("Merci pour votre message", "echo 1")
        assert shop.answers(MOUSSA) == ["echo 0", "echo 1"]
        (notice,) = shop.answers(Address(OWNER))
        assert str(AWA) in notice
        (given_up,) = shop.events("message_given_up")
        assert (given_up.chat, given_up.data) == (str(AWA), {"reason": "deaths", "plugin": "deadly"})


async def test_one_death_alone_is_walked_again(tmp_path: Path, autojump_clock: MockClock) -> None:
    path = tmp_path / "tenant.db"
    await fill(path)
    with reopened(path) as shop:
        await shop.store.write(lambda db: inbox.begin_walk(db, [1], "echo"))
        await serve_to_the_end(shop)
        assert shop.answers(AWA) == ["message 1", "echo 0", "message 2", "echo 1"]


class FullStore(WatchedStore):
    """A journal that refuses for a while, after some jobs that went well."""

    def __init__(self, db: Connection) -> None:
        super().__init__(db)
        self.fine = self.refusals = 0

    async def write(self, fn: Callable[[Connection], T]) -> T:
        self._refuse()
        return await super().write(fn)

    async def read(self, fn: Callable[[Connection], T]) -> T:
        self._refuse()
        return await super().read(fn)

    def _refuse(self) -> None:
        if self.fine:
            self.fine -= 1
        elif self.refusals:
            self.refusals -= 1
            raise JournalUnavailable("the disk is full: free some space")


@pytest.mark.parametrize("refusals", [1, 3])
async def test_a_full_disk_delays_and_loses_nothing(tmp_path: Path, autojump_clock: MockClock, refusals: int) -> None:
    store = FullStore(open_new(tmp_path / "tenant.db"))
    shop = Shop(store)
    async with shop.serving(pipeline(*COUNTING)) as runner:
        for fine in range(16):  # a message takes 13 jobs
            await shop.hears(AWA, str(fine))
            store.fine, store.refusals = fine, refusals
            runner.wake()
            await shop.quiet()
            await trio.sleep(60)
            store.fine = store.refusals = 0
        assert [row["faults"] for row in await runner.status()] == [0, 0, 0]
    expected = [text for number in range(16) for text in (f"message {number + 1}", f"echo {number}")]
    assert shop.answers(AWA) == expected
    assert shop.events("message_given_up") == []
    store.db.close()

"""`takeover` on a real journal: a chat taken by hand comes back, and nobody who waits in it is forgotten."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import trio
from journal_rig import AWA
from occasions_rig import occasions_of
from runner_rig import ECHO, OWNER, TENANT, Shop, clock, pipeline
from trio.testing import MockClock

from comptoir.plugins.builtin.takeover import Takeover
from comptoir.sessions.events import Address
from comptoir.sessions.expiry import Expiry
from comptoir.sessions.journal import conversations

MINUTE = 60


Says = Callable[..., Awaitable[None]]


@asynccontextmanager
async def opened(shop: Shop) -> AsyncIterator[Says]:
    """A shop with all that looks after its conversations; what it gives says something in Awa's chat."""
    served = pipeline(Takeover(Takeover.Config(), TENANT), ECHO)
    async with shop.serving(served) as runner, trio.open_nursery() as nursery:
        occasions = occasions_of(shop, runner.pipelines)
        expiry = Expiry(shop.store, config=lambda: served.config, wake_outbox=lambda: None, now=clock)
        for rounds in (occasions, expiry):
            rounds.open()
            nursery.start_soon(rounds.run)

        async def says(text: str, *, by_owner: bool = False) -> None:
            await shop.hears(AWA, text, by_owner=by_owner)
            runner.wake()
            occasions.wake()
            await trio.sleep(1)

        await says("bonjour")
        yield says
        nursery.cancel_scope.cancel()


def agent(shop: Shop) -> str | None:
    found = conversations.current(shop.store.db, 1, clock())
    return found.agent if found else None


async def test_a_chat_taken_by_hand_comes_back_when_the_silence_ends(shop: Shop, autojump_clock: MockClock) -> None:
    async with opened(shop) as says:
        await says("je m'en occupe", by_owner=True)
        await trio.sleep(40 * MINUTE)
        await says("encore moi", by_owner=True)
        await trio.sleep(60 * MINUTE - 3)
        assert agent(shop) == "owner"
        await trio.sleep(4)
        assert agent(shop) is None
        assert [event.data["change"] for event in shop.events("conversation")][-1] == "released"
        await says("et la livraison ?")
        assert shop.answers(AWA) == ["echo bonjour", "echo et la livraison ?"]


async def test_a_word_gives_it_back_at_once(shop: Shop, autojump_clock: MockClock) -> None:
    async with opened(shop) as says:
        await says("je m'en occupe", by_owner=True)
        await says("#bot", by_owner=True)
        await says("allô")
        assert shop.answers(AWA) == ["echo bonjour", "echo allô"]


async def test_a_customer_who_waits_is_told_of_once(shop: Shop, autojump_clock: MockClock) -> None:
    async with opened(shop) as says:
        await says("je m'en occupe", by_owner=True)
        await trio.sleep(10 * MINUTE)
        for words in ("vous êtes là ?", "hé ho"):
            await says(words)
            await trio.sleep(31 * MINUTE)
        [reminder] = shop.answers(Address(OWNER))
        assert reminder.startswith("⏰ Awa (+22177")
        await trio.sleep(60 * MINUTE)
        assert len(shop.answers(Address(OWNER))) == 1


async def test_who_still_waits_when_the_silence_ends_is_not_forgotten(shop: Shop, autojump_clock: MockClock) -> None:
    async with opened(shop) as says:
        await says("je m'en occupe", by_owner=True)
        await trio.sleep(50 * MINUTE)
        await says("et pour demain ?")
        await trio.sleep(30 * MINUTE)
        [reminder] = shop.answers(Address(OWNER))
        assert "(conversation 1)" in reminder
        await trio.sleep(60 * MINUTE)
        assert len(shop.answers(Address(OWNER))) == 1

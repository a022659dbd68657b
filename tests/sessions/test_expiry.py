"""Conversations in which nobody writes end by themselves; those that wait for a person are brought to mind."""

from datetime import timedelta

import pytest
import trio
from journal_rig import AWA, MOUSSA
from runner_rig import CONFIG, HOUR, OWNER, Shop, clock, customer
from trio.testing import MockClock

from comptoir.plugins.config import TenantConfig
from comptoir.sessions.events import Address
from comptoir.sessions.expiry import GRACE, Expiry, expire
from comptoir.sessions.journal import conversations
from comptoir.sessions.journal.conversations import By

DAY = 24 * HOUR


async def opened(shop: Shop, who: Address) -> int:
    recorded = await shop.hears(who, "bonjour")
    assert recorded.contact is not None
    return conversations.ensure(shop.store.db, recorded.contact, By("customer", clock()))


def changes(shop: Shop) -> list[tuple[str, str, int]]:
    return [(event.data["change"], event.data["by"], event.data["number"]) for event in shop.events("conversation")]


async def test_what_is_idle_is_closed_whoever_has_it(shop: Shop, autojump_clock: MockClock) -> None:
    db, now = shop.store.db, clock()
    idle, given, waits = [await opened(shop, customer(number)) for number in range(3)]
    conversations.assign(db, given, "Fatou", By("operator", now))
    conversations.hand_over(db, waits, "prix", By("plugin:x", now))
    assert not expire(db, CONFIG, now + DAY)
    assert conversations.pending(db) == 1
    assert len(changes(shop)) == 5
    expire(db, CONFIG, now + DAY + 1)
    assert changes(shop)[5:] == [
        ("closed", "expiry", idle),
        ("released", "expiry", given),
        ("closed", "expiry", given),
    ]
    assert conversations.pending(db) == 1


async def test_the_owner_is_reminded_once_a_time(shop: Shop, autojump_clock: MockClock) -> None:
    db, now = shop.store.db, clock()
    number = await opened(shop, AWA)
    conversations.hand_over(db, number, "prix", By("plugin:x", now))
    times = [now + DAY, now + DAY + 1, now + 2 * DAY - 1, now + 2 * DAY, now + 2 * DAY + 1]
    assert [expire(db, CONFIG, at) for at in times] == [False, True, False, True, False]
    words = "Conversation 1 : +221770000001 (Awa) attend une personne (prix). Derniers mots : « bonjour »"
    assert shop.answers(Address(OWNER)) == [words] * 2


async def test_taken_by_hand_it_is_given_back_where_no_plugin_does(shop: Shop, autojump_clock: MockClock) -> None:
    number = await opened(shop, AWA)
    await shop.hears(AWA, "j'arrive", by_owner=True)
    await opened(shop, MOUSSA)
    end = clock() + HOUR
    for at, told in ((end + GRACE, 0), (end + GRACE + 1, 1), (end + 2 * GRACE, 1)):
        expire(shop.store.db, CONFIG, at)
        assert changes(shop).count(("released", "expiry", number)) == told


@pytest.mark.parametrize("there", [True, False])
async def test_runs_beside_the_runner(shop: Shop, autojump_clock: MockClock, there: bool) -> None:
    config: TenantConfig | None = CONFIG if there else None
    expiry = Expiry(shop.store, config=lambda: config, wake_outbox=lambda: None, now=clock)
    await opened(shop, AWA)
    async with trio.open_nursery() as nursery:
        nursery.start_soon(expiry.run)
        await trio.sleep(timedelta(hours=25).total_seconds())
        # Held: what waits at the server may bring messages.
        assert len(changes(shop)) == 1
        expiry.open()
        await trio.sleep(120)
        assert changes(shop)[1:] == [("closed", "expiry", 1)] * there
        nursery.cancel_scope.cancel()

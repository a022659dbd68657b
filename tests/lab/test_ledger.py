"""The ledger remembers what it is told, bounded, and says what did not happen."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import trio
import trio.testing

from comptoir.lab import ledger as module
from comptoir.lab.clock import Clock
from comptoir.lab.ledger import Ledger, NotSeen
from comptoir.lab.nodes import JID
from comptoir.lab.store import Store

SHOP = JID("221770000001", "s.whatsapp.net", 1)
PHONE = JID("221770000001", "s.whatsapp.net")
AWA = JID("221770000101", "s.whatsapp.net")
AWAS_LID = JID("123456789012345", "lid")


def name_of(jid: JID) -> str:
    return str(AWA if jid.bare == AWAS_LID else jid)


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    store = Store(tmp_path / "lab.db")
    yield store
    await store.aclose()


@pytest.fixture
async def ledger(store: Store) -> Ledger:
    return Ledger(Clock(), store, name_of)


async def test_an_entry_tells_a_messages_life(ledger: Ledger) -> None:
    ledger.sealed("A1", AWA, SHOP, "bonjour", b"\x01", 0, "pkmsg")
    ledger.took("A1", AWA, PHONE)
    ledger.acked("A1", AWA)
    ledger.delivered("A1", AWA, SHOP, False)
    ledger.receipt("A1", AWAS_LID, SHOP, "inactive")
    ledger.receipt("A1", AWAS_LID, SHOP, "read")
    [entry] = ledger.entries(sender="+221 77 000 01 01", to="221770000001")
    assert (entry.id, entry.sender, entry.to, entry.text) == ("A1", str(AWA), "221770000001", "bonjour")
    assert [mark.kind for mark in entry.receipts] == ["inactive", "read"]
    assert (len(entry.stanzas), len(entry.acks), entry.error) == (1, 1, None)
    assert entry.delivered[0].to == str(SHOP)


async def test_what_was_heard_comes_in_the_order_of_hearing(ledger: Ledger) -> None:
    for number, id in enumerate("ab"):
        ledger.took(id, SHOP, AWA)
        ledger.opened(id, SHOP, AWAS_LID, f"text {id}", b"\x02", number, "msg")
    assert [heard.text for heard in ledger.heard(by="+221770000101", sender="+221770000001")] == ["text a", "text b"]
    assert ledger.heard(by="+221770000101", sender="+221770000102") == []


async def test_a_message_key_that_two_messages_used_is_found(ledger: Ledger) -> None:
    ledger.opened("a", SHOP, AWA, "one", b"\x02", 7, "msg")
    ledger.sealed("a", SHOP, AWA, "one", b"\x02", 7, "msg")
    assert ledger.reused_counters() == []
    ledger.failed("b", SHOP, AWA, "old counter")
    assert [entry.id for entry in ledger.unheard()] == ["b"]
    ledger.opened("b", SHOP, AWA, "two", b"\x02", 7, "msg")
    assert ledger.reused_counters() == [(str(SHOP), str(AWA), "02", 7)]
    assert ledger.unheard() == []


async def test_waiting_ends_when_it_is_true(ledger: Ledger) -> None:
    async with trio.open_nursery() as nursery:
        nursery.start_soon(ledger.wait, lambda told: told.entries(id="A1"), 5)
        await trio.testing.wait_all_tasks_blocked()
        ledger.took("other", AWA, PHONE)
        await trio.testing.wait_all_tasks_blocked(0.02)
        ledger.took("A1", AWA, PHONE)


async def test_waiting_in_vain_says_what_there_is(ledger: Ledger, autojump_clock: trio.testing.MockClock) -> None:
    ledger.sealed("A1", AWA, SHOP, "bonjour", b"\x01", 0, "pkmsg")
    with pytest.raises(NotSeen, match=r"an answer did not come true within 3600 s.*bonjour"):
        await ledger.wait(lambda told: False, 3600, what="an answer")


async def test_a_ledger_survives(store: Store, ledger: Ledger) -> None:
    for id in "abc":
        ledger.took(id, AWA, PHONE)
    ledger.opened("b", AWA, PHONE, "deux", b"\x03", 1, "msg")
    ledger.acked("c", AWA, 463)
    await store.flush()
    again = Ledger(Clock(), store, name_of)
    assert again.entries() == ledger.entries()
    again.took("d", AWA, PHONE)
    assert [entry.number for entry in again.entries()] == [1, 2, 3, 4]


async def test_a_ledger_is_bounded(store: Store, ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "ENTRIES_KEPT", 3)
    monkeypatch.setattr(module, "MARKS_KEPT", 2)
    for id in "abcde":
        for _ in range(5):
            ledger.took(id, AWA, PHONE)
    assert [(entry.id, len(entry.stanzas)) for entry in ledger.entries()] == [("c", 2), ("d", 2), ("e", 2)]
    assert len(store.documents("ledger/")) == 3


def test_the_clock_moves_by_order_only() -> None:
    clock = Clock()
    with clock.shifted(-6 * 3600):
        earlier = clock.now()
    assert abs(clock.now() - earlier - 6 * 3600) < 1
    assert abs(clock.now_ms() / 1000 - clock.now()) < 1

"""How a send ends, and what is recorded of it."""

from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

import pytest
import trio
from journal_rig import MOUSSA, InlineStore, stored
from sender_rig import FakeLink, desk, now_ms
from trio.testing import MockClock

from comptoir.sessions.events import Address
from comptoir.sessions.journal import event_log, linkings, outbox, recovery
from comptoir.sessions.journal.database import Connection
from comptoir.sessions.journal.journal import JournalUnavailable
from comptoir.sessions.journal.outbox import MAX_ATTEMPTS
from comptoir.sessions.journal.waiting import STRANGERS_PAUSE
from comptoir.sessions.outbox.port import NotConnected, SendRefused, SendUnknown
from comptoir.sessions.outbox.sender import SEND_LIMIT

T = TypeVar("T")


async def test_permanent_refusal_fails_at_once_and_holds_nothing_up(db: Connection, autojump_clock: MockClock) -> None:
    refusal = SendRefused(0, "not on WhatsApp", permanent=True)
    async with desk(db, FakeLink(outcomes=[refusal])) as shop:
        first, second = shop.queue("un"), shop.queue("deux")
        shop.sender.open()
        await trio.sleep(2)
        assert [shop.state(id) for id in (first, second)] == ["failed", "sent"]
        assert stored(db, first).error == "not on WhatsApp"


async def test_passing_refusal_is_retried_in_order_and_in_the_end_given_up(
    db: Connection, autojump_clock: MockClock
) -> None:
    refusals: list[Exception | None] = [SendRefused(500, "busy", permanent=False) for _ in range(MAX_ATTEMPTS)]
    async with desk(db, FakeLink(outcomes=refusals)) as shop:
        first, second = shop.queue("un"), shop.queue("deux")
        shop.sender.open()
        await trio.sleep(3 * 3600)
        assert shop.link.texts == ["un"] * MAX_ATTEMPTS + ["deux"]
        assert [shop.state(id) for id in (first, second)] == ["failed", "sent"]


async def test_refused_new_chat_stops_new_chats_and_nothing_else(db: Connection, autojump_clock: MockClock) -> None:
    refusal = SendRefused(463, "too many strangers", permanent=False)
    async with desk(db, FakeLink(outcomes=[refusal])) as shop:
        shop.hear("A")
        stranger, other = (shop.queue("bonjour", to, "operator") for to in (MOUSSA, Address("+221779999999")))
        shop.sender.open()
        await trio.sleep(10)
        answer = shop.queue("réponse")
        await trio.sleep(10)
        assert [shop.state(id) for id in (stranger, other, answer)] == ["queued", "queued", "sent"]
        assert "new_chats_held" in [event.kind for event in event_log.page(db, 0)]
        await trio.sleep(STRANGERS_PAUSE / 1000)
        assert [shop.state(id) for id in (stranger, other)] == ["sent", "sent"]


async def test_an_answer_that_is_taken_for_a_new_chat_holds_up_its_chat_for_minutes_at_most(
    db: Connection, autojump_clock: MockClock
) -> None:
    refusals: list[Exception | None] = [SendRefused(463, "too many strangers", permanent=False)] * MAX_ATTEMPTS
    async with desk(db, FakeLink(outcomes=refusals)) as shop:
        shop.hear("A")
        refused, next_one = shop.queue("un"), shop.queue("deux")
        shop.sender.open()
        await trio.sleep(4)
        assert shop.link.texts == ["un"], "not at once again"
        await trio.sleep(15 * 60)
        assert [shop.state(id) for id in (refused, next_one)] == ["failed", "sent"]
        assert shop.link.texts == ["un"] * MAX_ATTEMPTS + ["deux"]


async def test_without_a_connection_it_stays_queued_however_often(db: Connection, autojump_clock: MockClock) -> None:
    offline: list[Exception | None] = [NotConnected("not connected") for _ in range(3 * MAX_ATTEMPTS)]
    refused_once = SendRefused(500, "busy", permanent=False)
    async with desk(db, FakeLink(outcomes=[*offline, refused_once])) as shop:
        id = shop.queue("un")
        shop.sender.open()
        await trio.sleep(120)
        assert shop.link.texts == ["un"] * (3 * MAX_ATTEMPTS + 2)
        assert shop.state(id) == "sent"


@pytest.mark.parametrize("hangs", [False, True])
async def test_without_an_acknowledgement_it_is_held_as_uncertain(
    db: Connection, autojump_clock: MockClock, hangs: bool
) -> None:
    link = FakeLink(latency=1e9) if hangs else FakeLink(outcomes=[SendUnknown("no acknowledgement within 75 s")])
    async with desk(db, link) as shop:
        first, second = shop.queue("un"), shop.queue("deux")
        shop.sender.open()
        await trio.sleep(SEND_LIMIT + 1)
        link.latency = 0.01
        await trio.sleep(1_000)
        assert shop.link.texts[0] == "un"
        assert shop.state(first) == "uncertain"
        assert stored(db, first).error
        assert shop.link.texts.count("un") == 1
        assert shop.state(second) == ("sent" if not hangs else "uncertain")


async def test_uncertain_message_is_repeated_where_the_tenant_wants_it_and_recovery_has_judged_it(
    db: Connection, autojump_clock: MockClock
) -> None:
    """Before, its id is unknown, and a receipt that shows that it arrived finds nothing."""
    told = trio.Event()
    link = FakeLink(outcomes=[SendUnknown("no acknowledgement")])
    async with desk(db, link, resend=True, on_unknown=told.set) as shop:
        id = shop.queue("un")
        shop.sender.open()
        await told.wait()
        assert shop.state(id) == "uncertain"
        await trio.sleep(3600)
        assert link.texts == ["un"]
    [(secret,)] = db.execute("SELECT secret FROM outbox").fetchall()
    trace = recovery.SecretRow("5001@lid", "99000@lid", "W1", secret)
    session = linkings.current_session(db)
    assert session is not None
    recovery.judge_page(db, [trace], session, now_ms(), resend=True)
    async with desk(db, link) as shop:
        shop.sender.open()
        await trio.sleep(outbox.RESEND_AFTER / 1000 - 1)
        shop.sender.settings = replace(shop.sender.settings, resend_uncertain=True)
        shop.sender.wake()
        await trio.sleep(0.5)
        assert shop.state(id) == "uncertain"
        await trio.sleep(1)
        assert shop.state(id) == "sent"
        assert link.texts == ["un", "un"]


class RefusingStore(InlineStore):
    """A journal whose disk is full as long as `full` says so."""

    full = False

    async def write(self, fn: Callable[[Connection], T]) -> T:
        if self.full:
            await trio.lowlevel.checkpoint()
            raise JournalUnavailable("the disk is full")
        return await super().write(fn)


async def test_nothing_leaves_while_its_outcome_could_not_be_kept(db: Connection, autojump_clock: MockClock) -> None:
    store = RefusingStore(db)

    async def inside(_: bytes, whatsapp_id: str) -> None:
        store.full = whatsapp_id == "W1"

    async with desk(db, FakeLink(inside=inside), store=store) as shop:
        first, second = shop.queue("un"), shop.queue("deux")
        shop.sender.open()
        await trio.sleep(600)
        assert shop.link.texts == ["un"]
        assert shop.state(first) == "sending"
        store.full = False
        await trio.sleep(5)
        assert [shop.state(id) for id in (first, second)] == ["sent", "sent"]


async def test_full_disk_before_sending_only_delays(db: Connection, autojump_clock: MockClock) -> None:
    store = RefusingStore(db)
    store.full = True
    async with desk(db, FakeLink(), store=store) as shop:
        id = shop.queue("un")
        shop.sender.open()
        await trio.sleep(60)
        assert shop.link.sent == []
        store.full = False
        await trio.sleep(2)
        assert shop.state(id) == "sent"

"""The sender on a clock that jumps: a real database, a link that does as it is told."""

import random
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from itertools import pairwise
from pathlib import Path
from typing import TypeVar

import pytest
import trio
from journal_rig import AWA, AWA_LID, KEY, MOUSSA, OWN, InlineStore, heard, receipt, record, stored
from trio.testing import MockClock

from comptoir.sessions.events import Address
from comptoir.sessions.journal import contacts, event_log, history, linkings, outbox, recovery, waiting
from comptoir.sessions.journal.database import Connection, open_database
from comptoir.sessions.journal.journal import JournalUnavailable
from comptoir.sessions.journal.outbox import MAX_ATTEMPTS
from comptoir.sessions.journal.queued import QueuedMessage
from comptoir.sessions.journal.waiting import STRANGERS_PAUSE
from comptoir.sessions.outbox.policy import QUIET_LIMIT
from comptoir.sessions.outbox.port import NotConnected, SendRefused, SendUnknown, Sent
from comptoir.sessions.outbox.sender import SEND_LIMIT, Sender, SenderSettings
from comptoir.sessions.spec import FAST_RATES, Rates

T = TypeVar("T")

EPOCH = 1_795_244_400_000
PLAIN = Rates(None, None, None, None, typing=False)


def now_ms() -> int:
    return EPOCH + round(trio.current_time() * 1000)


@dataclass
class FakeLink:
    """Acknowledges after `latency` seconds, unless an `outcomes` entry says otherwise; notes all it is told."""

    latency: float = 0.01
    outcomes: list[Exception | None] = field(default_factory=list)
    sent: list[tuple[float, str, str]] = field(default_factory=list)
    typed: list[tuple[float, str, bool]] = field(default_factory=list)
    inside: Callable[[bytes, str], Awaitable[None]] | None = None
    busy: int = 0
    most_busy: int = 0

    async def send(self, message: QueuedMessage, secret: bytes) -> Sent:
        self.sent.append((trio.current_time(), str(message.address), message.text))
        self.busy += 1
        self.most_busy = max(self.busy, self.most_busy)
        try:
            whatsapp_id = f"W{len(self.sent)}"
            if self.inside is not None:
                await self.inside(secret, whatsapp_id)
            await trio.sleep(self.latency)
        finally:
            self.busy -= 1
        if self.outcomes and (outcome := self.outcomes.pop(0)) is not None:
            raise outcome
        return Sent(whatsapp_id, now_ms())

    async def typing(self, address: Address, on: bool) -> None:
        await trio.lowlevel.checkpoint()
        self.typed.append((trio.current_time(), str(address), on))

    @property
    def texts(self) -> list[str]:
        return [text for _, _, text in self.sent]


class Desk:
    """A shop's outbox, its sender and its link."""

    def __init__(self, db: Connection, link: FakeLink, sender: Sender) -> None:
        self.db = db
        self.link = link
        self.sender = sender

    def queue(
        self, text: str, to: Address = AWA, author: str = "plugin:answers", *, priority: int = outbox.ANSWER
    ) -> int:
        contact = contacts.contact_for(self.db, to, now_ms())
        id = outbox.enqueue(self.db, outbox.Outgoing(contact, text, author, priority), now_ms())
        self.sender.wake()
        return id

    def hear(self, whatsapp_id: str, chat: Address = AWA, *, by_owner: bool = False) -> None:
        record(self.db, heard(whatsapp_id, chat, by_owner=by_owner), now_ms())
        self.sender.wake()

    def state(self, id: int) -> str:
        row = history.message(self.db, id)
        assert row is not None
        return row.state


@asynccontextmanager
async def desk(
    db: Connection,
    link: FakeLink,
    rates: Rates = PLAIN,
    *,
    resend: bool = False,
    store: InlineStore | None = None,
    on_unknown: Callable[[], object] | None = None,
) -> AsyncIterator[Desk]:
    """The sender runs, still closed."""
    settings = SenderSettings(rates, resend, now_ms, random.Random(7))
    sender = Sender(store or InlineStore(db), link, 1, settings, on_unknown=on_unknown)
    async with trio.open_nursery() as nursery:
        nursery.start_soon(sender.run)
        yield Desk(db, link, sender)
        nursery.cancel_scope.cancel()


async def test_everything_is_sent_in_order_one_at_a_time(db: Connection, autojump_clock: MockClock) -> None:
    async with desk(db, FakeLink()) as shop:
        ids = [shop.queue(f"{to} {number}", to) for number in range(3) for to in (AWA, MOUSSA, AWA_LID)]
        shop.sender.open()
        await trio.sleep(5)
        assert [shop.state(id) for id in ids] == ["sent"] * 9
        for to in (AWA, MOUSSA, AWA_LID):
            assert [text for _, chat, text in shop.link.sent if chat == str(to)] == [f"{to} {n}" for n in range(3)]
        assert shop.link.most_busy == 1


async def test_closed_until_opened_and_after_being_held(db: Connection, autojump_clock: MockClock) -> None:
    async with desk(db, FakeLink()) as shop:
        id = shop.queue("un")
        await trio.sleep(100)
        assert shop.link.sent == []
        shop.sender.open()
        await trio.sleep(1)
        assert shop.state(id) == "sent"
        shop.sender.hold()
        late = shop.queue("deux")
        await trio.sleep(100)
        assert shop.state(late) == "queued"


async def test_new_row_is_sent_at_once(db: Connection, autojump_clock: MockClock) -> None:
    async with desk(db, FakeLink()) as shop:
        shop.sender.open()
        await trio.sleep(30)
        shop.queue("un")
        await trio.sleep(0.5)
        assert shop.link.texts == ["un"]


async def test_secret_is_committed_before_anything_leaves(
    db: Connection, tmp_path: Path, autojump_clock: MockClock
) -> None:
    secrets: list[bytes] = []
    elsewhere = open_database(tmp_path / "tenant.db", KEY, read_only=True)

    async def inside(secret: bytes, _: str) -> None:
        secrets.append(secret)
        rows = elsewhere.execute(
            "SELECT secret, session FROM messages JOIN outbox ON message = id WHERE state = 'sending'"
        )
        assert rows.fetchall() == [(secret, 1)]

    async with desk(db, FakeLink(inside=inside)) as shop:
        shop.queue("un")
        shop.queue("deux", MOUSSA)
        shop.sender.open()
        await trio.sleep(1)
    elsewhere.close()
    assert [len(secret) for secret in secrets] == [32, 32]
    assert secrets[0] != secrets[1]


async def test_receipt_that_overtakes_the_acknowledgement(db: Connection, autojump_clock: MockClock) -> None:
    async def inside(_: bytes, whatsapp_id: str) -> None:
        record(db, receipt("delivered", whatsapp_id))

    async with desk(db, FakeLink(inside=inside)) as shop:
        id = shop.queue("un")
        shop.sender.open()
        await trio.sleep(1)
        assert shop.state(id) == "delivered"


async def test_held_while_it_looked(db: Connection, autojump_clock: MockClock) -> None:
    """The owner answered, or the connection went, between the look into the outbox and the send."""

    class Holding(InlineStore):
        async def read(self, fn: Callable[[Connection], T]) -> T:
            result = await super().read(fn)
            if holding:
                shop.sender.hold()
            return result

    holding = True
    async with desk(db, FakeLink(), store=Holding(db)) as shop:
        id = shop.queue("un")
        shop.sender.open()
        await trio.sleep(1)
        assert shop.state(id) == "queued"
        holding = False
        shop.sender.open()
        await trio.sleep(1)
        assert shop.state(id) == "sent"


async def test_clean_stop_lets_the_send_finish(db: Connection, autojump_clock: MockClock) -> None:
    async with desk(db, FakeLink(latency=4)) as shop:
        first, second = shop.queue("un"), shop.queue("deux")
        shop.sender.open()
        await trio.sleep(1)
        shop.sender.hold()
        await shop.sender.idle()
        assert trio.current_time() == pytest.approx(4, abs=0.1)
        assert [shop.state(id) for id in (first, second)] == ["sent", "queued"]
        await shop.sender.idle()


async def test_hard_stop_leaves_the_row_for_the_next_start(db: Connection, autojump_clock: MockClock) -> None:
    async with desk(db, FakeLink(latency=4)) as shop:
        id = shop.queue("un")
        shop.sender.open()
        await trio.sleep(1)
    assert shop.state(id) == "sending"
    assert db.execute("SELECT length(secret) FROM outbox").fetchone() == (32,)


# --- when to send


async def test_answer_waits_for_a_quiet_spell(db: Connection, autojump_clock: MockClock) -> None:
    async with desk(db, FakeLink(), replace(PLAIN, quiet_ms=1_500)) as shop:
        shop.sender.open()
        shop.hear("A")
        shop.queue("réponse")
        await trio.sleep(1)
        shop.hear("B")
        shop.queue("autre chat", MOUSSA)
        await trio.sleep(1.4)
        assert shop.link.texts == ["autre chat"]
        await trio.sleep(1)
        assert shop.link.texts == ["autre chat", "réponse"]
        assert shop.link.sent[1][0] == pytest.approx(2.5, abs=0.05)


async def test_customer_who_never_pauses_is_answered(db: Connection, autojump_clock: MockClock) -> None:
    async with desk(db, FakeLink(), FAST_RATES) as shop:
        shop.hear("A0")
        shop.queue("réponse")
        shop.sender.open()
        for number in range(100):
            await trio.sleep(0.1)
            shop.hear(f"A{number + 1}")
        [(time, _, _)] = shop.link.sent
        assert time == pytest.approx(QUIET_LIMIT / 1000, abs=0.11)


async def test_old_row_too_waits_for_a_quiet_spell(db: Connection, autojump_clock: MockClock) -> None:
    """It was queued long ago, while there was no connection; its customer is writing just now."""
    async with desk(db, FakeLink(), FAST_RATES) as shop:
        shop.queue("réponse")
        await trio.sleep(3_600)
        shop.hear("A")
        shop.sender.open()
        await trio.sleep(1)
        [(time, _, _)] = shop.link.sent
        assert time == pytest.approx(3_600.2, abs=0.01)


async def test_typing_is_shown_before_and_ends_when_the_owner_answers(
    db: Connection, autojump_clock: MockClock
) -> None:
    async with desk(db, FakeLink(), replace(PLAIN, typing=True, quiet_ms=0)) as shop:
        shop.queue("x" * 50)
        shop.queue("x" * 120, MOUSSA)
        shop.sender.open()
        await trio.sleep(2)
        assert [(chat, on) for _, chat, on in shop.link.typed] == [(str(AWA), True), (str(MOUSSA), True)]
        [(time, chat, _)] = shop.link.sent
        assert time == pytest.approx(1.6, abs=0.05)
        assert chat == str(AWA)
        shop.hear("O", MOUSSA, by_owner=True)
        await trio.sleep(10)
        assert [(chat, on) for _, chat, on in shop.link.typed[2:]] == [(str(MOUSSA), False)]
        assert len(shop.link.sent) == 1


async def test_default_rates_hold_over_a_rush(db: Connection, autojump_clock: MockClock) -> None:
    async with desk(db, FakeLink(), Rates()) as shop:
        chats = [Address(f"+22177100{number:04}") for number in range(70)]
        for number, chat in enumerate(chats):
            shop.hear(f"A{number}", chat)
            shop.queue("réponse", chat)
        shop.sender.open()
        await trio.sleep(180)
        times = [time for time, _, _ in shop.link.sent]
        assert len(times) == 70
        # A little less than a minute: the sender counts in whole milliseconds.
        assert max(sum(start <= time < start + 59.9 for time in times) for start in times) == 30


async def test_two_answers_in_one_chat_are_a_second_apart(db: Connection, autojump_clock: MockClock) -> None:
    async with desk(db, FakeLink(), replace(PLAIN, chat_per_second=1.0)) as shop:
        for text in ("un", "deux", "trois"):
            shop.queue(text)
        shop.sender.open()
        await trio.sleep(10)
        times = [time for time, _, _ in shop.link.sent]
        assert [later - time for time, later in pairwise(times)] == pytest.approx([1, 1], abs=0.05)


async def test_answer_gets_past_any_number_of_strangers(db: Connection, autojump_clock: MockClock) -> None:
    async with desk(db, FakeLink(), Rates()) as shop:
        for number in range(waiting.MOST + 50):
            shop.queue("promo", Address(f"+22177100{number:04}"), author="operator")
        shop.hear("A")
        answer = shop.queue("réponse")
        shop.sender.open()
        await trio.sleep(60)
        assert shop.state(answer) == "sent"


async def test_answer_that_waited_too_long_is_given_up(db: Connection, autojump_clock: MockClock) -> None:
    async with desk(db, FakeLink(), Rates()) as shop:
        shop.hear("A")
        old = [shop.queue(text) for text in ("un", "deux")]
        by_hand = shop.queue("trois", MOUSSA, author="operator")
        notice = shop.queue("avis", OWN, priority=outbox.NOTICE)
        await trio.sleep(outbox.ANSWER_KEPT / 1000 + 1)
        new = shop.queue("quatre")
        shop.sender.open()
        await trio.sleep(60)
        assert [shop.state(id) for id in (*old, by_hand, notice, new)] == ["failed"] * 2 + ["sent"] * 3
        assert stored(db, old[0]).error == "too old to be an answer"
        assert ("failed", old[0]) in [(event.kind, event.message) for event in event_log.page(db, 0)]


async def test_clock_that_is_set_back_stops_no_answer(db: Connection, autojump_clock: MockClock) -> None:
    shift = 0

    def shifted() -> int:
        return now_ms() + shift

    async with desk(db, FakeLink(), Rates()) as shop:
        shop.sender.settings = replace(shop.sender.settings, now=shifted)
        shop.sender.open()
        shop.hear("A")
        first = shop.queue("un")
        await trio.sleep(4)
        shop.hear("M", MOUSSA)
        typed = shop.queue("x" * 200, MOUSSA)
        shop.hear("B")
        second = shop.queue("deux")
        await trio.sleep(2)
        assert [shop.state(id) for id in (first, typed, second)] == ["sent", "queued", "queued"]
        assert shop.link.typed[-1] == (pytest.approx(5.5, abs=0.1), str(AWA), True)
        shift = -12 * 3_600_000
        third = shop.queue("trois", MOUSSA)
        await trio.sleep(QUIET_LIMIT / 1000 + 10)
        assert [shop.state(id) for id in (typed, second, third)] == ["sent"] * 3


# --- how a send ends


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

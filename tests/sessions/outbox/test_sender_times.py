"""When the sender sends: quiet spells, typing, rates, age, on a clock that jumps."""

from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from typing import TypeVar

import pytest
import trio
from journal_rig import AWA, MOUSSA, OWN, InlineStore, stored
from sender_rig import PLAIN, FakeLink, desk, now_ms
from trio.testing import MockClock

from comptoir.sessions.events import Address
from comptoir.sessions.journal import event_log, outbox, waiting
from comptoir.sessions.journal.database import Connection
from comptoir.sessions.outbox.policy import QUIET_LIMIT
from comptoir.sessions.spec import FAST_RATES, Rates

T = TypeVar("T")


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


async def test_what_is_journaled_while_the_sender_looks_begins_a_quiet_spell(
    db: Connection, autojump_clock: MockClock
) -> None:
    class Late(InlineStore):
        """A message of the customer's is in line before the first mark."""

        async def write(self, fn: Callable[[Connection], T]) -> T:
            if shop.link.sent == [] and trio.current_time() == 0:
                shop.hear("A")
            return await super().write(fn)

    async with desk(db, FakeLink(), FAST_RATES, store=Late(db)) as shop:
        shop.queue("réponse")
        shop.sender.open()
        await trio.sleep(1)
        [(time, _, _)] = shop.link.sent
        assert time == pytest.approx(FAST_RATES.quiet_ms / 1000, abs=0.01)


async def test_what_comes_while_the_mark_is_written_begins_a_quiet_spell(
    db: Connection, autojump_clock: MockClock
) -> None:
    class Slow(InlineStore):
        """While the disk takes the first mark, a message comes that is not journaled yet."""

        async def write(self, fn: Callable[[Connection], T]) -> T:
            result = await super().write(fn)
            if not shop.link.last_heard:
                assert shop.state(id) == "sending"
                shop.link.last_heard[str(AWA)] = now_ms()
                came.set()
            return result

    came = trio.Event()
    async with desk(db, FakeLink(), FAST_RATES, store=Slow(db)) as shop:
        id = shop.queue("réponse")
        shop.sender.open()
        await came.wait()
        # The writer's next commit.
        await trio.sleep(0.02)
        assert shop.state(id) == "queued"
        shop.hear("A")
        await trio.sleep(1)
        [(time, _, _)] = shop.link.sent
        assert time == pytest.approx(0.02 + FAST_RATES.quiet_ms / 1000, abs=0.01)
        assert outbox.attempts_of(db, id) == 1


async def test_who_writes_into_every_mark_is_answered_at_the_limit(db: Connection, autojump_clock: MockClock) -> None:
    class Chatty(InlineStore):
        async def write(self, fn: Callable[[Connection], T]) -> T:
            await trio.sleep(0.001)
            shop.hear(f"A{trio.current_time()}")
            return await super().write(fn)

    async with desk(db, FakeLink(), FAST_RATES, store=Chatty(db)) as shop:
        shop.queue("réponse")
        shop.sender.open()
        await trio.sleep(10)
        [(time, _, _)] = shop.link.sent
        assert time == pytest.approx(QUIET_LIMIT / 1000, abs=0.3)


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

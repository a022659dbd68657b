"""What may be sent now, decided from a snapshot: rates, quiet spells, typing, order."""

import random
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comptoir.sessions.journal.outbox import ANSWER, CAMPAIGN, NOTICE
from comptoir.sessions.journal.waiting import DAY, MINUTE, Snapshot, Tried, Waiting
from comptoir.sessions.outbox.policy import MAX_TYPING, QUIET_LIMIT, Plan, Progress, backoff, due_at, plan, typing_time
from comptoir.sessions.spec import FAST_RATES, Rates

NOW = 10_000_000
RATES = Rates(typing=False)
TYPED = Rates()


def waiting(
    id: int = 1,
    contact: int = 1,
    priority: int = ANSWER,
    *,
    not_before: int = 0,
    last_heard: int | None = None,
    stranger: bool = False,
) -> Waiting:
    return Waiting(id, contact, priority, not_before, 10, last_heard, stranger)


def decide(*rows: Waiting, tried: tuple[Tried, ...] = (), rates: Rates = RATES, now: int = NOW) -> Plan:
    return plan(Snapshot(rows, tried), Progress(), rates, now)


def test_nothing_waits() -> None:
    assert decide() == Plan()
    assert decide(rates=TYPED) == Plan()


def test_first_by_priority_and_arrival() -> None:
    assert decide(waiting(3), waiting(4, 2), waiting(1, 3, NOTICE)).send == 3


def test_among_equals_who_got_less_in_the_last_minute_goes_first() -> None:
    tried = (Tried(1, ANSWER, NOW - 30_000), Tried(1, ANSWER, NOW - 20_000), Tried(2, ANSWER, NOW - 10_000))
    chats = [waiting(id, contact=id) for id in (1, 2, 3)]
    assert decide(*chats, tried=tried).send == 3
    assert decide(*chats[:2], tried=tried).send == 2
    assert decide(chats[0], waiting(9, contact=9, priority=NOTICE), tried=tried).send == 1
    assert decide(*chats, tried=tried, rates=TYPED).type_for == (3, 2, 1)


def test_delayed_message_is_passed_by() -> None:
    delayed = waiting(1, not_before=NOW + 700)
    assert decide(delayed, waiting(2, 2)).send == 2
    assert decide(delayed) == Plan(wake_at=NOW + 700)


# --- rates


def test_one_a_second_in_a_chat() -> None:
    tried = (Tried(1, ANSWER, NOW - 400),)
    assert decide(waiting(1), tried=tried) == Plan(wake_at=NOW + 600)
    assert decide(waiting(1, contact=2), tried=tried).send == 1
    assert decide(waiting(1), tried=tried, now=NOW + 600).send == 1


def test_thirty_answers_a_minute() -> None:
    tried = tuple(Tried(contact, ANSWER, NOW - 50_000 + contact) for contact in range(2, 32))
    assert decide(waiting(1), tried=tried[1:]).send == 1
    assert decide(waiting(1), tried=tried) == Plan(wake_at=NOW - 50_000 + 2 + MINUTE)
    more = (Tried(9, ANSWER, NOW - 55_000), *tried)
    assert decide(waiting(1), tried=more) == decide(waiting(1), tried=tried), "an older one changes nothing"
    assert decide(waiting(1, priority=NOTICE), tried=tried).send == 1, "notices are counted apart"


def test_a_chat_that_had_a_third_leaves_the_last_third_to_others() -> None:
    def had(contact: int, count: int) -> tuple[Tried, ...]:
        return tuple(Tried(contact, ANSWER, NOW - 50_000 + number) for number in range(count))

    talker, other = waiting(1, contact=1), waiting(2, contact=2)
    assert decide(talker, tried=had(1, 19)).send == 1, "whoever is alone has two thirds"
    assert decide(talker, other, tried=had(1, 20)).send == 2
    assert decide(talker, tried=had(1, 20)) == Plan(wake_at=NOW - 50_000 + MINUTE)
    assert decide(talker, tried=had(1, 9) + had(3, 20)).send == 1, "less than a third is no reason to wait"
    assert decide(talker, other, tried=had(1, 10) + had(3, 10)).send == 2
    one_a_minute = Rates(answers_per_minute=1, typing=False)
    assert decide(talker, tried=(), rates=one_a_minute).send == 1
    assert decide(talker, tried=had(2, 1), rates=one_a_minute).send is None


@pytest.mark.parametrize("priority", [NOTICE, CAMPAIGN])
def test_six_notices_a_minute(priority: int) -> None:
    tried = tuple(Tried(contact, NOTICE, NOW - 1_000) for contact in range(2, 8))
    assert decide(waiting(1, priority=priority), tried=tried[1:]).send == 1
    assert decide(waiting(1, priority=priority), tried=tried) == Plan(wake_at=NOW - 1_000 + MINUTE)


def test_five_new_chats_a_day() -> None:
    begun = tuple(NOW - 5_000 + number for number in range(5))
    known = Snapshot((waiting(1, stranger=True), waiting(2, 2)), (), begun)
    assert due_at(known.waiting[0], known, RATES) == begun[0] + DAY
    assert plan(known, Progress(), RATES, NOW).send == 2, "who wrote to us is no stranger"
    assert plan(replace(known, strangers=begun[1:]), Progress(), RATES, NOW).send == 1


def test_no_new_chats_at_all() -> None:
    known = Snapshot((waiting(1, stranger=True), waiting(2, 2)), (), (NOW,))
    none = replace(RATES, new_chats_per_day=0)
    assert plan(known, Progress(), none, NOW).send == 2
    assert plan(replace(known, waiting=known.waiting[:1], strangers=()), Progress(), none, NOW).send is None


def test_new_chats_held_by_the_server() -> None:
    known = Snapshot((waiting(1, stranger=True), waiting(2, 2)), (), (), NOW + 1)
    assert plan(known, Progress(), RATES, NOW).send == 2
    assert plan(replace(known, waiting=known.waiting[:1]), Progress(), RATES, NOW) == Plan(wake_at=NOW + 1)


def test_fast_mode_knows_only_the_quiet_spell() -> None:
    tried = tuple(Tried(1, priority, NOW) for priority in (ANSWER, NOTICE) for _ in range(100))
    known = Snapshot((waiting(1, stranger=True),), tried, (NOW,) * 100)
    assert plan(known, Progress(), FAST_RATES, NOW).send == 1
    heard = Snapshot((waiting(1, last_heard=NOW - 1),), tried)
    assert plan(heard, Progress(), FAST_RATES, NOW).wake_at == NOW - 1 + FAST_RATES.quiet_ms


# --- the quiet spell


def test_waits_until_the_chat_is_quiet() -> None:
    row = waiting(1, last_heard=NOW - 500)
    assert decide(row) == Plan(held=(1,), wake_at=NOW + 1_000)
    assert decide(row, waiting(2, 2)).send == 2, "one chat's noise holds nobody else back"
    assert decide(row, now=NOW + 1_000).send == 1


def test_customer_who_never_pauses_is_answered_all_the_same() -> None:
    progress = Progress(held={1: NOW})
    for passed in range(0, QUIET_LIMIT, 500):
        now = NOW + passed
        assert plan(Snapshot((waiting(1, last_heard=now),), ()), progress, RATES, now).send is None
    now = NOW + QUIET_LIMIT
    assert plan(Snapshot((waiting(1, last_heard=now),), ()), progress, RATES, now).send == 1


def test_patience_begins_when_the_message_is_due_for_the_rest() -> None:
    row = waiting(1, last_heard=NOW, not_before=NOW + 60_000)
    assert decide(row).held == ()
    noisy = replace(row, last_heard=NOW + 60_000)
    assert decide(noisy, now=NOW + 60_000) == Plan(held=(1,), wake_at=NOW + 61_500)


# --- typing


def test_typing_comes_before_sending() -> None:
    known = Snapshot((waiting(1),), ())
    begun = plan(known, Progress(), TYPED, NOW)
    assert begun == Plan(type_for=(1,), wake_at=NOW + typing_time(10))
    typing = Progress(typing={1: NOW})
    assert plan(known, typing, TYPED, NOW + 100) == Plan(wake_at=NOW + typing_time(10))
    assert plan(known, typing, TYPED, NOW + typing_time(10)).send == 1


def test_several_chats_are_typed_in_at_once_within_bounds() -> None:
    rows = tuple(waiting(id, contact=id) for id in range(1, 20))
    first = plan(Snapshot(rows, ()), Progress(), TYPED, NOW)
    assert first.type_for == tuple(range(1, MAX_TYPING + 1))
    typing = Progress(typing=dict.fromkeys(first.type_for, NOW))
    assert plan(Snapshot(rows, ()), typing, TYPED, NOW + 1).type_for == ()
    later = plan(Snapshot(rows[1:], ()), typing, TYPED, NOW + typing_time(10))
    assert (later.send, later.type_for) == (2, (MAX_TYPING + 1,))


def test_typing_waits_for_the_quiet_spell_and_is_taken_up_again_after_an_interruption() -> None:
    noisy = Snapshot((waiting(1, last_heard=NOW - 1),), ())
    assert plan(noisy, Progress(), TYPED, NOW).type_for == ()
    interrupted = Snapshot((waiting(1, last_heard=NOW + 500),), ())
    typing = Progress(typing={1: NOW})
    assert plan(interrupted, typing, TYPED, NOW + typing_time(10)).send is None
    assert plan(interrupted, typing, TYPED, NOW + 500 + TYPED.quiet_ms).send == 1


def test_typing_time_is_within_reason() -> None:
    assert typing_time(0) < typing_time(50) < typing_time(65_536) == 3_000


# --- whatever waits

ROWS = st.lists(
    st.builds(
        waiting,
        st.integers(1, 50),
        st.integers(1, 5),
        st.sampled_from([ANSWER, NOTICE, CAMPAIGN]),
        not_before=st.integers(NOW - MINUTE, NOW + MINUTE),
        last_heard=st.none() | st.integers(NOW - MINUTE, NOW),
        stranger=st.booleans(),
    ),
    unique_by=lambda row: row.id,
    max_size=8,
)
TRIED = st.lists(st.builds(Tried, st.integers(1, 5), st.sampled_from([ANSWER, NOTICE]), st.integers(NOW - MINUTE, NOW)))


@given(ROWS, TRIED, st.booleans())
def test_plans_always_lead_on(rows: list[Waiting], tried: list[Tried], typing: bool) -> None:
    """Followed step by step, everything is sent, nothing before its time, and no plan repeats itself."""
    rates = replace(RATES, typing=typing)
    known = Snapshot(tuple(rows), tuple(sorted(tried, key=lambda one: one.at)), (NOW - 5, NOW))
    held: dict[int, int] = {}
    typed: dict[int, int] = {}
    now = NOW
    for _ in range(40 * (len(rows) + 1)):
        step = plan(known, Progress(held, typed), rates, now)
        held = {id: held.get(id, now) for id in step.held}
        typed |= dict.fromkeys(step.type_for, now)
        if step.send is not None:
            row = next(row for row in known.waiting if row.id == step.send)
            assert row.not_before <= now
            assert due_at(row, known, rates) <= now
            assert not typing or row.id in typed
            left = tuple(other for other in known.waiting if other is not row)
            known = replace(known, waiting=left, tried=(*known.tried, Tried(row.contact, row.priority, now)))
        elif step.wake_at is None:
            break
        else:
            assert step.wake_at > now
            now = step.wake_at
    assert known.waiting == ()


@given(st.integers(0, 1_000), st.integers())
def test_backoff_is_full_jitter_with_a_limit(attempts: int, seed: int) -> None:
    assert 0 <= backoff(attempts, random.Random(seed)) <= min(600_000, 2_000 * 2**attempts)


def test_backoff_spreads() -> None:
    rng = random.Random(1)
    assert len({backoff(5, rng) for _ in range(50)}) > 40

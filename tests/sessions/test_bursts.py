"""Which messages are answered together, and when."""

from dataclasses import replace

from comptoir.sessions.bursts import MAX_JOINED, MAX_WINDOWS, Burst, is_stale, next_burst
from comptoir.sessions.journal.inbox import InboxMessage

HOUR = 3_600_000
NOW = 100 * HOUR
JOIN = 4.0


def heard(id: int, at: int, text: str = "x", *, kind: str = "text", age: int = 0, walks: int = 0) -> InboxMessage:
    return InboxMessage(id, 7, kind, text, NOW + at - age, NOW + at, age > 0, None, walks)


def burst(*messages: InboxMessage, join: float = JOIN, now: int = NOW + HOUR) -> Burst:
    return next_burst(messages, join, stale_hours=6, now=now)


def test_a_message_waits_for_the_next_one() -> None:
    assert burst(heard(1, 0)) == Burst((heard(1, 0),), NOW + 4_000)


def test_what_follows_in_time_is_joined_and_starts_the_waiting_again() -> None:
    joined = burst(heard(1, 0, "bonjour"), heard(2, 3_000, "vous livrez ?"))
    assert (joined.ids, joined.text, joined.due_at) == ((1, 2), "bonjour\nvous livrez ?", NOW + 7_000)


def test_a_later_message_ends_the_burst_at_once() -> None:
    assert burst(heard(1, 0), heard(2, 4_001)) == Burst((heard(1, 0),), 0)


def test_in_a_group_each_is_answered_apart() -> None:
    one, other = replace(heard(1, 0), sender=8), replace(heard(2, 1_000), sender=9)
    assert burst(one, other) == Burst((one,), 0)
    assert burst(one, replace(other, sender=8)).ids == (1, 2)


def test_nobody_waits_for_ever() -> None:
    messages = [heard(id, id * 2_000) for id in range(8)]
    waiting = burst(*messages)
    assert waiting.due_at == NOW + MAX_WINDOWS * 4_000
    assert len(burst(*(heard(id, id) for id in range(50))).ids) == MAX_JOINED


def test_without_joining_each_is_answered_at_once() -> None:
    assert burst(heard(1, 0), heard(2, 1), join=0) == Burst((heard(1, 0),), 0)


def test_only_text_joins() -> None:
    assert burst(heard(1, 0), heard(2, 1, kind="image")).ids == (1,)
    assert burst(heard(2, 1, kind="image"), heard(3, 2)) == Burst((heard(2, 1, kind="image"),), 0)


def test_old_mail_joins_nothing() -> None:
    assert burst(heard(1, 0, age=7 * HOUR), heard(2, 1)).ids == (1,)
    assert burst(heard(1, 0), heard(2, 1, age=7 * HOUR)).ids == (1,)


def test_what_a_worker_died_of_is_walked_alone() -> None:
    assert burst(heard(1, 0, walks=1), heard(2, 1)) == Burst((heard(1, 0, walks=1),), 0)
    assert burst(heard(1, 0), heard(2, 1, walks=1)).ids == (1,)


def test_a_clock_that_was_set_back_makes_nobody_wait() -> None:
    assert burst(heard(1, 0), now=NOW - HOUR).due_at == 0
    assert burst(heard(1, 0), heard(2, 1_000), now=NOW + 500).due_at == 0
    assert not is_stale(heard(1, 0), 6, NOW - 100 * HOUR)


def test_old_is_what_came_late_and_what_waited_too_long() -> None:
    assert not is_stale(heard(1, 0, age=6 * HOUR), 6, NOW)
    assert is_stale(heard(1, 0, age=6 * HOUR), 6, NOW + 1)
    assert is_stale(heard(1, 0, age=4 * HOUR), 6, NOW + 3 * HOUR)
    assert is_stale(heard(1, 0), 6, NOW + 7 * HOUR)


def test_what_comes_live_is_new_whatever_our_clock_says() -> None:
    live = replace(heard(1, 0, age=9 * HOUR), backlog=False)
    assert not is_stale(live, 6, NOW)

"""Who floods a chat, told from when they wrote."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comptoir.sessions.bursts import MAX_JOINED
from comptoir.sessions.flood import MINUTE, SAID_AGAIN, TOLD_AGAIN, Before, Flood, Limit, Written, flood, lower

NOW = 10_000_000_000
TWENTY = Limit(20)
JOINED = Limit(20, 3_000)
NEVER = Before()


def written(*times: float, joins: bool = True) -> list[Written]:
    """Messages at these seconds."""
    return [Written(NOW + round(at * 1000), joins) for at in times]


def caught(messages: Sequence[Written], limit: Limit, before: Before = NEVER) -> list[int]:
    """The places of those that are beyond the limit, each judged when its turn comes."""
    found = []
    for place in range(len(messages)):
        if made := flood(messages[: place + 1], limit, before, messages[place].at):
            before = made.after
            found.append(place)
    return found


@pytest.mark.parametrize("limit", [TWENTY, JOINED])
@pytest.mark.parametrize("joins", [True, False])
def test_twenty_a_minute_are_a_person_whatever_they_send(limit: Limit, joins: bool) -> None:
    assert caught(written(*(3 * number for number in range(100)), joins=joins), limit) == []
    assert caught(written(*(0.1 * number for number in range(20)), joins=joins), limit) == []


def test_the_next_one_within_the_minute_is_beyond() -> None:
    assert caught(written(*range(20), 59.9), TWENTY) == [20]
    assert caught(written(*range(20), 60), TWENTY) == []


def test_what_comes_within_one_tick_of_the_servers_clock_is_counted() -> None:
    assert caught(written(*[0] * 25), TWENTY) == list(range(20, 25))
    assert caught(written(*[0] * 25, joins=False), JOINED) == list(range(20, 25))


def test_what_is_answered_as_one_counts_as_one() -> None:
    # Four short lines every ten seconds, and a hundred in one go.
    lines = [10 * burst + line for burst in range(60) for line in range(4)]
    assert caught(written(*lines), JOINED) == []
    assert caught(written(*(number / 50 for number in range(200))), JOINED) == []
    assert caught(written(*(number / 50 for number in range(201))), JOINED) == [200]
    # Pictures are not joined, nor is anything where the shop joins nothing.
    assert caught(written(*lines, joins=False), JOINED) != []
    assert caught(written(*lines), TWENTY) != []


def test_a_burst_ends_when_the_runner_ends_it() -> None:
    # One every 2.9 s follows at once for ever: every twelve seconds it is answered all the same.
    slow = written(*(2.9 * number for number in range(40)))
    assert caught(slow, JOINED) == []
    assert caught(slow, Limit(4, 3_000)) != []


def test_it_is_over_after_a_minute() -> None:
    many = [*range(30), 75, 90.5, 120]
    assert caught(written(*many), TWENTY) == list(range(20, 30))
    # Who goes on as before goes on unanswered.
    assert caught(written(*(number for number in range(300))), TWENTY) == list(range(20, 300))


def judge(place: int, before: Before, *, now: int | None = None) -> Flood:
    messages = written(*(number / 100 for number in range(place)))
    found = flood(messages, TWENTY, before, messages[-1].at if now is None else now)
    assert found is not None
    return found


def test_one_line_for_a_flood_and_one_notice_a_day() -> None:
    first = judge(21, Before())
    assert (first.begins, first.says, first.tells) == (True, True, True)
    assert first.after == Before(NOW + 200, NOW + 200, NOW + 200)
    again = judge(22, first.after)
    assert (again.begins, again.says, again.tells) == (False, False, False)
    assert again.after == Before(NOW + 210, NOW + 200, NOW + 200)


@pytest.mark.parametrize(
    ("later", "begins", "says", "tells"),
    [
        (MINUTE - 1, False, False, False),
        (MINUTE, True, False, False),
        (SAID_AGAIN, True, True, False),
        (TOLD_AGAIN, True, True, True),
    ],
)
def test_a_flood_that_comes_again(later: int, *, begins: bool, says: bool, tells: bool) -> None:
    at = NOW + 200 - later
    found = judge(21, Before(at, at, at))
    assert (found.begins, found.says, found.tells) == (begins, says, tells)


def test_a_clock_that_was_set_back_silences_nothing() -> None:
    future = NOW + 10 * TOLD_AGAIN
    found = judge(21, Before(future, future, future))
    assert (found.begins, found.says, found.tells) == (True, True, True)


def test_the_lowest_limit_counts() -> None:
    assert lower(20, 5, join_ms=9) == Limit(5, 9)
    assert lower(20, None) == lower(20, 30) == TWENTY
    assert lower(None, 7) == Limit(7)
    assert lower(None, None) is None


TIMES = st.lists(st.integers(0, 90_000), min_size=1, max_size=60).map(sorted)


@given(TIMES, st.integers(0, 5_000), st.booleans())
def test_nobody_is_caught_who_keeps_to_the_limit_nor_by_being_read_together(
    times: list[int],
    join_ms: int,
    joins: bool,
) -> None:
    messages = [Written(NOW + at, joins) for at in times]
    beyond = caught(messages, Limit(5, join_ms))
    crowded = [
        place for place, at in enumerate(times) if sum(at - MINUTE < one <= at for one in times[: place + 1]) > 5
    ]
    assert set(beyond) <= set(crowded)
    assert joins or beyond == crowded


@given(TIMES, st.integers(0, 5_000))
def test_no_minute_has_more_answered_messages_than_its_walks_can_hold(times: list[int], join_ms: int) -> None:
    messages = [Written(NOW + at, joins=True) for at in times]
    beyond = set(caught(messages, Limit(2, join_ms)))
    taken = [at for place, at in enumerate(times) if place not in beyond]
    assert all(sum(at - MINUTE < one <= at for one in taken) <= 2 * MAX_JOINED for at in taken)

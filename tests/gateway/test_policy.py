import pytest
from hypothesis import given
from hypothesis import strategies as st

from comptoir.gateway.policy import (
    AT_ONCE_TIMES,
    LINK_AGAIN,
    PARK_REASONS,
    Deaths,
    OfflineWatch,
    full_jitter,
    what_to_do,
)


def longest(_low: float, high: float) -> float:
    return high


def test_five_deaths_in_ten_minutes_are_too_many():
    deaths = Deaths()
    for second in (0, 100, 200, 300):
        deaths = deaths.add(second)
        assert not deaths.too_many
    assert deaths.add(400).too_many
    # The first two are more than ten minutes ago by then.
    assert not deaths.add(750).too_many


def test_a_customers_message_is_forgiven():
    deaths = Deaths((1.0, 2.0, 3.0, 4.0)).forgive(2)
    assert deaths.times == (1.0, 2.0)
    assert Deaths((1.0,)).forgive(2).times == ()


@given(st.integers(1, 10_000), st.floats(0.01, 10), st.floats(1, 1000))
def test_full_jitter_lies_between_nothing_and_the_cap(attempt, base, cap):
    assert 0 <= full_jitter(attempt, base, cap) <= cap
    assert full_jitter(attempt, base, cap, longest) <= full_jitter(attempt + 1, base, cap, longest)


def test_the_wait_before_a_fork_doubles():
    deaths = Deaths()
    waits = []
    for second in range(4):
        deaths = deaths.add(second)
        waits.append(deaths.delay(longest))
    assert waits == [0.25, 0.5, 1.0, 2.0]


def test_who_frees_its_chats_is_forked_again_at_once_five_times():
    freed = Deaths()
    waits = []
    for second in range(7):
        freed = freed.add(second)
        waits.append(freed.delay(longest, free=AT_ONCE_TIMES))
    assert waits == [0.0] * 5 + [0.25, 0.5]


def test_a_worker_is_recycled_after_a_minute_offline_and_later_less_often():
    watch = OfflineWatch(60, longest)
    now, waits = 0.0, []
    for _ in range(7):
        watch.heard("connecting", now)
        begun = now
        while not watch.due(now):
            watch.heard("offline", now)
            now += 1
        waits.append(now - begun)
    assert waits == [61, 76, 91, 121, 181, 301, 301]
    watch.heard("online", now)
    watch.heard("offline", now)
    assert not watch.due(now + 60)
    assert watch.due(now + 61)


@pytest.mark.parametrize("state", ["online", "paused", "new", "parked"])
def test_only_a_session_that_should_be_online_is_offline(state):
    watch = OfflineWatch(60)
    watch.heard("connecting", 0)
    watch.heard(state, 1)
    assert not watch.due(1_000_000)


@pytest.mark.parametrize("reason", [*PARK_REASONS, "something the worker said: {braces}"])
def test_every_reason_says_what_to_do(reason):
    assert "comptoir" in what_to_do(reason, "awa").lower()
    assert "{name}" not in what_to_do(reason, "awa")


def test_a_locked_account_is_not_linked_again_blindly():
    advice = what_to_do("logged_out", "awa", "code 403: the account is locked or has moved to another phone")
    assert "look at the phone first" in advice
    assert "removed this device" not in advice


def test_reasons_that_need_a_new_link_say_so():
    assert all("comptoir link awa" in what_to_do(reason, "awa") for reason in LINK_AGAIN)

"""How many walks begin in a minute, and whose turn it is where more would."""

import pytest
import trio
from runner_rig import clock
from trio.testing import MockClock, wait_all_tasks_blocked

from comptoir.sessions.pacing import Pace


class Walks:
    """Walks that take places, in the order in which they began."""

    def __init__(self, limit: int | None) -> None:
        self.pace = Pace(limit, clock)
        self.began: list[tuple[int, float]] = []

    async def walk(self, contact: int, *, taken: bool = True) -> None:
        async with self.pace.place(contact) as place:
            self.began.append((contact, round(trio.current_time(), 3)))
            await trio.sleep(0.001)
            place.taken = taken


async def test_what_is_beyond_the_limit_waits_for_its_minute(autojump_clock: MockClock) -> None:
    walks = Walks(3)
    async with trio.open_nursery() as nursery:
        for contact in range(1, 8):
            nursery.start_soon(walks.walk, contact)
        await trio.sleep(1)
        assert len(walks.began) == 3
        assert walks.pace.waiting == 4
        assert walks.pace.why == (
            "4 chats wait: 3 messages were taken in a minute ([inbound] tenant_per_minute in comptoir.toml)"
        )
        await trio.sleep(60)
        assert (walks.pace.why or "").startswith("one chat waits")
    assert [at for _, at in walks.began] == [0, 0, 0, 60, 60, 60, 120]
    assert (walks.pace.waiting, walks.pace.why) == (0, None)


async def test_who_had_less_goes_first(autojump_clock: MockClock) -> None:
    walks = Walks(6)
    walks.pace.begun(
        (contact, clock() - 1_000 * ago) for contact, ago in ((9, 50), (9, 49), (9, 48), (1, 20), (1, 19), (2, 18))
    )
    async with trio.open_nursery() as nursery:
        for contact in (1, 2, 3, 4):
            nursery.start_soon(walks.walk, contact)
            await wait_all_tasks_blocked()
    assert walks.began == [(3, 10), (4, 11), (2, 12), (1, 40)]


async def test_what_no_plugin_was_asked_about_takes_no_place(autojump_clock: MockClock) -> None:
    walks = Walks(2)
    for _ in range(100):
        await walks.walk(1, taken=False)
    await walks.walk(2)
    assert trio.current_time() < 1


async def test_a_place_that_is_given_back_is_taken_at_once(autojump_clock: MockClock) -> None:
    walks = Walks(1)
    async with trio.open_nursery() as nursery:
        for contact in range(5):
            nursery.start_soon(lambda contact=contact: walks.walk(contact, taken=False))
    assert trio.current_time() < 1
    assert len(walks.began) == 5


async def test_walks_of_an_earlier_worker_count(autojump_clock: MockClock) -> None:
    walks = Walks(2)
    walks.pace.begun([(1, clock() - 50_000), (2, clock() - 20_000)])
    await walks.walk(3)
    assert trio.current_time() == pytest.approx(10, abs=0.01)


async def test_who_is_cancelled_in_line_holds_up_nobody(autojump_clock: MockClock) -> None:
    walks = Walks(1)
    await walks.walk(1)
    async with trio.open_nursery() as nursery:
        with trio.move_on_after(5):
            await walks.walk(2)
        nursery.start_soon(walks.walk, 3)
    assert [contact for contact, _ in walks.began] == [1, 3]
    assert trio.current_time() == pytest.approx(60, abs=0.1)


async def test_a_clock_that_is_set_back_holds_up_nobody(autojump_clock: MockClock) -> None:
    walks = Walks(1)
    walks.pace.begun([(1, clock() + 3_600_000)])
    await walks.walk(2)
    assert trio.current_time() < 1


async def test_without_a_limit_nobody_waits(autojump_clock: MockClock) -> None:
    walks = Walks(None)
    for contact in range(1_000):
        await walks.walk(contact)
    assert trio.current_time() < 2

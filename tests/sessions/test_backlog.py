"""When an absence's backlog is taken for read, on a clock that jumps."""

import trio
from trio.testing import MockClock

from comptoir.sessions.backlog import LIMIT, UNANNOUNCED_LIMIT, Backlog


async def test_where_none_is_announced_it_is_soon_taken_for_read(autojump_clock: MockClock) -> None:
    backlog = Backlog()
    assert await backlog.is_overdue(lambda: True)
    assert trio.current_time() == UNANNOUNCED_LIMIT


async def test_an_announced_one_is_waited_for_as_long_as_it_comes(autojump_clock: MockClock) -> None:
    backlog = Backlog()
    backlog.announced = True

    async def comes() -> None:
        for _ in range(5):
            await trio.sleep(LIMIT - 1)
            backlog.note_sign()

    async with trio.open_nursery() as nursery:
        nursery.start_soon(comes)
        assert await backlog.is_overdue(lambda: True)
    assert trio.current_time() == 5 * (LIMIT - 1) + LIMIT


async def test_one_that_was_read_is_not_overdue(autojump_clock: MockClock) -> None:
    backlog, read = Backlog(), trio.Event()

    async def ends() -> None:
        await trio.sleep(1)
        read.set()

    async with trio.open_nursery() as nursery:
        nursery.start_soon(ends)
        assert not await backlog.is_overdue(lambda: not read.is_set())

"""Side by side and alone."""

import trio
from trio.testing import MockClock

from comptoir.sessions.turns import Turns


async def test_alone_is_alone_and_nobody_waits_for_ever(autojump_clock: MockClock) -> None:
    turns = Turns(3)
    inside: list[str] = []
    seen: list[list[str]] = []

    async def go(name: str) -> None:
        async with turns.alone() if name == "alone" else turns.alongside():
            inside.append(name)
            seen.append(sorted(inside))
            await trio.sleep(1)
            inside.remove(name)

    with trio.fail_after(60):
        async with trio.open_nursery() as nursery:
            for name in ("side", "alone", "side", "side", "alone", "side", "side", "side"):
                nursery.start_soon(go, name)
    assert sum("alone" in group for group in seen) == 2
    assert [group for group in seen if "alone" in group] == [["alone"], ["alone"]]
    assert max(map(len, seen)) == 3


async def test_giving_up_the_wait_gives_the_places_back(autojump_clock: MockClock) -> None:
    turns = Turns(2)

    async def stay(task_status: trio.TaskStatus[None]) -> None:
        async with turns.alongside():
            task_status.started()
            await trio.sleep(10)

    async with trio.open_nursery() as nursery:
        await nursery.start(stay)
        with trio.move_on_after(1) as waited:
            async with turns.alone():
                raise AssertionError("not alone")
        assert waited.cancelled_caught
        with trio.fail_after(1):
            async with turns.alongside():
                pass

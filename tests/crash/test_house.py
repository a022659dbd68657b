"""Under load, what all shops have in common is killed at named points: daemon, forkserver, and the vault restoring."""

import random
from collections.abc import Callable
from pathlib import Path

import pytest
import trio
from killing import house, points, steps

DAEMON = [steps.DAEMON_AT_RANDOM, *(steps.daemon(point.name) for point in points.DAEMON)]
NOTING = [steps.daemon(point.name, by_death=False) for point in points.NOTING]
RESTORING = [steps.restoring(point.name) for point in points.RESTORING]
FORKSERVER = [steps.FORKSERVER_AT_RANDOM, *(steps.forkserver(point) for point in points.FORKING)]
ROTATING = [
    *(steps.rotating(point.name) for point in points.REGISTERING),
    *(steps.rotating(point.name, master=True) for point in points.MASTERING),
]
STEPS = {
    "daemon": DAEMON + NOTING,
    "forkserver": FORKSERVER,
    "restoring": RESTORING,
    "rotation": ROTATING,
}
COURSES = 10
TIMES = 5
"""At each point in each course."""


async def test_a_short_course(tmp_path: Path, say: Callable[[str], None]) -> None:
    done = await house.run(1, [RESTORING[1], ROTATING[1], steps.CUT_IN_ROTATION], tmp_path, say)
    assert done.wrong == [], f"the whole story is in {tmp_path}"
    assert sum(done.missed.values()) == 0, done.missed
    # Else the machine shows nothing: there is always something that is being written.
    assert done.dropped["writes"] > 0


@pytest.mark.long
@pytest.mark.slow
@pytest.mark.parametrize("seed", range(1, COURSES + 1))
@pytest.mark.parametrize("what", sorted(STEPS))
async def test_the_house(what: str, seed: int, tmp_path: Path, say: Callable[[str], None]) -> None:
    taken = STEPS[what] * TIMES
    random.Random(seed).shuffle(taken)
    async with trio.open_nursery() as nursery:
        # Two houses side by side: each waits for one process after the other.
        nursery.start_soon(_judged, 2 * seed, taken[::2], tmp_path, say)
        nursery.start_soon(_judged, 2 * seed + 1, taken[1::2], tmp_path, say)


async def _judged(seed: int, taken: list[house.Step], folder: Path, say: Callable[[str], None]) -> None:
    done = await house.run(seed, taken, folder, say)
    assert done.wrong == [], f"the whole story is in {folder}"
    assert sum(done.missed.values()) == 0, done.missed

"""kill -9 of workers, rekeyers and the vault at every named point: nothing journaled is lost or answered twice."""

import random
from collections.abc import Callable
from pathlib import Path

import pytest
from killing import course
from killing.strikes import STRIKES, Strike

SHOPS = 6
FEW = 12
COURSES = 18
TIMES = 3
"""At each point in each course; a few more than fifty in all, in case nobody comes by in time."""


async def judged(seed: int, strikes: list[Strike], folder: Path, say: Callable[[str], None]) -> None:
    random.Random(seed).shuffle(strikes)
    done = await course.run(seed, list(course.shares(strikes, SHOPS)), folder, say)
    assert done.wrong == [], f"the whole story is in {folder}"
    assert sum(done.missed.values()) <= len(strikes) // 20, done.missed


async def test_a_kill_at_some_points(tmp_path: Path, say: Callable[[str], None]) -> None:
    await judged(1, random.Random(1).sample(STRIKES, FEW), tmp_path, say)


@pytest.mark.long
@pytest.mark.slow
@pytest.mark.parametrize("seed", range(1, COURSES + 1))
async def test_many_kills_at_every_point(seed: int, tmp_path: Path, say: Callable[[str], None]) -> None:
    await judged(seed, list(STRIKES) * TIMES, tmp_path, say)

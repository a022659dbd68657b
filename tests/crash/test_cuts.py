"""Power cuts under load: sessions come back by themselves, and what was journaled is neither lost nor repeated."""

from collections.abc import Callable
from pathlib import Path

import pytest
from killing import house, steps

COURSES = 10
CUTS = 10
"""In each course."""


async def judged(seed: int, cuts: int, folder: Path, say: Callable[[str], None]) -> None:
    done = await house.run(
        seed, [[steps.CUT, steps.CUT_IN_ROTATION][number % 3 == 1] for number in range(cuts)], folder, say
    )
    assert done.wrong == [], f"the whole story is in {folder}"
    # Else the machine shows nothing: there is always something that is being written.
    assert done.dropped["writes"] > 0


async def test_two_power_cuts(tmp_path: Path, say: Callable[[str], None]) -> None:
    await judged(1, 2, tmp_path, say)


@pytest.mark.long
@pytest.mark.slow
@pytest.mark.parametrize("seed", range(1, COURSES + 1))
async def test_many_power_cuts(seed: int, tmp_path: Path, say: Callable[[str], None]) -> None:
    await judged(seed, CUTS, tmp_path, say)

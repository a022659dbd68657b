"""Power cuts under load: sessions come back by themselves, and what was journaled is neither lost nor repeated."""

from collections.abc import Callable
from pathlib import Path

import pytest
from killing import house, steps

COURSES = 10
CUTS = 10
"""In each course."""


@pytest.mark.long
@pytest.mark.slow
@pytest.mark.parametrize("seed", range(1, COURSES + 1))
async def test_many_power_cuts(seed: int, tmp_path: Path, say: Callable[[str], None]) -> None:
    taken = [steps.CUT_IN_ROTATION if number % 3 == 1 else steps.CUT for number in range(CUTS)]
    done = await house.run(seed, taken, tmp_path, say)
    assert done.wrong == [], f"the whole story is in {tmp_path}"
    assert done.dropped["writes"] > 0

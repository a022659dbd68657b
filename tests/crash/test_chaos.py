"""Three shops, customers who do all that customers do, and everything goes wrong at random: kills, faults, restarts.

Afterwards journals, events and the lab's ledger must agree to the message, and files to the byte.
"""

from pathlib import Path

import pytest
from chaos import course
from chaos.world import Settings

SEEDS = 8


@pytest.mark.shows(
    under="absence",
    what="kills of every process and faults of the network, in any order",
    happens="the journal, what events told and what customers have agree to the message, files to the byte",
)
async def test_a_short_course(tmp_path: Path) -> None:
    # A seed under which every kind of process is killed.
    world = await course.run(Settings(seed=5, seconds=7.0, customers=12, pace=1.5), tmp_path)
    assert world.wrong == [], f"the whole story is in {tmp_path}"


@pytest.mark.long
@pytest.mark.slow
@pytest.mark.parametrize("seed", range(1, SEEDS + 1))
async def test_a_long_course(seed: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def say(text: str) -> None:
        with capsys.disabled():
            print(f"\n  {seed} of {SEEDS}: {text}", end="", flush=True)

    world = await course.run(Settings(seed, seconds=40.0), tmp_path, say)
    say(course.summary(world))
    assert world.wrong == [], f"the whole story is in {tmp_path}"

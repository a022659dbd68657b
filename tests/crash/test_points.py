"""kill -9 at every named point, and at random: nothing journaled is lost or answered twice."""

import random
from pathlib import Path

import pytest
from killing import course
from killing.strikes import STRIKES


async def test_a_kill_at_every_point(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    strikes = list(STRIKES)
    random.Random(1).shuffle(strikes)
    done = await course.run(1, list(course.shares(strikes, 6)), tmp_path, lambda text: None)
    with capsys.disabled():
        print(dict(done.kills), dict(done.missed), dict(done.world.counts))
    assert done.wrong == [], f"the whole story is in {tmp_path}"
    assert not done.missed

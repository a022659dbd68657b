"""What all shops have in common is killed, and the power is cut, under load: sessions come back by themselves."""

from pathlib import Path

import pytest
from killing import house, points, steps

DAEMON = [steps.DAEMON_AT_RANDOM, *(steps.daemon(point.name) for point in points.DAEMON)]
FORKSERVER = [steps.FORKSERVER_AT_RANDOM, *(steps.forkserver(point) for point in points.FORKING)]


async def test_daemon_and_forkserver(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    done = await house.run(1, [*DAEMON, *FORKSERVER], tmp_path, print)
    with capsys.disabled():
        print(done.dropped, dict(done.world.counts))
    assert done.wrong == [], f"the whole story is in {tmp_path}"
    assert not done.missed


async def test_a_few_power_cuts(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    done = await house.run(1, [steps.CUT] * 3, tmp_path, print)
    with capsys.disabled():
        print(done.dropped, dict(done.world.counts))
    assert done.wrong == [], f"the whole story is in {tmp_path}"

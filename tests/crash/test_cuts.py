"""Power cuts under load: sessions come back by themselves, and what was journaled is neither lost nor repeated."""

from pathlib import Path

import pytest
from killing import cuts


async def test_a_few_power_cuts(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    done = await cuts.run(1, 3, tmp_path, print)
    with capsys.disabled():
        print(done.dropped, dict(done.world.counts))
    assert done.world.wrong == [], f"the whole story is in {tmp_path}"

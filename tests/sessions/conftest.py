"""A shop with a real journal."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from journal_rig import open_new
from runner_rig import Shop, WatchedStore


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    """A new journal, reachable without threads: a mock clock sees nothing of a thread."""
    db = open_new(tmp_path / "tenant.db")
    yield Shop(WatchedStore(db))
    db.close()

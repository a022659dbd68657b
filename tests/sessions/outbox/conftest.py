from collections.abc import Iterator
from pathlib import Path

import pytest
from journal_rig import open_new

from comptoir.sessions.journal.database import Connection


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Connection]:
    """A journal with one session, whose id is 1."""
    connection = open_new(tmp_path / "tenant.db")
    # Nothing here is about durability, and the tests write row by row.
    connection.execute("PRAGMA synchronous = OFF")
    yield connection
    connection.close()

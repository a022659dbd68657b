from contextlib import closing

import pytest
from session_file import SessionFile

from comptoir.gateway.vault.live import LiveSession
from comptoir.gateway.vault.orders import DataKey, Kept
from comptoir.gateway.vault.restoring import open_kept

KEY = DataKey(1, bytes(range(32)))


@pytest.fixture
def kept(tmp_path):
    for name in ("session", "state"):
        (tmp_path / name).mkdir()
    return Kept("awa", tmp_path / "session", tmp_path / "state" / "vault.db", KEY)


@pytest.fixture
def session(kept):
    made = SessionFile(kept.session)
    for contact in range(20):
        made.meet(contact)
    yield made
    made.close()


@pytest.fixture
def seal(kept, tmp_path):
    """Brings the session to disk as it is; the generation."""

    def sealed():
        live = LiveSession(kept.session)
        with closing(live), closing(open_kept(kept)) as vault:
            vault.seal(live.copy(tmp_path / "scratch"), 0)
            return vault.generation

    return sealed

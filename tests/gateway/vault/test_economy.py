"""How much a message costs the disk: an SD card or a small server has to bear it for years."""

import random
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from session_file import SessionFile

from comptoir.gateway.vault.live import LiveSession
from comptoir.gateway.vault.orders import Kept
from comptoir.gateway.vault.restoring import open_kept

CONTACTS = 1_000
MESSAGES = 200
BOUND = 64 * 1024


@pytest.fixture
def in_memory() -> Iterator[Path]:
    """A folder that costs the disk nothing."""
    folder = Path(tempfile.mkdtemp(dir="/dev/shm"))
    yield folder
    shutil.rmtree(folder)


def written() -> int:
    """What this process has written to disks so far, by the kernel's count."""
    lines = Path("/proc/self/io").read_text().splitlines()
    return int(next(line for line in lines if line.startswith("write_bytes")).split()[1])


@pytest.mark.parametrize("at_once", [1, 10])
def test_a_message_costs_less_than_64_kb(
    kept: Kept, in_memory: Path, at_once: int, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each from any of a thousand contacts, and answered; sealed alone, and as in a busy second."""
    dice = random.Random(4)
    kept = replace(kept, session_dir=in_memory)
    session, live = SessionFile(kept.session), LiveSession(kept.session)
    vault = open_kept(kept)
    assert vault is not None
    with closing(session), closing(live), closing(vault):
        for contact in range(CONTACTS):
            session.meet(contact)
            for _ in range(3):
                session.secret(contact)
        vault.seal(live.copy(in_memory / "scratch"), 0)
        before = written()
        for _ in range(MESSAGES // at_once):
            for contact in dice.sample(range(CONTACTS), at_once):
                session.message(contact)
                session.message(contact)
            assert vault.seal(live.copy(in_memory / "scratch"), 0)
        cost = (written() - before) / MESSAGES
    with capsys.disabled():
        print(f"\n  {at_once} messages a seal: {cost / 1024:.1f} KB each")
    # At least the two pages that no message leaves alone.
    assert 4096 < cost < BOUND

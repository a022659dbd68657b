"""A process killed in the middle of a transaction: what was committed stays, what was not is gone."""

import signal
import subprocess
import sys
from pathlib import Path

from journal_rig import KEY

from comptoir.sessions.journal import event_log
from comptoir.sessions.journal.journal import open_journal

CHILD = """
import sys, threading, trio
from pathlib import Path
from comptoir.sessions.journal import event_log
from comptoir.sessions.journal.journal import open_journal

def unfinished(db):
    for number in range(4000):
        event_log.add(db, "uncommitted", 0, filling="x" * 2000)
    print("inside", flush=True)
    threading.Event().wait()

async def main():
    async with open_journal(Path(sys.argv[1]), bytes.fromhex(sys.argv[2])) as journal:
        for number in range(20):
            await journal.write(lambda db: event_log.add(db, "committed", 0))
        await journal.write(unfinished)

trio.run(main)
"""


def kill_inside_a_transaction(path: Path) -> None:
    command = [sys.executable, "-P", "-c", CHILD, str(path), KEY.hex()]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == b"inside\n"
        child.kill()
    assert child.returncode == -signal.SIGKILL
    # More than the page cache holds: uncommitted pages lay on disk when it died.
    assert Path(f"{path}-wal").stat().st_size > 1_000_000


async def test_killed_inside_a_transaction(tmp_path: Path) -> None:
    path = tmp_path / "tenant.db"
    kill_inside_a_transaction(path)
    async with open_journal(path, KEY) as journal:
        events = await journal.read(lambda db: event_log.page(db, 0, limit=10_000))
        assert [event.kind for event in events] == ["committed"] * 20
        assert await journal.read(lambda db: db.execute("PRAGMA integrity_check").fetchall()) == [("ok",)]
        assert await journal.write(lambda db: event_log.add(db, "after", 0)) == 21

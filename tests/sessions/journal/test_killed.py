"""A process killed at work: what it was told is kept is there, what it had not finished is gone."""

import signal
import subprocess
import sys
from pathlib import Path

from journal_rig import KEY

from comptoir.sessions.journal import event_log
from comptoir.sessions.journal.database import Connection
from comptoir.sessions.journal.journal import open_journal

UNFINISHED = """
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

BUSY = """
import sys, trio
from pathlib import Path
from comptoir.sessions.journal import event_log
from comptoir.sessions.journal.journal import open_journal

async def produce(journal):
    while True:
        print(await journal.write(lambda db: event_log.add(db, "kept", 0)), flush=True)

async def main():
    async with open_journal(Path(sys.argv[1]), bytes.fromhex(sys.argv[2])) as journal:
        async with trio.open_nursery() as nursery:
            for number in range(10):
                nursery.start_soon(produce, journal)

trio.run(main)
"""


def kill_after(script: str, path: Path, lines: int) -> list[str]:
    """Run a script until it has printed so many lines, kill it, and give back all that it printed."""
    command = [sys.executable, "-P", "-c", script, str(path), KEY.hex()]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        printed = [child.stdout.readline().strip() for _ in range(lines)]
        child.kill()
        printed += child.stdout.read().splitlines()
    assert child.returncode == -signal.SIGKILL
    return printed


def kinds(db: Connection) -> list[str]:
    return [event.kind for event in event_log.page(db, 0, limit=event_log.LIMIT)]


def check(db: Connection) -> list[tuple[str]]:
    return db.execute("PRAGMA integrity_check").fetchall()


async def test_killed_inside_a_transaction(tmp_path: Path) -> None:
    path, wal = tmp_path / "tenant.db", tmp_path / "tenant.db-wal"
    assert kill_after(UNFINISHED, path, lines=1) == ["inside"]
    # More than the page cache holds: uncommitted pages lay on disk when it died.
    assert wal.stat().st_size > 1_000_000
    async with open_journal(path, KEY) as journal:
        assert await journal.read(kinds) == ["committed"] * 20
        assert await journal.read(check) == [("ok",)]
        assert await journal.write(lambda db: event_log.add(db, "after", 0)) == 21


async def test_killed_while_committing(tmp_path: Path) -> None:
    path = tmp_path / "tenant.db"
    answered = {int(id) for id in kill_after(BUSY, path, lines=300) if id}
    async with open_journal(path, KEY) as journal:
        events = await journal.read(lambda db: event_log.page(db, 0, limit=event_log.LIMIT))
        assert answered <= {event.id for event in events}
        assert await journal.read(check) == [("ok",)]

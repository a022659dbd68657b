"""What the lab keeps on disk: named documents in one SQLite file, written behind in consistent batches."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

import trio

# A flush holds a moment of the whole lab: queues, prekeys and the people's ratchets belong together.
FLUSH_SECONDS = 0.2

# Changes when the documents of an older lab can no longer be read.
FORMAT = 1

Export: TypeAlias = Callable[[], bytes]


class Store:
    """Documents by name ("people/22177…", "queue/…/0001"). Reads see what was put before, flushed or not."""

    def __init__(self, path: Path) -> None:
        self.folder = path.parent
        # The writer is used by one thread at a time: a flush awaits its thread.
        self._writer = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self._writer.execute("PRAGMA journal_mode=WAL")
        # The lab outlives its own kill, not the machine's: nobody's messages are real.
        self._writer.execute("PRAGMA synchronous=OFF")
        _check_format(self._writer, path)
        self._writer.execute(
            "CREATE TABLE IF NOT EXISTS documents (name TEXT PRIMARY KEY, body BLOB NOT NULL) WITHOUT ROWID"
        )
        self._reader = sqlite3.connect(path, isolation_level=None)
        self._pending: dict[str, bytes | Export | None] = {}
        self._being_written: dict[str, bytes | None] = {}
        self._dirty = trio.Event()
        self._flushing = trio.Lock()

    def put(self, name: str, body: bytes) -> None:
        self._change(name, body)

    def remember(self, name: str, export: Export) -> None:
        """Mark a document as changed; cheap after every step, since `export` is called at the next flush."""
        self._change(name, export)

    def forget(self, name: str) -> None:
        self._change(name, None)

    def document(self, name: str) -> bytes | None:
        for changed in (self._pending, self._being_written):
            if name in changed:
                return _resolve(changed[name])
        row = self._reader.execute("SELECT body FROM documents WHERE name = ?", (name,)).fetchone()
        return None if row is None else bytes(row[0])

    def documents(self, prefix: str) -> dict[str, bytes]:
        """All documents whose name starts with `prefix`, by name, in the order of the names."""
        # U+10FFFF sorts after every character a name holds.
        rows = self._reader.execute(
            "SELECT name, body FROM documents WHERE name >= ? AND name < ?", (prefix, prefix + "\U0010ffff")
        )
        found = {name: bytes(body) for name, body in rows}
        for name, value in (self._being_written | self._pending).items():
            if name.startswith(prefix):
                body = _resolve(value)
                if body is None:
                    found.pop(name, None)
                else:
                    found[name] = body
        return dict(sorted(found.items()))

    async def keep(self) -> None:
        """Flush changes behind the lab's back until cancelled."""
        while True:
            await self._dirty.wait()
            await trio.sleep(FLUSH_SECONDS)
            await self.flush()

    async def flush(self) -> None:
        """Write everything that changed, in one transaction. Shielded: half a moment is worse than none."""
        with trio.CancelScope(shield=True):
            async with self._flushing:
                self._being_written = {name: _resolve(value) for name, value in self._pending.items()}
                self._pending.clear()
                self._dirty = trio.Event()
                if self._being_written:
                    await trio.to_thread.run_sync(self._write)
                    self._being_written = {}

    async def aclose(self) -> None:
        await self.flush()
        self._reader.close()
        self._writer.close()

    def _change(self, name: str, value: bytes | Export | None) -> None:
        self._pending[name] = value
        self._dirty.set()

    def _write(self) -> None:
        kept = [(name, body) for name, body in self._being_written.items() if body is not None]
        forgotten = [(name,) for name, body in self._being_written.items() if body is None]
        self._writer.execute("BEGIN")
        self._writer.executemany("INSERT OR REPLACE INTO documents VALUES (?, ?)", kept)
        self._writer.executemany("DELETE FROM documents WHERE name = ?", forgotten)
        self._writer.execute("COMMIT")


def _check_format(db: sqlite3.Connection, path: Path) -> None:
    """Mark a new file; refuse one whose documents this code would misread."""
    found = int(db.execute("PRAGMA user_version").fetchone()[0])
    if found not in (0, FORMAT):
        db.close()
        raise ValueError(f"{path} has format {found}, this lab writes {FORMAT}: give it a new folder")
    db.execute(f"PRAGMA user_version={FORMAT}")


def _resolve(value: bytes | Export | None) -> bytes | None:
    return value() if callable(value) else value

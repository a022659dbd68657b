"""A session database that a worker has open: is there something new, what is in it, what of it is no longer needed?

Blocking. Never in a process that has neonize loaded: two copies of SQLite in one process break each other's locks.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlcipher3

from comptoir.gateway.vault.beside import remove_database
from comptoir.gateway.vault.pages import Image, NoDatabase, image_of

# Nobody holds its lock for longer than a commit in memory takes.
BUSY_LIMIT = 2.0
SECRETS_KEPT = 5_000
"""Message secrets: of older messages nobody asks what became of them."""
PRUNE_STEP = 500


class Unreadable(Exception):
    """It cannot be read now; trying again may help."""


class LiveSession:
    """Watches one file. Used by one thread at a time; `close` it before the file is replaced or deleted.

    Its connection is read-only: as the last one to close, it can neither check-point nor delete a -wal, which
    might belong to another file by then.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._db: sqlcipher3.Connection | None = None
        self._inode = 0
        self._seen: int | None = None

    def changed(self) -> bool:
        """Whether something was committed since the last `copy`. Raises Unreadable."""
        with _told(self._path):
            self._open()
            return self._version() != self._seen

    def copy(self, scratch: Path) -> Image:
        """What is in it now; `scratch` is a file in memory, gone afterwards. Raises Unreadable."""
        with _told(self._path):
            db = self._open()
            # Before the copy: what is committed meanwhile is news once more.
            seen = self._version()
            image = _copy(db, scratch)
            self._seen = seen
        return image

    def close(self) -> None:
        if self._db is not None:
            self._db.close()
        self._db, self._seen = None, None

    def _open(self) -> sqlcipher3.Connection:
        inode = self._path.stat().st_ino
        if self._db is not None and inode != self._inode:
            self.close()
        if self._db is None:
            self._db = _connect(self._path, "ro")
            self._inode = inode
        return self._db

    def _version(self) -> int:
        assert self._db is not None
        return int(self._db.execute("PRAGMA data_version").fetchone()[0])


def prune(path: Path) -> int:
    """Delete message secrets, but the newest `SECRETS_KEPT`; how many went. Raises Unreadable."""
    pruned = 0
    with _told(path):
        db = _connect(path, "rw")
        try:
            newest = db.execute("SELECT coalesce(max(rowid), 0) FROM whatsmeow_message_secrets").fetchone()[0]
            # A few at a time: its worker waits meanwhile.
            while rows := _prune_some(db, newest - SECRETS_KEPT):
                pruned += rows
        finally:
            db.close()
    return pruned


def forget_ratchets(path: Path) -> None:
    """Make an older copy safe to connect with: a ratchet that has gone on since would use its counters twice.

    All Signal sessions go, also those with our own devices (customers' apps then set up new ones), and our own
    sender keys of groups. Raises Unreadable.
    """
    with _told(path):
        db = _connect(path, "rw")
        try:
            db.execute("DELETE FROM whatsmeow_sessions")
            for jid, lid in db.execute("SELECT jid, coalesce(lid, '') FROM whatsmeow_device").fetchall():
                for own in filter(None, (_user(jid), _user(lid))):
                    # `USER:DEVICE`, or `USER_AGENT:DEVICE` (whatsmeow, JID.SignalAddressUser).
                    pattern = (f"{own}:*", f"{own}_*")
                    db.execute("DELETE FROM whatsmeow_sender_keys WHERE sender_id GLOB ? OR sender_id GLOB ?", pattern)
            if db.execute("PRAGMA quick_check(1)").fetchone()[0] != "ok":
                raise Unreadable(f"{path}: SQLite finds it damaged")
        finally:
            db.close()


def _prune_some(db: sqlcipher3.Connection, upto: int) -> int:
    some = "SELECT rowid FROM whatsmeow_message_secrets WHERE rowid <= ? ORDER BY rowid LIMIT ?"
    deleted = db.execute(f"DELETE FROM whatsmeow_message_secrets WHERE rowid IN ({some})", (upto, PRUNE_STEP))
    return int(deleted.rowcount)


def _user(jid: str) -> str:
    return jid.partition("@")[0].partition(":")[0].partition(".")[0]


def _connect(path: Path, mode: str) -> sqlcipher3.Connection:
    uri = f"{path.absolute().as_uri()}?mode={mode}"
    db = sqlcipher3.connect(uri, uri=True, isolation_level=None, check_same_thread=False, timeout=BUSY_LIMIT)
    try:
        db.execute("PRAGMA cipher_log_level = NONE")
        db.execute("PRAGMA temp_store = MEMORY")
        db.execute("PRAGMA cache_size = -256")
    except BaseException:
        db.close()
        raise
    return db


def _copy(db: sqlcipher3.Connection, scratch: Path) -> Image:
    scratch.unlink(missing_ok=True)
    os.close(os.open(scratch, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
    try:
        copy = sqlcipher3.connect(str(scratch), isolation_level=None, check_same_thread=False)
        try:
            # It is thrown away in any case.
            copy.execute("PRAGMA synchronous = OFF")
            db.backup(copy)
        finally:
            copy.close()
        return image_of(scratch.read_bytes())
    finally:
        remove_database(scratch)


@contextmanager
def _told(path: Path) -> Iterator[None]:
    try:
        yield
    except (sqlcipher3.Error, OSError, NoDatabase) as error:
        raise Unreadable(f"{path}: {error}") from None

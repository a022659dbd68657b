"""SQLCipher behind one `open_database`. Its exceptions do not derive from sqlite3's: catch them from here."""

import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Protocol, cast

from sqlcipher3 import dbapi2

KEY_BYTES = 32
CACHE_KIB = 256

# What a job cannot help and what may pass: the transaction is undone and may be tried again.
# BUSY is among them because a backup or a person with a shell may hold the file for a moment.
_PASSING = frozenset({"SQLITE_FULL", "SQLITE_IOERR", "SQLITE_CANTOPEN", "SQLITE_READONLY", "SQLITE_BUSY"})


class Cursor(Protocol):
    @property
    def lastrowid(self) -> int | None: ...
    @property
    def rowcount(self) -> int: ...
    def fetchone(self) -> Any: ...
    def fetchall(self) -> list[Any]: ...
    def __iter__(self) -> "Cursor": ...
    def __next__(self) -> Any: ...


class Connection(Protocol):
    """What we use of sqlcipher3's connection. It is in autocommit mode: BEGIN and COMMIT are explicit."""

    @property
    def in_transaction(self) -> bool: ...
    def execute(self, sql: str, parameters: Sequence[Any] = ..., /) -> Cursor: ...
    def executemany(self, sql: str, parameters: Iterable[Sequence[Any]], /) -> Cursor: ...
    def close(self) -> None: ...


DatabaseError: type[Exception] = dbapi2.Error
IntegrityError: type[Exception] = dbapi2.IntegrityError


class WrongKey(Exception):
    """The file is not a database under this key."""


def open_database(path: Path, key: bytes, *, read_only: bool = False) -> Connection:
    """Open, or make, the encrypted database at `path`; usable from any thread, from one at a time.

    Raises WrongKey, ValueError for a key that is not 32 bytes, or DatabaseError (see `trouble_of`).
    """
    if len(key) != KEY_BYTES:
        raise ValueError(f"a data key has {KEY_BYTES} bytes, this one has {len(key)}")
    # SQLite gives -wal and -shm the mode of the database; it would itself make it world-readable.
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    db = cast(Connection, dbapi2.connect(str(path), isolation_level=None, check_same_thread=False, timeout=5.0))
    try:
        # SQLCipher would print its own lines on stderr.
        db.execute("PRAGMA cipher_log_level = NONE")
        # A raw key: the data key is random already, a derivation would only cost start-up time.
        db.execute(f"PRAGMA key = \"x'{key.hex()}'\"")
        _check_key(db, path)
        db.execute("PRAGMA journal_mode = WAL")
        db.execute("PRAGMA synchronous = FULL")
        db.execute("PRAGMA foreign_keys = ON")
        # Sorting must not spill clear text to a temporary file.
        db.execute("PRAGMA temp_store = MEMORY")
        # SQLite would keep 2 MB for each connection, which a tenant's worker has two of.
        db.execute(f"PRAGMA cache_size = -{CACHE_KIB}")
        if read_only:
            db.execute("PRAGMA query_only = ON")
    except BaseException:
        db.close()
        raise
    return db


def _check_key(db: Connection, path: Path) -> None:
    try:
        db.execute("SELECT count(*) FROM sqlite_master").fetchone()
    except DatabaseError as error:
        if getattr(error, "sqlite_errorname", "") != "SQLITE_NOTADB":
            raise
        raise WrongKey(
            f"{path} does not open with this tenant's data key: the file and the keys belong to different "
            "installations, or the file is damaged. Put back the keys/ folder that belongs to this state/, "
            "or restore the file from a backup."
        ) from None


def trouble_of(error: BaseException) -> str | None:
    """Why the disk refuses, in words for the operator; None where the error is not the disk's."""
    if not isinstance(error, DatabaseError):
        return None
    name: str = getattr(error, "sqlite_errorname", "")
    if not any(name == passing or name.startswith(passing + "_") for passing in _PASSING):
        return None
    if name == "SQLITE_FULL":
        return "the disk is full: free some space"
    return f"the journal cannot be written ({error}): look at the disk and at the folder's rights"

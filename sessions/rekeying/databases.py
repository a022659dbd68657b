"""Copies an encrypted database page by page under another key; nothing of it is ever in clear on disk."""

from collections.abc import Callable
from pathlib import Path
from typing import cast

from sqlcipher3 import dbapi2

from comptoir.sessions.journal.database import Connection, open_database
from comptoir.sessions.rekeying.files import fsync_file

PAGES_AT_ONCE = 512

Progress = Callable[[int, int], None]
"""How much is done, of how much."""


def copy_under(path: Path, old_key: bytes, target: Path, new_key: bytes, progress: Progress) -> None:
    """Make `target`, whole and on disk. Nobody else may have `path` open; on closing, its log goes into it.

    Raises WrongKey, DatabaseError, OSError.
    """
    target.unlink(missing_ok=True)
    source = open_database(path, old_key)
    try:
        copy = _new_database(target, new_key)
        try:
            # The library's stub knows nothing of it.
            cast(dbapi2.Connection, source).backup(
                cast(dbapi2.Connection, copy),
                pages=PAGES_AT_ONCE,
                progress=lambda _status, left, total: progress(total - left, total),
                sleep=0,
            )
        finally:
            copy.close()
    finally:
        source.close()
    fsync_file(target)


def _new_database(path: Path, key: bytes) -> Connection:
    path.touch(0o600, exist_ok=False)
    db = cast(Connection, dbapi2.connect(str(path), isolation_level=None))
    try:
        db.execute("PRAGMA cipher_log_level = NONE")
        db.execute(f"PRAGMA key = \"x'{key.hex()}'\"")
        # One that is cut short is made again: it needs no log, and is flushed as a whole at the end.
        db.execute("PRAGMA journal_mode = OFF")
        db.execute("PRAGMA synchronous = OFF")
        db.execute("PRAGMA temp_store = MEMORY")
    except BaseException:
        db.close()
        raise
    return db

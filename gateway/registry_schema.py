"""The registry's schema, its migrations, and which master key it belongs to."""

import logging
import sqlite3
from pathlib import Path

from comptoir.gateway.keys import KeysWrong, master_key_id, seal_number, unwrap
from comptoir.sessions.log_line import note

logger = logging.getLogger(__name__)

SCHEMA_VERSION = 2

_TENANTS = """
CREATE TABLE tenants (
    name TEXT PRIMARY KEY,
    created_at INTEGER NOT NULL,
    wanted TEXT NOT NULL,
    parked_reason TEXT,
    parked_detail TEXT,
    parked_at INTEGER,
    wrapped_key BLOB NOT NULL,
    key_version INTEGER NOT NULL,
    lab INTEGER,
    next_wrapped_key BLOB,
    sealed_number BLOB,
    generation INTEGER NOT NULL DEFAULT 0
) STRICT
"""
_META = "CREATE TABLE meta (name TEXT PRIMARY KEY, value BLOB NOT NULL) STRICT"


class RegistryWrong(Exception):
    """The file is not a registry that this version understands."""


def prepare(db: sqlite3.Connection, path: Path, master: bytes) -> None:
    """Make the tables, or bring them up to date. Raises RegistryWrong, KeysWrong, sqlite3.Error."""
    # Nothing that is replaced or deleted stays readable, in free pages or in SQLite's temporary files.
    db.execute("PRAGMA secure_delete = ON")
    db.execute("PRAGMA temp_store = MEMORY")
    db.execute("PRAGMA journal_mode = WAL")
    db.execute("PRAGMA synchronous = FULL")
    # One transaction from the look to the version: killed in between, or begun twice, it must not be half done.
    with db:
        db.execute("BEGIN IMMEDIATE")
        version = version_of(db, path)
        match version:
            case 0:
                db.execute(_TENANTS)
                db.execute(_META)
                set_master_id(db, master)
            case 1:
                _seal_numbers(db, path, master)
            case _:
                _check_master_id(db, path, master)
        # Where nothing changes nothing is written: a full disk keeps no daemon from starting.
        if version != SCHEMA_VERSION:
            db.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
    if not _read(db, "swept"):
        sweep(db)


def version_of(db: sqlite3.Connection, path: Path) -> int:
    """The schema's version, 0 for an empty file. Raises RegistryWrong for a newer one."""
    version = int(db.execute("PRAGMA user_version").fetchone()[0])
    if version > SCHEMA_VERSION:
        raise RegistryWrong(
            f"{path}: written by a newer comptoir (schema {version}, expected at most {SCHEMA_VERSION}): "
            "upgrade comptoir again"
        )
    return version


def fits(db: sqlite3.Connection, version: int, master: bytes) -> bool:
    """Whether the registry, of this schema, belongs to this master key; one without tenants belongs to any."""
    if version == 0:
        return True
    rows = db.execute("SELECT name, wrapped_key, key_version FROM tenants").fetchall()
    if not rows:
        return True
    if version == 1:
        return any(_opens(master, *row) for row in rows)
    return master_id_of(db) == master_key_id(master)


def master_id_of(db: sqlite3.Connection) -> bytes | None:
    """Of the master key that everything is wrapped with, from schema 2 on."""
    return _read(db, "master_key_id")


def set_master_id(db: sqlite3.Connection, master: bytes) -> None:
    """Inside the transaction that wraps all keys with it. `sweep` belongs after that."""
    rows = [("master_key_id", master_key_id(master)), ("swept", b"")]
    db.executemany("INSERT OR REPLACE INTO meta VALUES (?, ?)", rows)


def sweep(db: sqlite3.Connection) -> None:
    """Leave nothing of what was replaced in the file or in its log.

    What keeps it from that, such as a full disk, is no reason to stop: the next start does it.
    """
    try:
        _clear(db)
    except sqlite3.Error as error:
        note(logger, "the registry's free pages are cleared at the next start", level=logging.WARNING, why=str(error))


def _clear(db: sqlite3.Connection) -> None:
    db.execute("VACUUM")
    busy, *_ = db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    if busy:
        raise sqlite3.OperationalError("somebody reads the file")
    with db:
        db.execute("INSERT OR REPLACE INTO meta VALUES ('swept', x'01')")


def wrong(path: Path, error: sqlite3.Error) -> RegistryWrong:
    """A backup is advised only where the file itself is damaged: it would undo what tenants did since."""
    code = getattr(error, "sqlite_errorcode", 0)
    # Its index in shared memory is a file of its own, and the first that a full disk refuses.
    full = code == sqlite3.SQLITE_IOERR_SHMSIZE
    # The lowest byte is the primary code; the rest goes into detail.
    match sqlite3.SQLITE_FULL if full else code & 0xFF:
        case sqlite3.SQLITE_CORRUPT | sqlite3.SQLITE_NOTADB | sqlite3.SQLITE_ERROR:
            help = "expected comptoir's registry; restore it from a backup"
        case sqlite3.SQLITE_BUSY | sqlite3.SQLITE_LOCKED:
            help = "another process writes to it; try again when that has ended"
        case sqlite3.SQLITE_FULL:
            help = "make room on its disk"
        case _:
            help = "the file may be sound; check its folder, its owner and its disk"
    return RegistryWrong(f"{path}: {error}: {help}")


def _seal_numbers(db: sqlite3.Connection, path: Path, master: bytes) -> None:
    """From schema 1, where tenants' numbers were in clear."""
    if not fits(db, 1, master):
        raise not_ours(path)
    db.execute(_META)
    for column in ("next_wrapped_key BLOB", "sealed_number BLOB", "generation INTEGER NOT NULL DEFAULT 0"):
        db.execute(f"ALTER TABLE tenants ADD COLUMN {column}")
    numbers = db.execute("SELECT name, number FROM tenants WHERE number IS NOT NULL").fetchall()
    sealed = [(seal_number(master, number, name), name) for name, number in numbers]
    db.executemany("UPDATE tenants SET sealed_number = ? WHERE name = ?", sealed)
    db.execute("ALTER TABLE tenants DROP COLUMN number")
    set_master_id(db, master)


def _check_master_id(db: sqlite3.Connection, path: Path, master: bytes) -> None:
    if not fits(db, SCHEMA_VERSION, master):
        raise not_ours(path)
    if master_id_of(db) != master_key_id(master):
        set_master_id(db, master)


def not_ours(path: Path) -> KeysWrong:
    return KeysWrong(
        f"the master key is not the one that {path} was made with, and nothing was changed: put back the keys/ that "
        "belongs to it, or the registry that belongs to the key, and start again"
    )


def _opens(master: bytes, tenant: str, wrapped: bytes, version: int) -> bool:
    try:
        unwrap(master, wrapped, tenant, version)
    except KeysWrong:
        return False
    return True


def _read(db: sqlite3.Connection, name: str) -> bytes | None:
    row = db.execute("SELECT value FROM meta WHERE name = ?", (name,)).fetchone()
    return row and bytes(row[0])

"""Brings a journal to this program's schema: named steps, forward only, each in one transaction."""

import os
import shutil
from collections.abc import Sequence
from pathlib import Path

from comptoir.sessions.journal.database import Connection
from comptoir.sessions.journal.schema import MIGRATIONS, Migration


class SchemaTooNew(Exception):
    """The file was written by a later version of the program."""


def migrate(db: Connection, path: Path, now: int, migrations: Sequence[Migration] = MIGRATIONS) -> list[str]:
    """Apply what is missing, in order; the names of what was applied.

    A file that already holds something is first copied to PATH.before-NAME (encrypted, as it is). The caller
    must be the only one who has it open. Raises SchemaTooNew.
    """
    known = [migration.name for migration in migrations]
    applied = _applied(db)
    if unknown := [name for name in applied if name not in known]:
        raise SchemaTooNew(
            f"{path} was last used by a newer version of comptoir (it has {unknown[0]!r}, which this version "
            "does not know). Install that version again, or restore the copy made before the upgrade."
        )
    missing = [migration for migration in migrations if migration.name not in applied]
    if applied and missing:
        _copy(db, path, path.with_name(f"{path.name}.before-{missing[0].name}"))
    for migration in missing:
        _apply(db, migration, now)
    return [migration.name for migration in missing]


def _applied(db: Connection) -> list[str]:
    if db.execute("SELECT 1 FROM sqlite_master WHERE name = 'migrations'").fetchone() is None:
        return []
    return [name for (name,) in db.execute("SELECT name FROM migrations ORDER BY rowid")]


def _apply(db: Connection, migration: Migration, now: int) -> None:
    db.execute("BEGIN IMMEDIATE")
    try:
        db.execute("CREATE TABLE IF NOT EXISTS migrations (name TEXT PRIMARY KEY, applied_at INTEGER NOT NULL)")
        for statement in migration.statements:
            db.execute(statement)
        db.execute("INSERT INTO migrations VALUES (?, ?)", (migration.name, now))
        db.execute("COMMIT")
    except BaseException:
        if db.in_transaction:
            db.execute("ROLLBACK")
        raise


def _copy(db: Connection, path: Path, copy: Path) -> None:
    """A copy that is whole or absent: written aside, flushed, then renamed."""
    db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    part = copy.with_name(copy.name + ".part")
    part.touch(0o600)
    with path.open("rb") as source, part.open("wb") as target:
        shutil.copyfileobj(source, target)
        target.flush()
        os.fsync(target.fileno())
    part.rename(copy)

"""Migrations: named, each whole or not at all, the file copied first, and never backwards."""

from pathlib import Path

import pytest
from journal_rig import KEY, heard, open_new, record

from comptoir.sessions.journal import history
from comptoir.sessions.journal.database import Connection, DatabaseError, open_database
from comptoir.sessions.journal.migrations import SchemaTooNew, migrate
from comptoir.sessions.journal.schema import MIGRATIONS, Migration

LATER = Migration("9001-later", ("ALTER TABLE contacts ADD COLUMN later TEXT", "CREATE TABLE later (x)"))


def _tables(db: Connection) -> set[str]:
    return {name for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}


def test_new_file_gets_everything_and_no_copy(tmp_path: Path) -> None:
    path = tmp_path / "tenant.db"
    db = open_database(path, KEY)
    assert migrate(db, path, 0) == [migration.name for migration in MIGRATIONS]
    assert migrate(db, path, 0) == []
    assert not list(tmp_path.glob("*.before-*"))
    db.close()


def test_file_is_copied_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "tenant.db"
    db = open_new(path)
    record(db, heard("A"))
    assert migrate(db, path, 0, (*MIGRATIONS, LATER)) == ["9001-later"]
    assert "later" in _tables(db)
    db.close()
    copy = tmp_path / "tenant.db.before-9001-later"
    assert copy.stat().st_mode & 0o777 == 0o600
    old = open_database(copy, KEY)
    assert "later" not in _tables(old)
    assert [row.text for row in history.messages(old)] == ["bonjour"]
    old.close()


def test_failing_migration_leaves_no_trace(tmp_path: Path) -> None:
    path = tmp_path / "tenant.db"
    db = open_new(path)
    broken = Migration("9002-broken", ("CREATE TABLE half (x)", "INSERT INTO nowhere VALUES (1)"))
    with pytest.raises(DatabaseError, match="nowhere"):
        migrate(db, path, 0, (*MIGRATIONS, broken))
    assert "half" not in _tables(db)
    assert migrate(db, path, 0) == []
    db.close()


def test_newer_schema_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "tenant.db"
    db = open_new(path)
    migrate(db, path, 0, (*MIGRATIONS, LATER))
    with pytest.raises(SchemaTooNew, match=r"9001-later.*Install that version again"):
        migrate(db, path, 0)
    db.close()

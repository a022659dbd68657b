"""The encrypted file: who can open it, what it gives back, what it shows to those without the key."""

import sqlite3
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from journal_rig import KEY, heard, message, open_new, record

from comptoir.sessions.journal import history
from comptoir.sessions.journal.database import Connection, WrongKey, open_database, trouble_of


def test_opens_again_with_the_same_key(tmp_path: Path) -> None:
    path = tmp_path / "tenant.db"
    first = open_new(path)
    record(first, heard("A"))
    first.close()
    again = open_database(path, KEY)
    assert [row.text for row in history.messages(again)] == ["bonjour"]
    again.close()


def test_wrong_key_says_what_to_do(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "tenant.db"
    open_new(path).close()
    before = path.read_bytes()
    with pytest.raises(WrongKey, match=r"tenant\.db does not open.*Put back the keys/"):
        open_database(path, bytes(32))
    assert path.read_bytes() == before
    assert capfd.readouterr().err == "", "SQLCipher's own lines must not reach stderr"


def test_plain_database_is_not_taken_for_ours(tmp_path: Path) -> None:
    path = tmp_path / "tenant.db"
    with sqlite3.connect(path) as plain:
        plain.execute("CREATE TABLE t (x)")
    plain.close()
    with pytest.raises(WrongKey):
        open_database(path, KEY)


def test_key_of_another_length_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="32 bytes, this one has 16"):
        open_database(tmp_path / "tenant.db", bytes(16))


def test_missing_folder_is_trouble_of_the_disk(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        open_database(tmp_path / "absent" / "tenant.db", KEY)


def test_files_are_for_their_owner_only(tmp_path: Path) -> None:
    db = open_new(tmp_path / "tenant.db")
    record(db, heard("A"))
    assert {file.name: oct(file.stat().st_mode & 0o777) for file in tmp_path.iterdir()} == {
        "tenant.db": "0o600", "tenant.db-wal": "0o600", "tenant.db-shm": "0o600",
    }  # fmt: skip
    db.close()


def test_reader_cannot_write(tmp_path: Path) -> None:
    open_new(tmp_path / "tenant.db").close()
    reader = open_database(tmp_path / "tenant.db", KEY, read_only=True)
    with pytest.raises(Exception, match="readonly") as caught:
        reader.execute("DELETE FROM sessions")
    assert trouble_of(caught.value)
    reader.close()


def test_settings_that_durability_rests_on(db: Connection) -> None:
    names = ("journal_mode", "synchronous", "foreign_keys", "temp_store")
    values = [db.execute(f"PRAGMA {name}").fetchone()[0] for name in names]
    assert values == ["wal", 2, 1, 2]


def test_little_is_cached(db: Connection) -> None:
    # In KiB where negative: two connections in each of many workers.
    assert db.execute("PRAGMA cache_size").fetchone() == (-256,)


def test_no_planted_text_in_any_file(tmp_path: Path) -> None:
    planted = ["secret-wish-4711", "+221770000001", "Aminata-Planted"]
    db = open_new(tmp_path / "tenant.db")
    for number in range(50):
        record(db, heard(f"PLANTEDID{number}", text=f"{planted[0]} {planted[2]} {number}"))
    _assert_absent(tmp_path, [*planted, "PLANTEDID", "CREATE TABLE", "bonjour"])
    # The largest sort there is must not spill either.
    db.execute("SELECT * FROM messages ORDER BY text").fetchall()
    db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    _assert_absent(tmp_path, [*planted, "PLANTEDID", "CREATE TABLE"])
    db.close()
    _assert_absent(tmp_path, [*planted, "PLANTEDID", "CREATE TABLE", "SQLite format"])


def _assert_absent(folder: Path, texts: list[str]) -> None:
    for file in folder.rglob("*"):
        content = file.read_bytes()
        assert [text for text in texts if text.encode() in content] == [], file


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a\0b\0",
        "x" * 65_536,
        "é" * 32_768,
        "مرحبا \u202eabc\u202c",
        "\U0001f414\u200d\u2764\ufe0f",
        "'; DROP TABLE messages; --",
    ],
    ids=["empty", "nul", "64 KiB", "64 KiB of accents", "right to left", "emoji", "quotes"],
)
def test_text_passes_unchanged(db: Connection, text: str) -> None:
    id = message(record(db, heard("A", text=text)))
    row = history.message(db, id)
    assert row is not None
    assert row.text == text


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text())
def test_any_text_passes_unchanged(db: Connection, text: str) -> None:
    stored = db.execute("INSERT INTO contacts (name, created_at) VALUES (?, 0) RETURNING name", (text,))
    assert stored.fetchone()[0] == text

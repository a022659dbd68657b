"""Reading a session database beside the worker that has it open."""

import os
import sqlite3

import pytest
from session_file import OWN, SessionFile

from comptoir.gateway.vault import live
from comptoir.gateway.vault.live import LiveSession, Unreadable, forget_ratchets, prune


@pytest.fixture
def session(tmp_path):
    made = SessionFile(tmp_path / "session.db")
    made.meet(1)
    yield made
    made.close()


@pytest.fixture
def watched(session):
    found = LiveSession(session.path)
    yield found
    found.close()


@pytest.fixture
def scratch(tmp_path):
    return tmp_path / "scratch"


def rows(content, path, table):
    path.write_bytes(content)
    db = sqlite3.connect(path)
    try:
        return db.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
    finally:
        db.close()


def test_a_change_is_seen_once_it_is_committed_and_until_it_is_copied(session, watched, scratch):
    assert watched.changed()
    watched.copy(scratch)
    assert not watched.changed()
    session.db.execute("BEGIN")
    session.message(1)
    assert not watched.changed()
    session.db.execute("COMMIT")
    assert watched.changed()
    assert watched.changed()
    watched.copy(scratch)
    assert not watched.changed()


def test_a_copy_holds_what_is_committed_and_leaves_nothing_behind(session, watched, scratch, tmp_path):
    session.meet(2)
    session.db.execute("BEGIN")
    session.meet(3)
    image = watched.copy(scratch)
    session.db.execute("ROLLBACK")
    assert rows(image.content, tmp_path / "copied.db", "whatsmeow_sessions") == 2
    assert not list(tmp_path.glob("scratch*"))


def test_few_pages_differ_after_a_message(session, watched, scratch):
    """The backup leaves pages where they are."""
    for contact in range(2, 300):
        session.meet(contact)
    before = watched.copy(scratch).digests()
    session.message(100)
    after = watched.copy(scratch).digests()
    assert sum(old != new for old, new in zip(before, after, strict=False)) <= 6


def test_a_file_in_its_place_is_taken_up(session, watched, scratch, tmp_path):
    watched.copy(scratch)
    other = SessionFile(tmp_path / "other.db")
    for contact in range(5):
        other.meet(contact)
    other.db.execute("PRAGMA journal_mode = DELETE")
    other.close()
    session.close()
    for suffix in ("-wal", "-shm"):
        session.path.with_name(f"session.db{suffix}").unlink(missing_ok=True)
    (tmp_path / "other.db").replace(session.path)
    assert watched.changed()
    assert rows(watched.copy(scratch).content, tmp_path / "copied.db", "whatsmeow_sessions") == 5


def test_the_last_to_close_changes_nothing(session, watched, scratch):
    """SQLite looks whether the file was replaced, and then acts: it may be replaced in between."""
    watched.copy(scratch)
    session.close()
    files = {file.name: file.read_bytes() for file in session.path.parent.glob("session.db*") if "shm" not in file.name}
    assert len(files) == 2
    watched.close()
    assert {name: session.path.with_name(name).read_bytes() for name in files} == files


def test_the_log_of_a_file_made_anew_is_left_alone(session, watched, scratch, tmp_path):
    """It may be another file's by then, and hold all that there is of a session."""
    watched.copy(scratch)
    wal = session.path.with_name("session.db-wal")
    session.close()
    assert wal.exists()
    # As when a worker makes its session anew: the log that lies there now belongs to the new file.
    session.path.unlink()
    wal.unlink()
    session.path.with_name("session.db-shm").unlink()
    fresh = SessionFile(session.path)
    fresh.meet(7)
    content = wal.read_bytes()
    watched.close()
    assert wal.read_bytes() == content
    assert fresh.count("whatsmeow_sessions") == 1
    fresh.close()


def test_a_connection_that_may_write_would_not(session, tmp_path):
    """What the one above would do if it were not read-only: SQLite deletes the log with the last connection."""
    wal = session.path.with_name("session.db-wal")
    writer = live._connect(session.path, "rw")
    writer.execute("SELECT count(*) FROM whatsmeow_device").fetchone()
    session.close()
    assert wal.exists()
    writer.close()
    assert not wal.exists()


def test_what_cannot_be_read(tmp_path, scratch):
    gone = LiveSession(tmp_path / "nothing.db")
    with pytest.raises(Unreadable):
        gone.changed()
    (tmp_path / "garbage.db").write_bytes(os.urandom(8_192))
    garbage = LiveSession(tmp_path / "garbage.db")
    with pytest.raises(Unreadable):
        garbage.copy(scratch)


def test_the_newest_secrets_stay(session, monkeypatch):
    monkeypatch.setattr(live, "SECRETS_KEPT", 20)
    monkeypatch.setattr(live, "PRUNE_STEP", 7)
    for _ in range(100):
        session.secret(1)
    newest = session.db.execute("SELECT rowid FROM whatsmeow_message_secrets ORDER BY rowid DESC LIMIT 20").fetchall()
    assert prune(session.path) == 81
    left = session.db.execute("SELECT rowid FROM whatsmeow_message_secrets ORDER BY rowid DESC").fetchall()
    assert left == newest
    assert prune(session.path) == 0
    assert session.count("whatsmeow_sessions") == 1


def test_an_older_copy_has_no_ratchets_left_that_go_on(session):
    theirs = ["200000002_1:0", "221770000001000:3", "1000000010:5"]
    ours = ["100000001:5", "100000001_1:5", "221770000001:5", "221770000001_1:7"]
    for sender in (*theirs, *ours):
        session.sender_key(sender)
    forget_ratchets(session.path)
    assert session.count("whatsmeow_sessions") == 0
    left = session.db.execute("SELECT sender_id FROM whatsmeow_sender_keys").fetchall()
    assert sorted(left) == sorted((sender,) for sender in theirs)
    # What it needs to be the same device.
    assert session.db.execute("SELECT jid FROM whatsmeow_device").fetchall() == [(OWN,)]
    assert session.count("whatsmeow_identity_keys") == 1
    assert session.count("whatsmeow_message_secrets") == 1


def test_a_device_without_a_lid(session):
    session.db.execute("UPDATE whatsmeow_device SET lid = NULL")
    session.sender_key("100000001:5")
    session.sender_key("221770000001:5")
    forget_ratchets(session.path)
    assert session.count("whatsmeow_sender_keys") == 1

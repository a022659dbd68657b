"""Recovery reads neonize's session database in pages, and each secret once."""

import os
import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from journal_rig import AWA_LID, KEY, OWN, heard, record

from comptoir.sessions import session_store
from comptoir.sessions.journal import contacts, history, linkings, outbox, pruning
from comptoir.sessions.journal.database import Connection
from comptoir.sessions.journal.journal import Journal, open_journal
from comptoir.sessions.recovering import LOST_AT_MOST, SYNC_LIMIT, recover
from comptoir.sessions.session_store import PAGE, read_secrets, read_session
from comptoir.sessions.times import now_ms


class SessionFile:
    """The tables of a session database that recovery reads."""

    def __init__(self, path: Path) -> None:
        self.path = path
        with sqlite3.connect(path) as db:
            db.execute("CREATE TABLE whatsmeow_device (jid TEXT)")
            db.execute("INSERT INTO whatsmeow_device VALUES (?)", (f"{(OWN.number or '')[1:]}:5@s.whatsapp.net",))
            db.execute(
                """CREATE TABLE whatsmeow_message_secrets (our_jid TEXT, chat_jid TEXT, sender_jid TEXT,
                    message_id TEXT, key BLOB, PRIMARY KEY (our_jid, chat_jid, sender_jid, message_id))"""
            )

    def add(self, first: int, count: int) -> None:
        with sqlite3.connect(self.path) as db:
            db.executemany(
                "INSERT INTO whatsmeow_message_secrets VALUES ('', '5001@lid', '5001@lid', ?, ?)",
                ((f"M{number}", os.urandom(32)) for number in range(first, first + count)),
            )

    def remove_newest(self, count: int) -> None:
        with sqlite3.connect(self.path) as db:
            newest = "SELECT rowid FROM whatsmeow_message_secrets ORDER BY rowid DESC LIMIT ?"
            db.execute(f"DELETE FROM whatsmeow_message_secrets WHERE rowid IN ({newest})", (count,))


@pytest.fixture
def stored(tmp_path: Path) -> SessionFile:
    return SessionFile(tmp_path / "session.db")


@pytest.fixture
async def journal(tmp_path: Path) -> AsyncIterator[Journal]:
    async with open_journal(tmp_path / "tenant.db", KEY) as journal:
        await journal.write(lambda db: linkings.begin_session(db, OWN.number or "", lab=True, now=0))
        yield journal


async def lost_after_recovery(journal: Journal, stored: SessionFile) -> int:
    assert await recover(journal, stored.path, lab=True, resend=False) == ""
    return (await journal.read(history.counters)).lost


async def test_every_page_is_judged(journal: Journal, stored: SessionFile) -> None:
    stored.add(0, 2 * PAGE + 1)
    assert len(read_secrets(stored.path, 0)) == PAGE
    assert await lost_after_recovery(journal, stored) == 2 * PAGE + 1


async def test_what_was_judged_is_not_read_again(
    journal: Journal, stored: SessionFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[int] = []

    def reading(path: Path, after: int) -> list[session_store.SecretRow]:
        rows = read_secrets(path, after)
        read.append(len(rows))
        return rows

    monkeypatch.setattr("comptoir.sessions.recovering.read_secrets", reading)
    stored.add(0, 5)
    assert await lost_after_recovery(journal, stored) == 5
    stored.add(5, 2)
    assert await lost_after_recovery(journal, stored) == 7
    assert read == [5, 0, 2, 0]


async def test_an_older_copy_is_judged_from_its_beginning(
    journal: Journal, stored: SessionFile, tmp_path: Path
) -> None:
    stored.add(0, 5)
    await lost_after_recovery(journal, stored)
    older = SessionFile(tmp_path / "older.db")
    older.add(0, 2)
    older.add(7, 2)
    assert await lost_after_recovery(journal, older) == 7


async def test_an_older_copy_with_nothing_in_it_is_judged_anew_when_it_has_grown(
    journal: Journal, stored: SessionFile, tmp_path: Path
) -> None:
    stored.add(0, 5)
    await lost_after_recovery(journal, stored)
    empty = SessionFile(tmp_path / "empty.db")
    assert await lost_after_recovery(journal, empty) == 5
    empty.add(10, 6)
    assert await lost_after_recovery(journal, empty) == 11


async def test_an_older_copy_loses_nothing_that_the_journal_knows_however_old_that_is(
    journal: Journal, stored: SessionFile, tmp_path: Path
) -> None:
    for number in range(20):
        event = heard(f"M{number}", AWA_LID)
        await journal.write(lambda db, event=event: record(db, event))
    stored.add(0, 30)
    assert await lost_after_recovery(journal, stored) == 10
    await journal.write(lambda db: pruning.prune(db, now_ms() + 400 * 24 * 3_600_000))
    older = SessionFile(tmp_path / "older.db")
    older.add(0, 25)
    (tmp_path / "restored").touch()
    assert await lost_after_recovery(journal, older) == 10


@pytest.mark.parametrize(("restored", "state"), [(False, "queued"), (True, "uncertain")])
async def test_what_left_no_trace_in_a_restored_session_may_have_left_all_the_same(
    journal: Journal, stored: SessionFile, restored: bool, state: str
) -> None:
    def begin(db: Connection) -> int:
        contact = contacts.contact_for(db, AWA_LID, 0)
        id = outbox.enqueue(db, outbox.Outgoing(contact, "oui", "plugin:answers"), 0)
        outbox.mark_sending(db, id, 1, os.urandom(32), 0)
        return id

    id = await journal.write(begin)
    marker = stored.path.with_name("restored")
    if restored:
        marker.touch()
    assert await recover(journal, stored.path, lab=True, resend=False) == ""
    row = await journal.read(lambda db: history.message(db, id))
    assert row is not None
    assert row.state == state
    # From here on it is the one that is sent with.
    assert not marker.exists()


async def test_a_marker_stays_where_nothing_was_judged(journal: Journal, tmp_path: Path) -> None:
    marker = tmp_path / "restored"
    marker.touch()
    assert await recover(journal, tmp_path / "none.db", lab=True, resend=False) == "session_lost"
    assert marker.exists()


async def test_a_crash_while_old_conversations_come_in_loses_none_of_them(
    journal: Journal, stored: SessionFile
) -> None:
    await journal.write(lambda db: db.execute("UPDATE sessions SET linked_at = ?", (now_ms() - 60_000,)))
    stored.add(0, LOST_AT_MOST)
    assert await lost_after_recovery(journal, stored) == LOST_AT_MOST
    stored.add(1_000, 2 * PAGE)
    assert await lost_after_recovery(journal, stored) == LOST_AT_MOST
    # They are known from now on, also where an older copy is judged from its beginning.
    stored.remove_newest(PAGE)
    assert await lost_after_recovery(journal, stored) == LOST_AT_MOST


async def test_many_that_were_lost_long_after_linking_are_lost(journal: Journal, stored: SessionFile) -> None:
    await journal.write(lambda db: db.execute("UPDATE sessions SET linked_at = ?", (now_ms() - SYNC_LIMIT,)))
    stored.add(0, LOST_AT_MOST + 1)
    assert await lost_after_recovery(journal, stored) == LOST_AT_MOST + 1


def test_no_session_yet(tmp_path: Path) -> None:
    assert read_session(tmp_path / "none.db") is None
    sqlite3.connect(tmp_path / "empty.db").close()
    assert read_session(tmp_path / "empty.db") is None
    (tmp_path / "damaged.db").write_bytes(b"no database" * 1000)
    with pytest.raises(OSError, match="damaged"):
        read_session(tmp_path / "damaged.db")

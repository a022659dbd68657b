"""Recovery reads neonize's session database in pages, and each secret once."""

import os
import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from journal_rig import KEY, OWN

from comptoir.sessions import session_store
from comptoir.sessions.journal import history, linkings
from comptoir.sessions.journal.journal import Journal, open_journal
from comptoir.sessions.recovering import recover
from comptoir.sessions.session_store import PAGE, read_secrets, read_session


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


def test_no_session_yet(tmp_path: Path) -> None:
    assert read_session(tmp_path / "none.db") is None
    sqlite3.connect(tmp_path / "empty.db").close()
    assert read_session(tmp_path / "empty.db") is None
    (tmp_path / "damaged.db").write_bytes(b"no database" * 1000)
    with pytest.raises(OSError, match="damaged"):
        read_session(tmp_path / "damaged.db")

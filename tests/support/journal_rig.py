"""What tests of journal and sender share: a database, a store without threads, events to record."""

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import trio

from comptoir.sessions.events import Address, Kept, MessageReceived, ReceiptKind, ReceiptReceived
from comptoir.sessions.journal import history, linkings, recording
from comptoir.sessions.journal.database import Connection, open_database
from comptoir.sessions.journal.history import MessageRow
from comptoir.sessions.journal.migrations import migrate
from comptoir.sessions.journal.recording import Arrival, Recorded

T = TypeVar("T")

KEY = bytes(range(32))
OWN = Address("+221330000000", "99000")
AWA = Address("+221770000001")
AWA_LID = Address(lid="5001")
AWA_BOTH = Address("+221770000001", "5001")
MOUSSA = Address("+221770000002")


def open_new(path: Path, key: bytes = KEY) -> Connection:
    """A migrated journal with one session (its id is 1) of OWN."""
    db = open_database(path, key)
    migrate(db, path, now=0)
    session = linkings.begin_session(db, OWN.number or "", lab=True, now=0)
    linkings.learn_session(db, session, lid=OWN.lid)
    return db


def heard(whatsapp_id: str, chat: Address = AWA, text: str = "bonjour", *, by_owner: bool = False) -> MessageReceived:
    return MessageReceived(whatsapp_id, chat, by_owner, "person", "text", text, time=1_000, push_name="Awa", raw=b"raw")


def receipt(kind: ReceiptKind, *whatsapp_ids: str, by: Address = AWA) -> ReceiptReceived:
    return ReceiptReceived(whatsapp_ids, by, kind, time=1_000)


def record(db: Connection, event: Kept, now: int = 2_000, *, session: int = 1) -> Recorded:
    return recording.record_event(db, event, Arrival(session, now, silence_ms=60_000))


def message(recorded: Recorded) -> int:
    """The id of a message that must have been recorded."""
    assert recorded.message is not None
    return recorded.message


def stored(db: Connection, id: int) -> MessageRow:
    """The message as it is shown; it must be there."""
    found = history.message(db, id)
    assert found is not None
    return found


class InlineStore:
    """A journal without threads, so that a mock clock sees a task run rather than the world stand still."""

    def __init__(self, db: Connection) -> None:
        self.db = db

    async def write(self, fn: Callable[[Connection], T]) -> T:
        await trio.lowlevel.checkpoint()
        self.db.execute("BEGIN IMMEDIATE")
        try:
            result = fn(self.db)
        except BaseException:
            self.db.execute("ROLLBACK")
            raise
        self.db.execute("COMMIT")
        return result

    async def read(self, fn: Callable[[Connection], T]) -> T:
        await trio.lowlevel.checkpoint()
        return fn(self.db)

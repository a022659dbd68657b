"""What happened, for `comptoir events`: no message text, at most the newest 10,000 entries."""

import json
from dataclasses import dataclass
from typing import Any

from comptoir.sessions.journal.database import Connection
from comptoir.sessions.journal.schema import chat_of

LIMIT = 10_000


@dataclass(frozen=True, slots=True)
class Event:
    id: int
    at: int
    kind: str
    chat: str | None
    message: int | None
    data: dict[str, Any]


def add(
    db: Connection,
    kind: str,
    now: int,
    *,
    contact: int | None = None,
    message: int | None = None,
    **data: Any,
) -> int:
    """Note an event, with any JSON values in `data`; its id."""
    query = "INSERT INTO events (at, kind, contact, message, data) VALUES (?, ?, ?, ?, ?) RETURNING id"
    row = db.execute(query, (now, kind, contact, message, json.dumps(data))).fetchone()
    db.execute("DELETE FROM events WHERE id <= ?", (row[0] - LIMIT,))
    return int(row[0])


def page(db: Connection, after: int, limit: int = 500) -> list[Event]:
    """Events newer than id `after`, oldest first. Follow with `Journal.wait_commit`."""
    columns = f"id, at, kind, {chat_of('events.contact')}, message, data"
    rows = db.execute(f"SELECT {columns} FROM events WHERE id > ? ORDER BY id LIMIT ?", (after, limit))
    return [Event(id, at, kind, chat, message, json.loads(data)) for id, at, kind, chat, message, data in rows]


def last_id(db: Connection) -> int:
    """The newest event's id, 0 where there is none."""
    return int(db.execute("SELECT coalesce(max(id), 0) FROM events").fetchone()[0])

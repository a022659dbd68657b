"""What `messages` and `status` show of a journal."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from comptoir.sessions.journal import showing
from comptoir.sessions.journal.database import Connection
from comptoir.sessions.journal.schema import chat_of
from comptoir.sessions.journal.why_waiting import held_behind
from comptoir.sessions.times import rfc3339


@dataclass(frozen=True, slots=True)
class MessageRow:
    """A message as `comptoir messages` shows it."""

    id: int
    chat: str
    direction: str
    kind: str
    text: str
    time: int
    """The server's, else ours."""
    state: str
    by: str
    error: str | None = None
    """Why it is not sent (yet), where there is a reason."""
    automatic: bool = False
    """A bot wrote it, and neither our pipeline nor a person."""
    more: Mapping[str, Any] = field(default_factory=dict)
    """What it holds beside its text, as scripts see it."""

    def as_json(self) -> dict[str, Any]:
        row = {
            "id": self.id, "chat": self.chat, "direction": self.direction, "kind": self.kind,
            "text": self.text, "time": rfc3339(self.time), "state": self.state, "by": self.by,
        }  # fmt: skip
        row |= {**self.more, **({"automatic": True} if self.automatic else {})}
        return row | ({"error": self.error} if self.error else {})


@dataclass(frozen=True, slots=True)
class Counters:
    """What `status` shows. Times are None where nothing happened yet."""

    inbox: int
    """Messages the pipeline has still to do."""
    outbox: int
    """Messages queued, being sent, or held as uncertain."""
    last_in: int | None
    last_out: int | None
    uncertain: int = 0
    """Those of the outbox that may or may not have left."""
    lost: int = 0
    """Messages that were acknowledged and could not be read, recorded since the asked time."""
    failed: int = 0
    """Messages that could not be sent, likewise."""


_COLUMNS = f"""id, {chat_of("messages.contact")}, direction, kind, text, coalesce(server_time, recorded_at),
    state, author, (SELECT error FROM outbox WHERE message = messages.id), automatic = 1, details, sender"""


def messages(
    db: Connection, contact: int | None = None, limit: int = 50, before: int | None = None
) -> list[MessageRow]:
    """The newest messages, of one contact or all, with ids below `before`; newest last.

    In the order in which they came here, which is that of the ids: the server's times may say otherwise, as of mail
    that waited there or was read at the second attempt, and what was answered is what had come by then.
    """
    rows = db.execute(
        f"""SELECT {_COLUMNS} FROM messages
            WHERE (?1 IS NULL OR contact = ?1) AND (?2 IS NULL OR id < ?2) ORDER BY id DESC LIMIT ?3""",
        (contact, before, limit),
    )
    return _with_reasons(db, [_row(db, row) for row in rows][::-1])


def message(db: Connection, id: int) -> MessageRow | None:
    row = db.execute(f"SELECT {_COLUMNS} FROM messages WHERE id = ?", (id,)).fetchone()
    return None if row is None else _with_reasons(db, [_row(db, row)])[0]


def _with_reasons(db: Connection, rows: list[MessageRow]) -> list[MessageRow]:
    """What waits behind a message that is held says so; `rows` in the order of their ids."""
    if not any(row.state == "queued" and row.error is None for row in rows):
        return rows
    held = held_behind(db, rows[0].id, rows[-1].id)
    return [replace(row, error=held[row.id]) if row.id in held else row for row in rows]


def _row(db: Connection, row: tuple[Any, ...]) -> MessageRow:
    *plain, automatic, details, sender = row
    stored = showing.Stored(row[0], row[3], row[4], details, sender)
    plain += [bool(automatic), showing.more_of(db, stored)]
    return MessageRow(*plain)


def counters(db: Connection, since: int = 0) -> Counters:
    """`since`: lost and failed messages that were recorded before are not counted."""
    row = db.execute(
        """SELECT (SELECT count(*) FROM messages WHERE state = 'received'),
            (SELECT count(*) FROM messages WHERE state = 'queued')
                + (SELECT count(*) FROM messages WHERE state = 'sending')
                + (SELECT count(*) FROM messages WHERE state = 'uncertain'),
            (SELECT recorded_at FROM messages WHERE direction = 'in' ORDER BY id DESC LIMIT 1),
            (SELECT max(tried_at) FROM outbox),
            (SELECT count(*) FROM messages WHERE state = 'uncertain'),
            (SELECT count(*) FROM messages WHERE state = 'lost' AND recorded_at >= ?1),
            (SELECT count(*) FROM messages WHERE state = 'failed' AND recorded_at >= ?1)""",
        (since,),
    ).fetchone()
    return Counters(*row)

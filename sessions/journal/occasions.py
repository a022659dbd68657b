"""What plugins are still to be told of beside messages: due timers, receipts, changes of conversations, transcripts."""

import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from comptoir.plugins.api import Change, Receipt, Timer, Transcript
from comptoir.plugins.walking.daily import PREFIX
from comptoir.plugins.walking.state import TENANT, Slot
from comptoir.sessions.journal import event_log, outbox, state, transcriptions
from comptoir.sessions.journal.database import Connection

KINDS = ("conversation", "delivered", "read", "failed")
"""Of the events that may concern a plugin."""
STRAYS_KEPT = 24 * 3600 * 1000
"""Milliseconds for which what is for a plugin that is not there waits for it."""
_PAGE = 500
# Beside the plugins' own state; no plugin can have this name.
_CURSOR = Slot("(worker)", TENANT, "occasions")
_IN = "plugin IN (SELECT value FROM json_each(?1))"
# A timer of every day waits for its plugin as long as the pipeline names it.
_ONCE = f"name NOT GLOB '{PREFIX}*'"


@dataclass(frozen=True, slots=True)
class Listeners:
    """The plugins that are asked at all, and which of them want to be told of receipts and changes."""

    present: tuple[str, ...]
    receipts: frozenset[str] = frozenset()
    changes: tuple[str, ...] = ()

    @property
    def names(self) -> str:
        return json.dumps(self.present)


@dataclass(frozen=True, slots=True)
class Due:
    """One thing that one plugin is to be told of."""

    cause: str
    """`timer:ID`, `receipt:MESSAGE:STATE:PLUGIN`, `change:EVENT:PLUGIN` or `transcript:MESSAGE:PLUGIN`."""
    plugin: str
    contact: int
    occasion: Timer | Receipt | Change | Transcript
    walks: int
    """How many walks began and neither finished nor were released."""
    number: int | None = None
    """The conversation that changed."""


def cursor(db: Connection) -> int | None:
    """Up to which event all was taken up; None in a journal that never told plugins of any."""
    value: int | None = state.get(db, _CURSOR).value
    return value


def set_cursor(db: Connection, event: int) -> None:
    state.put(db, _CURSOR, event)


def unheard(db: Connection, after: int, listeners: Listeners) -> tuple[bool, int]:
    """Whether there is something to take up in the next events after this one; and the last of them."""
    rows, last = _events(db, after)
    return any(_concerned(db, row, listeners) for row in rows), last


def take_up(db: Connection, after: int, listeners: Listeners) -> int:
    """Keep for each plugin what it is to be told of the next events; the last of them. A job of the journal."""
    rows, last = _events(db, after)
    for row in rows:
        for plugin, cause, data in _concerned(db, row, listeners):
            db.execute(
                """INSERT INTO occasions (plugin, contact, cause, data, recorded_at) VALUES (?, ?, ?, ?, ?)
                    ON CONFLICT DO NOTHING""",
                (plugin, row[2], cause, json.dumps(data), row[4]),
            )
    set_cursor(db, last)
    return last


def chats_due(
    db: Connection, listeners: Listeners, now: int, busy: Collection[int] = (), limit: int = 100
) -> list[int]:
    """Contacts with something due that are not in `busy`, what has waited longest first."""
    rows = db.execute(
        f"""SELECT contact FROM (
                SELECT contact, recorded_at AS at FROM occasions WHERE {_IN}
                UNION ALL SELECT contact, due_at FROM timers WHERE due_at <= ?2 AND {_IN})
            GROUP BY contact ORDER BY min(at) LIMIT ?3""",
        (listeners.names, now, limit + len(busy)),
    )
    return [contact for (contact,) in rows if contact not in busy][:limit]


def next_due(db: Connection, listeners: Listeners, contact: int, now: int) -> Due | None:
    """What a chat's plugins are to be told next."""
    row = db.execute(
        f"""SELECT 'told' AS source, id, plugin, cause, data, recorded_at AS at, walks FROM occasions
                WHERE contact = ?2 AND {_IN}
            UNION ALL SELECT name, id, plugin, 'timer:' || id, data, due_at, walks FROM timers
                WHERE contact = ?2 AND due_at <= ?3 AND {_IN} ORDER BY at, id LIMIT 1""",
        (listeners.names, contact, now),
    ).fetchone()
    if row is None:
        return None
    name, _, plugin, cause, data, at, walks = row
    said = json.loads(data)
    if cause.startswith("timer:"):
        return Due(cause, plugin, contact, Timer(name, datetime.fromtimestamp(at / 1000, UTC), said), walks)
    if cause.startswith("transcript:"):
        return Due(cause, plugin, contact, transcriptions.transcript(db, said["message"], plugin), walks)
    text = _text(db, said["message"])
    if cause.startswith("receipt:"):
        return Due(cause, plugin, contact, Receipt(said["message"], said["state"], text), walks)
    return Due(cause, plugin, contact, Change(said["change"], said["by"], text), walks, said["number"])


def wake_at(db: Connection, listeners: Listeners, now: int) -> int | None:
    """When the next timer is due that is not yet."""
    row = db.execute(f"SELECT min(due_at) FROM timers WHERE due_at > ?2 AND {_IN}", (listeners.names, now)).fetchone()
    at: int | None = row[0]
    return at


def begin(db: Connection, cause: str) -> None:
    """A walk begins; counted, so that a worker that dies of it shows."""
    table, key = _place(cause)
    db.execute(f"UPDATE {table} SET walks = walks + 1 WHERE {key} = ?", (_value(cause),))


def release(db: Connection, causes: Collection[str]) -> None:
    """These walks were called off in good order."""
    for cause in causes:
        table, key = _place(cause)
        db.execute(f"UPDATE {table} SET walks = max(walks - 1, 0) WHERE {key} = ?", (_value(cause),))


def drop(db: Connection, cause: str, contact: int | None = None) -> bool:
    """It is done with, or given up; whether it was still there, in the chat of `contact`."""
    table, key = _place(cause)
    return (
        db.execute(
            f"DELETE FROM {table} WHERE {key} = ? AND contact = coalesce(?, contact)", (_value(cause), contact)
        ).rowcount
        > 0
    )


def has_strays(db: Connection, listeners: Listeners, now: int) -> bool:
    """Whether something has waited a day for a plugin that is not there."""
    before = now - STRAYS_KEPT
    query = f"""SELECT EXISTS (SELECT 1 FROM timers WHERE due_at < ?2 AND {_ONCE} AND NOT {_IN})
        OR EXISTS (SELECT 1 FROM occasions WHERE recorded_at < ?2 AND NOT {_IN})"""
    return bool(db.execute(query, (listeners.names, before)).fetchone()[0])


def drop_strays(db: Connection, listeners: Listeners, now: int) -> None:
    asked = (listeners.names, now - STRAYS_KEPT)
    db.execute(f"DELETE FROM timers WHERE due_at < ?2 AND {_ONCE} AND NOT {_IN}", asked)
    db.execute(f"DELETE FROM occasions WHERE recorded_at < ?2 AND NOT {_IN}", asked)


def _events(db: Connection, after: int) -> tuple[list[Any], int]:
    """Those of the next events that may concern a plugin, and up to which event they are all."""
    # First: what is noted between two queries is for the next time.
    last = max(event_log.last_id(db), after)
    rows = db.execute(
        f"""SELECT id, kind, contact, message, at, data FROM events
            WHERE id > ? AND id <= ? AND contact IS NOT NULL AND kind IN {KINDS} ORDER BY id LIMIT {_PAGE}""",
        (after, last),
    ).fetchall()
    return rows, rows[-1][0] if len(rows) == _PAGE else last


def _concerned(db: Connection, event: Any, listeners: Listeners) -> list[tuple[str, str, dict[str, Any]]]:
    """Which plugins an event is for: each with the cause, and what is kept of it."""
    id, kind, _, message, _, data = event
    if kind == "conversation":
        told = json.loads(data)
        kept = {"change": told["change"], "by": told["by"], "number": told["number"], "message": message}
        return [(plugin, f"change:{id}:{plugin}", kept) for plugin in listeners.changes]
    if not listeners.receipts:
        return []
    row = db.execute(
        "SELECT author FROM messages JOIN outbox ON message = id WHERE id = ? AND priority = ?",
        (message, outbox.ANSWER),
    ).fetchone()
    plugin = row[0].removeprefix("plugin:") if row else ""
    kept = {"message": message, "state": kind}
    return [(plugin, f"receipt:{message}:{kind}:{plugin}", kept)] if plugin in listeners.receipts else []


def _text(db: Connection, message: int | None) -> str:
    row = db.execute("SELECT text FROM messages WHERE id = ?", (message,)).fetchone()
    return str(row[0]) if row else ""


def _place(cause: str) -> tuple[str, str]:
    return ("timers", "id") if cause.startswith("timer:") else ("occasions", "cause")


def _value(cause: str) -> int | str:
    return int(cause.removeprefix("timer:")) if cause.startswith("timer:") else cause

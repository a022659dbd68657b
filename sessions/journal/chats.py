"""What `chats` shows of a journal: conversations and who has them."""

from dataclasses import dataclass
from typing import Any

from comptoir.sessions.journal import contacts, conversations
from comptoir.sessions.journal.database import Connection
from comptoir.sessions.journal.schema import chat_of
from comptoir.sessions.times import rfc3339

MOST = 500
MAX_WORDS = 200
"""Characters of the customer's last words."""

_COLUMNS = f"""c.id, {chat_of("c.id")}, c.name, v.id, v.state, iif(v.by_hand AND c.silenced_until <= ?1, NULL, v.agent),
    v.changed_at, coalesce(v.reason, ''), coalesce(v.handed_over, 0)"""

_NEEDED_FIRST = """v.state <> 'pending', v.agent IS NULL,
    iif(v.state = 'pending' OR v.agent IS NOT NULL, v.changed_at, -v.last_at)"""


@dataclass(frozen=True, slots=True)
class ChatRow:
    """A chat with its conversation, where it has or had one."""

    contact: int
    chat: str
    name: str
    number: int | None
    state: str | None
    agent: str | None
    since: int | None
    """When state or agent became what they are."""
    reason: str
    handed_over: bool
    held: str
    """Why the plugins do not speak in it; empty where they do."""
    held_until: int | None
    """When that ends by itself."""
    last_in: int | None
    last_out: int | None
    last_words: str
    """The customer's."""

    def as_json(self) -> dict[str, Any]:
        return {
            "chat": self.chat,
            "name": self.name,
            "number": self.number,
            "state": self.state,
            "agent": self.agent,
            "since": _time(self.since),
            "reason": self.reason,
            "handed_over": self.handed_over,
            "held": self.held or None,
            "held_until": _time(self.held_until),
            "last_in": _time(self.last_in),
            "last_out": _time(self.last_out),
            "last_words": self.last_words,
        }


def chats(db: Connection, now: int, state: str | None = None, limit: int = MOST) -> list[ChatRow]:
    """Conversations in this state; without one, those that are not closed, and chats that are silent.

    Those that wait for a person first, then those that one has, the longest first; of the rest, the newest first.
    """
    if state == "closed":
        which, order = "v.state = ?3", "v.closed_at DESC"
    else:
        which, order = "v.state <> 'closed' AND (?3 IS NULL OR v.state = ?3)", _NEEDED_FIRST
    rows = db.execute(
        f"""SELECT {_COLUMNS} FROM conversations v JOIN contacts c ON c.id = v.contact
            WHERE {which} ORDER BY {order}, v.id DESC LIMIT ?2""",
        (now, limit, state),
    ).fetchall()
    if state is None and len(rows) < limit:
        rows += db.execute(
            f"""SELECT {_COLUMNS} FROM contacts c LEFT JOIN conversations v ON v.id IS NULL
                WHERE c.silenced_until > ?1 AND NOT EXISTS (
                    SELECT 1 FROM conversations o WHERE o.contact = c.id AND o.state <> 'closed') LIMIT ?2""",
            (now, limit - len(rows)),
        ).fetchall()
    return [_row(db, row, now) for row in rows]


def chat(db: Connection, contact: int, now: int) -> ChatRow:
    """The chat with its conversation, or its last one."""
    row = db.execute(
        f"""SELECT {_COLUMNS} FROM contacts c LEFT JOIN conversations v ON v.id = (
                SELECT o.id FROM conversations o WHERE o.contact = c.id ORDER BY o.state = 'closed', o.id DESC LIMIT 1)
            WHERE c.id = ?2""",
        (now, contact),
    ).fetchone()
    return _row(db, row, now)


def _row(db: Connection, row: Any, now: int) -> ChatRow:
    contact, chat, name, number, state, agent, since, reason, handed_over = row
    goes_on = state != "closed"
    until = contacts.silenced_until(db, contact)
    ends = until if goes_on and now < until < contacts.PAUSED else None
    held = conversations.held(db, contact, now) if goes_on else ""
    last_in, words = _last_words(db, contact)
    plain = (contact, chat, name, number, state, agent, since, reason, bool(handed_over))
    return ChatRow(*plain, held, ends, last_in, _last_out(db, contact), words)


def _last_words(db: Connection, contact: int) -> tuple[int | None, str]:
    row = db.execute(
        """SELECT coalesce(server_time, recorded_at), kind, text FROM messages
            WHERE contact = ? AND direction = 'in' ORDER BY id DESC LIMIT 1""",
        (contact,),
    ).fetchone()
    return (None, "") if row is None else (row[0], row[2][:MAX_WORDS] or f"[{row[1]}]")


def _last_out(db: Connection, contact: int) -> int | None:
    row = db.execute(
        """SELECT coalesce(server_time, recorded_at) FROM messages
            WHERE contact = ? AND direction = 'out' AND state NOT IN ('queued', 'failed') ORDER BY id DESC LIMIT 1""",
        (contact,),
    ).fetchone()
    return None if row is None else int(row[0])


def _time(ms: int | None) -> str | None:
    return None if ms is None else rfc3339(ms)

"""Why a message that is to be sent has not left yet, and what has waited longest, in words for people."""

from dataclasses import dataclass

from comptoir.sessions.journal import waiting
from comptoir.sessions.journal.database import Connection
from comptoir.sessions.times import rfc3339

TURN = "it waits its turn (rates, and new chats a day: [outbox] in comptoir.toml) or for the server's answer"


@dataclass(frozen=True, slots=True)
class Longest:
    """The message that has waited longest to be sent."""

    message: int
    since: int
    """When it was queued."""
    why: str


def why_waiting(db: Connection, message: int, now: int) -> str:
    """The reason that holds it up: its own, that of the message before it in its chat, or its turn."""
    own = db.execute("SELECT error FROM outbox WHERE message = ?", (message,)).fetchone()
    if own is not None and own[0]:
        return str(own[0])
    if ahead := _ahead(db, message):
        return _behind(*ahead)
    until = waiting.strangers_held_until(db, now)
    if until > now and waiting.is_stranger(db, message):
        return f"WhatsApp refused a new chat (463); no new chat before {rfc3339(until)}, or when they write"
    return TURN


def held_behind(db: Connection, first: int, last: int) -> dict[int, str]:
    """Of the messages with these ids that wait without a reason of their own: why the one before them is held."""
    rows = db.execute(
        """WITH heads AS (SELECT min(id) AS id, contact, priority FROM messages JOIN outbox ON message = id
                WHERE state = 'queued' GROUP BY contact, priority)
            SELECT m.id, heads.id, ahead.error FROM messages m JOIN outbox o ON o.message = m.id
            JOIN heads ON heads.contact = m.contact AND heads.priority = o.priority AND heads.id < m.id
            JOIN outbox ahead ON ahead.message = heads.id
            WHERE m.state = 'queued' AND m.id BETWEEN ? AND ? AND o.error IS NULL AND ahead.error IS NOT NULL""",
        (first, last),
    )
    return {id: _behind(head, error) for id, head, error in rows}


def longest_waiting(db: Connection, now: int) -> Longest | None:
    row = db.execute(
        """SELECT id, recorded_at FROM messages WHERE id = (SELECT min(id) FROM
            (SELECT min(id) AS id FROM messages WHERE state = 'queued'
                UNION ALL SELECT min(id) FROM messages WHERE state = 'sending'))"""
    ).fetchone()
    return None if row is None else Longest(row[0], row[1], why_waiting(db, row[0], now))


def _behind(ahead: int, error: str | None) -> str:
    return f"it waits behind message {ahead}: {error}" if error else f"it waits behind message {ahead}"


def _ahead(db: Connection, message: int) -> tuple[int, str | None] | None:
    """The first message of its chat and priority that is still to leave, where that is another."""
    row: tuple[int, str | None] | None = db.execute(
        """WITH this AS (SELECT id, contact, priority FROM messages JOIN outbox ON message = id WHERE id = ?),
            others AS (SELECT id FROM messages WHERE state = 'queued' AND contact = (SELECT contact FROM this)
                UNION ALL SELECT id FROM messages WHERE state = 'sending' AND contact = (SELECT contact FROM this))
            SELECT others.id, error FROM others JOIN outbox ON message = others.id JOIN this
            WHERE others.id < this.id AND outbox.priority = this.priority ORDER BY others.id LIMIT 1""",
        (message,),
    ).fetchone()
    return row

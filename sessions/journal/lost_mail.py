"""Messages in state `lost` that nothing was decided about yet, and what a decision about them rests on."""

from collections.abc import Iterable

from comptoir.sessions.asking import ASK_AGAIN_AFTER, Chat, Lost
from comptoir.sessions.journal import contacts, conversations, inbox, optouts
from comptoir.sessions.journal.database import Connection

MOST = 5_000
"""More than several crashes in a row can lose: all are decided about together, and told in one notice."""


def undecided(db: Connection, now: int) -> list[Lost]:
    """In order of arrival, those said and journaled within a day; what a clock has put into the future, too."""
    rows = db.execute(
        """SELECT id, contact, iif(kind = 'unreadable', 'unreadable', 'unread'), recorded_at,
                coalesce(recorded_at - renewed_at BETWEEN 0 AND ?3, 0)
            FROM messages, (SELECT max(at) AS renewed_at FROM events WHERE kind = 'encryption_renewed')
            WHERE state = 'lost' AND direction = 'in' AND recorded_at > ?1 AND coalesce(server_time, recorded_at) > ?1
            AND NOT EXISTS (SELECT 1 FROM causes WHERE key = 'lost:' || id) ORDER BY id LIMIT ?2""",
        (now - ASK_AGAIN_AFTER, MOST, ASK_AGAIN_AFTER),
    )
    return [Lost(id, contact, why, at, bool(renewing)) for id, contact, why, at, renewing in rows]


def chats_of(db: Connection, lost: Iterable[Lost], now: int) -> dict[int, Chat]:
    """The chats of these messages, by contact, as they are after the last of them."""
    last = {one.contact: one.id for one in lost}
    return {contact: _chat(db, contact, message, now) for contact, message in last.items()}


def mark_asked(db: Connection, contact: int, now: int) -> None:
    db.execute("UPDATE contacts SET asked_at = ? WHERE id = ?", (now, contact))


def _chat(db: Connection, contact: int, message: int, now: int) -> Chat:
    held = bool(conversations.held(db, contact, now))
    (asked_at,) = db.execute("SELECT asked_at FROM contacts WHERE id = ?", (contact,)).fetchone()
    return Chat(
        is_person=contacts.address_of(db, contact).is_person,
        taken=held or inbox.owner_answered(db, contact, message),
        opted_out=optouts.has_opted_out(db, contact),
        asked_at=asked_at,
        active=_is_active(db, contact, now),
    )


def _is_active(db: Connection, contact: int, now: int) -> bool:
    query = "SELECT max(recorded_at) FROM messages WHERE contact = ? AND state <> 'lost'"
    (newest,) = db.execute(query, (contact,)).fetchone()
    return newest is None or newest > now - ASK_AGAIN_AFTER

"""Makes one contact of two that turned out to be the same person."""

from comptoir.sessions.journal import event_log, model_usage, states, tags, timers
from comptoir.sessions.journal.database import Connection
from comptoir.sessions.journal.inbox import RAW_KEPT_MS


def merge(db: Connection, one: int, other: int, now: int) -> int:
    """Move everything of the younger contact to the older; the older's id."""
    keep, gone = min(one, other), max(one, other)
    _merge_copies(db, keep, gone, now)
    db.execute("UPDATE messages SET contact = ? WHERE contact = ?", (keep, gone))
    db.execute("UPDATE messages SET sender = ? WHERE sender = ?", (keep, gone))
    db.execute("UPDATE aliases SET contact = ? WHERE contact = ?", (keep, gone))
    db.execute("UPDATE events SET contact = ? WHERE contact = ?", (keep, gone))
    _merge_state(db, keep, gone)
    _merge_conversations(db, keep, gone, now)
    model_usage.merge(db, keep, gone)
    tags.merge(db, keep, gone)
    timers.merge(db, keep, gone)
    for table in ("occasions", "outside_calls", "orders", "unanswered", "transcriptions"):
        db.execute(f"UPDATE {table} SET contact = ? WHERE contact = ?", (keep, gone))
    db.execute(
        """UPDATE contacts SET silenced_until = max(contacts.silenced_until, other.silenced_until),
                greeted_at = max(contacts.greeted_at, other.greeted_at),
                asked_at = max(contacts.asked_at, other.asked_at),
                name = iif(contacts.name = '', other.name, contacts.name),
                expires_in = iif(other.expires_since > contacts.expires_since, other.expires_in, contacts.expires_in),
                expires_since = max(contacts.expires_since, other.expires_since)
            FROM contacts AS other WHERE other.id = ? AND contacts.id = ?""",
        (gone, keep),
    )
    db.execute("DELETE FROM contacts WHERE id = ?", (gone,))
    event_log.add(db, "merged", now, contact=keep, merged=gone)
    return keep


def _merge_copies(db: Connection, keep: int, gone: int, now: int) -> None:
    """One WhatsApp message may have been journaled under both contacts: the first row with content stays."""
    copies = db.execute(
        """SELECT a.id, a.state, b.id, b.state FROM messages a
            JOIN messages b USING (session, direction, whatsapp_id) WHERE a.contact = ? AND b.contact = ?""",
        (keep, gone),
    ).fetchall()
    for copy in copies:
        pair = sorted((copy[:2], copy[2:]), key=lambda row: (row[1] == "lost", row[0]))
        (stays, _), (goes, state) = pair
        db.execute("UPDATE events SET message = ? WHERE message = ?", (stays, goes))
        db.execute("DELETE FROM messages WHERE id = ?", (goes,))
        if states.advance(db, stays, state):
            db.execute("UPDATE inbox SET raw_until = ?, plugin = NULL WHERE message = ?", (now + RAW_KEPT_MS, stays))


def _merge_state(db: Connection, keep: int, gone: int) -> None:
    """The older contact's values win. Versions grow, so that a decision made on either is a conflict."""
    db.execute(
        """INSERT INTO plugin_state SELECT plugin, ?, key, value, version + 1
                FROM plugin_state WHERE contact = ?
            ON CONFLICT DO UPDATE SET version = max(version, excluded.version) + 1,
                value = coalesce(value, excluded.value)""",
        (keep, gone),
    )
    db.execute("DELETE FROM plugin_state WHERE contact = ?", (gone,))


def _merge_conversations(db: Connection, keep: int, gone: int, now: int) -> None:
    """Of two that go on, the one that a person is asked for or has stays, else the older contact's."""
    going_on = db.execute(
        """SELECT id FROM conversations WHERE contact IN (?1, ?2) AND state <> 'closed'
            ORDER BY (state = 'pending' OR agent IS NOT NULL) DESC, contact = ?1 DESC""",
        (keep, gone),
    ).fetchall()
    for (number,) in going_on[1:]:
        closed = "UPDATE conversations SET state = 'closed', closed_at = ?, reason = 'merged' WHERE id = ?"
        db.execute(closed, (now, number))
    db.execute("UPDATE conversations SET contact = ? WHERE contact = ?", (keep, gone))

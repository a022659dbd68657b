"""Journals calls, where the tenant wants it: each is a message of kind `call`, to be answered once it is over."""

from comptoir.sessions.events import CallReceived
from comptoir.sessions.journal import contacts, conversations, event_log, inbox
from comptoir.sessions.journal.arrival import Arrival, Recorded
from comptoir.sessions.journal.audiences import is_own
from comptoir.sessions.journal.database import Connection


def record_call(db: Connection, event: CallReceived, arrival: Arrival) -> Recorded:
    """A call and its end come one by one, either may be missing, and both may have waited at the server."""
    config = arrival.config
    if config is None or not config.calls.kept or _is_not_for_us(db, event, arrival.session):
        return Recorded()
    contact = contacts.contact_for(db, event.chat, arrival.now)
    known = _find(db, contact, event, arrival.session)
    message = known if known is not None else _insert(db, contact, event, arrival)
    if event.phase == "taken":
        _settle(db, message, contact, arrival.now, "taken")
        return Recorded(message, contact)
    refuse = known is None and _is_to_be_refused(db, event, contact, arrival)
    # One that waited at the server for us is over, whatever is still to come about it.
    over = refuse or arrival.backlog or event.phase == "missed"
    if over and config.calls.answer is None:
        _settle(db, message, contact, arrival.now, "refused" if refuse else "missed")
    asks = over and config.calls.answer is not None and _ask(db, message, contact, arrival)
    return Recorded(message, contact, inbox=asks, refuse=event if refuse else None)


def _is_to_be_refused(db: Connection, event: CallReceived, contact: int, arrival: Arrival) -> bool:
    """Not while a person has the chat, or is asked for: they may be waiting for the call."""
    rejects = arrival.config is not None and arrival.config.calls.reject
    ringing = event.phase == "ringing" and not arrival.backlog
    return rejects and ringing and not conversations.held(db, contact, arrival.now)


def _is_not_for_us(db: Connection, event: CallReceived, session: int) -> bool:
    """Whether the owner is calling, or a group is called: its end may not say so, and is known by its id."""
    if not event.chat.is_person:
        db.execute("INSERT INTO accounted VALUES (?, ?) ON CONFLICT DO NOTHING", (session, event.call_id))
    known = "SELECT 1 FROM accounted WHERE session = ? AND whatsapp_id = ?"
    return is_own(db, session, event.chat) or db.execute(known, (session, event.call_id)).fetchone() is not None


def _find(db: Connection, contact: int, event: CallReceived, session: int) -> int | None:
    row = db.execute(
        """SELECT id FROM messages
            WHERE session = ? AND whatsapp_id = ? AND contact = ? AND direction = 'in' AND kind = 'call'""",
        (session, event.call_id, contact),
    ).fetchone()
    return None if row is None else int(row[0])


def _insert(db: Connection, contact: int, event: CallReceived, arrival: Arrival) -> int:
    """As skipped: whether it is to be answered shows at its end."""
    row = db.execute(
        """INSERT INTO messages (session, contact, direction, author, state, whatsapp_id, kind, text,
                server_time, recorded_at)
            VALUES (?, ?, 'in', 'customer', 'skipped', ?, 'call', '', ?, ?) RETURNING id""",
        (arrival.session, contact, event.call_id, event.time, arrival.now),
    ).fetchone()
    event_log.add(db, "call", arrival.now, contact=contact, message=row[0], video=event.video)
    return int(row[0])


def _ask(db: Connection, message: int, contact: int, arrival: Arrival) -> bool:
    """Put it before the pipeline, once; whether that is new."""
    row = db.execute(
        "INSERT INTO inbox (message, raw, backlog) VALUES (?, x'', ?) ON CONFLICT DO NOTHING RETURNING message",
        (message, arrival.backlog),
    ).fetchone()
    if row is None:
        return False
    db.execute("UPDATE messages SET state = 'received' WHERE id = ?", (message,))
    event_log.add(db, "received", arrival.now, contact=contact, message=message)
    return True


def _settle(db: Connection, message: int, contact: int, now: int, reason: str) -> None:
    """Nothing is to be said any more, whatever else comes about this call."""
    inbox.finish(db, [message], "skipped", now, reason)
    row = db.execute(
        """INSERT INTO inbox (message, raw, raw_until, backlog) VALUES (?, x'', ?, 0)
            ON CONFLICT DO NOTHING RETURNING message""",
        (message, now + inbox.RAW_KEPT_MS),
    ).fetchone()
    if row is not None:
        event_log.add(db, "skipped", now, contact=contact, message=message, reason=reason)

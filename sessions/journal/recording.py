"""Journals what the link tells, in one call for each event; anything may arrive twice or out of order."""

from collections.abc import Iterable

from comptoir.plugins.kinds import SILENT
from comptoir.sessions.events import HistoryReceived, Kept, MessageReceived, ReceiptReceived, Unreadable
from comptoir.sessions.journal import contacts, event_log, outbox, receipts
from comptoir.sessions.journal.arrival import Arrival, Recorded
from comptoir.sessions.journal.database import Connection

__all__ = ["Arrival", "Recorded", "account", "record_event"]

HAND_COUNTS = 24 * 3600 * 1000
"""Milliseconds. What the owner typed during an absence, longer ago than this, silences the chat no more."""


def record_event(db: Connection, event: Kept, arrival: Arrival) -> Recorded:
    """Journal an event; what changed. Groups, status updates and channels are ignored, and so is a message
    of kind `empty`: the real one comes under the same id.
    """
    match event:
        case MessageReceived(audience="person") if event.kind != "empty":
            if event.from_me:
                return _record_owner(db, event, arrival)
            return _record_customer(db, event, arrival)
        case Unreadable(audience="person"):
            return _record_unreadable(db, event, arrival)
        case ReceiptReceived():
            return Recorded(advanced=receipts.record_receipt(db, arrival.session, event, arrival.now))
        case HistoryReceived():
            account(db, arrival.session, event.whatsapp_ids)
    return Recorded()


def account(db: Connection, session: int, whatsapp_ids: Iterable[str]) -> None:
    """These ids in the session database are not lost mail."""
    rows = ((session, whatsapp_id) for whatsapp_id in whatsapp_ids)
    db.executemany("INSERT INTO accounted VALUES (?, ?) ON CONFLICT DO NOTHING", rows)


def _record_customer(db: Connection, event: MessageReceived, arrival: Arrival) -> Recorded:
    contact = contacts.contact_for(db, event.chat, arrival.now, event.push_name)
    message = _complete(db, contact, event, arrival.session) or _insert(db, contact, event, arrival)
    if message is None:
        return Recorded()
    db.execute("INSERT INTO inbox (message, raw, backlog) VALUES (?, ?, ?)", (message, event.raw, arrival.backlog))
    event_log.add(db, "received", arrival.now, contact=contact, message=message)
    return Recorded(message, contact, inbox=True)


def _record_owner(db: Connection, event: MessageReceived, arrival: Arrival) -> Recorded:
    # The push name of these is the tenant's own, not the customer's.
    contact = contacts.contact_for(db, event.chat, arrival.now)
    message = _insert(db, contact, event, arrival)
    if message is None:
        return Recorded()
    receipts.apply_early(db, arrival.session, event.whatsapp_id, arrival.now)
    if event.kind in SILENT:
        return Recorded(message, contact)
    if not arrival.backlog or arrival.now - event.time <= HAND_COUNTS:
        # From its arrival, also where it was typed during an absence: what customers wrote since comes with it.
        until = max(contacts.silenced_until(db, contact), arrival.now + arrival.silence_ms)
        contacts.silence(db, contact, until)
    event_log.add(db, "owner_wrote", arrival.now, contact=contact, message=message)
    outbox.withdraw_answers(db, contact, arrival.now)
    return Recorded(message, contact, by_owner=True)


def _record_unreadable(db: Connection, event: Unreadable, arrival: Arrival) -> Recorded:
    """Noted as lost: the sender is asked to repeat it, and if that works the row is completed."""
    contact = contacts.contact_for(db, event.chat, arrival.now)
    row = db.execute(
        """INSERT INTO messages (session, contact, direction, whatsapp_id, kind, text, author, state,
                server_time, recorded_at)
            VALUES (?, ?, 'in', ?, 'unreadable', '', 'customer', 'lost', ?, ?)
            ON CONFLICT DO NOTHING RETURNING id""",
        (arrival.session, contact, event.whatsapp_id, event.time, arrival.now),
    ).fetchone()
    if row is None:
        return Recorded()
    event_log.add(db, "unreadable", arrival.now, contact=contact, message=row[0])
    return Recorded(row[0], contact)


def _complete(db: Connection, contact: int, event: MessageReceived, session: int) -> int | None:
    """Fill in a message that was known by its id only; it keeps its place in the chat."""
    row = db.execute(
        """UPDATE messages SET kind = ?, text = ?, server_time = ?, state = 'received'
            WHERE session = ? AND contact = ? AND direction = 'in' AND whatsapp_id = ? AND state = 'lost'
            RETURNING id""",
        (event.kind, event.text, event.time, session, contact, event.whatsapp_id),
    ).fetchone()
    return None if row is None else int(row[0])


def _insert(db: Connection, contact: int, event: MessageReceived, arrival: Arrival) -> int | None:
    """The new message's id; None for one that is journaled already."""
    writer = ("out", "owner", "sent") if event.from_me else ("in", "customer", "received")
    content = (event.whatsapp_id, event.kind, event.text, event.time)
    row = db.execute(
        """INSERT INTO messages (session, contact, direction, author, state, whatsapp_id, kind, text,
                server_time, recorded_at)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING RETURNING id""",
        (arrival.session, contact, *writer, *content, arrival.now),
    ).fetchone()
    return None if row is None else int(row[0])

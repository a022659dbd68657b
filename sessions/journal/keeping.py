"""Journals one message that arrived, with all it holds, in whatever chat."""

from dataclasses import dataclass

from comptoir.plugins.api import ReceivedFile
from comptoir.sessions.events import MessageReceived, Unreadable
from comptoir.sessions.journal import contacts, event_log, media, references, revising
from comptoir.sessions.journal.arrival import Arrival
from comptoir.sessions.journal.database import Connection
from comptoir.sessions.journal.details import Details, encode
from comptoir.sessions.journal.inbox import RAW_KEPT_MS


@dataclass(frozen=True, slots=True)
class KeptMessage:
    """A message that was journaled, or completed, just now."""

    id: int
    waits: bool
    """The pipeline is to see it. Not so for what only changes an earlier message that waits itself."""


def keep_inbound(
    db: Connection, contact: int, event: MessageReceived, arrival: Arrival, sender: int | None = None
) -> KeptMessage | None:
    """A customer's message, or the owner's where it is one to the shop itself; None for one that is journaled already.
    `sender`: who wrote it, in a group.
    """
    details = references.details_of(db, contact, arrival.session, event, sender)
    by = "owner" if event.from_me else "customer"
    message = _complete(db, contact, event, details, arrival) or _insert(
        db, contact, event, details, arrival, ("in", by, "received"), sender
    )
    if message is None:
        return None
    if event.automatic:
        db.execute("UPDATE messages SET automatic = 1 WHERE id = ?", (message,))
    _learn_timer(db, contact, event)
    if revising.revise(db, message, details, event.time, arrival.now):
        db.execute("UPDATE messages SET state = 'done' WHERE id = ?", (message,))
        return KeptMessage(message, waits=False)
    db.execute("INSERT INTO inbox (message, raw, backlog) VALUES (?, ?, ?)", (message, event.raw, arrival.backlog))
    if isinstance(event.content, ReceivedFile):
        media.want(db, message, event.content, arrival.now)
    event_log.add(db, "received", arrival.now, contact=contact, message=message)
    return KeptMessage(message, waits=True)


def keep_by_hand(db: Connection, contact: int, event: MessageReceived, arrival: Arrival) -> int | None:
    """What the owner wrote on the phone; None for what is journaled already."""
    details = references.details_of(db, contact, arrival.session, event, None)
    message = _insert(db, contact, event, details, arrival, ("out", "owner", "sent"))
    if message is None:
        return None
    _learn_timer(db, contact, event)
    revising.revise(db, message, details, event.time, arrival.now)
    # For whoever quotes it.
    until = arrival.now + RAW_KEPT_MS
    db.execute("INSERT INTO inbox (message, raw, raw_until, backlog) VALUES (?, ?, ?, 0)", (message, event.raw, until))
    return message


def note(
    db: Connection, contact: int, event: MessageReceived, arrival: Arrival, sender: int | None = None
) -> int | None:
    """The row alone, of what nobody is to answer; None for what is journaled already."""
    details = references.details_of(db, contact, arrival.session, event, sender)
    writer = ("out", "owner", "sent") if event.from_me else ("in", "customer", "received")
    return _insert(db, contact, event, details, arrival, writer, sender)


def keep_unreadable(
    db: Connection, contact: int, event: Unreadable, arrival: Arrival, sender: int | None = None
) -> KeptMessage | None:
    """Noted as lost, because the sender is asked to repeat it, and if that works the row is completed.

    What may be seen on the phone only is not lost: it waits for the pipeline, which may say so.
    """
    kind, state = ("view_once", "received") if event.view_once else ("unreadable", "lost")
    row = db.execute(
        """INSERT INTO messages (session, contact, direction, whatsapp_id, kind, text, author, state,
                server_time, recorded_at, sender)
            VALUES (?, ?, 'in', ?, ?, '', 'customer', ?, ?, ?, ?)
            ON CONFLICT DO NOTHING RETURNING id""",
        (arrival.session, contact, event.whatsapp_id, kind, state, event.time, arrival.now, sender),
    ).fetchone()
    if row is None:
        return None
    message = int(row[0])
    if event.view_once:
        db.execute("INSERT INTO inbox (message, raw, backlog) VALUES (?, ?, ?)", (message, b"", arrival.backlog))
    noted = "received" if event.view_once else "unreadable"
    event_log.add(db, noted, arrival.now, contact=contact, message=message)
    return KeptMessage(message, waits=event.view_once)


def _learn_timer(db: Connection, contact: int, event: MessageReceived) -> None:
    if event.expires_in is not None:
        # Who has not heard yet that it was set anew still writes under the old one.
        since = min(event.timer_set_at or event.time, event.time)
        contacts.set_timer(db, contact, event.expires_in, since)


def _complete(db: Connection, contact: int, event: MessageReceived, details: Details, arrival: Arrival) -> int | None:
    """Fill in a message that was known by its id only; it keeps its place in the chat."""
    said = (event.kind, references.text_of(event, details), encode(details), event.time)
    row = db.execute(
        """UPDATE messages SET kind = ?, text = ?, details = ?, server_time = ?, state = 'received'
            WHERE session = ? AND contact = ? AND direction = 'in' AND whatsapp_id = ? AND state = 'lost'
            RETURNING id""",
        (*said, arrival.session, contact, event.whatsapp_id),
    ).fetchone()
    return None if row is None else int(row[0])


def _insert(  # noqa: PLR0913, PLR0917 (a message, and how it came)
    db: Connection,
    contact: int,
    event: MessageReceived,
    details: Details,
    arrival: Arrival,
    writer: tuple[str, str, str],
    sender: int | None = None,
) -> int | None:
    """The new message's id; None for one that is journaled already. `writer`: direction, author and state."""
    said = (event.whatsapp_id, event.kind, references.text_of(event, details), encode(details), event.time)
    row = db.execute(
        """INSERT INTO messages (session, contact, direction, author, state, whatsapp_id, kind, text, details,
                server_time, recorded_at, sender)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING RETURNING id""",
        (arrival.session, contact, *writer, *said, arrival.now, sender),
    ).fetchone()
    return None if row is None else int(row[0])

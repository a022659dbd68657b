"""Journals what the link tells, in one call for each event; anything may arrive twice or out of order."""

from collections.abc import Iterable

from comptoir.plugins.api import SILENT
from comptoir.sessions.events import (
    CallReceived,
    HistoryReceived,
    Kept,
    MessageReceived,
    ReceiptReceived,
    TimerSet,
    Unreadable,
)
from comptoir.sessions.journal import (
    audiences,
    calls,
    contacts,
    conversations,
    event_log,
    greeting,
    keeping,
    receipts,
    references,
    withdrawing,
)
from comptoir.sessions.journal.arrival import Arrival, Recorded
from comptoir.sessions.journal.database import Connection

__all__ = ["Arrival", "Recorded", "account", "record_event"]

HAND_COUNTS = 24 * 3600 * 1000
"""Milliseconds. What the owner typed during an absence, longer ago than this, silences the chat no more."""


def record_event(db: Connection, event: Kept, arrival: Arrival) -> Recorded:
    """Journal an event; what changed. Nothing comes of what is not for us, nor of a message of kind `empty`: the real
    one comes under the same id.
    """
    match event:
        case MessageReceived():
            return _record_message(db, event, arrival)
        case CallReceived():
            return calls.record_call(db, event, arrival)
        case Unreadable(audience="person"):
            return _record_unreadable(db, event, arrival)
        case TimerSet() if event.chat.is_person:
            _set_timer(db, event, arrival)
        case ReceiptReceived():
            return Recorded(advanced=receipts.record_receipt(db, event, arrival))
        case HistoryReceived():
            account(db, arrival.session, event.whatsapp_ids)
    return Recorded()


def account(db: Connection, session: int, whatsapp_ids: Iterable[str]) -> None:
    """These ids in the session database are not lost mail."""
    rows = ((session, whatsapp_id) for whatsapp_id in whatsapp_ids)
    db.executemany("INSERT INTO accounted VALUES (?, ?) ON CONFLICT DO NOTHING", rows)


def _record_message(db: Connection, event: MessageReceived, arrival: Arrival) -> Recorded:
    match audiences.treatment(db, event, arrival):
        case "answer":
            return _record_customer(db, event, arrival)
        case "hand":
            return _record_owner(db, event, arrival)
        case "own":
            return _record_own(db, event, arrival)
        case "order":
            return _record_order(db, event, arrival)
        case "show":
            return _record_shown(db, event, arrival)
        case "ignore":
            if event.kind == "empty" and event.audience == "person":
                # The head of an album, or the apps' own business: nothing of it is missed.
                account(db, arrival.session, [event.whatsapp_id])
            return Recorded()


def _record_customer(db: Connection, event: MessageReceived, arrival: Arrival) -> Recorded:
    contact, sender = _chat_and_sender(db, event, arrival)
    kept = keeping.keep_inbound(db, contact, event, arrival, sender)
    # An edit wakes the pipeline too: what it changed is answered now.
    return Recorded() if kept is None else Recorded(kept.id, contact, inbox=True)


def _record_owner(db: Connection, event: MessageReceived, arrival: Arrival) -> Recorded:
    # The push name of these is the tenant's own, not the customer's.
    contact = contacts.contact_for(db, event.chat, arrival.now)
    message = keeping.keep_by_hand(db, contact, event, arrival)
    if message is None:
        return Recorded()
    receipts.apply_early(db, arrival.session, event.whatsapp_id, arrival.now)
    if event.kind in SILENT:
        return Recorded(message, contact)
    if greeting.record_automatic(db, message, contact, event, arrival):
        return Recorded(message, contact)
    if not arrival.backlog or arrival.now - event.time <= HAND_COUNTS:
        # From its arrival, also where it was typed during an absence: what customers wrote since comes with it.
        until = max(contacts.silenced_until(db, contact), arrival.now + arrival.silence_ms)
        contacts.silence(db, contact, until)
        if until > arrival.now:
            by = conversations.By("owner", arrival.now, message)
            conversations.take(db, conversations.ensure(db, contact, by), by)
    event_log.add(db, "owner_wrote", arrival.now, contact=contact, message=message)
    withdrawing.withdraw_answers(db, contact, arrival.now)
    return Recorded(message, contact, by_owner=True)


def _record_own(db: Connection, event: MessageReceived, arrival: Arrival) -> Recorded:
    """The owner wrote to the shop's own number: nobody is answered by that."""
    chat = references.own_address(db, arrival.session)
    contact = contacts.contact_for(db, chat, arrival.now)
    message = keeping.keep_by_hand(db, contact, event, arrival)
    if message is None:
        return Recorded()
    event_log.add(db, "owner_wrote", arrival.now, contact=contact, message=message)
    return Recorded(message, contact)


def _record_order(db: Connection, event: MessageReceived, arrival: Arrival) -> Recorded:
    """The owner wrote in the shop's chat with itself, where a plugin takes it."""
    contact = contacts.contact_for(db, references.own_address(db, arrival.session), arrival.now)
    kept = keeping.keep_inbound(db, contact, event, arrival)
    return Recorded() if kept is None else Recorded(kept.id, contact, inbox=True)


def _record_shown(db: Connection, event: MessageReceived, arrival: Arrival) -> Recorded:
    """For people to read, and never answered."""
    contact, sender = _chat_and_sender(db, event, arrival)
    message = keeping.note(db, contact, event, arrival, sender)
    if message is None:
        return Recorded()
    db.execute("UPDATE messages SET state = 'skipped' WHERE id = ?", (message,))
    event_log.add(db, "skipped", arrival.now, contact=contact, message=message, reason=event.audience)
    return Recorded(message, contact)


def _record_unreadable(db: Connection, event: Unreadable, arrival: Arrival) -> Recorded:
    contact = contacts.contact_for(db, event.chat, arrival.now)
    kept = keeping.keep_unreadable(db, contact, event, arrival)
    return Recorded() if kept is None else Recorded(kept.id, contact, inbox=kept.waits, lost=not kept.waits)


def _set_timer(db: Connection, event: TimerSet, arrival: Arrival) -> None:
    contacts.set_timer(db, contacts.contact_for(db, event.chat, arrival.now), event.expires_in, event.time)
    account(db, arrival.session, [event.whatsapp_id])


def _chat_and_sender(db: Connection, event: MessageReceived, arrival: Arrival) -> tuple[int, int | None]:
    """The push name is that of who wrote."""
    if event.sender is None:
        return contacts.contact_for(db, event.chat, arrival.now, event.push_name), None
    sender = contacts.contact_for(db, event.sender, arrival.now, event.push_name)
    return contacts.contact_for(db, event.chat, arrival.now), sender

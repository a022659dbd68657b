"""Applies receipts to what was sent: delivered and read by the customer, asked for once more, or a mere sign that it
left.
"""

from typing import cast

from comptoir.sessions.events import Address, ReceiptKind, ReceiptReceived
from comptoir.sessions.journal import contacts, event_log, repeating, revising, states
from comptoir.sessions.journal.arrival import Arrival
from comptoir.sessions.journal.database import Connection

KEPT_MS = 7 * 24 * 3600 * 1000
KEPT_ROWS = 10_000


def record_receipt(db: Connection, receipt: ReceiptReceived, arrival: Arrival) -> tuple[int, ...]:
    """Move the messages of ours that it is for; keep it for later where the id is not known yet.

    The ids of the messages whose state changed, and of those that are now to be sent again.
    """
    session, now, changed = arrival.session, arrival.now, []
    for whatsapp_id in receipt.whatsapp_ids:
        message = _sent_message(db, session, whatsapp_id)
        if message is None:
            _keep(db, session, whatsapp_id, receipt)
            continue
        if _apply(db, session, message, receipt, now):
            changed.append(message)
        # The customer's own: another device of ours asks the one that it got the message from.
        if receipt.kind == "retry" and _is_from_contact(db, session, message, receipt):
            again = repeating.repeat(db, message, arrival.since, now)
            changed += [] if again is None else [again]
    return tuple(changed)


def apply_early(db: Connection, session: int, whatsapp_id: str, now: int) -> bool:
    """Apply the receipts that came before the id was known; whether there was any."""
    message = _sent_message(db, session, whatsapp_id)
    rows = db.execute(
        "DELETE FROM early_receipts WHERE session = ? AND whatsapp_id = ? RETURNING chat, kind, at",
        (session, whatsapp_id),
    ).fetchall()
    if message is not None:
        for chat, kind, at in rows:
            receipt = ReceiptReceived((whatsapp_id,), _address(chat), cast(ReceiptKind, kind), at)
            _apply(db, session, message, receipt, now)
    return bool(rows)


def prune_early(db: Connection, now: int) -> None:
    """Forget receipts for ids that never became known: a linked device gets many that are not its own."""
    db.execute("DELETE FROM early_receipts WHERE at < ?", (now - KEPT_MS,))
    beyond = "SELECT rowid FROM early_receipts ORDER BY rowid DESC LIMIT -1 OFFSET ?"
    db.execute(f"DELETE FROM early_receipts WHERE rowid IN ({beyond})", (KEPT_ROWS,))


def _sent_message(db: Connection, session: int, whatsapp_id: str) -> int | None:
    query = "SELECT id FROM messages WHERE session = ? AND whatsapp_id = ? AND direction = 'out'"
    row = db.execute(query, (session, whatsapp_id)).fetchone()
    return None if row is None else int(row[0])


def _apply(db: Connection, session: int, message: int, receipt: ReceiptReceived, now: int) -> bool:
    """Only the customer's own receipt says delivered or read; anyone's, of any kind, that it was sent."""
    theirs = _is_from_contact(db, session, message, receipt)
    tells = theirs and receipt.kind in ("delivered", "read")
    state = cast(states.State, receipt.kind) if tells else "sent"
    before = db.execute("SELECT state FROM messages WHERE id = ?", (message,)).fetchone()[0]
    if not states.advance(db, message, state):
        return False
    if not states.reached(before, "sent"):
        revising.carry_out(db, message, now)
    event_log.add(db, state, now, contact=_contact_of(db, message), message=message)
    return True


def _is_from_contact(db: Connection, session: int, message: int, receipt: ReceiptReceived) -> bool:
    """Whether the one written to gave it, rather than another device of the tenant's; in a group, any member.

    Who was written to by number may answer under a LID that is still unknown. Beside our own devices only
    they can know the id, so the LID (or number) is theirs, and is learnt.
    """
    giver, contact = receipt.chat, _contact_of(db, message)
    if contacts.find_address(db, giver) == contact:
        return True
    number, lid = db.execute("SELECT number, lid FROM sessions WHERE id = ?", (session,)).fetchone()
    known = contacts.address_of(db, contact)
    if giver.number == number or (lid is not None and giver.lid == lid):
        return bool(known.number == number)
    if lid is None or not known.is_person:
        return lid is not None
    if (giver.lid and known.lid) or (giver.number and known.number):
        return False
    contacts.contact_for(db, Address(known.number or giver.number, known.lid or giver.lid), receipt.time)
    return True


def _contact_of(db: Connection, message: int) -> int:
    return int(db.execute("SELECT contact FROM messages WHERE id = ?", (message,)).fetchone()[0])


def _keep(db: Connection, session: int, whatsapp_id: str, receipt: ReceiptReceived) -> None:
    db.execute(
        "INSERT INTO early_receipts VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
        (session, whatsapp_id, receipt.kind, " ".join(receipt.chat.aliases), receipt.time),
    )


def _address(chat: str) -> Address:
    parts = [Address.parse(alias) for alias in chat.split(" ")]
    return Address(
        next((part.number for part in parts if part.number), None),
        next((part.lid for part in parts if part.lid), None),
    )

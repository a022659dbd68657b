"""After a crash: what became of messages that were being sent, and which were received and never journaled.

whatsmeow notes the secret of every message in the session database, before it sends one of ours and before
it hands one of theirs to us. What is noted there and not known here is decided upon by `decide`, which does
no I/O; `recover` gathers what it needs and commits what it decided, in the caller's one transaction.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from comptoir.sessions.events import Address
from comptoir.sessions.journal import contacts, event_log, outbox, receipts
from comptoir.sessions.journal.database import Connection
from comptoir.sessions.journal.linkings import Session

_FateState = Literal["queued", "uncertain", "sent"]


@dataclass(frozen=True, slots=True)
class SecretRow:
    """A row of the session database's `whatsmeow_message_secrets`; chat and sender are JIDs as stored."""

    chat: str
    sender: str
    whatsapp_id: str
    key: bytes


@dataclass(frozen=True, slots=True)
class SessionSecrets:
    """What the session database holds after a start."""

    rows: Collection[SecretRow]
    intact: bool
    """It is the very database that was sent with, not an older copy of it."""


@dataclass(frozen=True, slots=True)
class Known:
    """What the journal knows of a session."""

    sending: Mapping[int, bytes]
    """Messages of which it is unknown whether they left, each with its secret."""
    receipted: frozenset[str]
    """WhatsApp ids that receipts came for before the id was ours."""
    accounted: frozenset[str]
    """Ids that are journaled, or known not to be lost mail."""


@dataclass(frozen=True, slots=True)
class Fate:
    """What becomes of a message that was being sent. With a trace of it, its WhatsApp id is known."""

    message: int
    state: _FateState
    whatsapp_id: str | None = None


@dataclass(frozen=True, slots=True)
class Lost:
    """A message that was acknowledged to its sender and never came to us."""

    whatsapp_id: str
    chat: Address


@dataclass(frozen=True, slots=True)
class Recovered:
    """What was decided and committed."""

    fates: tuple[Fate, ...]
    lost: tuple[int, ...]
    """Ids of the new messages in state `lost`."""


def decide(found: SessionSecrets, known: Known, session: Session) -> tuple[list[Fate], list[Lost]]:
    """No trace in an intact session database: it never left. A trace: it may have left, and any receipt for
    it proves that it did; the absence of one proves nothing.
    """
    traces = {row.key: row.whatsapp_id for row in found.rows}
    fates = []
    for message, secret in known.sending.items():
        if (whatsapp_id := traces.get(secret)) is not None:
            state: _FateState = "sent" if whatsapp_id in known.receipted else "uncertain"
            fates.append(Fate(message, state, whatsapp_id))
        else:
            fates.append(Fate(message, "queued" if found.intact else "uncertain"))
    return fates, list(_lost(found.rows, known, session))


def recover(db: Connection, found: SessionSecrets, session: Session, now: int, *, resend: bool) -> Recovered:
    """Decide and commit, once after every start, before connecting.

    With `resend`, the tenant would rather repeat an uncertain message than risk that it never arrived.
    """
    fates, lost = decide(found, _known(db, session.id), session)
    for fate in fates:
        _settle(db, fate, session.id, now, resend=resend)
    return Recovered(tuple(fates), tuple(_record_lost(db, one, session.id, now) for one in lost))


def _lost(rows: Iterable[SecretRow], known: Known, session: Session) -> Iterable[Lost]:
    ours = set(known.sending.values())
    seen = set(known.accounted)
    for row in rows:
        chat, sender = _person(row.chat), _person(row.sender)
        if chat is None or sender is None or _is_own(sender, session):
            continue
        if row.whatsapp_id not in seen and row.key not in ours:
            seen.add(row.whatsapp_id)
            yield Lost(row.whatsapp_id, chat)


def _person(jid: str) -> Address | None:
    """The person a JID names, its device left out; None for groups, status, channels and everything else."""
    user, _, server = jid.partition("@")
    digits = user.partition(":")[0].partition(".")[0]
    if not (digits.isascii() and digits.isdigit()) or digits == "0":
        return None
    if server in ("s.whatsapp.net", "c.us", "hosted"):
        return Address(number=f"+{digits}")
    return Address(lid=digits) if server in ("lid", "hosted.lid") else None


def _is_own(person: Address, session: Session) -> bool:
    return person.number == session.number if person.number else person.lid == session.lid


def _known(db: Connection, session: int) -> Known:
    sending = db.execute(
        """SELECT id, secret FROM messages JOIN outbox ON message = id
            WHERE session = ? AND state IN ('sending', 'uncertain')
            AND secret IS NOT NULL AND whatsapp_id IS NULL ORDER BY id""",
        (session,),
    )
    receipted = db.execute("SELECT whatsapp_id FROM early_receipts WHERE session = ?", (session,))
    accounted = db.execute(
        """SELECT whatsapp_id FROM messages WHERE session = ?1 AND whatsapp_id IS NOT NULL
            UNION SELECT whatsapp_id FROM accounted WHERE session = ?1""",
        (session,),
    )
    return Known(
        dict(sending.fetchall()),
        frozenset(whatsapp_id for (whatsapp_id,) in receipted),
        frozenset(whatsapp_id for (whatsapp_id,) in accounted),
    )


def _settle(db: Connection, fate: Fate, session: int, now: int, *, resend: bool) -> None:
    if fate.state == "queued":
        outbox.requeue(db, fate.message, now)
    elif fate.state == "uncertain":
        error = "the program stopped while it was being sent: it may have arrived or not"
        again = resend and outbox.attempts_of(db, fate.message) < outbox.MAX_ATTEMPTS
        outbox.mark_uncertain(db, fate.message, error, now, now + outbox.RESEND_AFTER if again else 0)
    if fate.whatsapp_id is not None:
        # From now on a receipt finds it; those that are here already make it sent, or more.
        db.execute("UPDATE messages SET whatsapp_id = ? WHERE id = ?", (fate.whatsapp_id, fate.message))
        receipts.apply_early(db, session, fate.whatsapp_id, now)


def _record_lost(db: Connection, lost: Lost, session: int, now: int) -> int:
    contact = contacts.contact_for(db, lost.chat, now)
    row = db.execute(
        """INSERT INTO messages (session, contact, direction, whatsapp_id, kind, text, author, state,
                recorded_at)
            VALUES (?, ?, 'in', ?, 'unknown', '', 'customer', 'lost', ?) RETURNING id""",
        (session, contact, lost.whatsapp_id, now),
    ).fetchone()
    event_log.add(db, "lost_unread", now, contact=contact, message=row[0])
    return int(row[0])

"""After a crash: what became of messages that were being sent, and which were received and never journaled.

whatsmeow notes the secret of every message in the session database, before it sends one of ours and before
it hands one of theirs to us. What is noted there and not known here is decided upon by `decide` and
`decide_rest`, which do no I/O; `judge_page` and `judge_rest` gather what these need and commit what they decided.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from comptoir.sessions.events import Address
from comptoir.sessions.journal import contacts, event_log, outbox, receipts, withdrawing
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
    row: int = 0
    """Its place in the table, which only grows."""


@dataclass(frozen=True, slots=True)
class Known:
    """What the journal knows of a session; of ids, those asked for."""

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


def decide(rows: Iterable[SecretRow], known: Known, session: Session) -> tuple[list[Fate], list[Lost]]:
    """What left a trace among `rows` may have left, and any receipt for it proves that it did; the absence of one
    proves nothing. What is there and not known was lost.
    """
    rows = list(rows)
    traces = {row.key: row.whatsapp_id for row in rows}
    fates = []
    for message, secret in known.sending.items():
        if (whatsapp_id := traces.get(secret)) is not None:
            fates.append(Fate(message, "sent" if whatsapp_id in known.receipted else "uncertain", whatsapp_id))
    return fates, list(_lost(rows, known, session))


def decide_rest(sending: Iterable[int], *, intact: bool) -> list[Fate]:
    """What left no trace at all never left, if the session database is `intact`: the very one that was sent with."""
    return [Fate(message, "queued" if intact else "uncertain") for message in sending]


def judged_before(db: Connection, session: int, newest: int) -> int:
    """The row of the secrets up to which all was judged by an earlier worker; 0 where `newest`, the last row there
    is, shows that the session database is an older copy.
    """
    seen = db.execute("SELECT secrets_seen FROM sessions WHERE id = ?", (session,)).fetchone()[0]
    return int(seen) if seen <= newest else 0


def judge_page(db: Connection, rows: Sequence[SecretRow], session: Session, now: int, *, resend: bool) -> Recovered:
    """Decide what some secrets tell, in order and at least one, and commit it; before connecting.

    With `resend`, the tenant would rather repeat an uncertain message than risk that it never arrived.
    """
    fates, lost = decide(rows, _known(db, session.id, [row.whatsapp_id for row in rows]), session)
    for fate in fates:
        _settle(db, fate, session.id, now, resend=resend)
    db.execute("UPDATE sessions SET secrets_seen = ? WHERE id = ?", (rows[-1].row, session.id))
    return Recovered(tuple(fates), tuple(_record_lost(db, one, session.id, now) for one in lost))


def judge_rest(db: Connection, session: Session, now: int, *, intact: bool, resend: bool) -> Recovered:
    """Decide about what has left no trace, once all secrets were judged, and commit it; before connecting."""
    fates = decide_rest(_sending(db, session.id), intact=intact)
    for fate in fates:
        _settle(db, fate, session.id, now, resend=resend)
    return Recovered(tuple(fates), ())


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


def _sending(db: Connection, session: int) -> dict[int, bytes]:
    rows = db.execute(
        """SELECT id, secret FROM messages JOIN outbox ON message = id
            WHERE session = ? AND state IN ('sending', 'uncertain')
            AND secret IS NOT NULL AND whatsapp_id IS NULL ORDER BY id""",
        (session,),
    )
    return dict(rows.fetchall())


def _known(db: Connection, session: int, ids: Sequence[str]) -> Known:
    asked = (session, json.dumps(ids))
    receipted = db.execute(
        """SELECT value FROM json_each(?2)
            WHERE EXISTS (SELECT 1 FROM early_receipts WHERE session = ?1 AND whatsapp_id = value)""",
        asked,
    )
    accounted = db.execute(
        """SELECT value FROM json_each(?2)
            WHERE EXISTS (SELECT 1 FROM messages WHERE session = ?1 AND whatsapp_id = value)
                OR EXISTS (SELECT 1 FROM accounted WHERE session = ?1 AND whatsapp_id = value)""",
        asked,
    )
    return Known(
        _sending(db, session),
        frozenset(whatsapp_id for (whatsapp_id,) in receipted),
        frozenset(whatsapp_id for (whatsapp_id,) in accounted),
    )


def _settle(db: Connection, fate: Fate, session: int, now: int, *, resend: bool) -> None:
    if fate.state == "queued":
        withdrawing.requeue(db, fate.message, now)
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

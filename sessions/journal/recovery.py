"""After a crash: gathers what `judging` decides on, and commits what it decided, in pages and before connecting."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from comptoir.sessions.journal import contacts, event_log, outbox, receipts, recording, withdrawing
from comptoir.sessions.journal.database import Connection
from comptoir.sessions.journal.linkings import Session, current_session
from comptoir.sessions.judging import Fate, Known, Lost, SecretRow, decide, decide_rest


@dataclass(frozen=True, slots=True)
class Recovered:
    """What was decided and committed."""

    fates: tuple[Fate, ...]
    lost: tuple[int, ...]
    """Ids of the new messages in state `lost`."""


def judged_before(db: Connection, session: int, newest: int) -> int:
    """The row of the secrets up to which all was judged by an earlier worker. Where `newest`, the last row there is,
    shows that the session database is an older copy, all of it is judged anew, also by the next worker if need be.
    """
    seen = db.execute("SELECT secrets_seen FROM sessions WHERE id = ?", (session,)).fetchone()[0]
    if seen <= newest:
        return int(seen)
    db.execute("UPDATE sessions SET secrets_seen = 0 WHERE id = ?", (session,))
    return 0


def count_lost(db: Connection, rows: Sequence[SecretRow], session: Session) -> int:
    """How many of these would be reported as lost."""
    return len(decide(rows, _known(db, session.id, [row.whatsapp_id for row in rows]), session)[1])


def judge_page(  # noqa: PLR0913 (what is judged, and how)
    db: Connection, rows: Sequence[SecretRow], session: Session, now: int, *, resend: bool, history: bool = False
) -> Recovered:
    """Decide what some secrets tell, in order and at least one, and commit it; before connecting.

    With `resend`, the tenant would rather repeat an uncertain message than risk that it never arrived. With `history`,
    what is not known is of old conversations, and not lost.
    """
    fates, lost = decide(rows, _known(db, session.id, [row.whatsapp_id for row in rows]), session)
    for fate in fates:
        _settle(db, fate, session.id, now, resend=resend)
    db.execute("UPDATE sessions SET secrets_seen = ? WHERE id = ?", (rows[-1].row, session.id))
    if history:
        recording.account(db, session.id, [one.whatsapp_id for one in lost])
        return Recovered(tuple(fates), ())
    return Recovered(tuple(fates), tuple(_record_lost(db, one, session.id, now) for one in lost))


def judge_rest(db: Connection, session: Session, now: int, *, intact: bool, resend: bool) -> Recovered:
    """Decide about what has left no trace, once all secrets were judged, and commit it; before connecting."""
    if not intact:
        event_log.add(db, "encryption_renewed", now)
    fates = decide_rest(_sending(db, session.id), intact=intact)
    for fate in fates:
        _settle(db, fate, session.id, now, resend=resend)
        if not intact:
            # Later workers find the session intact, and no trace in it either: that must not make it unsent.
            db.execute("UPDATE outbox SET secret = x'' WHERE message = ?", (fate.message,))
    return Recovered(tuple(fates), ())


def judge_dropped(db: Connection, rows: Sequence[SecretRow], now: int) -> tuple[int, ...]:
    """Report as lost what the library drops as known to it and the journal does not know; the new messages' ids."""
    session = current_session(db)
    if session is None:
        return ()
    _, lost = decide(rows, _known(db, session.id, [row.whatsapp_id for row in rows]), session)
    return tuple(_record_lost(db, one, session.id, now) for one in lost)


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

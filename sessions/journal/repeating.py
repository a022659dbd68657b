"""Sends again what the customer's app could not read and asked for, where the library no longer has it.

whatsmeow answers such requests itself for the last messages that this process has sent (retry.go). What an earlier
process has sent only the journal knows: it goes again as a message of its own, which has an id of its own.
"""

from dataclasses import dataclass
from typing import cast

from comptoir.plugins.api import SILENT, FileKind
from comptoir.sessions.journal import causes, contacts, event_log, inbox, media, optouts
from comptoir.sessions.journal.database import Connection
from comptoir.sessions.journal.media import TakenFile
from comptoir.sessions.journal.references import details_in

HELD = 256
"""So many of the messages that it has sent last whatsmeow can repeat by itself."""
MOST = 2
"""So often a message is sent again from here: what cannot be read then is beyond that."""
_CAUSE = "again:"


@dataclass(frozen=True, slots=True)
class _Sent:
    id: int
    contact: int
    kind: str
    author: str
    state: str
    tried_at: int
    priority: int
    cause: str | None


def repeat(db: Connection, message: int, since: int, now: int) -> int | None:
    """Queue a message of ours once more, for which its customer has just asked; the new message's id.

    None where no device of theirs may be without it, where the library repeats it (sent `since` this worker began),
    or where it was repeated before for this id, or twice in all.
    """
    sent = _sent(db, message)
    if sent is None or not _is_to_go_again(db, sent, since):
        return None
    file = media.row(db, message)
    if file is not None and file.file is None:
        event_log.add(db, "not_sent_again", now, contact=sent.contact, message=message, reason="its file is gone")
        return None
    try:
        causes.mark_done(db, f"{_CAUSE}{message}", now)
    except causes.AlreadyDone:
        return None
    again = _copy(db, sent, now)
    if file is not None and file.file is not None:
        kind = cast(FileKind, sent.kind)
        facts = (file.mime, file.size, file.seconds, file.name, file.width, file.height)
        taken = TakenFile(file.file, kind, *facts)
        media.attach(db, again, taken, now)
    why = f"their app could not read it and asked for it: sent again as message {again}"
    db.execute("UPDATE outbox SET error = ? WHERE message = ?", (why, message))
    event_log.add(db, "sent_again", now, contact=sent.contact, message=message, again=again)
    event_log.add(db, "queued", now, contact=sent.contact, message=again, by=sent.author)
    return again


def _sent(db: Connection, message: int) -> _Sent | None:
    """None for what the owner typed: the phone is asked for that."""
    row = db.execute(
        """SELECT id, contact, kind, author, state, tried_at, priority, cause
            FROM messages JOIN outbox ON message = id WHERE id = ? AND tried_at IS NOT NULL""",
        (message,),
    ).fetchone()
    return None if row is None else _Sent(*row)


def _is_to_go_again(db: Connection, sent: _Sent, since: int) -> bool:
    if sent.state != "sent" or sent.kind in SILENT or _is_held(db, sent, since) or details_in(db, sent.id).deleted:
        return False
    if not contacts.address_of(db, sent.contact).is_person or _depth(db, sent) >= MOST:
        return False
    return not sent.author.startswith("plugin:") or _is_still_wanted(db, sent)


def _is_still_wanted(db: Connection, sent: _Sent) -> bool:
    """Whether an automatic message may still go: the owner has not answered by hand, and the customer wrote no STOP."""
    opted_out = sent.author != optouts.AUTHOR and optouts.has_opted_out(db, sent.contact)
    return not (opted_out or inbox.owner_answered(db, sent.contact, sent.id))


def _is_held(db: Connection, sent: _Sent, since: int) -> bool:
    """Whether this process's library still has it."""
    query = "SELECT count(*) FROM (SELECT 1 FROM outbox WHERE tried_at > ? LIMIT ?)"
    (later,) = db.execute(query, (sent.tried_at, HELD)).fetchone()
    return bool(sent.tried_at >= since and later < HELD)


def _depth(db: Connection, sent: _Sent) -> int:
    """How often it was sent again to come to this."""
    depth, cause = 0, sent.cause
    while cause is not None and cause.startswith(_CAUSE) and depth < MOST:
        depth += 1
        row = db.execute("SELECT cause FROM outbox WHERE message = ?", (int(cause.removeprefix(_CAUSE)),)).fetchone()
        cause = row[0] if row else None
    return depth


def _copy(db: Connection, sent: _Sent, now: int) -> int:
    row = db.execute(
        """INSERT INTO messages (contact, direction, kind, text, details, author, state, recorded_at)
            SELECT contact, direction, kind, text, details, author, 'queued', ? FROM messages WHERE id = ?
            RETURNING id""",
        (now, sent.id),
    ).fetchone()
    db.execute(
        "INSERT INTO outbox (message, priority, cause) VALUES (?, ?, ?)",
        (row[0], sent.priority, f"{_CAUSE}{sent.id}"),
    )
    return int(row[0])

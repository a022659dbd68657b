"""What becomes of a message that is edited, taken back, or voted anew: its row changes, be it answered or not."""

from dataclasses import replace
from typing import Literal

from comptoir.plugins.api import Deletion, Edit, Vote
from comptoir.sessions.journal import event_log, inbox, media, transcriptions
from comptoir.sessions.journal.database import Connection
from comptoir.sessions.journal.details import Details, encode
from comptoir.sessions.journal.references import details_in

Writer = Literal["customer", "owner", "operator"]

TAKEN_BACK = "taken back by the sender"
VOTED_ANEW = "a later vote replaces it"


def revise(db: Connection, message: int, details: Details, time: int, now: int) -> bool:
    """Do to earlier messages what this one says; whether that is all: then the pipeline need not see it."""
    match details.content:
        case Edit(target) if target is not None:
            text = db.execute("SELECT text FROM messages WHERE id = ?", (message,)).fetchone()[0]
            return edit(db, target, text, time, now)
        case Deletion(target) if target is not None:
            return erase(db, target, now)
        case Vote(poll=poll) if poll is not None:
            _replace_votes(db, message, poll, now)
    return False


def carry_out(db: Connection, message: int, now: int) -> None:
    """A message of ours has left: if it is an edit or a deletion, the one that it is about is changed here, too."""
    query = "SELECT kind, coalesce(server_time, recorded_at) FROM messages WHERE id = ?"
    kind, time = db.execute(query, (message,)).fetchone()
    if kind in ("edit", "deletion"):
        revise(db, message, details_in(db, message), time, now)


def edit(db: Connection, target: int, text: str, time: int, now: int) -> bool:
    """The message gets a new text, of that time by the server's clock; whether it is still to be answered, in its
    new form. One that is older than the last, or comes after a deletion, changes nothing.
    """
    contact, state = db.execute("SELECT contact, state FROM messages WHERE id = ?", (target,)).fetchone()
    details = details_in(db, target)
    if details.deleted or time < details.edited:
        return True
    stored = encode(replace(details, edited=time))
    db.execute("UPDATE messages SET text = ?, details = ? WHERE id = ?", (text, stored, target))
    if state == "lost":
        # What could not be read has come after all.
        came = "kind = 'text', state = 'received', server_time = coalesce(server_time, ?)"
        db.execute(f"UPDATE messages SET {came} WHERE id = ?", (time, target))
        db.execute("INSERT INTO inbox (message, raw, backlog) VALUES (?, ?, 0) ON CONFLICT DO NOTHING", (target, b""))
    event_log.add(db, "edited", now, contact=contact, message=target)
    return state in ("received", "lost")


def erase(db: Connection, target: int, now: int) -> bool:
    """Nothing of the message is kept but that it was there; whether it was still to be answered, and is not now."""
    contact, state = db.execute("SELECT contact, state FROM messages WHERE id = ?", (target,)).fetchone()
    earlier = db.execute(
        "SELECT id FROM messages WHERE contact = ? AND kind = 'edit' AND json_extract(details, '$.target') = ?",
        (contact, target),
    ).fetchall()
    for (edit_of_it,) in earlier:
        db.execute("UPDATE messages SET text = '' WHERE id = ?", (edit_of_it,))
        db.execute("UPDATE inbox SET raw = ? WHERE message = ?", (b"", edit_of_it))
    stored = encode(Details(deleted=True))
    db.execute("UPDATE messages SET text = '', details = ? WHERE id = ?", (stored, target))
    db.execute("UPDATE inbox SET raw = ? WHERE message = ?", (b"", target))
    media.erase(db, target)
    transcriptions.erase(db, target)
    event_log.add(db, "deleted", now, contact=contact, message=target)
    if state == "lost":
        db.execute("UPDATE messages SET state = 'skipped' WHERE id = ?", (target,))
    inbox.finish(db, [target], "skipped", now, TAKEN_BACK)
    return state in ("received", "lost")


def _replace_votes(db: Connection, message: int, poll: int, now: int) -> None:
    """Only the last vote of a person counts: earlier ones are not answered any more."""
    earlier = db.execute(
        """SELECT e.id FROM messages e JOIN messages m ON m.id = ? AND e.contact = m.contact
            WHERE e.state = 'received' AND e.kind = 'vote' AND e.id < m.id AND e.sender IS m.sender
            AND json_extract(e.details, '$.vote.poll') = ?""",
        (message, poll),
    ).fetchall()
    inbox.finish(db, [id for (id,) in earlier], "skipped", now, VOTED_ANEW)

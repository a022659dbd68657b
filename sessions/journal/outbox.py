"""What is to be sent, and what became of it. The sender alone moves a row from queued to sent."""

from dataclasses import dataclass, replace

from comptoir.plugins.api import Cards, Deletion, Edit, Place, Poll, Reaction
from comptoir.sessions.events import Address
from comptoir.sessions.journal import contacts, event_log, queued, receipts, revising, states
from comptoir.sessions.journal.database import Connection
from comptoir.sessions.journal.details import Content, Details, Quoting, decode, encode
from comptoir.sessions.journal.queued import QueuedMessage
from comptoir.sessions.journal.references import details_in

ANSWER, NOTICE, CAMPAIGN = 0, 1, 2
MAX_ATTEMPTS = 8
RESEND_AFTER = 15_000
"""Milliseconds. Recovery has found the WhatsApp id of an uncertain message: a receipt for it, which waits at the
server, gets so long to show that it arrived."""
ANSWER_KEPT = 6 * 3600 * 1000
"""Milliseconds. An automatic answer that has waited longer answers nothing any more."""


class ClientKeyReused(ValueError):
    """The client key belongs to another message: a repeated `send` must be the same in all parts."""


class TargetUnknown(ValueError):
    """The message that another one quotes or is about is not one that this can be done to."""


class TargetGone(TargetUnknown):
    """It was taken back: no app shows it any more."""


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A message to be sent: a text, or something with `text` as its caption."""

    contact: int
    text: str
    author: str
    """`operator`, `agent:NAME` or `plugin:NAME`."""
    priority: int = ANSWER
    not_before: int = 0
    cause: str | None = None
    """What it is an effect of, as in `causes`."""
    client_key: str | None = None
    """The caller's own name for it: queuing it again under the same key does nothing."""
    kind: str = "text"
    """Of a file that is attached next; else `content` says it."""
    content: Content | None = None
    quote: int | None = None
    """The message that it answers."""

    @property
    def shown_kind(self) -> str:
        return self.kind if self.content is None else _KINDS[type(self.content)]

    @property
    def shown_text(self) -> str:
        """What the history shows of it."""
        match self.content:
            case Poll(question=text) | Reaction(emoji=text):
                return text
            case _:
                return self.text


_KINDS: dict[type, str] = {
    Place: "location", Cards: "contact", Poll: "poll", Reaction: "reaction", Edit: "edit", Deletion: "deletion",
}  # fmt: skip


def enqueue(db: Connection, new: Outgoing, now: int) -> int:
    """Queue a message; its id. With a `client_key` that is known, the id it was queued under before.

    Raises ClientKeyReused, TargetUnknown (also as TargetGone), and UnicodeEncodeError (a ValueError) for text that is
    not valid Unicode.
    """
    details = Details(new.content, None if new.quote is None else Quoting(new.quote))
    if (known := _by_client_key(db, new, encode(details))) is not None:
        return known
    _check_targets(db, new, details)
    row = db.execute(
        """INSERT INTO messages (contact, direction, kind, text, details, author, state, recorded_at)
            VALUES (?, 'out', ?, ?, ?, ?, 'queued', ?) RETURNING id""",
        (new.contact, new.shown_kind, new.shown_text, encode(details), new.author, now),
    ).fetchone()
    db.execute(
        "INSERT INTO outbox (message, priority, not_before, cause, client_key) VALUES (?, ?, ?, ?, ?)",
        (row[0], new.priority, new.not_before, new.cause, new.client_key),
    )
    event_log.add(db, "queued", now, contact=new.contact, message=row[0], by=new.author)
    return int(row[0])


def _by_client_key(db: Connection, new: Outgoing, details: str) -> int | None:
    row = db.execute(
        "SELECT id, contact, kind, text, details FROM messages JOIN outbox ON message = id WHERE client_key = ?",
        (new.client_key,),
    ).fetchone()
    if row is None:
        return None
    known = decode(*row[2:])
    # What was edited or taken back since is no longer what the caller said; nor is the secret of a poll that was sent.
    changed = known.edited or known.deleted
    said = (new.shown_text, details) if changed else (row[3], encode(replace(known, secret=b"")))
    if row[1:3] != (new.contact, new.shown_kind) or said != (new.shown_text, details):
        raise ClientKeyReused(
            f"the client key {new.client_key!r} was used for another message: use a new key for a new message"
        )
    return int(row[0])


def _check_targets(db: Connection, new: Outgoing, details: Details) -> None:
    """What is quoted or reacted to is of this chat; what is edited or taken back, ours besides."""
    for target in (new.quote, details.target):
        if target is None:
            continue
        row = db.execute("SELECT contact, direction, state FROM messages WHERE id = ?", (target,)).fetchone()
        if row is None or row[0] != new.contact:
            raise TargetUnknown(f"message {target} is not in this chat: `comptoir messages` lists its messages")
        if isinstance(new.content, Edit | Deletion) and row[1] != "out":
            raise TargetUnknown(f"message {target} is not ours: only our own can be edited or deleted")
        if row[2] == "failed":
            raise TargetUnknown(f"message {target} was never sent: it failed")
        if details_in(db, target).deleted:
            raise TargetGone(f"message {target} was taken back: no app shows it any more; send a message of its own")


def mark_sending(db: Connection, message: int, session: int, secret: bytes, now: int) -> QueuedMessage | None:
    """About to be sent with this secret; None if it is no longer waiting (withdrawn meanwhile).

    Must be committed before the send begins: the secret is what shows, after a crash, whether it left.
    """
    row = db.execute(
        """UPDATE messages SET state = 'sending', session = ?, whatsapp_id = NULL
            WHERE id = ? AND state IN ('queued', 'uncertain') RETURNING id""",
        (session, message),
    ).fetchone()
    if row is None:
        return None
    db.execute(
        "UPDATE outbox SET secret = ?, tried_at = ?, attempts = attempts + 1, error = NULL WHERE message = ?",
        (secret, now, message),
    )
    queued.keep_secret(db, message, secret)
    return queued.queued_message(db, message)


def is_automatic(db: Connection, message: int) -> bool:
    """Whether the pipeline wrote it, or what stands in for the pipeline, and no person."""
    query = "SELECT 1 FROM messages WHERE id = ? AND author LIKE 'plugin:%'"
    return db.execute(query, (message,)).fetchone() is not None


def attempts_of(db: Connection, message: int) -> int:
    """How often a send of it began and counts."""
    return int(db.execute("SELECT attempts FROM outbox WHERE message = ?", (message,)).fetchone()[0])


def mark_sent(db: Connection, message: int, whatsapp_id: str, server_time: int, now: int) -> None:
    """The server has it. Receipts that came first are applied."""
    row = db.execute(
        "UPDATE messages SET whatsapp_id = ?, server_time = ? WHERE id = ? RETURNING session",
        (whatsapp_id, server_time, message),
    ).fetchone()
    db.execute("UPDATE outbox SET secret = NULL, error = NULL WHERE message = ?", (message,))
    _move(db, message, "sent", now)
    revising.carry_out(db, message, now)
    receipts.apply_early(db, row[0], whatsapp_id, now)


def mark_uncertain(db: Connection, message: int, error: str, now: int, not_before: int = 0) -> None:
    """It may have left or not. Held; with a `not_before` and the tenant's leave sent again, but not earlier."""
    db.execute("UPDATE outbox SET error = ?, not_before = ? WHERE message = ?", (error, not_before, message))
    _move(db, message, "uncertain", now)


def mark_failed(db: Connection, message: int, error: str, now: int) -> None:
    """It will not be sent."""
    db.execute("UPDATE outbox SET error = ?, secret = NULL WHERE message = ?", (error, message))
    _move(db, message, "failed", now)


def address_of_message(db: Connection, message: int) -> Address:
    """Where a message goes. Raises LookupError."""
    row = db.execute("SELECT contact FROM messages WHERE id = ?", (message,)).fetchone()
    return contacts.address_of(db, row[0] if row else 0)


def _move(db: Connection, message: int, state: states.State, now: int) -> None:
    if states.advance(db, message, state):
        note(db, message, state, now)


def note(db: Connection, message: int, state: states.State, now: int) -> None:
    """Log the event that says how a message stands now, and why."""
    query = "SELECT contact, error FROM messages JOIN outbox ON message = id WHERE id = ?"
    contact, error = db.execute(query, (message,)).fetchone()
    event_log.add(db, state, now, contact=contact, message=message, **({"error": error} if error else {}))

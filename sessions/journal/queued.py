"""A message as the sender needs it: what it says, and the messages that it refers to as WhatsApp knows them."""

from dataclasses import dataclass, field, replace

from comptoir.plugins.api import Poll
from comptoir.sessions.events import Address
from comptoir.sessions.journal import contacts, media
from comptoir.sessions.journal.database import Connection
from comptoir.sessions.journal.details import Content, decode, encode
from comptoir.sessions.journal.media import MediaRow


@dataclass(frozen=True, slots=True)
class Body:
    """What a message says, enough to write it, or to write it again."""

    kind: str
    text: str
    content: Content | None = None
    media: MediaRow | None = None


@dataclass(frozen=True, slots=True)
class Reference:
    """A message that another one quotes or is about."""

    whatsapp_id: str
    ours: bool
    author: Address
    body: Body
    raw: bytes = field(default=b"", repr=False)
    """The event's protobuf, where it was received not long ago."""


@dataclass(frozen=True, slots=True)
class QueuedMessage:
    """What the sender needs to send one."""

    id: int
    address: Address
    body: Body
    attempts: int = 1
    """This one included."""
    target: Reference | None = None
    """What a reaction, edit or deletion is about; None where WhatsApp does not know it."""
    quote: Reference | None = None
    expires_in: int = 0
    """The chat's disappearing timer in seconds, 0 for none."""
    expires_since: int = 0

    @property
    def text(self) -> str:
        return self.body.text


def queued_message(db: Connection, message: int) -> QueuedMessage:
    """Raises LookupError where its contact is gone."""
    contact, session, kind, text, stored, attempts = db.execute(
        """SELECT contact, session, kind, text, details, attempts
            FROM messages JOIN outbox ON message = id WHERE id = ?""",
        (message,),
    ).fetchone()
    details = decode(kind, text, stored)
    quoted = details.quote.message if details.quote else None
    return QueuedMessage(
        message,
        contacts.address_of(db, contact),
        Body(kind, text, details.content, media.row(db, message)),
        attempts,
        _reference(db, details.target, session),
        _reference(db, quoted, session),
        *contacts.timer(db, contact),
    )


def keep_secret(db: Connection, message: int, secret: bytes) -> None:
    """Of a poll: without it nobody reads the votes."""
    kind, text, stored = db.execute("SELECT kind, text, details FROM messages WHERE id = ?", (message,)).fetchone()
    details = decode(kind, text, stored)
    if isinstance(details.content, Poll):
        stored = encode(replace(details, secret=secret))
        db.execute("UPDATE messages SET details = ? WHERE id = ?", (stored, message))


def _reference(db: Connection, message: int | None, session: int) -> Reference | None:
    row = db.execute(
        """SELECT whatsapp_id, direction = 'out', coalesce(sender, contact), kind, text, details,
                (SELECT raw FROM inbox WHERE inbox.message = id)
            FROM messages WHERE id = ?""",
        (message,),
    ).fetchone()
    if row is None or row[0] is None:
        return None
    whatsapp_id, ours, writer, kind, text, stored, raw = row
    author = _own(db, session) if ours else contacts.address_of(db, writer)
    body = Body(kind, text, decode(kind, text, stored).content, media.row(db, message or 0))
    return Reference(whatsapp_id, bool(ours), author, body, raw or b"")


def _own(db: Connection, session: int) -> Address:
    number, lid = db.execute("SELECT number, lid FROM sessions WHERE id = ?", (session,)).fetchone()
    return Address(number, lid)

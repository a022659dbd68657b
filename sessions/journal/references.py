"""What a message refers to, by the journal's own ids: what it quotes, reacts to, votes in, edits or takes back."""

from dataclasses import replace

from comptoir.plugins.api import Deletion, Edit, Poll, Reaction, ReceivedFile, Vote
from comptoir.sessions import votes
from comptoir.sessions.events import Address, MessageReceived, SealedVote
from comptoir.sessions.journal import contacts
from comptoir.sessions.journal.database import Connection
from comptoir.sessions.journal.details import Content, Details, Quoting, decode


def details_of(db: Connection, contact: int, session: int, event: MessageReceived, sender: int | None) -> Details:
    """What is to be kept of a message that arrived; `sender` is who wrote it, in a group."""
    quote = _quote(db, contact, session, event)
    return Details(_content(db, contact, session, event, sender), quote, event.secret)


def text_of(event: MessageReceived, details: Details) -> str:
    """A vote is read as what was chosen."""
    return ", ".join(details.content.options) if isinstance(details.content, Vote) else event.text


def find(db: Connection, contact: int, whatsapp_id: str | None) -> int | None:
    """The message of this chat with this WhatsApp id, in either direction."""
    row = db.execute(
        """SELECT id FROM messages WHERE session IN (SELECT id FROM sessions) AND whatsapp_id = ? AND contact = ?
            ORDER BY id DESC LIMIT 1""",
        (whatsapp_id, contact),
    ).fetchone()
    return None if row is None else int(row[0])


def find_own(db: Connection, contact: int, event: MessageReceived, sender: int | None) -> int | None:
    """The message that an edit or deletion is about: only its writer may change it."""
    row = db.execute(
        """SELECT id FROM messages WHERE session IN (SELECT id FROM sessions) AND whatsapp_id = ? AND contact = ?
            AND direction = ? AND (direction = 'out' OR sender IS ?) ORDER BY id DESC LIMIT 1""",
        (event.target, contact, "out" if event.from_me else "in", sender),
    ).fetchone()
    return None if row is None else int(row[0])


def own_address(db: Connection, session: int) -> Address:
    """The tenant's own number and LID."""
    number, lid = db.execute("SELECT number, lid FROM sessions WHERE id = ?", (session,)).fetchone()
    return Address(number, lid)


def _content(db: Connection, contact: int, session: int, event: MessageReceived, sender: int | None) -> Content | None:
    match event.content:
        case None | ReceivedFile():
            return None
        case Vote():
            return _opened(db, contact, session, event)
        case Reaction(_, emoji):
            return Reaction(find(db, contact, event.target), emoji)
        case Edit():
            return Edit(find_own(db, contact, event, sender))
        case Deletion():
            return Deletion(find_own(db, contact, event, sender))
        case content:
            return content


def _opened(db: Connection, contact: int, session: int, event: MessageReceived) -> Vote:
    """The vote, with the poll where that is known and the vote is really for it."""
    poll = find(db, contact, event.target)
    if poll is None or event.vote is None or event.target is None:
        return Vote(None, ())
    details = details_in(db, poll)
    if not isinstance(details.content, Poll):
        return Vote(None, ())
    # Our own JIDs in both forms: a linked device's vote may name us by either.
    own = _jids(own_address(db, session))
    sealed = _with_voters(event.vote, _jids(contacts.address_of(db, contact)) if not event.from_me else own)
    chosen = votes.choices(sealed, event.target, details.secret, details.content.options, own)
    return Vote(None, ()) if chosen is None else Vote(poll, chosen)


def _with_voters(vote: SealedVote, more: tuple[str, ...]) -> SealedVote:
    return replace(vote, voters=tuple(dict.fromkeys(vote.voters + more)))


def details_in(db: Connection, message: int) -> Details:
    """What a message that is journaled holds beside its text."""
    return decode(*db.execute("SELECT kind, text, details FROM messages WHERE id = ?", (message,)).fetchone())


def _quote(db: Connection, contact: int, session: int, event: MessageReceived) -> Quoting | None:
    quoted = event.quote
    if quoted is None:
        return None
    if (known := find(db, contact, quoted.whatsapp_id)) is not None:
        return Quoting(known)
    own = set(own_address(db, session).aliases)
    ours = quoted.author is not None and not own.isdisjoint(quoted.author.aliases)
    return Quoting(None, quoted.kind, quoted.text, ours)


def _jids(address: Address) -> tuple[str, ...]:
    number = (f"{address.number.removeprefix('+')}@s.whatsapp.net",) if address.number else ()
    return number + ((f"{address.lid}@lid",) if address.lid else ())

"""What the journal knows about a chat when a message is to be answered."""

from dataclasses import dataclass, replace

from comptoir.plugins.api import Contact, Conversation, Quote, Received
from comptoir.plugins.config import TenantConfig
from comptoir.sessions import fallback, faulting
from comptoir.sessions.breaking_off import Suspicion, suspicion
from comptoir.sessions.bursts import Burst
from comptoir.sessions.events import Address
from comptoir.sessions.flood import Flood, Limit
from comptoir.sessions.journal import contacts, conversations, inbox, linkings, reading, tags
from comptoir.sessions.journal.database import Connection
from comptoir.sessions.journal.details import decode
from comptoir.sessions.journal.flooding import flooding
from comptoir.sessions.journal.inbox import InboxMessage
from comptoir.sessions.people import role_of
from comptoir.sessions.roles import is_own_chat, role_in

NOBODY = -1
"""The id of a contact that the journal does not know; nothing is kept under it."""
_AFTER_ALL = 2**62
GREETED = 24 * 3600 * 1000
"""Milliseconds for which a greeting of the phone stands for one of the pipeline's."""


@dataclass(frozen=True, slots=True)
class Situation:
    contact: Contact
    silenced: str | None
    """Why the chat gets no automatic answer: it is held."""
    conversation: Conversation
    silent_until: int | None = None
    """When the silence ends, in milliseconds, where there is one."""
    suspended: frozenset[str] = frozenset()
    """Plugins that are not asked."""
    told_at: int = 0
    """When the owner was last told that a plugin failed in this chat."""
    content: Received | None = None
    quote: Quote | None = None
    sender: str = ""
    """Who wrote, in a group."""
    own: Address | None = None
    """The tenant, where it may be mentioned."""
    own_chat: bool = False
    """It is the shop's chat with itself."""
    suspected: Suspicion | None = None
    """Why the other side seems a bot."""
    flood: Flood | None = None
    """What is to be done about their writing more than is answered."""


def situation_of(  # noqa: PLR0913 (what it is about, and by which rules)
    db: Connection,
    burst: Burst,
    config: TenantConfig,
    now: int,
    *,
    timed: bool = True,
    limit: Limit | None = None,
) -> Situation | None:
    """None where the burst no longer waits in this chat as it was: two contacts have become one meanwhile, or somebody
    edited or took back a part of it. Not `timed`, as in the lab's fast mode, nobody is too quick; `limit` is how much
    one customer may write.
    """
    waiting = {_as_said(message) for message in inbox.due(db, burst.contact)}
    if not waiting.issuperset(map(_as_said, burst.messages)):
        return None
    silenced = is_silenced(db, burst.contact, burst.ids[-1], now)
    first = burst.messages[0]
    situation = _situation(
        db, burst.contact, config, message=first.id, silenced=silenced, time=first.server_time, now=now
    )
    situation = _with_contents(db, situation, burst)
    if limit is not None and not silenced:
        situation = replace(situation, flood=flooding(db, burst.contact, burst.ids[0], limit, now))
    sender = burst.messages[-1].sender
    if sender is not None:
        return _in_group(db, situation, sender, config)
    # In the middle of a flood nothing is answered, whoever it is from.
    judged = not silenced and (situation.flood is None or situation.flood.begins)
    suspected = suspicion(db, burst.contact, burst.ids[-1], now, timed=timed) if judged else None
    return replace(situation, suspected=suspected)


def _as_said(message: InboxMessage) -> tuple[int, str, str, str]:
    return message.id, message.kind, message.text, message.details


def _with_contents(db: Connection, situation: Situation, burst: Burst) -> Situation:
    """What the newest of a burst holds, and what was quoted last in it."""
    details = [decode(message.kind, message.text, message.details) for message in burst.messages]
    newest = burst.messages[-1]
    quoted = next((found.quote for found in reversed(details) if found.quote), None)
    content = reading.content_of(db, newest.id, newest.kind, details[-1])
    return replace(situation, content=content, quote=reading.quote_of(db, quoted))


def _in_group(db: Connection, situation: Situation, sender: int, config: TenantConfig) -> Situation:
    """Answers are for the group, and call by their name who wrote."""
    address = contacts.address_of(db, sender)
    contact = replace(situation.contact, name=contacts.name_of(db, sender))
    if contact.role == "customer":
        role, member = role_in(db, sender, config)
        contact = replace(contact, role=role, member=member)
    session = linkings.current_session(db)
    own = Address(session.number, session.lid) if session else None
    return replace(situation, contact=contact, sender=contacts.chat_name(address), own=own)


def imagined_situation(db: Connection, address: Address, config: TenantConfig, now: int) -> Situation:
    """As if this address wrote now."""
    contact = contacts.find_address(db, address)
    if contact is not None:
        return chat_situation(db, contact, config, now)
    role, member = role_of(address, config)
    stranger = Contact(NOBODY, contacts.chat_name(address), "", is_new=True, role=role, member=member)
    begun = conversations.shown(db, NOBODY, now)
    return Situation(stranger, None, begun, suspended=faulting.suspended(db))


def chat_situation(db: Connection, contact: int, config: TenantConfig, now: int) -> Situation:
    """As it is now, whoever wrote last."""
    silenced = is_silenced(db, contact, _AFTER_ALL, now)
    return _situation(db, contact, config, message=_AFTER_ALL, silenced=silenced, time=now, now=now)


def is_silenced(db: Connection, contact: int, message: int, now: int) -> str | None:
    """Why this message must get no automatic answer: somebody else has the chat."""
    if inbox.owner_answered(db, contact, message):
        return "answered by the owner"
    return conversations.held(db, contact, now) or None


def is_greeted(db: Connection, contact: int, time: int) -> bool:
    """Whether the phone wrote to them by itself in the day before what they wrote at `time`, or since."""
    return contacts.greeted_at(db, contact) > max(time - GREETED, 0)


def _situation(  # noqa: PLR0913 (what it is about, and when)
    db: Connection, contact: int, config: TenantConfig, *, message: int, silenced: str | None, time: int, now: int
) -> Situation:
    address = contacts.address_of(db, contact)
    role, member = role_in(db, contact, config)
    until = contacts.silenced_until(db, contact)
    known = Contact(
        contact,
        contacts.chat_name(address),
        contacts.name_of(db, contact),
        is_new=not inbox.answered_before(db, contact, message),
        greeted=is_greeted(db, contact, time),
        role=role,
        member=member,
        tags=tags.of(db, contact),
    )
    return Situation(
        known,
        silenced,
        conversations.shown(db, contact, now),
        silent_until=until if until > now else None,
        suspended=faulting.suspended(db),
        told_at=fallback.told_at(db, contact),
        own_chat=is_own_chat(db, contact),
    )

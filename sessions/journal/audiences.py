"""Decides whom a message is for: a customer's chat, the shop's chat with itself, or what a tenant may want to hear.

Groups are journaled only where the shop is named in them: the rest is other people's talk.
"""

from typing import Literal

from comptoir.plugins.api import SILENT
from comptoir.plugins.config import TenantConfig
from comptoir.sessions.events import Address, MessageReceived
from comptoir.sessions.journal import contacts, references
from comptoir.sessions.journal.arrival import Arrival
from comptoir.sessions.journal.database import Connection
from comptoir.sessions.naming import says_name

Treatment = Literal["ignore", "answer", "hand", "own", "order", "show"]
"""`answer`: the pipeline is asked. `hand`: the owner wrote to somebody. `own`: the owner wrote to themselves; `order`:
likewise, and there is a plugin that wants it. `show`: journaled, and that is all.
"""


def treatment(db: Connection, event: MessageReceived, arrival: Arrival) -> Treatment:
    """What is to become of a message. What the shop itself is sending is ignored when it comes back as a copy."""
    if event.kind == "empty" or (event.from_me and _is_being_sent(db, event)):
        return "ignore"
    match event.audience:
        case "person" if event.from_me:
            return _in_own_chat(db, event, arrival) if is_own(db, arrival.session, event.chat) else "hand"
        case "person":
            return "answer"
        case "group":
            return _in_group(db, event, arrival.config)
        case "status":
            return "show" if arrival.config and arrival.config.status.show and not event.from_me else "ignore"
        case "channel":
            return "show" if arrival.config and arrival.config.channels.show else "ignore"


def _in_own_chat(db: Connection, event: MessageReceived, arrival: Arrival) -> Treatment:
    """What a pipeline wrote there, ours or another one's, must not come back to it as an order."""
    wanted = arrival.config is not None and arrival.config.own_chat
    if not wanted or event.kind in SILENT or event.automatic:
        return "own"
    own = contacts.find_address(db, event.chat)
    known = own is not None and references.find(db, own, event.whatsapp_id) is not None
    return "ignore" if known else "order"


def is_own(db: Connection, session: int, address: Address) -> bool:
    """Whether this is the tenant's own account."""
    return not set(references.own_address(db, session).aliases).isdisjoint(address.aliases)


def _in_group(db: Connection, event: MessageReceived, config: TenantConfig | None) -> Treatment:
    if config is None or config.groups.answer == "never":
        return "ignore"
    group = contacts.find_address(db, event.chat)
    if event.from_me:
        # Where nobody ever named the shop, what the owner writes is not the shop's business.
        return "ignore" if group is None else "hand"
    if group is not None and event.target is not None:
        return "answer" if _may_refer(db, group, event) else "ignore"
    quoted = event.quote.whatsapp_id if event.quote else None
    named = event.mentions_us or says_name(event.text, config.name) or _is_ours(db, group, quoted)
    return "answer" if named else "ignore"


def _may_refer(db: Connection, group: int, event: MessageReceived) -> bool:
    """Whether what is done to another message concerns us: to ours, or by its writer to one that named us."""
    if event.kind not in ("edit", "deletion"):
        return _is_ours(db, group, event.target)
    sender = contacts.find_address(db, event.sender) if event.sender else None
    return references.find_own(db, group, event, sender) is not None


def _is_ours(db: Connection, contact: int | None, whatsapp_id: str | None) -> bool:
    """Whether the shop wrote this message there, and not its owner by hand."""
    row = db.execute(
        """SELECT 1 FROM messages WHERE session IN (SELECT id FROM sessions) AND whatsapp_id = ? AND contact = ?
            AND direction = 'out' AND author <> 'owner'""",
        (whatsapp_id, contact),
    ).fetchone()
    return row is not None


def _is_being_sent(db: Connection, event: MessageReceived) -> bool:
    """Whether this carries the secret of a message that is on its way; its WhatsApp id is not known here yet."""
    rows = db.execute("SELECT secret FROM outbox JOIN messages ON id = message WHERE state = 'sending'")
    return any(secret in event.raw for (secret,) in rows if secret)

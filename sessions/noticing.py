"""Tells the owner and the team what plugins have for them; whoever cannot be told is noted."""

from collections.abc import Sequence

from comptoir.sessions.ground import Ground
from comptoir.sessions.journal import contacts, event_log, outbox
from comptoir.sessions.journal.database import Connection
from comptoir.sessions.journal.outbox import Outgoing
from comptoir.sessions.people import addresses


def tell(  # noqa: PLR0913, PLR0917 (what, to whom, and why)
    db: Connection, ground: Ground, plugin: str, text: str, to: Sequence[str], now: int
) -> bool:
    """Queue it for each of them; whether anybody is told."""
    found, missing = addresses(to, ground.config)
    for address in found:
        contact = contacts.contact_for(db, address, now)
        outbox.enqueue(db, Outgoing(contact, text, f"plugin:{plugin}", outbox.NOTICE, cause=ground.cause), now)
    for reason in missing:
        event_log.add(
            db, "owner_not_told", now, contact=ground.contact, message=ground.message, plugin=plugin, reason=reason
        )
    return bool(found)

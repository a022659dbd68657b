"""Who has something done in the shop, and who is told of it."""

from dataclasses import dataclass

from comptoir.plugins.shop.placing import Stale
from comptoir.plugins.shop.telling import PLUGIN, Words
from comptoir.sessions import noticing
from comptoir.sessions.ground import Ground
from comptoir.sessions.journal import event_log, optouts, orders, outbox
from comptoir.sessions.journal.database import Connection
from comptoir.sessions.journal.orders import Kept, Step
from comptoir.sessions.journal.outbox import Outgoing
from comptoir.sessions.people import OWNER
from comptoir.sessions.roles import role_in

OPERATOR = "operator"


@dataclass(frozen=True, slots=True)
class Actor:
    """Who wants it; `by` as in an order's history."""

    by: str
    customer: bool
    """One who may do this only to their own orders."""


def actor(db: Connection, ground: Ground, plugin: str) -> Actor:
    """Whoever wrote the message at hand, or the plugin by itself."""
    row = db.execute("SELECT sender FROM messages WHERE id = ?", (ground.message,)).fetchone()
    writer = row[0] if row and row[0] is not None else ground.contact
    role, member = role_in(db, writer, ground.config)
    if ground.message is None:
        return Actor(f"plugin:{plugin}", role == "customer")
    if role == "customer":
        return Actor(role, customer=True)
    return Actor(OWNER if role == "owner" else f"agent:{member}", customer=False)


def order_of(db: Connection, ground: Ground, acting: Actor, number: int) -> Kept:
    """Raises Stale where there is no such order, or it is another customer's."""
    found = orders.kept(db, number)
    if found is None or (acting.customer and found.contact != ground.contact):
        raise Stale(f"there is no order {number}")
    return found


def take_step(  # noqa: PLR0913, PLR0917 (which order's, whose, and by whom)
    db: Connection, ground: Ground, acting: Actor, contact: int, number: int, name: str, now: int
) -> None:
    """Write it into the order's history, and tell who follows the events."""
    orders.step(db, number, Step(name, acting.by, ground.message, now))
    said = {"number": number, "state": name, "by": acting.by}
    event_log.add(db, "order", now, contact=contact, message=ground.message, **said)


def tell(db: Connection, ground: Ground, contact: int, words: Words, now: int) -> bool:
    """Queue what customer and owner are told; whether anybody is. A chat that is held is told all the same: it is a
    person's own doing.
    """
    told = False
    if words.owner:
        told = noticing.tell(db, ground, PLUGIN, words.owner, (OWNER,), now)
    if not words.customer:
        return told
    if optouts.has_opted_out(db, contact):
        event_log.add(db, "reply_withheld", now, contact=contact, plugin=PLUGIN, reason="opted out")
        return told
    # Not as an answer, which ends where the owner writes by hand.
    priority = outbox.ANSWER if contact == ground.contact and ground.message is not None else outbox.NOTICE
    outbox.enqueue(db, Outgoing(contact, words.customer, f"plugin:{PLUGIN}", priority, cause=ground.cause), now)
    return True

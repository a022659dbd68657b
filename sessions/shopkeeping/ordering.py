"""Orders are placed, go on, and are paid for: each in the transaction of what caused it."""

from comptoir.plugins.api import Reply
from comptoir.plugins.shop import payments, placing, states, telling
from comptoir.plugins.shop.model import Catalogue, MarkPayment, MoveOrder, PlaceOrder
from comptoir.plugins.shop.placing import Stale
from comptoir.plugins.shop.telling import PLUGIN
from comptoir.sessions import noticing
from comptoir.sessions.ground import Ground
from comptoir.sessions.journal import contacts, event_log, orders, stock
from comptoir.sessions.journal.database import Connection
from comptoir.sessions.journal.orders import NewOrder
from comptoir.sessions.people import OWNER
from comptoir.sessions.replying import answer_in_chat
from comptoir.sessions.shopkeeping.acting import Actor, order_of, take_step, tell


def place(  # noqa: PLR0913, PLR0917 (what, whose, and when)
    db: Connection, ground: Ground, acting: Actor, plugin: str, effect: PlaceOrder, now: int
) -> bool:
    """The chat's draft becomes an order; whether something is to be sent. Raises Stale."""
    catalogue = ground.shop.in_force(db) if ground.shop else None
    pieces = placing.pieces_of(effect.draft)
    priced = placing.priced(catalogue, stock.left(db, pieces), effect)
    draft = placing.bounded(effect.draft)
    customer = draft.name or contacts.name_of(db, ground.contact)
    new = NewOrder(ground.contact, priced, draft, customer, _zone(catalogue, effect), ground.cause)
    number = orders.insert(db, new, now)
    for sku, count in pieces.items():
        if not stock.take(db, sku, count):
            raise Stale(f"{sku}: fewer than {count} are left")
    for state in states.reached(effect):
        take_step(db, ground, acting, ground.contact, number, state, now)
    receipt, notice = (text.replace("{number}", str(number)) for text in (effect.receipt, effect.notice))
    sends = answer_in_chat(db, ground, plugin, Reply(receipt), now)
    tells = bool(notice) and noticing.tell(db, ground, plugin, notice, (OWNER,), now)
    return sends or tells


def move(db: Connection, ground: Ground, acting: Actor, effect: MoveOrder, now: int) -> bool:
    """An order goes on to another state; whether anybody is told. Raises Stale where it cannot."""
    kept = order_of(db, ground, acting, effect.number)
    states.check(kept.order, effect, customer=acting.customer)
    if effect.state == kept.order.state:
        return False
    if effect.state == "cancelled":
        orders.give_back(db, effect.number)
    take_step(db, ground, acting, kept.contact, effect.number, effect.state, now)
    own, lang = ground.config.wording.get(PLUGIN, {}), ground.config.lang
    return tell(db, ground, kept.contact, telling.moved(kept.order, effect.state, acting.by, own, lang), now)


def mark(db: Connection, ground: Ground, acting: Actor, effect: MarkPayment, now: int) -> bool:
    """Something is known of an order's payment; whether anybody is told. Raises Stale where there is no such order."""
    kept = order_of(db, ground, acting, effect.number)
    reference = payments.folded(effect.reference)
    marked = payments.marked(kept.order, effect, orders.given_for(db, reference))
    if marked.outcome == "reused":
        said = {"contact": kept.contact, "message": ground.message, "number": effect.number}
        event_log.add(db, "payment_reference_reused", now, **said)
    if marked.keeps:
        orders.keep_reference(db, reference, effect.number, ground.message, now)
    for step in marked.steps:
        take_step(db, ground, acting, kept.contact, effect.number, step, now)
    own, lang = ground.config.wording.get(PLUGIN, {}), ground.config.lang
    words = telling.payment_marked(kept.order, marked, effect.reference, acting.by, own, lang)
    return tell(db, ground, kept.contact, words, now)


def _zone(catalogue: Catalogue | None, effect: PlaceOrder) -> str:
    """The zone's name, for what is delivered."""
    found = catalogue.zone_by_code.get(effect.draft.zone) if catalogue else None
    return found.name if found and effect.draft.delivery == "delivery" else ""

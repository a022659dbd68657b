"""Does what plugins want done in the shop, in the transaction of what caused it."""

from comptoir.plugins.shop.model import AddProduct, ChangeProduct, MarkPayment, MoveOrder, PlaceOrder
from comptoir.plugins.shop.placing import Stale
from comptoir.sessions.ground import Ground
from comptoir.sessions.journal.database import Connection
from comptoir.sessions.journal.state import StateConflict
from comptoir.sessions.shopkeeping import ordering, revising
from comptoir.sessions.shopkeeping.acting import actor

Selling = PlaceOrder | MoveOrder | MarkPayment | ChangeProduct | AddProduct


def sell(db: Connection, ground: Ground, plugin: str, effect: Selling, now: int) -> bool:
    """Whether something is to be sent. Raises StateConflict where it rests on what is no longer so."""
    acting = actor(db, ground, plugin)
    if acting.customer and not _is_customers(effect):
        raise StateConflict("what is sold and what is paid are no customer's word")
    try:
        match effect:
            case PlaceOrder():
                return ordering.place(db, ground, acting, plugin, effect, now)
            case MoveOrder():
                return ordering.move(db, ground, acting, effect, now)
            case MarkPayment():
                return ordering.mark(db, ground, acting, effect, now)
            case ChangeProduct():
                revising.change(db, ground, acting, effect, now)
            case AddProduct():
                revising.add(db, ground, acting, effect, now)
    except Stale as error:
        raise StateConflict(str(error)) from error
    return False


def _is_customers(effect: Selling) -> bool:
    """Who wrote may be another since the walk: somebody else is the owner now. Orders are checked one by one."""
    match effect:
        case ChangeProduct() | AddProduct():
            return False
        case MarkPayment():
            return effect.state == "to_check"
    return True

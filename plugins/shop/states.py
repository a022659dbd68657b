"""From which state an order may go on to which."""

from comptoir.plugins.shop.model import MoveOrder, Order, OrderState, PlaceOrder
from comptoir.plugins.shop.placing import Stale

_GOING_ON: tuple[OrderState, ...] = ("confirmed", "preparing", "ready", "delivering", "delivered", "cancelled")
CUSTOMERS_CANCEL: tuple[OrderState, ...] = ("new", "confirmed")
"""The states in which a customer may still cancel."""


def possible(state: OrderState, *, customer: bool = False) -> tuple[OrderState, ...]:
    """What may follow; nothing after the end. An earlier state may, too: a slip of the owner's can be mended."""
    if customer:
        return ("cancelled",) if state in CUSTOMERS_CANCEL else ()
    if state in ("delivered", "cancelled"):
        return ()
    if state == "new":
        return ("confirmed", "cancelled")
    return tuple(other for other in _GOING_ON if other != state)


def check(order: Order, effect: MoveOrder, *, customer: bool) -> None:
    """Raises Stale where the order cannot go on so; to stay as it is needs no leave."""
    if effect.state != order.state and effect.state not in possible(order.state, customer=customer):
        raise Stale(f"order {order.number} is {order.state}: it cannot become {effect.state}")


def reached(effect: PlaceOrder) -> tuple[OrderState, ...]:
    """The states of an order that has just been placed."""
    return ("new",) if effect.prepaid else ("new", "confirmed")

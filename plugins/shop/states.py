"""From which state an order may go on to which."""

from comptoir.plugins.shop.model import OrderState

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

"""Places the order that the customer said yes to: the only place that does."""

from comptoir.plugins.api import Context
from comptoir.plugins.builtin.clerk import summary
from comptoir.plugins.builtin.clerk.config import ClerkConfig
from comptoir.plugins.builtin.clerk.turn import Turn
from comptoir.plugins.shop.model import PlaceOrder


def place(context: Context, turn: Turn, config: ClerkConfig) -> None:
    """Queue it, with what customer and owner are told. `turn` has checked that it is what was shown."""
    catalogue, draft, shown = turn.catalogue, turn.draft, turn.sale.shown
    if shown is None:
        raise ValueError("nothing was shown that a yes could be about")
    receipt = summary.receipt(catalogue, draft, turn.say, config)
    told = summary.notice(catalogue, draft, turn.say, context.contact.chat)
    context.do(PlaceOrder(draft, shown.version, shown.total, receipt, told, config.prepaid))

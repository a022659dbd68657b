"""How the desk says an amount."""

from comptoir.plugins.builtin.desk.sitting import Sitting
from comptoir.plugins.shop.model import Catalogue
from comptoir.plugins.shop.money import format_amount


def in_words(sitting: Sitting, catalogue: Catalogue, amount: int) -> str:
    """As customers read it; nothing is said to be free, for who slips on a key."""
    shown = format_amount(amount, catalogue.currency)
    return shown if amount else sitting.context.wording("free", amount=shown)

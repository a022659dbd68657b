"""What a word about an order's payment comes to, and how the reference of a transfer is told from another."""

from typing import Literal

from comptoir.plugins.shop.model import MarkPayment, Order, PaymentState
from comptoir.plugins.text import fold

MAX_REFERENCE = 100
Outcome = PaymentState | Literal["reused"]


def folded(reference: str) -> str:
    """The same for the same reference, however it was typed: `T-1234 abcd` is `t1234abcd`."""
    return "".join(filter(str.isalnum, fold(reference)))[:MAX_REFERENCE]


def outcome(order: Order, effect: MarkPayment, given_for: int | None) -> Outcome:
    """`given_for`: the order that the reference was first given for. What is paid stays so, whatever a customer says;
    `reused` changes nothing.
    """
    if effect.state != "to_check":
        return effect.state
    if given_for not in (None, order.number):
        return "reused"
    return "paid" if order.payment == "paid" else "to_check"

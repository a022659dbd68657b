"""What a word about an order's payment comes to, and how the reference of a transfer is told from another."""

from dataclasses import dataclass
from typing import Literal

from comptoir.plugins.shop.model import MarkPayment, Order, PaymentState
from comptoir.plugins.text import fold

MAX_REFERENCE = 100
Outcome = PaymentState | Literal["reused"]


def folded(reference: str) -> str:
    """The same for the same reference, however it was typed: `T-1234 abcd` is `t1234abcd`."""
    return "".join(filter(str.isalnum, fold(reference)))[:MAX_REFERENCE]


@dataclass(frozen=True, slots=True)
class Marked:
    """What becomes of an order by a word about its payment."""

    outcome: Outcome
    steps: tuple[str, ...]
    """For its history, in order: `payment:STATE`, and `confirmed` where it waited for its payment."""
    keeps: bool
    """The reference is new, and this order's from now on."""

    @property
    def is_news(self) -> bool:
        return bool(self.steps) or self.keeps or self.outcome == "reused"


def marked(order: Order, effect: MarkPayment, given_for: int | None) -> Marked:
    """`given_for`: the order that the reference was first given for. What is paid stays so, whatever a customer says;
    a reference of another order changes nothing.
    """
    if effect.state == "to_check" and given_for not in (None, order.number):
        return Marked("reused", (), keeps=False)
    come_to = "paid" if (effect.state, order.payment) == ("to_check", "paid") else effect.state
    steps = (f"payment:{come_to}",) if come_to != order.payment else ()
    confirmed = ("confirmed",) if come_to == "paid" and order.state == "new" else ()
    return Marked(come_to, steps + confirmed, keeps=bool(folded(effect.reference)) and given_for is None)

"""What the owner and the team may ask for, as plain data: the words between reading and doing."""

from dataclasses import dataclass
from typing import Literal

from comptoir.plugins.builtin.handover.commands import Command as OfConversation
from comptoir.plugins.shop.model import OrderState

Settable = OrderState | Literal["paid", "open"]
"""What an order can be said to be: a state, or that its payment came or did not."""
Uncounted = Literal["uncounted"]


@dataclass(frozen=True, slots=True)
class ShowOrder:
    number: int


@dataclass(frozen=True, slots=True)
class SetOrder:
    number: int
    to: Settable


@dataclass(frozen=True, slots=True)
class SetQuoted:
    """A state and no number: of the order in the message that is quoted."""

    to: Settable


@dataclass(frozen=True, slots=True)
class AboutStock:
    """How many there are is asked, or said."""

    name: str
    """Empty for all that is counted."""
    value: int | Uncounted | None = None


@dataclass(frozen=True, slots=True)
class AboutPrice:
    name: str
    price: int | None = None


@dataclass(frozen=True, slots=True)
class AddToShop:
    name: str
    price: int | None
    """None where none was written."""


@dataclass(frozen=True, slots=True)
class Hide:
    """Sell it no longer, or again."""

    name: str
    hidden: bool


@dataclass(frozen=True, slots=True)
class Pause:
    on: bool


@dataclass(frozen=True, slots=True)
class Figures:
    day: Literal["today", "yesterday"]


@dataclass(frozen=True, slots=True)
class Plain:
    """What is said in a word or two."""

    what: Literal["help", "orders", "conversations", "yes", "agreed", "no", "thanks"]


@dataclass(frozen=True, slots=True)
class Pick:
    """A number alone: an entry of the list that was just shown, else an order."""

    number: int


@dataclass(frozen=True, slots=True)
class Wrong:
    """A command whose value cannot be read: `stock poulet -3`, `prix poulet beaucoup`."""

    what: Literal["stock", "price"]
    said: str


@dataclass(frozen=True, slots=True)
class Unknown:
    said: str


Command = (
    ShowOrder | SetOrder | SetQuoted | AboutStock | AboutPrice | AddToShop | Hide | Pause | Figures | Plain | Pick
    | OfConversation | Wrong | Unknown
)  # fmt: skip

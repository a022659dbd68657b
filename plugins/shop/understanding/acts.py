"""What a customer's message does, as plain data: the words between reading and the dialogue."""

from dataclasses import dataclass
from typing import Literal

Verb = Literal[
    "greet", "thank", "yes", "no", "cancel", "put", "remove", "replace", "set_quantity", "clear", "again", "pick",
    "ask_price", "ask_stock", "ask_about", "ask_list", "ask_photo", "ask_order", "ask_delivery", "show_cart",
    "checkout", "pickup", "delivery", "zone", "address", "name", "time", "note", "reference", "person", "told",
    "unknown",
]  # fmt: skip
"""`again`: their last order once more · `pick`: the entry of the list that was shown, its number in `text` ·
`cancel`: the order that is being made, or one that was made (its number in `text`) · `clear`: nothing of the cart ·
`note`: what whoever brings it is to know · `told`: what was or may be, and no order."""

Asked = Literal[
    "delivery", "zone", "address", "name", "time", "confirm", "variant", "choice", "quantity", "option", "stock",
    "again",
]  # fmt: skip
"""What the clerk has just asked: it tells how a bare answer is to be read."""


@dataclass(frozen=True, slots=True)
class Found:
    """A product, or in a `zone` act a zone, that is meant."""

    sku: str
    """The product's, or the zone's code."""
    score: float
    """1 where every word of its name was said, less where words are missing or misspelt."""
    aside: bool = False
    """Others are called so first of all; of what is in the cart already it may be meant all the same."""


@dataclass(frozen=True, slots=True)
class Mention:
    """What a message names, and what it says of it."""

    found: tuple[Found, ...] = ()
    """Best first: one when sure, several when any of them may be meant, none where the shop has no such thing."""
    said: str = ""
    """In the customer's words; what they are asked about where nothing was found."""
    quantity: int | None = None
    """None where none was said. Beyond what the shop sells at once, it is given as it was said, up to a billion."""
    relative: bool = False
    """`encore un` is 1 more, `un de moins` -1, and not a quantity by itself."""
    unsure: bool = False
    """`2 ou 3`, `quelques`, `1,5 kg`: a quantity was said that is none; it has to be asked."""
    traits: tuple[str, ...] = ()
    """Values of variants as the catalogue writes them: `M`, `rouge`, `1,5 L`."""
    lacking: tuple[str, ...] = ()
    """Sizes and colours that were said and that nothing that was found has."""
    options: tuple[str, ...] = ()
    """Names of options as the catalogue writes them."""
    without: tuple[str, ...] = ()
    """Options that are not wanted; also other words: `sans oignon`."""
    refers: bool = False
    """No product is named: the one that was spoken of last is meant (`mets-en 3`, `la rouge`, `enlève ça`)."""

    @property
    def sku(self) -> str:
        """The product that is surely meant; empty for none or several."""
        return self.found[0].sku if len(self.found) == 1 else ""


@dataclass(frozen=True, slots=True)
class Act:
    """One thing that a message does."""

    verb: Verb
    mention: Mention | None = None
    """What is put, removed, asked about; None where nothing is named (`c'est combien ?`)."""
    text: str = ""
    """An address, a name, a time, a note or a reference in the customer's words; the code of a zone; the number of an
    order; the category of a list."""
    instead: Mention | None = None
    """What a `replace` takes out."""

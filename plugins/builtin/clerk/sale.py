"""What a chat is about to order and was asked last, as plain data and as the plugin's state."""

from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from functools import cache
from typing import Any, Literal

from pydantic import TypeAdapter, ValidationError

from comptoir.plugins.api import Json
from comptoir.plugins.shop.model import CartLine, Catalogue, Draft

AskedKind = Literal[
    "", "delivery", "zone", "address", "name", "time", "confirm", "variant", "choice", "quantity", "option", "stock",
    "again", "cancel",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Asked:
    """The clerk's open question. `cancel` is about the order of a number, the others about products or zones."""

    kind: AskedKind = ""
    about: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Want:
    """What is to be put, set or taken out as soon as it is clear which variant, and how many."""

    products: tuple[str, ...]
    """Those that may be meant; none where the shop has no such thing, and they are asked what else."""
    variants: tuple[str, ...] = ()
    """Of the one product, those that may be meant; empty for all."""
    quantity: int | None = None
    unsure: bool = False
    """How many has to be asked."""
    relative: bool = False
    """So many more, or fewer."""
    traits: tuple[str, ...] = ()
    options: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    does: Literal["put", "set", "remove"] = "put"
    instead: tuple[str, ...] = ()
    """Variants that leave the cart once this is in it."""
    pieces_out: int | None = None
    """So many pieces of these leave; None for all."""
    said: str = ""
    kind: AskedKind = ""
    """What has to be asked first."""
    left: int = 0
    """Where only so many are there."""
    unclear: bool = False
    """A whole message that seems to change something, and was not understood."""
    times: int = 0
    """How often it was asked about."""


@dataclass(frozen=True, slots=True)
class Shown:
    """The summary that a yes is about."""

    total: int
    version: int
    digest: str
    """Of its text."""


@dataclass(frozen=True, slots=True)
class Sale:
    """A cart with what was asked and shown. Empty where nothing has been said."""

    draft: Draft = field(default_factory=Draft)
    wants: tuple[Want, ...] = ()
    """What a question stands before; the first one is asked about."""
    old: tuple[CartLine, ...] = ()
    """A cart that was left too long ago, until they say whether they still want it."""
    asked: Asked = field(default_factory=Asked)
    shown: Shown | None = None
    last: str = ""
    """The product that was spoken of last."""
    last_variants: tuple[str, ...] = ()
    """Of it, those that were; empty for all."""
    several: bool = False
    """And so were others in the same message."""
    removing: bool = False
    """They have just taken something out."""
    listed: tuple[str, ...] = ()
    """Products of the list that was shown last."""
    lost: int = 0
    """Messages running that were not understood."""
    at: str = ""
    """When they last wrote, ISO."""

    @property
    def is_open(self) -> bool:
        """There is something that they may order."""
        return bool(self.draft.lines or self.wants or self.old)

    def as_json(self) -> Json:
        data: dict[str, Any] = asdict(self)
        return data

    @classmethod
    def of_json(cls, value: Json) -> "Sale":
        """An empty one for nothing, and for what an older version may have left."""
        try:
            sale: Sale = _adapter().validate_python(value) if value is not None else cls()
        except ValidationError:
            return cls()
        return sale

    def aged(self, now: datetime, hours: int) -> "Sale":
        """As it is after a pause: a cart that lay too long is kept apart, and everything else begins anew."""
        if not self.at or (now - datetime.fromisoformat(self.at)).total_seconds() < hours * 3600:
            return self
        return Sale(Draft(name=self.draft.name), old=self.draft.lines or self.old)

    def known_to(self, catalogue: Catalogue) -> "Sale":
        """Without questions about what is no longer sold."""
        products = {product.sku for product in catalogue.products}
        wants = tuple(
            want
            for want in self.wants
            if products.issuperset(want.products) and catalogue.by_sku.keys() >= set(want.variants)
        )
        old = tuple(line for line in self.old if line.sku in catalogue.by_sku)
        return replace(self, wants=wants, old=old)

    def after_order(self) -> "Sale":
        """The next one in this chat is for the same person."""
        return Sale(Draft(name=self.draft.name))

    def asked_once_more(self) -> "Sale":
        """What is asked about first has been asked about once more."""
        wants = (replace(self.wants[0], times=self.wants[0].times + 1), *self.wants[1:]) if self.wants else ()
        return replace(self, wants=wants)

    def without_first(self) -> "Sale":
        return replace(self, wants=self.wants[1:])


@cache
def _adapter() -> TypeAdapter[Any]:
    return TypeAdapter(Sale)

"""A shop's catalogue and its orders as plain data; the second page of the plugin API. It imports nothing of ours.

Amounts are integers in the currency's smallest unit in use: XOF and XAF count francs.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from types import MappingProxyType
from typing import Literal

MAX_QUANTITY = 1_000
"""Pieces of one line: more is agreed with a person."""
MAX_LINES = 50
MAX_AMOUNT = 10**12
"""More is a mistake in a file."""
MOST_ORDERS = 20
"""That a plugin reads at once; there may be more."""
MOST_UNANSWERED = 20
"""Texts in `Figures`."""

OrderState = Literal["new", "confirmed", "preparing", "ready", "delivering", "delivered", "cancelled"]
ORDER_STATES: tuple[OrderState, ...] = (
    "new", "confirmed", "preparing", "ready", "delivering", "delivered", "cancelled",
)  # fmt: skip
PaymentState = Literal["open", "to_check", "paid"]


# --- what is sold ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Option:
    """What may be added to a piece of a product."""

    name: str
    price: int = 0
    names: tuple[str, ...] = ()
    """Other names that customers use."""


@dataclass(frozen=True, slots=True)
class Variant:
    """What can be put in a cart. A product without variants has one, under its own sku and without traits."""

    sku: str
    price: int
    stock: int | None = None
    """As the file counts it; None where it is not counted."""
    traits: tuple[tuple[str, str], ...] = ()
    """What tells it from the others: (`size`, `M`), (`colour`, `rouge`), (`kind`, `1,5 L`)."""
    names: tuple[str, ...] = ()
    photo: str = ""
    """Else the product's."""

    @property
    def title(self) -> str:
        """`M, rouge`; empty where it is the only one."""
        return ", ".join(value for _, value in self.traits)


@dataclass(frozen=True, slots=True)
class Product:
    sku: str
    name: str
    variants: tuple[Variant, ...]
    names: tuple[str, ...] = ()
    """Other names that customers use."""
    category: str = ""
    description: str = ""
    photo: str = ""
    """A picture's place in the tenant's folder, or `message:ID` of one that the owner sent; empty for none."""
    options: tuple[Option, ...] = ()


@dataclass(frozen=True, slots=True)
class Zone:
    """Where is delivered, for which fee."""

    code: str
    name: str
    fee: int
    names: tuple[str, ...] = ()


@dataclass(frozen=True)
class Catalogue:
    """What is sold, at which prices."""

    currency: str
    """`XOF`, `XAF`, …"""
    products: tuple[Product, ...]
    zones: tuple[Zone, ...] = ()
    version: int = 0
    """0 where the journal has not numbered it: what a file alone says."""

    @cached_property
    def by_sku(self) -> Mapping[str, tuple[Product, Variant]]:
        """Each variant with its product."""
        return MappingProxyType(
            {variant.sku: (product, variant) for product in self.products for variant in product.variants}
        )

    @cached_property
    def product_by_sku(self) -> Mapping[str, Product]:
        """By its own sku."""
        return MappingProxyType({product.sku: product for product in self.products})

    @cached_property
    def by_category(self) -> Mapping[str, tuple[Product, ...]]:
        """By the price of their first variant, the cheapest first; those without a category are in none."""
        found: dict[str, list[Product]] = {}
        for product in sorted(self.products, key=lambda product: product.variants[0].price):
            if product.category:
                found.setdefault(product.category, []).append(product)
        return MappingProxyType({category: tuple(products) for category, products in found.items()})

    @cached_property
    def zone_by_code(self) -> Mapping[str, Zone]:
        return MappingProxyType({zone.code: zone for zone in self.zones})

    @property
    def delivers(self) -> bool:
        return bool(self.zones)


# --- what a customer wants ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class CartLine:
    sku: str
    quantity: int
    options: tuple[str, ...] = ()
    """Names of the product's options, in the catalogue's order; each of the pieces has them."""


@dataclass(frozen=True, slots=True)
class Spot:
    """A shared location, in degrees."""

    latitude: float
    longitude: float


@dataclass(frozen=True, slots=True)
class Draft:
    """An order that is being made: what is in the cart, and where it goes. No price stands in it."""

    lines: tuple[CartLine, ...] = ()
    delivery: Literal["", "pickup", "delivery"] = ""
    """Empty while it is not known."""
    zone: str = ""
    """The zone's code."""
    address: str = ""
    spot: Spot | None = None
    name: str = ""
    time: str = ""
    """When they want it, in their words."""
    note: str = ""


@dataclass(frozen=True, slots=True)
class PricedLine:
    """A line at the catalogue's prices; `amount` is `quantity * unit_price`, options included."""

    sku: str
    name: str
    """With the variant and the options, as a receipt shows it."""
    quantity: int
    unit_price: int
    amount: int


@dataclass(frozen=True, slots=True)
class Priced:
    """A draft at the prices of one version of the catalogue."""

    lines: tuple[PricedLine, ...]
    fee: int
    total: int
    currency: str
    version: int


# --- what was ordered --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class OrderStep:
    """One entry of an order's history."""

    state: str
    """An `OrderState`, or `payment:STATE`."""
    by: str
    """`customer`, `owner`, `agent:NAME`, `operator` or `plugin:NAME`."""
    time: datetime


@dataclass(frozen=True, slots=True)
class Order:
    """An order as it stands. Its lines keep the prices that they were ordered at."""

    number: int
    chat: str
    customer: str
    """The name that the order is for."""
    priced: Priced
    draft: Draft
    zone: str
    """The zone's name when it was ordered; empty for a pick-up."""
    state: OrderState
    payment: PaymentState
    created: datetime
    changed: datetime
    history: tuple[OrderStep, ...] = ()

    @property
    def is_open(self) -> bool:
        return self.state not in ("delivered", "cancelled")


@dataclass(frozen=True, slots=True)
class Figures:
    """What a stretch of time has brought. Cancelled orders count as cancelled only."""

    begins: datetime
    ends: datetime
    orders: int
    cancelled: int
    revenue: int
    """The totals of orders, fees included."""
    paid: int
    """What of it the owner has confirmed as paid."""
    currency: str
    products: tuple[tuple[str, int, int], ...] = ()
    """Name, pieces and amount of what was sold, the most sold first."""
    unanswered: tuple[str, ...] = ()
    """What customers asked and nothing here had an answer to, the newest last, at most 20."""
    unanswered_count: int = 0


# --- effects: what a plugin wants done ---------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class PlaceOrder:
    """The chat's draft becomes an order.

    Committed only where the catalogue still is of `version`, its prices still give `total`, and there is enough of
    everything: else the message is walked again, by what is then so. `{number}` in the texts becomes the order's.
    """

    draft: Draft
    version: int
    total: int
    """What the customer was shown, and said yes to."""
    receipt: str
    notice: str = ""
    """For the owner."""
    prepaid: bool = False
    """It stays `new` until the owner has its payment; else it is `confirmed` at once."""


@dataclass(frozen=True, slots=True)
class MoveOrder:
    """An order goes on to another state; customer and owner are told in the shop's wording.

    The owner and the team may move every order; a customer may cancel their own while it is `new` or `confirmed`.
    """

    number: int
    state: OrderState


@dataclass(frozen=True, slots=True)
class MarkPayment:
    """What is known of an order's payment: `to_check` with the reference that a customer gave, `paid` by the owner's
    word alone, `open` where it was not theirs.
    """

    number: int
    state: PaymentState
    reference: str = ""
    """Of the transfer; one that the tenant has seen for another order is refused (`payment_reference_reused`)."""


ProductField = Literal["price", "stock", "hidden"]


@dataclass(frozen=True, slots=True)
class ChangeProduct:
    """The owner's word on what the catalogue's file says, until the file itself says something new about it.

    `price` of a variant; `stock`: how many there are now, None for no longer counted; `hidden`: no longer sold.
    """

    sku: str
    field: ProductField
    value: int | bool | None


@dataclass(frozen=True, slots=True)
class AddProduct:
    """A product beside those of the file, with the picture of the message at hand where it has one."""

    name: str
    price: int


@dataclass(frozen=True, slots=True)
class Transcribe:
    """The recording in this message is to be put into words; `Plugin.transcribed` is called with them, or with why not.

    Recordings of all tenants wait in one line: minutes may pass.
    """


ShopEffect = PlaceOrder | MoveOrder | MarkPayment | ChangeProduct | AddProduct | Transcribe


@dataclass(frozen=True, slots=True)
class CatalogueChange:
    """What the owner changed by chat, as `check` shows it."""

    sku: str
    field: Literal["price", "stock", "hidden", "added"]
    value: int | bool | None
    was: int | bool | None
    """What the file said then; the change is over once it says something else."""
    time: datetime
    by: str
    name: str = ""
    """Of a product that was added."""
    photo: str = ""


@dataclass(frozen=True, slots=True)
class Stock:
    """What is left of counted variants; whoever is not in it is not counted."""

    left: Mapping[str, int] = field(default_factory=dict)

    def enough(self, sku: str, quantity: int) -> bool:
        return quantity <= self.left.get(sku, quantity)

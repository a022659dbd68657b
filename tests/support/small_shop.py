"""A shop of a few products, and a customer whose messages are read already: the dialogue without understanding."""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from comptoir.plugins.builtin.clerk.cart import Shop
from comptoir.plugins.builtin.clerk.config import ClerkConfig
from comptoir.plugins.builtin.clerk.dialogue import finish, read
from comptoir.plugins.builtin.clerk.plugin import Clerk
from comptoir.plugins.builtin.clerk.sale import Sale
from comptoir.plugins.builtin.clerk.turn import Turn
from comptoir.plugins.shop.model import Catalogue, Option, Order, Product, Stock, Variant, Zone
from comptoir.plugins.shop.understanding import Act, Found, Lexicon, Mention, Verb
from comptoir.plugins.wording import worded

CATALOGUE = Catalogue(
    "XOF",
    (
        Product(
            "poulet", "Poulet braisé", (Variant("poulet", 3500),), category="Plats",
            options=(Option("frites", 500), Option("piment")),
        ),
        Product("poisson", "Poisson braisé", (Variant("poisson", 4000),), category="Plats"),
        Product("oeufs", "Œufs", (Variant("oeufs", 100),), category="Épicerie"),
        Product(
            "tshirt",
            "T-shirt",
            (
                Variant("tshirt-rouge-m", 4000, 2, (("colour", "rouge"), ("size", "M"))),
                Variant("tshirt-rouge-l", 4500, 0, (("colour", "rouge"), ("size", "L"))),
                Variant("tshirt-bleu-m", 4000, 5, (("colour", "bleu"), ("size", "M"))),
            ),
            category="Habits",
        ),
        Product("casquette", "Casquette", (Variant("casquette", 2000, 0),), category="Habits"),
    ),
    (Zone("medina", "Médina", 1000), Zone("plateau", "Plateau", 1500)),
    version=3,
)  # fmt: skip
LEFT = {"tshirt-rouge-m": 2, "tshirt-rouge-l": 0, "tshirt-bleu-m": 5, "casquette": 0}
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
PLACE = (("zone", "medina"), ("address", "rue 22"), ("name", "Awa Diop"))


def of(*products: str, quantity: int | None = None, said: str = "", **more: tuple[str, ...] | bool) -> Mention:
    """A mention of these products."""
    found = tuple(Found(sku, 1.0) for sku in products)
    return Mention(found, said or " ".join(products), quantity, **more)  # type: ignore[arg-type]  # fields by name


def put(*products: str, quantity: int | None = None, **more: tuple[str, ...] | bool) -> Act:
    return Act("put", of(*products, quantity=quantity, **more))


def say(key: str, **fields: str) -> str:
    return worded(Clerk.texts, {}, "fr", key, {"name": "Awa", "shop": "Chez Awa", **fields})


@dataclass
class Customer:
    """Somebody in this shop. `left` may change between messages."""

    catalogue: Catalogue = CATALOGUE
    left: dict[str, int] = field(default_factory=lambda: dict(LEFT))
    config: ClerkConfig = field(default_factory=ClerkConfig)
    sale: Sale = field(default_factory=Sale)
    orders: tuple[Order, ...] = ()
    turn: Turn | None = None

    def does(self, *acts: Act, text: str = "") -> str:
        """One message with these acts; what is answered."""
        shop = Shop(self.catalogue, Stock(self.left))
        turn = Turn(shop, Lexicon(self.catalogue), self.config, say, self.sale, text, NOW, self.orders, self.sale.draft)
        read(turn, acts)
        said = finish(turn) if turn.understood else ""
        self.turn, self.sale = turn, turn.sale
        return said

    def tells(self, verb: Verb, text: str = "") -> str:
        return self.does(Act(verb, text=text), text="oui" if verb == "yes" else text)

    def tells_place(self) -> str:
        """Where it goes and for whom."""
        return self.does(*(Act(verb, text=text) for verb, text in PLACE))  # type: ignore[arg-type]  # verbs, all three

    @property
    def lines(self) -> list[tuple[str, int, tuple[str, ...]]]:
        return [(line.sku, line.quantity, line.options) for line in self.sale.draft.lines]

    @property
    def asked(self) -> str:
        return self.sale.asked.kind

    @property
    def places(self) -> bool:
        return self.turn is not None and self.turn.place

    def ages(self, days: int) -> None:
        aged = replace(self.sale, at=NOW.replace(day=NOW.day - days).isoformat())
        self.sale = aged.aged(NOW, self.config.forget_hours)

"""A small shop with a desk, whose customers buy by one word."""

from dataclasses import dataclass, replace

from comptoir.plugins.api import Context, Message, Plugin, Tenant, Verdict
from comptoir.plugins.builtin.desk import Desk
from comptoir.plugins.shop.changes import effective
from comptoir.plugins.shop.model import CartLine, Catalogue, Draft, PlaceOrder, Product, Variant, Zone
from comptoir.plugins.testing import TENANT, Person, Play, Player
from comptoir.plugins.testing.selling import Doing

CATALOGUE = Catalogue(
    "XOF",
    (
        Product("poulet-braise", "Poulet braisé", (Variant("poulet-braise", 3000, 12),)),
        Product("thiof", "Thiof", (Variant("thiof", 4000),)),
        Product("jus-bissap", "Jus de bissap", (Variant("jus-bissap", 500, 9),)),
        Product("jus-gingembre", "Jus de gingembre", (Variant("jus-gingembre", 600, 9),)),
        Product(
            "tshirt",
            "T-shirt",
            (Variant("tshirt-m", 4000, 2, (("size", "M"),)), Variant("tshirt-l", 4500, 0, (("size", "L"),))),
        ),
    ),
    (Zone("medina", "Médina", 1000),),
)
SHOP = replace(TENANT, catalogue=CATALOGUE)


class Till(Plugin):
    """`achète` orders two chickens; anything else is answered, so that it shows who was asked."""

    name = "till"

    async def message(self, context: Context, message: Message) -> Verdict:
        catalogue = await context.catalogue()
        if message.text == "achète" and catalogue is not None:
            total = catalogue.by_sku["poulet-braise"][1].price * 2 + 1000
            draft = Draft((CartLine("poulet-braise", 2),), "delivery", "medina", address="villa 12", name="Awa")
            context.do(PlaceOrder(draft, catalogue.version, total, "Merci !", "Commande n° {number}"))
        else:
            context.reply("réponse de client")
        return Verdict.STOP


@dataclass(frozen=True)
class Counter:
    """The people of the shop."""

    play: Play
    owner: Person
    fatou: Person
    awa: Person

    def says(self, text: str) -> str:
        """The owner writes; what they read."""
        return "\n".join(self.owner.says(text).texts)

    def price(self, sku: str) -> int:
        return self.sold.by_sku[sku][1].price

    def sells(self, sku: str) -> bool:
        return sku in self.sold.by_sku

    @property
    def sold(self) -> Catalogue:
        return effective(CATALOGUE, self.play.shop.in_force)

    @property
    def doing(self) -> Doing:
        """What the owner does behind the desk's back."""
        return Doing(self.owner.contact, self.play.now, by="owner")


def opened(play: Player, tenant: Tenant = SHOP, **config: object) -> Counter:
    made = play(Desk, Till, tenant=tenant, config={"desk": config})
    return Counter(made, made.owner(), made.colleague("Fatou"), made.customer())

"""What tests of the shop share: a small catalogue, and a plugin that sells what is written."""

from dataclasses import replace

from runner_rig import TENANT, pipeline, plugin

from comptoir.plugins.api import Context, Message, Plugin, Verdict
from comptoir.plugins.loading import Pipeline
from comptoir.plugins.shop.model import (
    CartLine,
    Catalogue,
    ChangeProduct,
    Draft,
    MarkPayment,
    MoveOrder,
    PlaceOrder,
    Product,
    ShopEffect,
    Variant,
    Zone,
)
from comptoir.plugins.shop.pricing import NotSold, price

CHICKEN = Product("poulet", "Poulet braisé", (Variant("poulet", 3500, 1),))
JUICE = Product("bissap", "Bissap", (Variant("bissap", 500),))
CATALOGUE = Catalogue("XOF", (CHICKEN, JUICE), (Zone("medina", "Médina", 1000),))


def with_stock(pieces: int | None, *, amount: int = 3500) -> Catalogue:
    """The catalogue with so many chickens, at another price."""
    return replace(CATALOGUE, products=(replace(CHICKEN, variants=(Variant("poulet", amount, pieces),)), JUICE))


async def sell(context: Context, message: Message) -> Verdict:
    """`commande poulet` is put into a cart, `oui` orders what is in it; the owner writes `prête 1` and the like."""
    word, _, rest = message.text.partition(" ")
    if word == "commande":
        context.put("cart", rest.split())
        context.reply(f"{rest} : c'est bon ?")
    elif word == "oui":
        await _order(context)
    elif effect := _ORDERS[word](rest):
        context.do(effect)
        context.reply("fait")
    return Verdict.STOP


async def _order(context: Context) -> None:
    cart, catalogue = await context.get("cart"), await context.catalogue()
    assert isinstance(cart, list)
    assert catalogue is not None
    draft = Draft(tuple(CartLine(str(sku), 1) for sku in cart), "delivery", "medina", "villa 12", name="Awa")
    left = await context.stock([line.sku for line in draft.lines])
    if not all(left.enough(line.sku, line.quantity) for line in draft.lines):
        context.reply("épuisé")
        return
    try:
        total = price(catalogue, draft).total
    except NotSold:
        context.reply("ne se vend plus")
        return
    context.put("cart", None)
    receipt = f"Commande n° {{number}} : {total} F"
    context.do(PlaceOrder(draft, catalogue.version, total, receipt, "Nouvelle commande n° {number}"))


def _priced(rest: str) -> ShopEffect:
    sku, _, amount = rest.partition(" ")
    return ChangeProduct(sku, "price", int(amount))


def _counted(rest: str) -> ShopEffect:
    sku, _, pieces = rest.partition(" ")
    return ChangeProduct(sku, "stock", int(pieces))


def _referred(rest: str) -> ShopEffect:
    number, _, reference = rest.partition(" ")
    return MarkPayment(int(number), "to_check", reference)


_ORDERS = {
    "prête": lambda rest: MoveOrder(int(rest), "ready"),
    "annulée": lambda rest: MoveOrder(int(rest), "cancelled"),
    "payée": lambda rest: MarkPayment(int(rest), "paid"),
    "référence": _referred,
    "prix": _priced,
    "stock": _counted,
}


def selling(catalogue: Catalogue | None = CATALOGUE, *others: Plugin, **changes: object) -> Pipeline:
    """A pipeline that sells from this catalogue."""
    made = pipeline(plugin("seller", sell), *others, **changes)
    return replace(made, tenant=replace(TENANT, catalogue=catalogue))

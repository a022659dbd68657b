"""Pictures: a product's, for who asks; the one that a customer answers; and those that customers send."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path

from comptoir.plugins.api import Context, FileToSend, Quote
from comptoir.plugins.builtin.clerk.config import ClerkConfig
from comptoir.plugins.builtin.explaining import explain
from comptoir.plugins.builtin.handover.summary import called
from comptoir.plugins.shop.model import Catalogue, Product, Variant
from comptoir.plugins.shop.money import format_amount
from comptoir.plugins.shop.pricing import titled
from comptoir.plugins.text import words

STATE = "photo"
MOST = 3
"""Pictures that are sent at once."""
PAUSE = timedelta(minutes=10)
"""An album is several messages, and one question."""
_OF_MESSAGE = "message:"
TEXTS: Mapping[str, tuple[str, str]] = {
    "photo": ("{product} : {price}", "{product}: {price}"),
    "photo_from": ("{product} : à partir de {price}", "{product}: from {price}"),
    "photo_question": (
        "Merci, votre photo est bien arrivée 📷 Que désirez-vous ? Dites-le moi en quelques mots.",
        "Thank you, your picture has arrived 📷 What would you like? Tell me in a few words.",
    ),
    "photo_notice": (
        "📷 {customer} ({chat}) a envoyé une photo sans un mot : regardez-la dans la conversation.\n{cart}",
        "📷 {customer} ({chat}) sent a picture without a word: look at it in the chat.\n{cart}",
    ),
    "photo_cart": ("Panier : {lines}", "Cart: {lines}"),
    "photo_no_cart": ("Son panier est vide.", "Their cart is empty."),
}


# --- the shop's ---------------------------------------------------------------------------------------------


def show(context: Context, catalogue: Catalogue, skus: Sequence[str]) -> int:
    """Send pictures of these products or variants, at most MOST; how many there were."""
    by_sku = {product.sku: product for product in catalogue.products}
    sent: dict[str, None] = {}
    for sku in skus:
        product, variant = catalogue.by_sku.get(sku) or (by_sku.get(sku), None)
        for photo, of in _photos(product, None if product is not None and product.sku == sku else variant):
            if photo not in sent and len(sent) < MOST and product is not None:
                sent[photo] = None
                context.reply(_caption(context, catalogue.currency, product, of), _file(photo))
    return len(sent)


def _photos(product: Product | None, variant: Variant | None) -> Iterator[tuple[str, Variant | None]]:
    """Each with the variant that it shows; None for all of them."""
    if product is None:
        return
    if variant is not None and (photo := variant.photo or product.photo):
        yield photo, variant
    elif variant is None and product.photo:
        yield product.photo, None
    elif variant is None:
        yield from ((one.photo, one) for one in product.variants if one.photo)


def _caption(context: Context, currency: str, product: Product, variant: Variant | None) -> str:
    """What it is and what it costs; `quoted` knows the product by it."""
    prices = sorted({one.price for one in ((variant,) if variant else product.variants)})
    named = titled(product, variant) if variant else product.name
    key = "photo" if len(prices) == 1 else "photo_from"
    return context.wording(key, product=named, price=format_amount(prices[0], currency))


def _file(photo: str) -> FileToSend:
    if photo.startswith(_OF_MESSAGE):
        return FileToSend(kind="image", message=int(photo.removeprefix(_OF_MESSAGE)))
    return FileToSend(Path(photo), "image")


def quoted(catalogue: Catalogue, quote: Quote | None) -> tuple[Product, Variant | None] | None:
    """The product whose picture of ours is answered, with the variant where the caption names one."""
    if quote is None or not quote.ours or quote.kind != "image":
        return None
    caption = _spaced(quote.text)
    best: tuple[Product, Variant | None] | None = None
    longest = 0
    for product in catalogue.products:
        name = _spaced(product.name)
        if name not in caption:
            continue
        for variant in (None, *product.variants):
            title = _spaced(titled(product, variant)) if variant else name
            if title in caption and len(title) > longest:
                best, longest = (product, variant), len(title)
    return best


def _spaced(text: str) -> str:
    """Its words, so that a name is found as whole words only."""
    return f" {' '.join(words(text))} "


# --- a customer's -------------------------------------------------------------------------------------------


async def bare(context: Context, config: ClerkConfig, cart: str = "") -> None:
    """A picture without a word: ask what they want, and show the owner who sent it and what is in their cart."""
    asked = await context.get(STATE)
    if isinstance(asked, str) and abs(context.now - datetime.fromisoformat(asked)) < PAUSE:
        explain(context, "on vient de lui demander ce qu'il veut", "they were just asked what they want")
        return
    context.put(STATE, context.now.isoformat())
    context.reply(context.wording("photo_question"))
    known = {"customer": called(context), "chat": context.contact.chat}
    holds = context.wording("photo_cart", lines=cart) if cart else context.wording("photo_no_cart")
    context.notify(context.wording("photo_notice", cart=holds, **known), config.to)

"""Pictures: a product's, for who asks; the one that a customer answers; and those that customers send."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from operator import itemgetter
from pathlib import Path

from comptoir.plugins.api import Context, FileToSend, Quote
from comptoir.plugins.builtin.clerk.config import ClerkConfig
from comptoir.plugins.builtin.explaining import explain
from comptoir.plugins.builtin.handover.summary import called
from comptoir.plugins.shop.model import Catalogue, Product, Variant
from comptoir.plugins.shop.money import format_amount
from comptoir.plugins.shop.pricing import titled
from comptoir.plugins.shop.understanding import Act, Found, Lexicon, Mention, understand
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

_SAYS_NOTHING = frozenset({"unknown", "yes"})
_ASKS = frozenset({"ask_price", "ask_stock", "ask_about", "ask_photo"})
_THIS = frozenset(words("ça cela ceci celui celle ceux celles ce cet cette ci là modèle article this that it one"))


@dataclass(frozen=True, slots=True)
class Pictured:
    """What a picture shows; all variants of it where `variant` is None."""

    product: Product
    variant: Variant | None = None

    @property
    def sku(self) -> str:
        return self.variant.sku if self.variant else self.product.sku

    @property
    def title(self) -> str:
        return titled(self.product, self.variant) if self.variant else self.product.name

    def named(self, mention: Mention | None) -> Mention:
        """As if the customer had named it; what they say of it themselves counts more."""
        said = mention or Mention()
        traits = tuple(value for _, value in self.variant.traits) if self.variant else ()
        return replace(said, found=(Found(self.product.sku, 1.0),), refers=False, traits=said.traits or traits)


# --- the shop's ---------------------------------------------------------------------------------------------


def show(context: Context, catalogue: Catalogue, skus: Sequence[str]) -> None:
    """Send pictures of these products or variants, at most MOST."""
    shown: dict[str, Pictured] = {}
    for sku in skus:
        for photo, pictured in _photos(catalogue, sku):
            shown.setdefault(photo, pictured)
    for photo, pictured in list(shown.items())[:MOST]:
        context.reply(_caption(context, catalogue.currency, pictured), _file(photo))


def has_picture(catalogue: Catalogue, sku: str) -> bool:
    """Of this product or variant."""
    return next(_photos(catalogue, sku), None) is not None


def _photos(catalogue: Catalogue, sku: str) -> Iterator[tuple[str, Pictured]]:
    """Of a product the one, or those of its variants."""
    product = next((one for one in catalogue.products if one.sku == sku), None)
    if product is None:
        product, variant = catalogue.by_sku.get(sku, (None, None))
        if product is not None and variant is not None and (photo := variant.photo or product.photo):
            yield photo, Pictured(product, variant)
    elif product.photo:
        yield product.photo, Pictured(product)
    else:
        yield from ((one.photo, Pictured(product, one)) for one in product.variants if one.photo)


def _caption(context: Context, currency: str, shown: Pictured) -> str:
    """What it is and what it costs; `quoted` knows the product by it."""
    prices = sorted({one.price for one in ((shown.variant,) if shown.variant else shown.product.variants)})
    key = "photo" if len(prices) == 1 else "photo_from"
    return context.wording(key, product=shown.title, price=format_amount(prices[0], currency))


def _file(photo: str) -> FileToSend:
    if photo.startswith(_OF_MESSAGE):
        return FileToSend(kind="image", message=int(photo.removeprefix(_OF_MESSAGE)))
    return FileToSend(Path(photo), "image")


def quoted(catalogue: Catalogue, quote: Quote | None) -> Pictured | None:
    """What is seen on the picture of ours that is answered, by its caption."""
    if quote is None or not quote.ours or quote.kind != "image":
        return None
    caption = _spaced(quote.text)
    named = (product for product in catalogue.products if _spaced(product.name) in caption)
    pictured = (Pictured(product, variant) for product in named for variant in (None, *product.variants))
    found = ((len(title), one) for one in pictured if (title := _spaced(one.title)) in caption)
    return max(found, key=itemgetter(0), default=(0, None))[1]


def meant(text: str, acts: tuple[Act, ...], shown: Pictured, lexicon: Lexicon) -> tuple[Act, ...]:
    """What a text does that answers the picture of a product: it need not name it. What names another one stays."""
    if any(act.mention is not None and act.mention.found for act in acts):
        return acts
    if not all(act.verb in _SAYS_NOTHING for act in acts):
        return tuple(replace(act, mention=shown.named(act.mention)) if _names_none(act) else act for act in acts)
    # `2`, `je prends ça`, `celui-là`: in any other words it may be anything.
    counted = understand(text, lexicon, "quantity", (shown.product.sku,))
    quantity = next((act.mention.quantity for act in counted if act.mention and act.mention.quantity), None)
    wants = quantity is not None or any(act.verb == "yes" for act in acts) or _THIS.issuperset(words(text))
    return (Act("put", shown.named(Mention(quantity=quantity))),) if wants else acts


def _names_none(act: Act) -> bool:
    return act.verb in _ASKS if act.mention is None else act.mention.refers


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

"""Answers questions about what is sold."""

import re
from collections.abc import Sequence
from dataclasses import replace

from comptoir.plugins.builtin.clerk import wares
from comptoir.plugins.builtin.clerk.cart import instead_of
from comptoir.plugins.builtin.clerk.pictures import MOST, has_picture
from comptoir.plugins.builtin.clerk.turn import Turn
from comptoir.plugins.shop.model import MAX_QUANTITY, CartLine, Product, Variant
from comptoir.plugins.shop.understanding import Mention
from comptoir.plugins.text import fold, words

_KINDS = frozenset(
    words("couleur couleurs coloris taille tailles pointure pointures format formats parfum parfums gout gouts colour")
)
_WHAT = re.compile(r"\bquoi comme\b|\bquels? modele")
FEW = 5
"""Pieces left that are worth telling."""


def price(turn: Turn, mention: Mention | None) -> None:
    if mention is None and turn.draft.lines:
        show_cart(turn)
        return
    for product, variants in _of(turn, mention):
        _show_price(turn, product, variants, mention)


def stock(turn: Turn, mention: Mention | None) -> None:
    """Whether it is there, and for how much."""
    for product, variants in _of(turn, mention):
        there = [one for one in variants if turn.shop.stock.enough(one.sku, 1)]
        if mention is not None and mention.lacking:
            continue
        if not there:
            _sold_out(turn, product, variants)
            continue
        if len(there) > 1 and _asks_which(turn):
            _show_price(turn, product, variants, None)
            continue
        left = sum(turn.shop.left(one.sku) or 0 for one in there)
        counted = all(turn.shop.left(one.sku) is not None for one in there)
        named = wares.named(turn.catalogue, there[0].sku) if len(there) == 1 else product.name
        few = counted and left <= FEW
        cost = wares.prices(turn.catalogue, product, there)
        turn.answer("left" if few else "in_stock", product=named, price=cost, left=str(left))


def about(turn: Turn, mention: Mention | None) -> None:
    if mention is None and not turn.sale.last:
        return
    for product, variants in _of(turn, mention):
        cost = wares.prices(turn.catalogue, product, variants)
        if product.description and not (len(variants) > 1 and _asks_which(turn)):
            turn.answer("about", product=product.name, price=cost, description=product.description)
        else:
            _show_price(turn, product, variants, None)


def photos(turn: Turn, mention: Mention | None) -> tuple[str, ...]:
    """What there is a picture of, of what they want to see; the rest is said in words."""
    sends = turn.config.photos
    if not sends:
        turn.answer("no_photos")
        if mention is None or not (mention.found or mention.said):
            # Asking which one would only lead them on.
            return ()
    wanted: list[str] = []
    for product, variants in _of(turn, mention, most=MOST):
        skus = [product.sku] if len(variants) == len(product.variants) else [one.sku for one in variants]
        seen = [sku for sku in skus if sends and has_picture(turn.catalogue, sku)]
        wanted += seen
        if sends and not seen:
            turn.answer("no_photo", product=product.name)
        if not seen:
            _show_price(turn, product, variants, None)
    return tuple(wanted)


def list_(turn: Turn, category: str) -> None:
    """The products of a category, or the categories where there are too many for a list."""
    products = turn.catalogue.products
    if not products:
        turn.answer("empty_shop")
        return
    of_it = [one for one in products if category and fold(one.category) == fold(category)]
    names = list(dict.fromkeys(one.category for one in products if one.category))
    if of_it:
        _show_list(turn, of_it, "list_of", category=of_it[0].category)
    elif len(products) > wares.MOST and len(names) > 1:
        turn.answer("categories", categories=wares.listed(names, ", "))
    else:
        _show_list(turn, products, "list")


def show_cart(turn: Turn) -> None:
    """Once everything else that the message says is done."""
    turn.understood = turn.cart_asked = True


def _of(turn: Turn, mention: Mention | None, most: int = 2) -> list[tuple[Product, Sequence[Variant]]]:
    """What is asked about, each with the variants that are meant; says so where the shop has no such thing, and lists
    what is more than `most`.
    """
    turn.understood = True
    skus = [found.sku for found in mention.found] if mention is not None else []
    if not skus and (mention is None or mention.refers or not mention.said):
        skus = [turn.sale.last] if turn.sale.last else []
    products = [one for sku in skus if (one := wares.product_of(turn.catalogue, sku)) is not None]
    if not products:
        _nothing(turn, mention)
        return []
    earlier = turn.sale.last
    turn.sale = replace(turn.sale, last=products[0].sku if len(products) == 1 else "")
    if mention is not None and mention.lacking and len(products) == 1:
        turn.answer("lacking", product=products[0].name, lacking=", ".join(mention.lacking))
    if len(products) > most:
        _show_list(turn, products, "list")
        return []
    fitting = [(one, _fitting(one, mention)) for one in products]
    if len(products) == 1:
        asked = tuple(one.sku for one in fitting[0][1])
        before = turn.asked_about if set(turn.asked_about) <= {one.sku for one in products[0].variants} else ()
        turn.asked_about = tuple(dict.fromkeys((*before, *asked)))
        turn.sale = replace(turn.sale, last_variants=turn.asked_about)
        if earlier not in {
            "",
            products[0].sku,
            *(wares.product_sku(turn.catalogue, one.sku) for one in turn.draft.lines),
        }:
            # `And the blade?` after the seal: `both` are these two.
            turn.sale = replace(turn.sale, listed=(earlier, products[0].sku))
    else:
        asked = tuple(one.sku for _, variants in fitting for one in variants)
        turn.sale = replace(turn.sale, listed=tuple(one.sku for one in products), last_variants=asked)
    turn.products_asked = tuple(dict.fromkeys((*turn.products_asked, *(one.sku for one in products))))
    if len(turn.products_asked) > 1 and len(products) == 1:
        # What `it` would be is open; `both` are these.
        turn.sale = replace(turn.sale, last="", last_variants=(), listed=turn.products_asked)
    return fitting


def _nothing(turn: Turn, mention: Mention | None) -> None:
    if mention is None or not mention.said:
        turn.answer("which_about")
        turn.missed = True
        return
    turn.answer("unknown_product", said=" ".join(mention.said.split())[:60])
    turn.missed = True
    offer(turn, mention.said)


def offer(turn: Turn, said: str) -> None:
    """What the shop has that is alike."""
    near = [one for found in turn.lexicon.nearest(said) if (one := wares.product_of(turn.catalogue, found.sku))]
    if near:
        names = wares.either(f"{one.name} ({wares.prices(turn.catalogue, one)})" for one in near)
        turn.answer("nearest", products=names)


def _fitting(product: Product, mention: Mention | None) -> Sequence[Variant]:
    said = {fold(trait) for trait in mention.traits} if mention is not None else set()
    return [one for one in product.variants if said <= {fold(value) for _, value in one.traits}] or product.variants


def _asks_which(turn: Turn) -> bool:
    """`Which colours?`"""
    return not _KINDS.isdisjoint(words(turn.text)) or _WHAT.search(fold(turn.text)) is not None


def _show_price(turn: Turn, product: Product, variants: Sequence[Variant], mention: Mention | None) -> None:
    catalogue = turn.catalogue
    quantity = mention.quantity if mention is not None and mention.quantity else 0
    if len(variants) == 1 and 1 < quantity <= MAX_QUANTITY:
        line = wares.cost(catalogue, [CartLine(variants[0].sku, quantity)])
        turn.answer("list_line", lines=wares.line_texts(catalogue, line))
        return
    named = wares.named(catalogue, variants[0].sku) if len(variants) == 1 else product.name
    there = [one.sku for one in variants if turn.shop.stock.enough(one.sku, 1)]
    which = len(there) > 1 and _asks_which(turn)
    cost = wares.choices(catalogue, there, product) if which else wares.prices(catalogue, product, variants)
    turn.answer("price", product=named, price=cost)
    if product.options:
        turn.answer("options", options=wares.extras(catalogue, product))


def _sold_out(turn: Turn, product: Product, variants: Sequence[Variant]) -> None:
    one = variants[0]
    turn.answer("sold_out", product=wares.named(turn.catalogue, one.sku) if len(variants) == 1 else product.name)
    if others := instead_of(turn.shop, one.sku):
        turn.answer("nearest", products=wares.choices(turn.catalogue, others))


def _show_list(turn: Turn, products: Sequence[Product], key: str, **fields: str) -> None:
    turn.answer(key, lines=wares.product_lines(turn.catalogue, products, turn.say), **fields)
    turn.sale = replace(turn.sale, listed=tuple(one.sku for one in products[: wares.MOST]))

"""What a message needs to have read before it can be answered: stock of what it is about, and orders."""

from collections.abc import Iterable, Iterator, Sequence

from comptoir.plugins.builtin.clerk import wares
from comptoir.plugins.builtin.clerk.cart import akin
from comptoir.plugins.builtin.clerk.ordering import same_place
from comptoir.plugins.builtin.clerk.sale import Sale
from comptoir.plugins.shop.model import Catalogue, Order
from comptoir.plugins.shop.understanding import Act

MOST = 500
"""Variants whose stock is read for one message."""
_ABOUT_ORDERS = frozenset(("ask_order", "cancel", "again"))
_CHANGES = frozenset(
    ("remove", "replace", "set_quantity", "delivery", "pickup", "zone", "address", "name", "time", "note")
)
"""Where nothing is being ordered, they may be about an order that is placed."""


def needs_orders(sale: Sale, acts: Sequence[Act], text: str) -> bool:
    verbs = _ABOUT_ORDERS if sale.is_open else _ABOUT_ORDERS | _CHANGES
    return same_place(text) or sale.asked.kind == "cancel" or any(act.verb in verbs for act in acts)


def concerned(catalogue: Catalogue, sale: Sale, acts: Iterable[Act], orders: Iterable[Order]) -> tuple[str, ...]:
    """The variants whose stock matters: what is in the cart, wanted or asked about, and what may stand in for it."""
    found: dict[str, None] = {}
    for sku in _skus(catalogue, sale, acts):
        if len(found) >= MOST:
            break
        found[sku] = None
        found.update(dict.fromkeys(akin(catalogue, sku)))
    found.update((line.sku, None) for order in orders for line in order.draft.lines)
    return tuple(found)[:MOST]


def _skus(catalogue: Catalogue, sale: Sale, acts: Iterable[Act]) -> Iterator[str]:
    for line in (*sale.draft.lines, *sale.old):
        yield line.sku
    mentions = [mention for act in acts for mention in (act.mention, act.instead) if mention is not None]
    named = (found.sku for mention in mentions for found in mention.found)
    wanted = (sku for want in sale.wants for sku in want.products)
    for sku in dict.fromkeys((*wanted, *named, sale.last, *sale.listed)):
        product = wares.product_of(catalogue, sku)
        for variant in product.variants if product is not None else ():
            yield variant.sku

"""What an amount may be said of: a piece, its options, a line of the cart, a zone, the total."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass

from comptoir.plugins.builtin.clerk.model.checking.goods import Subject
from comptoir.plugins.builtin.clerk.model.checking.shelf import Shelf, of_traits
from comptoir.plugins.shop.model import Product

_EACH = frozenset(("chacun", "chacune", "unite", "piece", "each", "portion", "unitaire", "apiece"))
_FROM = frozenset(("partir", "des", "from", "entre", "between", "starting"))
_WITHOUT_FEE = frozenset(("hors", "sans", "without", "before"))


@dataclass(frozen=True, slots=True)
class Group:
    """What an amount is said of."""

    subjects: tuple[Subject, ...]
    counts: tuple[int, ...]
    """Numbers before it that are no amounts."""
    words: frozenset[str]
    """Of the whole sentence."""


def may_cost(amount: int, group: Group, shelf: Shelf) -> bool:
    """Whether the catalogue and the cart say so."""
    kinds = {subject.kind for subject in group.subjects}
    products = [subject for subject in group.subjects if subject.kind == "product"]
    if kinds & {"total", "subtotal"} and not _is_delivered_so(group, shelf):
        return False
    if kinds & {"total", "subtotal"} or not group.subjects:
        return bool(shelf.draft.lines) and _is_total(amount, group, kinds, shelf) and _all_in_cart(products, shelf)
    if "zone" in kinds:
        return not products and all(
            _fees(subject, shelf) == {amount} for subject in group.subjects if subject.kind == "zone"
        )
    if "delivery" in kinds:
        return not products and _is_fee(amount, shelf)
    if products:
        traits = {name for subject in group.subjects if subject.kind == "trait" for name in subject.names}
        options = [subject.names for subject in group.subjects if subject.kind == "option"]
        if len(products) > 1 and _is_sum(amount, products, group, shelf):
            return True
        found = [shelf.goods.products[sku] for subject in products for sku in subject.names]
        if not _all_taken(options, found):
            return False
        return all(amount in set(_costs(product, traits, options, group, shelf)) for product in found)
    if "option" in kinds:
        options = [subject.names for subject in group.subjects if subject.kind == "option"]
        return all(_option_prices(names, shelf) == {amount} for names in options)
    return False


def _is_delivered_so(group: Group, shelf: Shelf) -> bool:
    """`With the delivery` is told of a total only where it is in it, and `there` only where it goes."""
    said = [subject for subject in group.subjects if subject.kind in ("zone", "delivery")]
    if not said or group.words & _WITHOUT_FEE:
        return True
    zones = [subject.names for subject in said if subject.kind == "zone"]
    return bool(shelf.draft.zone) and all(shelf.draft.zone in names for names in zones)


def _all_taken(options: Sequence[frozenset[str]], products: Sequence[Product]) -> bool:
    """Each of the options is one of these products'."""
    has = {option.name for product in products for option in product.options}
    return all(names & has for names in options)


def _is_total(amount: int, group: Group, kinds: Collection[str], shelf: Shelf) -> bool:
    without = shelf.priced.total - shelf.priced.fee
    if "subtotal" in kinds or group.words & _WITHOUT_FEE:
        return amount == without
    return amount == shelf.priced.total


def _is_sum(amount: int, products: Sequence[Subject], group: Group, shelf: Shelf) -> bool:
    """`2 of this and 1 of that: …` is all that is in the cart."""
    counts = {line.quantity for line in shelf.draft.lines if line.quantity > 1}
    goods = shelf.priced.total - shelf.priced.fee
    said = {count for count in group.counts if count > 1}
    return amount == goods and counts == said and _all_in_cart(products, shelf)


def _all_in_cart(products: Iterable[Subject], shelf: Shelf) -> bool:
    """`Your two chickens come to …`: only of all that is in the cart, not of a part of it."""
    in_cart = {shelf.catalogue.by_sku[line.sku][0].sku for line in shelf.draft.lines}
    named = {sku for subject in products for sku in subject.names}
    return not named or named == in_cart


def _fees(subject: Subject, shelf: Shelf) -> set[int]:
    return {shelf.catalogue.zone_by_code[code].fee for code in subject.names}


def _is_fee(amount: int, shelf: Shelf) -> bool:
    if shelf.draft.zone:
        return amount == shelf.priced.fee
    return {zone.fee for zone in shelf.catalogue.zones} == {amount}


def _costs(
    product: Product, traits: set[str], options: Sequence[frozenset[str]], group: Group, shelf: Shelf
) -> Iterator[int]:
    """What may be said of it: a piece, with the options that were named, an option, or its line in the cart."""
    variants = of_traits(product, traits)
    costs = {variant.price for variant in variants}
    prices = {option.name: option.price for option in product.options}
    extra = sum(prices.get(name, 0) for names in options for name in names if name in prices)
    several = [count for count in group.counts if count > 1]
    if not several or group.words & _EACH:
        if len(costs) == 1:
            yield from {cost + extra for cost in costs}
        elif group.words & _FROM and not extra:
            yield min(costs)
            yield max(costs)
        for names in options[-1:]:
            yield from {prices[name] for name in names if name in prices}
    for line, priced in zip(shelf.draft.lines, shelf.priced.lines, strict=True):
        if line.sku in {variant.sku for variant in variants} and (line.quantity in several or line.quantity == 1):
            named = {name for names in options for name in names}
            if set(line.options) == named & set(prices):
                yield priced.amount


def _option_prices(names: frozenset[str], shelf: Shelf) -> set[int]:
    return {option.price for product in shelf.catalogue.products for option in product.options if option.name in names}

"""What the owner changed by chat, over what the file says, until the file itself says something new about it."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from comptoir.plugins.shop.model import (
    MAX_AMOUNT,
    AddProduct,
    Catalogue,
    CatalogueChange,
    ChangeProduct,
    Product,
    Variant,
)
from comptoir.plugins.shop.placing import Stale
from comptoir.plugins.text import words

MAX_NAME = 100
Changes = Iterable[CatalogueChange]


@dataclass(frozen=True, slots=True)
class Counted:
    """A counted variant: the file's figure when it was last taken over, and what is left."""

    counted: int | None
    remaining: int


def check(effect: ChangeProduct | AddProduct) -> None:
    """Raises ValueError for a value that can be none."""
    match effect:
        case AddProduct(name, price):
            if not name.strip() or len(name) > MAX_NAME or not name.isprintable() or not words(name):
                raise ValueError(f"a product's name: one line of 1 to {MAX_NAME} characters was expected")
            _check_amount("a price", price)
        case ChangeProduct(_, "hidden", value):
            if type(value) is not bool:
                raise ValueError("`hidden` is true or false")
        case ChangeProduct(_, "stock", None):
            pass
        case ChangeProduct(_, field, value):
            _check_amount(f"a {field}", value)


def effective(file: Catalogue, changes: Changes, version: int = 0) -> Catalogue:
    """What is sold: the file's products with what was changed, then those that were added. Stock stays the file's."""
    by_field = {(change.sku, change.field): change for change in changes}
    added = (_added(change) for change in by_field.values() if change.field == "added")
    prices = {sku: int(change.value or 0) for (sku, field), change in by_field.items() if field == "price"}
    hidden = frozenset(sku for (sku, field), change in by_field.items() if field == "hidden" and change.value)
    touched = hidden | prices.keys()
    products = (
        _overlaid(product, prices, hidden) if touched and _concerns(product, touched) else product
        for product in (*file.products, *added)
    )
    return replace(file, products=tuple(product for product in products if product.variants), version=version)


def said(file: Catalogue, sku: str, field: str) -> int | bool | None:
    """What the file itself says; None where it does not have it, or does not count it."""
    found = file.by_sku.get(sku)
    if field in ("hidden", "added"):
        return False if found or sku in file.product_by_sku else None
    if found is None:
        return None
    return found[1].price if field == "price" else found[1].stock


def is_over(file: Catalogue, change: CatalogueChange) -> bool:
    """Whether the file has said something new since. One that lacks the product says nothing: it may come back."""
    if change.was is not None and said(file, change.sku, "hidden") is None:
        return False
    return said(file, change.sku, change.field) != change.was


def revised(
    file: Catalogue, changes: Changes, effect: ChangeProduct, by: str, time: datetime
) -> CatalogueChange | None:
    """What takes the place of an earlier change of the same; None where all is as the file says again. Raises Stale."""
    if effect.sku not in _skus(file, changes, effect.field):
        raise Stale(f"{effect.sku} is not in the catalogue")
    was = said(file, effect.sku, effect.field)
    if effect.value == was or (effect.field == "hidden" and not effect.value):
        return None
    return CatalogueChange(effect.sku, effect.field, effect.value, was, time, by)


def addition(  # noqa: PLR0913, PLR0917 (what, beside what, and who said so when)
    file: Catalogue, changes: Changes, effect: AddProduct, photo: str, by: str, time: datetime
) -> CatalogueChange:
    """A product of its own; `photo` as `message:ID`."""
    known = _skus(file, changes, "hidden") | file.by_sku.keys()
    return CatalogueChange(
        sku_of(effect.name, known), "added", effect.price, None, time, by, effect.name.strip(), photo
    )


def sku_of(name: str, known: Collection[str]) -> str:
    """Made from the name, unlike those that are known."""
    sku = "-".join(words(name))[:60]
    if sku not in known:
        return sku
    return next(f"{sku}-{number}" for number in range(2, len(known) + 3) if f"{sku}-{number}" not in known)


def taken_over(file: Catalogue, changes: Changes, kept: Mapping[str, Counted]) -> dict[str, Counted]:
    """What is left, once the file is in force: its figure where that has changed, else what was left before."""
    said_by_chat = {change.sku: change.value for change in changes if change.field == "stock"}
    # What the file no longer has may come back tomorrow, with the same figure; what was never sold needs no row for it.
    counted = {
        sku: old
        for sku, old in kept.items()
        if sku not in file.by_sku and (old.remaining != old.counted or sku in said_by_chat)
    }
    for sku, (_, variant) in file.by_sku.items():
        figure, old = variant.stock, kept.get(sku)
        if sku in said_by_chat:
            if old is not None:
                counted[sku] = old
        elif figure is not None:
            counted[sku] = old if old is not None and old.counted == figure else Counted(figure, figure)
    return counted


def _check_amount(what: str, value: object) -> None:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= MAX_AMOUNT:
        raise ValueError(f"{what}: a whole number from 0 was expected")


def _skus(file: Catalogue, changes: Changes, field: str) -> set[str]:
    """What a change of this field may name; a whole product may be hidden."""
    added = {change.sku for change in changes if change.field == "added"}
    products = set(file.product_by_sku) if field == "hidden" else set()
    return added | products | set(file.by_sku)


def _added(change: CatalogueChange) -> Product:
    price = int(change.value or 0)
    return Product(change.sku, change.name, (Variant(change.sku, price),), photo=change.photo)


def _concerns(product: Product, touched: Collection[str]) -> bool:
    return product.sku in touched or any(variant.sku in touched for variant in product.variants)


def _overlaid(product: Product, prices: Mapping[str, int], hidden: Collection[str]) -> Product:
    variants = tuple(
        replace(variant, price=prices.get(variant.sku, variant.price))
        for variant in product.variants
        if variant.sku not in hidden and product.sku not in hidden
    )
    return replace(product, variants=variants)

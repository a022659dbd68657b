"""Names goods and prices as customers read them."""

from collections.abc import Callable, Iterable, Sequence

from comptoir.plugins.shop.model import CartLine, Catalogue, Draft, Priced, Product, Variant, Zone
from comptoir.plugins.shop.money import format_amount
from comptoir.plugins.shop.pricing import price, titled

MOST = 10
"""Entries of a list."""
Say = Callable[..., str]
"""A text by its key, with its fields: `Context.wording`."""


def amount(catalogue: Catalogue, sum_: int) -> str:
    return format_amount(sum_, catalogue.currency)


def named(catalogue: Catalogue, sku: str, options: tuple[str, ...] = ()) -> str:
    """A variant with its traits, or a product."""
    found = catalogue.by_sku.get(sku)
    if found is not None:
        return titled(*found, options)
    product = product_of(catalogue, sku)
    return product.name if product is not None else sku


def product_of(catalogue: Catalogue, sku: str) -> Product | None:
    """By its own sku, or a variant's."""
    found = catalogue.by_sku.get(sku)
    return catalogue.product_by_sku.get(sku) or (found[0] if found is not None else None)


def product_sku(catalogue: Catalogue, sku: str) -> str:
    """The product's of a variant."""
    found = catalogue.by_sku.get(sku)
    return found[0].sku if found is not None else sku


def prices(catalogue: Catalogue, product: Product, variants: Sequence[Variant] = ()) -> str:
    """`3 500 F`, or where they differ `M (3 500 F), L (4 000 F)`: a title may end in a figure."""
    shown = list(variants or product.variants)
    if len({one.price for one in shown}) == 1:
        return amount(catalogue, shown[0].price)
    each = (f"{one.title} ({amount(catalogue, one.price)})" for one in shown)
    return listed(each, ", ")


def extras(catalogue: Catalogue, product: Product) -> str:
    """Its options: `frites +500 F, piment`."""
    return listed(
        (
            f"{option.name} +{amount(catalogue, option.price)}" if option.price else option.name
            for option in product.options
        ),
        ", ",
    )


def pieces(catalogue: Catalogue, lines: Iterable[CartLine]) -> str:
    """`2 Poulet braisé + frites, 1 Coca`."""
    return ", ".join(f"{line.quantity} {named(catalogue, line.sku, line.options)}" for line in lines)


def line_texts(catalogue: Catalogue, priced: Priced) -> str:
    """`• 2 × Poulet braisé : 7 000 F`, a line each."""
    return "\n".join(f"• {line.quantity} × {line.name} : {amount(catalogue, line.amount)}" for line in priced.lines)


def choices(catalogue: Catalogue, skus: Sequence[str], of_one: Product | None = None) -> str:
    """Variants of one product by their traits, else whole names; with prices."""
    shown = [(_title(catalogue, sku, short=of_one is not None), _prices_of(catalogue, sku)) for sku in skus]
    if of_one is not None and len({cost for _, cost in shown}) == 1 and len(shown) > 1:
        return f"{either(title for title, _ in shown)} ({shown[0][1]})"
    return either(f"{title} ({cost})" for title, cost in shown)


def numbered(catalogue: Catalogue, skus: Sequence[str]) -> str:
    """A line each, with the number that it may be chosen by."""
    shown = [
        f"{number}. {_title(catalogue, sku, short=False)} ({_prices_of(catalogue, sku)})"
        for number, sku in enumerate(skus[:MOST], 1)
    ]
    return "\n".join(shown)


def product_lines(catalogue: Catalogue, products: Sequence[Product], say: Say) -> str:
    """A line each, ten at most: `• Poulet braisé : 3 500 F`."""
    shown = products if len(products) <= MOST else products[: MOST - 1]
    lines = [f"• {product.name} : {prices(catalogue, product)}" for product in shown]
    if len(products) > len(shown):
        lines.append(say("more", count=str(len(products) - len(shown))))
    return "\n".join(lines)


def zone_names(catalogue: Catalogue, say: Say, codes: Sequence[str] = ()) -> str:
    zones = [zone for zone in catalogue.zones if not codes or zone.code in codes]
    return listed((f"{zone.name} ({fee(catalogue, zone, say)})" for zone in zones), ", ", 30)


def fee(catalogue: Catalogue, zone: Zone, say: Say) -> str:
    return amount(catalogue, zone.fee) if zone.fee else say("free")


def zone_lines(catalogue: Catalogue, say: Say) -> str:
    """A line each."""
    return "\n".join(f"• {zone.name} : {fee(catalogue, zone, say)}" for zone in catalogue.zones[:30])


def either(entries: Iterable[str]) -> str:
    """`a, b ou c`, in either language a word that both read: ` / ` parts them."""
    return listed(entries, " / ")


def listed(entries: Iterable[str], between: str, most: int = MOST) -> str:
    every = list(entries)
    return between.join(every[:most]) + (" …" if len(every) > most else "")


def cost(catalogue: Catalogue, lines: Sequence[CartLine]) -> Priced:
    """What these lines are worth, without delivery. Raises NotSold."""
    return price(catalogue, Draft(tuple(lines)))


def _title(catalogue: Catalogue, sku: str, *, short: bool) -> str:
    found = catalogue.by_sku.get(sku)
    return found[1].title if short and found is not None and found[1].title else named(catalogue, sku)


def _prices_of(catalogue: Catalogue, sku: str) -> str:
    found = catalogue.by_sku.get(sku)
    if found is not None:
        return amount(catalogue, found[1].price)
    product = product_of(catalogue, sku)
    if product is None:
        return ""
    costs = {variant.price for variant in product.variants}
    least = amount(catalogue, min(costs))
    return least if len(costs) == 1 else f"{least}+"

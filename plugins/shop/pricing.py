"""What a draft costs: integer sums over one catalogue. No other code makes an amount."""

from dataclasses import dataclass

from comptoir.plugins.shop.model import (
    MAX_LINES,
    MAX_QUANTITY,
    CartLine,
    Catalogue,
    Draft,
    Priced,
    PricedLine,
    Product,
    Variant,
)


@dataclass(frozen=True, slots=True)
class NotSold(ValueError):
    """A line that cannot be sold as it stands."""

    sku: str
    why: str

    def __str__(self) -> str:
        return f"{self.sku}: {self.why}"


def price(catalogue: Catalogue, draft: Draft) -> Priced:
    """At this catalogue's prices. Raises NotSold for what it does not sell, or not in such a number."""
    if len(draft.lines) > MAX_LINES:
        raise NotSold("", f"more than {MAX_LINES} lines")
    lines = tuple(_priced(catalogue, line) for line in draft.lines)
    fee = _fee(catalogue, draft)
    total = sum(line.amount for line in lines) + fee
    return Priced(lines, fee, total, catalogue.currency, catalogue.version)


def titled(product: Product, variant: Variant, options: tuple[str, ...] = ()) -> str:
    """As customers read it: `T-shirt (M, rouge) + poche`."""
    named = f"{product.name} ({variant.title})" if variant.title else product.name
    return f"{named} + {', '.join(options)}" if options else named


def _priced(catalogue: Catalogue, line: CartLine) -> PricedLine:
    found = catalogue.by_sku.get(line.sku)
    if found is None:
        raise NotSold(line.sku, "not in the catalogue")
    if isinstance(line.quantity, bool) or not isinstance(line.quantity, int) or not 0 < line.quantity <= MAX_QUANTITY:
        raise NotSold(line.sku, f"between 1 and {MAX_QUANTITY} pieces were expected")
    product, variant = found
    prices = {option.name: option.price for option in product.options}
    if len(set(line.options)) < len(line.options) or not set(line.options) <= prices.keys():
        raise NotSold(line.sku, "an option that it does not have")
    unit = variant.price + sum(prices[name] for name in line.options)
    return PricedLine(line.sku, titled(product, variant, line.options), line.quantity, unit, unit * line.quantity)


def _fee(catalogue: Catalogue, draft: Draft) -> int:
    """Nothing as long as no zone is known."""
    if draft.delivery != "delivery" or not draft.zone:
        return 0
    zone = catalogue.zone_by_code.get(draft.zone)
    if zone is None:
        raise NotSold(draft.zone, "no zone of the catalogue")
    return zone.fee

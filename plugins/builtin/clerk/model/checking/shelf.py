"""What numbers are judged by: catalogue and cart, stock, and what the customer said."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from comptoir.plugins.builtin.clerk.model.checking.goods import Goods
from comptoir.plugins.shop.model import Catalogue, Draft, Priced, Product, Variant
from comptoir.plugins.shop.pricing import price
from comptoir.plugins.text import fold


@dataclass(frozen=True)
class Shelf:
    """What numbers are judged by."""

    catalogue: Catalogue
    goods: Goods
    draft: Draft
    left: Mapping[str, int]
    """Of counted variants that are known of."""
    customers: frozenset[int]
    """Numbers that the customer said."""
    measures: str
    """All names and descriptions, folded."""
    priced: Priced = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "priced", price(self.catalogue, self.draft))


def of_traits(product: Product, traits: set[str]) -> list[Variant]:
    """The variants of which any of these was said; all where none was."""
    own = {
        variant.sku: {fold(value) for _, value in variant.traits} | set(map(fold, variant.names))
        for variant in product.variants
    }
    said = traits & {value for values in own.values() for value in values}
    most = max((len(said & values) for values in own.values()), default=0)
    return [variant for variant in product.variants if len(said & own[variant.sku]) == most]

"""Tells of how much a piece of a product is: what it is packed, cut or served in, and what it measures."""

from collections.abc import Sequence, Set
from fractions import Fraction
from functools import cache

from comptoir.plugins.language import ordering_words
from comptoir.plugins.shop.model import Product
from comptoir.plugins.shop.understanding.measures import in_units, is_unit_of, measures_in, parted
from comptoir.plugins.shop.understanding.roots import root_of
from comptoir.plugins.text import words

_BIG = 3_000
"""Grams or millilitres of the least that comes in a drum."""
_KINDS = ("packs", "parts", "contained", "served", "drums")


@cache
def packings() -> Set[str]:
    """Words, folded, that count something else than pieces, or pieces, as the product has it."""
    return frozenset(word for kind in _KINDS for word in ordering_words(kind))


def one_is_in(product: Product, vessel: str) -> bool:
    """Whether one of these (its root) is one piece of the product: it is sold by it, or naturally comes in it."""
    own = own_roots(product)
    if vessel in own:
        return True
    if sold := own & _roots(*_KINDS):
        return any(
            vessel in _roots(kind) and bool(sold & _roots(kind)) and not (vessel == "sac" and "sachet" in sold)
            for kind in ("served", "contained")
        )
    sizes = {size for text in _texts(product) for size in measures_in(text)}
    loose = any(is_sold_by(product, base) for base in ("g", "ml", "mm"))
    if vessel in _roots("drums"):
        return any(parts[0] >= _BIG for parts in map(parted, sizes) if parts)
    if vessel in _roots("contained"):
        return bool(sizes) or (not loose and bool(own & _roots("loose")))
    if vessel in _roots("served"):
        return not loose and not any(size.endswith("g") for size in sizes)
    return vessel in _roots("pairs") and bool(own & _roots("paired"))


def variant_in(products: Sequence[Product], vessel: str) -> str:
    """The value of the only variants that are packed so, where others are not: `pack de 6`."""
    values = {value for product in products for variant in product.variants for _, value in variant.traits}
    packed = [value for value in values if vessel in map(root_of, words(value))]
    return packed[0] if len(packed) == 1 < len(values) else ""


def is_sold_by(product: Product, base: str) -> bool:
    """Whether a piece of it is a kilogram, a litre or a metre of it: `Le kg`."""
    return any(
        is_unit_of(word, base) and not any(map(str.isdigit, text)) for text in _texts(product) for word in words(text)
    )


def pieces_in(product: Product, measure: str) -> int | None:
    """How many pieces of a product whose variants do not tell a measure is: None where that is not sure."""
    amount, base = parted(measure) or (Fraction(0), "")
    told = [parts for text in _texts(product) for size in measures_in(text) if (parts := parted(size))]
    sizes = {size for size, other in told if other == base}
    if (amount, base) in told:
        return 1
    if sizes:
        return in_units(amount) if {in_units(size) for size in sizes} == {1} else None
    return in_units(amount) if is_sold_by(product, base) else None


def own_roots(product: Product) -> Set[str]:
    """The roots of all the words that the shop writes of it."""
    return frozenset(root_of(word) for text in (*_texts(product), product.category) for word in words(text))


def _texts(product: Product) -> Sequence[str]:
    of_variants = (text for one in product.variants for text in (*one.names, *(value for _, value in one.traits)))
    return (product.name, *product.names, product.description, *of_variants)


@cache
def _roots(*kinds: str) -> Set[str]:
    return frozenset(root_of(word) for kind in kinds for word in ordering_words(kind))

"""Whether quantities and what is said of the stock are so."""

from collections.abc import Iterable, Sequence

from comptoir.plugins.builtin.clerk.model.checking.figures import Figure, Reading
from comptoir.plugins.builtin.clerk.model.checking.goods import Subject
from comptoir.plugins.builtin.clerk.model.checking.shelf import Shelf, of_traits

_COUNTED = frozenset(("reste", "restent", "stock", "left", "remaining", "derniers", "plus", "que", "qu", "only"))
_GONE = frozenset(
    ("epuise", "epuisee", "epuises", "epuisees", "rupture", "indisponible", "indisponibles", "sold", "unavailable")
)
_THERE = frozenset(("disponible", "disponibles", "dispo", "dispos", "available", "stock"))
_HAVE = frozenset(("avons", "ai", "have", "got", "reste", "restent", "livrons"))
_AS_MANY = frozenset(("autant", "assez", "many", "enough"))
_DENIES = frozenset(("pas", "plus", "aucun", "aucune", "not", "no", "ni", "jamais"))


def wrong_count(reading: Reading, carried: Sequence[Subject], shelf: Shelf) -> str:
    """`carried`: products of the sentence before. Empty where all is so."""
    words = frozenset(reading.words)
    if wrong := _wrong_stock(reading, words, carried, shelf):
        return wrong
    if words & _COUNTED:
        return ""
    for place, part in enumerate(reading.parts):
        if isinstance(part, Figure) and not part.money:
            after = reading.parts[place + 1] if place + 1 < len(reading.parts) else None
            if not _may_count(part, shelf) or not (words & _DENIES or _is_in_cart(part.value, after, shelf)):
                return part.said
    return ""


def _may_count(figure: Figure, shelf: Shelf) -> bool:
    """A quantity of the cart or of the customer's, or a measure that stands in the catalogue."""
    if figure.unit and any(f"{figure.said}{gap}{figure.unit}" in shelf.measures for gap in ("", " ")):
        return True
    quantities = {line.quantity for line in shelf.draft.lines}
    return figure.value in quantities | {sum(quantities), 1} | shelf.customers


def _is_in_cart(count: int, after: Subject | Figure | None, shelf: Shelf) -> bool:
    """`5 T-shirts`: so many have to be in the cart."""
    if count <= 1 or not isinstance(after, Subject) or after.kind != "product":
        return True
    lines = (line for line in shelf.draft.lines if shelf.catalogue.by_sku[line.sku][0].sku in after.names)
    return any(line.quantity == count for line in lines)


def _wrong_stock(reading: Reading, words: frozenset[str], carried: Sequence[Subject], shelf: Shelf) -> str:
    """`There are 3 left` has to be so, `sold out` too, and `available`."""
    counts = {part.value for part in reading.parts if isinstance(part, Figure) and not part.money}
    subjects = [part for part in reading.parts if isinstance(part, Subject)] or carried
    left = list(_left(subjects, shelf))
    if words & _COUNTED and not counts <= set(left):
        return f"{min(counts)} left"
    says_gone = bool(words & _GONE) or bool(words & _THERE and words & _DENIES)
    if says_gone and (not left or any(one != 0 for one in left)):
        return "sold out"
    denies = bool(words & _DENIES)
    if words & (_THERE | _HAVE) and not denies and left and all(one == 0 for one in left):
        return "available"
    if words & _HAVE and denies and not words & _AS_MANY and not says_gone and _is_there(subjects, left):
        return "not available"
    return ""


def _is_there(subjects: Sequence[Subject], left: Sequence[int | None]) -> bool:
    return any(one != 0 for one in left) or any(one.kind == "zone" for one in subjects)


def _left(subjects: Iterable[Subject], shelf: Shelf) -> Iterable[int | None]:
    """What is left of the variants that are spoken of; None where one is not counted."""
    named = list(subjects)
    traits = {name for one in named if one.kind == "trait" for name in one.names}
    for one in named:
        for sku in one.names if one.kind == "product" else ():
            yield from (shelf.left.get(variant.sku) for variant in of_traits(shelf.goods.products[sku], traits))

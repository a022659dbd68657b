"""Whether goods are as a sentence tells: in the sizes and colours that are named, there or gone, in the cart."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product as combined

from comptoir.plugins.builtin.clerk.model.checking.figures import Figure
from comptoir.plugins.builtin.clerk.model.checking.forms import GLUE, VERBS, Flow, Told
from comptoir.plugins.builtin.clerk.model.checking.goods import Subject
from comptoir.plugins.builtin.clerk.model.checking.shelf import Shelf
from comptoir.plugins.shop.model import Product, Variant
from comptoir.plugins.text import fold

_ONE = frozenset(("un", "une", "one", "seul", "seule"))

_LEFT = frozenset(("reste", "restent", "left", "only", "que", "qu", "seulement", "derniere", "dernier"))
_ORDER = (("commande",), ("order",), ("facture",))


@dataclass(frozen=True, slots=True)
class _Named:
    """A thing that was named with what tells it from others, and how many of it; 0 where that was not said."""

    subject: Subject
    traits: tuple[str, ...]
    count: int


def wrong_goods(one: Told, carried: Sequence[Subject], shelf: Shelf) -> str:
    """Why; empty where all is so. `carried`: what the sentences before have named."""
    if wrong := _run_together(one.flow):
        return wrong
    named = list(_named(one.flow, carried))
    for each in named:
        variants = [list(_variants(shelf.goods.products[sku], each.traits)) for sku in sorted(each.subject.names)]
        if not all(found and all(found) for found in variants if found is not None) and not _some(variants):
            return "there is no such one"
        if (
            wrong := _wrong_stock(one, variants, shelf)
            or _wrong_left(one, each, variants, shelf)
            or _wrong_cart(one, each, variants, shelf)
        ):
            return wrong
    return _wrong_rest(one, named, carried, shelf)


def _some(variants: list[list[list[Variant]]]) -> bool:
    """Of several products that may be meant, one comes like that."""
    return any(found and all(found) for found in variants)


def _wrong_rest(one: Told, named: Sequence[_Named], carried: Sequence[Subject], shelf: Shelf) -> str:
    """Traits and options of nothing; and what tells of goods and names none."""
    subjects = [part for part in one.flow if isinstance(part, Subject)]
    kinds = {subject.kind for subject in subjects}
    products = [shelf.goods.products[sku] for each in (*named, *_bare(carried)) for sku in each.subject.names]
    if "trait" in kinds and not named:
        return "a size or a colour of nothing"
    if "option" in kinds and one.kind != "ask":
        has = {option.name for product in products for option in product.options}
        if any(subject.kind == "option" and not subject.names & has for subject in subjects):
            return "an option of something else"
    if one.kind == "list" and kinds & {"zone", "option", "delivery", "total", "subtotal"}:
        return "what of it?"
    if one.kind == "cart" and any(subject.words in _ORDER for subject in subjects) and "contient" not in one.words:
        return "the order is not made"
    if one.kind in ("gone", "there") and not kinds & {"product", "trait"}:
        return "of what?"
    if one.kind == "lacks" and (kinds - {"product", "trait"} or not (kinds or one.words - GLUE["lacks"] - {","})):
        return "what is lacking?"
    if one.kind == "fee" and "zone" not in kinds:
        return "to where?"
    if one.kind == "cart" and not named and any(isinstance(part, Figure) and not part.money for part in one.flow):
        return "so many of what?"
    return ""


def _bare(carried: Sequence[Subject]) -> Iterator[_Named]:
    return (_Named(subject, (), 0) for subject in carried if subject.kind == "product")


def _run_together(flow: Flow) -> str:
    """`yassa beef`: two dishes that nothing parts are a third, which is not sold."""
    before: Subject | None = None
    for part in flow:
        if isinstance(part, Subject) and part.kind == "product":
            if before is not None:
                return " ".join(part.words)
            before = part
        elif not (isinstance(part, Subject) and part.kind == "trait"):
            before = None
    return ""


def _named(flow: Flow, carried: Sequence[Subject]) -> Iterator[_Named]:
    """Traits belong to what stands before them, else to what follows, else to what was carried."""
    subject: Subject | None = None
    traits: list[str] = []
    count = waiting = 0
    for part in flow:
        if isinstance(part, Figure):
            waiting = 0 if part.money else max(part.value, 0)
        elif isinstance(part, str):
            waiting = 1 if part in _ONE else 0 if part == "," else waiting
        elif part.kind == "trait":
            traits += sorted(part.names)[:1]
        elif part.kind == "product":
            if subject is not None:
                yield _Named(subject, tuple(traits), count)
                traits = []
            subject, count, waiting = part, waiting, 0
    if subject is None and traits:
        subject = next((one for one in reversed(carried) if one.kind == "product"), None)
    if subject is not None:
        yield _Named(subject, tuple(traits), count)


def _variants(product: Product, traits: Sequence[str]) -> Iterator[list[Variant]]:
    """For each way in which the traits go together, the variants that are like that."""
    of: dict[str, list[str]] = {}
    for variant in product.variants:
        for kind, value in variant.traits:
            of.setdefault(kind, []).append(fold(value))
        of.setdefault("", []).extend(map(fold, variant.names))
    chosen = [[trait for trait in dict.fromkeys(traits) if trait in values] for values in of.values()]
    if any(not any(trait in values for values in of.values()) for trait in traits):
        yield []
        return
    for wanted in combined(*filter(None, chosen)):
        yield [one for one in product.variants if set(wanted) <= _own(one)]


def _own(variant: Variant) -> set[str]:
    return {fold(value) for _, value in variant.traits} | set(map(fold, variant.names))


def _wrong_stock(one: Told, variants: list[list[list[Variant]]], shelf: Shelf) -> str:
    ways = [way for of_product in variants for way in of_product if way]
    left = [[shelf.left.get(variant.sku) for variant in way] for way in ways]
    if one.kind == "gone" and any(each != 0 for way in left for each in way):
        return "it is there"
    if one.kind in ("there", "list", "ask") and left and all(each == 0 for way in left for each in way):
        return "it is sold out"
    if one.kind in ("there", "list") and len(variants) == 1 and any(all(each == 0 for each in way) for way in left):
        return "one of them is sold out"
    if one.kind == "lacks":
        many = one.words & {"autant", "assez", "many", "enough"}
        if not many and any(each != 0 for way in left for each in way):
            return "it is there"
        if many and not all(
            each is not None and any(each < asked for asked in shelf.customers) for w in left for each in w
        ):
            return "there are as many"
    return ""


def _wrong_left(one: Told, named: _Named, variants: list[list[list[Variant]]], shelf: Shelf) -> str:
    """`There is one left`: figures are judged with the numbers, an article only here."""
    left = {shelf.left.get(variant.sku) for of_product in variants for way in of_product for variant in way}
    return "one left" if one.kind == "there" and one.words & _LEFT and named.count == 1 and left != {1} else ""


def _wrong_cart(one: Told, named: _Named, variants: list[list[list[Variant]]], shelf: Shelf) -> str:
    """So many as it says; and what was taken out is not in it."""
    if one.kind not in ("cart", "price", "list"):
        return ""
    skus = {variant.sku for of_product in variants for way in of_product for variant in way}
    lines = [line for line in shelf.draft.lines if line.sku in skus]
    taken = bool(one.words & VERBS["taken"])
    if one.kind == "cart" and bool(lines) == taken:
        return "it is not so in the cart"
    counts = {line.quantity for line in lines} | {sum(line.quantity for line in lines)}
    if named.count and lines and not taken and named.count not in counts:
        return f"not {named.count} of it"
    return ""

"""Whether every number in a reply is the shop's: prices by what they are said of, stock, quantities, measures."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from comptoir.plugins.builtin.clerk.model.checking.figures import Figure, Reading, read
from comptoir.plugins.builtin.clerk.model.checking.goods import Goods, Subject, terms_of
from comptoir.plugins.shop.model import Catalogue, Draft, Priced, Product, Variant
from comptoir.plugins.shop.pricing import price
from comptoir.plugins.text import fold

_EACH = frozenset(("chacun", "chacune", "unite", "piece", "each", "portion", "unitaire", "apiece"))
_FROM = frozenset(("partir", "des", "from", "entre", "between", "starting"))
_WITHOUT_FEE = frozenset(("hors", "sans", "without", "before"))
_LEFT = frozenset(
    ("reste", "restent", "restant", "restants", "stock", "que", "qu", "left", "only", "derniers", "dernieres", "plus",
     "encore", "remaining", "available", "disponible", "disponibles", "dispo", "have", "avons")
)  # fmt: skip
_GONE = frozenset(
    ("epuise", "epuisee", "epuises", "epuisees", "rupture", "indisponible", "indisponibles", "sold", "unavailable")
)
_THERE = frozenset(("disponible", "disponibles", "dispo", "dispos", "available", "stock"))
_DENIES = frozenset(("pas", "plus", "aucun", "aucune", "not", "no", "ni", "jamais"))


def says_of_stock(sentence: str) -> bool:
    """`sentence` folded."""
    return not (_GONE | _THERE).isdisjoint(sentence.replace("'", " ").split())


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


@dataclass(frozen=True, slots=True)
class _Group:
    """What stands between two amounts, and what the sentence spoke of before."""

    subjects: tuple[Subject, ...]
    counts: tuple[int, ...]
    words: frozenset[str]
    last: str = ""


def wrong_number(sentences: Iterable[str], shelf: Shelf) -> str:
    """The first that is not the shop's; empty where none is."""
    carried: tuple[Subject, ...] = ()
    for sentence in sentences:
        reading = read(sentence, shelf.goods)
        if reading.unreadable:
            return reading.unreadable
        if wrong := _wrong_in(reading, shelf, carried):
            return wrong
        named = (part for part in reading.parts if isinstance(part, Subject) and part.kind == "product")
        carried = tuple(named) or carried
    return ""


def _wrong_in(reading: Reading, shelf: Shelf, carried: tuple[Subject, ...]) -> str:
    words = frozenset(reading.words)
    if wrong := _wrong_stock(reading, words, shelf, carried):
        return wrong
    subjects: list[Subject] = []
    counts: list[int] = []
    of_sentence: list[Subject] = []
    first_after = [part for part in reading.parts if isinstance(part, Subject)]
    denies = bool(words & _DENIES)
    for place, part in enumerate(reading.parts):
        if isinstance(part, Subject):
            named = _as_option(part, (*carried, *of_sentence), shelf)
            if not _is_told_of(named, of_sentence, shelf):
                subjects.append(named)
                of_sentence.append(named)
        elif not part.money:
            counts.append(part.value)
            after = reading.parts[place + 1] if place + 1 < len(reading.parts) else None
            if not _may_count(part, shelf) or not (denies or _is_in_cart(part.value, after, shelf)):
                return part.said
        else:
            before = _with_products(subjects, of_sentence, carried) or tuple(first_after) or carried
            if not _may_cost(part.value, _Group(before, tuple(counts), words), shelf):
                return f"{part.value}"
            subjects, counts = [], []
    return ""


def _with_products(
    subjects: Sequence[Subject], of_sentence: Sequence[Subject], carried: tuple[Subject, ...]
) -> tuple[Subject, ...]:
    """`entier 6 500 F` goes on with the product that was named last; so does `+ frites 500 F`."""
    kinds = {subject.kind for subject in subjects}
    if not kinds or "product" in kinds or not kinds <= {"trait", "option"}:
        return tuple(subjects)
    named = [subject for subject in (*carried, *of_sentence) if subject.kind == "product"]
    return (*named[-1:], *subjects)


def _as_option(subject: Subject, before: Sequence[Subject], shelf: Shelf) -> Subject:
    """`attiéké` beside a dish that takes it is the option, and not the product of that name."""
    takes = any(
        option.name == subject.option
        for one in before
        if one.kind == "product"
        for sku in one.names
        for option in shelf.goods.products[sku].options
    )
    return Subject("option", frozenset((subject.option,))) if subject.option and takes else subject


def _is_told_of(subject: Subject, before: Sequence[Subject], shelf: Shelf) -> bool:
    """`rice with fish` is said of the dish that was named, as its description says, and is no dish itself."""
    if subject.kind != "product" or subject.whole:
        return False
    told = [shelf.goods.products[sku].description for one in before if one.whole for sku in one.names]
    return any(set(subject.words) <= set(terms_of(text)) for text in told)


def _is_in_cart(count: int, after: Subject | Figure | None, shelf: Shelf) -> bool:
    """`5 T-shirts`: so many have to be in the cart."""
    if count <= 1 or not isinstance(after, Subject) or after.kind != "product":
        return True
    return any(
        line.quantity == count and shelf.catalogue.by_sku[line.sku][0].sku in after.names for line in shelf.draft.lines
    )


# --- amounts -----------------------------------------------------------------------------------------------


def _may_cost(amount: int, group: _Group, shelf: Shelf) -> bool:
    kinds = {subject.kind for subject in group.subjects}
    products = [subject for subject in group.subjects if subject.kind == "product"]
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
        return all(amount in set(_costs(product, traits, options, group, shelf)) for product in found)
    if "option" in kinds:
        options = [subject.names for subject in group.subjects if subject.kind == "option"]
        return all(
            amount in _option_prices(names, shelf) and len(_option_prices(names, shelf)) == 1 for names in options
        )
    return False


def _is_total(amount: int, group: _Group, kinds: Collection[str], shelf: Shelf) -> bool:
    without = shelf.priced.total - shelf.priced.fee
    if "subtotal" in kinds or group.words & _WITHOUT_FEE:
        return amount == without
    return amount == shelf.priced.total


def _is_sum(amount: int, products: Sequence[Subject], group: _Group, shelf: Shelf) -> bool:
    """`2 of this and 1 of that: …` is all that is in the cart."""
    counts = {line.quantity for line in shelf.draft.lines if line.quantity > 1}
    goods = shelf.priced.total - shelf.priced.fee
    return (
        amount == goods and counts == {count for count in group.counts if count > 1} and _all_in_cart(products, shelf)
    )


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
    product: Product, traits: set[str], options: Sequence[frozenset[str]], group: _Group, shelf: Shelf
) -> Iterator[int]:
    """What may be said of it: a piece, with the options that were named, an option, or its line in the cart."""
    variants = _of_traits(product, traits)
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


def _of_traits(product: Product, traits: set[str]) -> list[Variant]:
    """The variants of which any of these was said; all where none was."""
    own = {
        variant.sku: {fold(value) for _, value in variant.traits} | set(map(fold, variant.names))
        for variant in product.variants
    }
    said = traits & {value for values in own.values() for value in values}
    most = max((len(said & values) for values in own.values()), default=0)
    return [variant for variant in product.variants if len(said & own[variant.sku]) == most]


def _option_prices(names: frozenset[str], shelf: Shelf) -> set[int]:
    return {option.price for product in shelf.catalogue.products for option in product.options if option.name in names}


# --- everything else ---------------------------------------------------------------------------------------


def _may_count(figure: Figure, shelf: Shelf) -> bool:
    """A quantity of the cart or of the customer's, or a measure that stands in the catalogue."""
    if figure.unit and any(f"{figure.said}{gap}{figure.unit}" in shelf.measures for gap in ("", " ", " ")):
        return True
    quantities = {line.quantity for line in shelf.draft.lines}
    return figure.value in quantities | {sum(quantities), 1} | shelf.customers


def _wrong_stock(reading: Reading, words: frozenset[str], shelf: Shelf, carried: tuple[Subject, ...]) -> str:
    """`There are 3 left` has to be so, `sold out` too, and `available`."""
    counts = [
        part.value for part in reading.parts if isinstance(part, Figure) and not part.money and not part.unit.isdigit()
    ]
    subjects = [part for part in reading.parts if isinstance(part, Subject)] or list(carried)
    products = [shelf.goods.products[sku] for one in subjects if one.kind == "product" for sku in one.names]
    traits = {name for one in subjects if one.kind == "trait" for name in one.names}
    left = [shelf.left.get(variant.sku) for product in products for variant in _of_traits(product, traits)]
    if words & _LEFT and counts and not set(counts) <= {one for one in left if one is not None}:
        in_cart = {line.quantity for line in shelf.draft.lines}
        if not set(counts) <= in_cart or words & {
            "reste",
            "restent",
            "stock",
            "left",
            "remaining",
            "derniers",
            "plus",
            "que",
            "qu",
        }:
            return f"{counts[0]} left"
    says_gone = bool(words & _GONE) or bool(words & _THERE and words & _DENIES)
    if says_gone and (not left or any(one != 0 for one in left)):
        return "sold out"
    if words & _THERE and not says_gone and left and all(one == 0 for one in left):
        return "available"
    return ""

"""What may be done to a draft, checked against catalogue and stock: every change of a cart goes through here.

Each operation gives the draft as it is then, or the `Problem` that stands in the way; nothing here makes an amount.
"""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from comptoir.plugins.shop.model import (
    MAX_LINES,
    MAX_QUANTITY,
    CartLine,
    Catalogue,
    Draft,
    Product,
    Spot,
    Stock,
    Variant,
)
from comptoir.plugins.text import fold, one_line

MAX_ADDRESS = 300
MAX_NAME = 60
MAX_TIME = 100
MAX_NOTE = 300
MAX_AKIN = 12
"""Variants that are looked at for something else to offer."""


@dataclass(frozen=True, slots=True)
class Shop:
    """What is sold now and what is left of it. `stock` must know of every variant that is asked about here."""

    catalogue: Catalogue
    stock: Stock

    def left(self, sku: str) -> int | None:
        """None where it is not counted."""
        return self.stock.left.get(sku)


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a draft cannot be changed so."""

    kind: Literal["unknown", "variant", "stock", "many", "full", "option", "absent", "zone"]
    """`unknown`: not in the catalogue; `variant`: it comes in several, see `choices`; `stock`: only `left` of them are
    there; `many`: more pieces than a line takes, or fewer than one; `full`: more lines than a cart takes; `option`: it
    has no such option, `choices` are those it has; `absent`: not in the cart; `zone`: nothing is delivered there.
    """
    sku: str = ""
    """The variant's, or the product's where it comes in several."""
    choices: tuple[str, ...] = ()
    left: int = 0
    """Pieces beside those that the cart's other lines take."""
    quantity: int = 0
    """What was wanted."""
    options: tuple[str, ...] = ()
    said: str = ""


# --- what is in it -----------------------------------------------------------------------------------------


def pick(shop: Shop, product: Product, traits: Sequence[str] = ()) -> Variant | Problem:
    """The one variant that has all of these traits, as `rouge` and `M`."""
    wanted = {fold(trait) for trait in traits}
    fitting = [one for one in product.variants if wanted <= _traits(one)] or list(product.variants)
    if len(fitting) == 1:
        return fitting[0]
    return Problem("variant", product.sku, tuple(one.sku for one in fitting))


def put(shop: Shop, draft: Draft, sku: str, quantity: int = 1, options: Sequence[str] = ()) -> Draft | Problem:
    """So many more pieces; they join the line of the same variant with the same options."""
    chosen = _options(shop, sku, options)
    if isinstance(chosen, Problem):
        return replace(chosen, quantity=quantity)
    there = next((line.quantity for line in draft.lines if (line.sku, line.options) == (sku, chosen)), 0)
    if not 0 < quantity <= MAX_QUANTITY:
        return Problem("many", sku, quantity=quantity, options=chosen)
    return _with(shop, draft, CartLine(sku, there + quantity, chosen))


def change(shop: Shop, draft: Draft, sku: str, quantity: int, options: Sequence[str] | None = None) -> Draft | Problem:
    """So many pieces of it in all, none for 0; with `options` only of the line that has these, else of its first."""
    line = _line(draft, sku, options)
    if line is None:
        return Problem("absent", sku)
    return _without(draft, line) if quantity == 0 else _with(shop, draft, replace(line, quantity=quantity))


def remove(draft: Draft, sku: str) -> Draft | Problem:
    """All lines of this variant."""
    kept = tuple(line for line in draft.lines if line.sku != sku)
    return replace(draft, lines=kept) if len(kept) < len(draft.lines) else Problem("absent", sku)


def dress(
    shop: Shop, draft: Draft, sku: str, options: Sequence[str] = (), without: Sequence[str] = ()
) -> Draft | Problem:
    """Options added to what is in the cart of it, and taken off."""
    lines = [line for line in draft.lines if line.sku == sku]
    if not lines:
        return Problem("absent", sku)
    off = {fold(name) for name in without}
    dressed = replace(draft, lines=tuple(line for line in draft.lines if line.sku != sku))
    for line in lines:
        chosen = _options(shop, sku, [name for name in (*line.options, *options) if fold(name) not in off])
        if isinstance(chosen, Problem):
            return chosen
        there = next((one.quantity for one in dressed.lines if (one.sku, one.options) == (sku, chosen)), 0)
        dressed = replace(dressed, lines=_placed(dressed.lines, CartLine(sku, there + line.quantity, chosen)))
    return dressed


def clear(draft: Draft) -> Draft:
    """Nothing in it; where it goes stays."""
    return replace(draft, lines=())


def checked(shop: Shop, draft: Draft) -> tuple[Draft, tuple[Problem, ...]]:
    """The draft with what can still be sold of it, and what cannot."""
    kept = replace(draft, lines=())
    problems: list[Problem] = []
    for line in draft.lines:
        made = put(shop, kept, line.sku, line.quantity, line.options)
        if isinstance(made, Problem):
            problems.append(made)
        else:
            kept = made
    if kept.zone and kept.zone not in shop.catalogue.zone_by_code:
        problems.append(Problem("zone", kept.zone))
        kept = replace(kept, zone="")
    return kept, tuple(problems)


# --- where it goes -----------------------------------------------------------------------------------------


def fetched(draft: Draft) -> Draft:
    """They come for it."""
    return replace(draft, delivery="pickup", zone="", address="", spot=None)


def delivered(shop: Shop, draft: Draft, zone: str = "") -> Draft | Problem:
    """It is brought to them, in this zone where it is known already."""
    if not shop.catalogue.delivers or (zone and zone not in shop.catalogue.zone_by_code):
        return Problem("zone", zone)
    return replace(draft, delivery="delivery", zone=zone or draft.zone)


def addressed(draft: Draft, address: str, spot: Spot | None = None) -> Draft:
    """A shared location may stand for the address, or beside it."""
    return replace(draft, address=one_line(address, MAX_ADDRESS) or draft.address, spot=spot or draft.spot)


def named(draft: Draft, name: str) -> Draft:
    return replace(draft, name=one_line(name, MAX_NAME))


def timed(draft: Draft, time: str) -> Draft:
    return replace(draft, time=one_line(time, MAX_TIME))


def noted(draft: Draft, note: str) -> Draft:
    """For whoever prepares it."""
    return replace(draft, note=one_line(note, MAX_NOTE))


# --- what else there is ------------------------------------------------------------------------------------


def akin(catalogue: Catalogue, sku: str) -> tuple[str, ...]:
    """Variants that somebody may take instead: of the same product, then of its category, the nearest price first."""
    found = catalogue.by_sku.get(sku)
    if found is None:
        return ()
    product, variant = found
    others = [one for one in product.variants if one.sku != sku]
    category = catalogue.by_category.get(product.category, ())
    at = bisect_left(category, variant.price, key=lambda other: other.variants[0].price)
    near = category[max(0, at - MAX_AKIN - 1) : at + MAX_AKIN + 1]
    alike = sorted(
        (other.variants[0] for other in near if other.sku != product.sku),
        key=lambda one: abs(one.price - variant.price),
    )
    return tuple(one.sku for one in (*others, *alike))[:MAX_AKIN]


def instead_of(shop: Shop, sku: str, most: int = 3) -> tuple[str, ...]:
    """What of that is there."""
    return tuple(one for one in akin(shop.catalogue, sku) if shop.stock.enough(one, 1))[:most]


def _traits(variant: Variant) -> set[str]:
    return {fold(value) for _, value in variant.traits} | {fold(name) for name in variant.names}


def _options(shop: Shop, sku: str, options: Sequence[str]) -> tuple[str, ...] | Problem:
    """The names in the catalogue's order."""
    found = shop.catalogue.by_sku.get(sku)
    if found is None:
        return Problem("unknown", sku)
    has = [option.name for option in found[0].options]
    by_name = {fold(name): name for name in has}
    wanted = {fold(name) for name in options}
    if not wanted <= by_name.keys():
        said = ", ".join(name for name in options if fold(name) not in by_name)
        return Problem("option", sku, tuple(has), said=said)
    return tuple(name for name in has if fold(name) in wanted)


def _line(draft: Draft, sku: str, options: Sequence[str] | None) -> CartLine | None:
    of_it = (line for line in draft.lines if line.sku == sku)
    return next((line for line in of_it if options is None or set(line.options) == set(options)), None)


def _with(shop: Shop, draft: Draft, line: CartLine) -> Draft | Problem:
    """With this line, which takes the place of its like."""
    lines = _placed(draft.lines, line)
    if not 0 < line.quantity <= MAX_QUANTITY:
        return Problem("many", line.sku, quantity=line.quantity, options=line.options)
    if len(lines) > MAX_LINES:
        return Problem("full", line.sku)
    pieces = sum(one.quantity for one in lines if one.sku == line.sku)
    left = shop.left(line.sku)
    if left is not None and pieces > left:
        free = max(0, left - (pieces - line.quantity))
        return Problem("stock", line.sku, left=free, quantity=line.quantity, options=line.options)
    return replace(draft, lines=lines)


def _placed(lines: tuple[CartLine, ...], line: CartLine) -> tuple[CartLine, ...]:
    places = [(one.sku, one.options) for one in lines]
    if (line.sku, line.options) not in places:
        return (*lines, line)
    at = places.index((line.sku, line.options))
    return (*lines[:at], line, *lines[at + 1 :])


def _without(draft: Draft, line: CartLine) -> Draft:
    return replace(draft, lines=tuple(one for one in draft.lines if one is not line))

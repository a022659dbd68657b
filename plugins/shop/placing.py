"""Whether what was decided about a shop still holds when it is to be done."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace

from comptoir.plugins.shop.model import Catalogue, Draft, PlaceOrder, Priced
from comptoir.plugins.shop.pricing import NotSold, price
from comptoir.plugins.text import one_line

_MOST = 500
_MOST_NAME = 100
"""Characters."""


class Stale(Exception):
    """Something was decided on what is no longer so: decide again."""


def priced(catalogue: Catalogue | None, left: Mapping[str, int], effect: PlaceOrder) -> Priced:
    """The order as it is to be written down; `left` of what is counted. Raises Stale."""
    if catalogue is None or catalogue.version != effect.version:
        raise Stale("the catalogue is another one now")
    if not effect.draft.lines:
        raise Stale("there is nothing in the cart")
    if effect.draft.delivery == "delivery" and catalogue.delivers and not effect.draft.zone:
        raise Stale("nobody said where it goes: the fee is not known")
    try:
        made = price(catalogue, effect.draft)
    except NotSold as error:
        raise Stale(str(error)) from error
    if made.total != effect.total:
        raise Stale(f"the total is {made.total}, not {effect.total}")
    for sku, pieces in pieces_of(effect.draft).items():
        if left.get(sku, pieces) < pieces:
            raise Stale(f"{sku}: {left[sku]} left, {pieces} wanted")
    return made


def bounded(draft: Draft) -> Draft:
    """What customers said of it, on a line each and no longer than anybody reads."""
    return replace(
        draft,
        address=one_line(draft.address, _MOST),
        note=one_line(draft.note, _MOST),
        name=one_line(draft.name, _MOST_NAME),
        time=one_line(draft.time, _MOST_NAME),
    )


def pieces_of(draft: Draft) -> Mapping[str, int]:
    """How many of each it takes: the same may stand in several lines, with other options."""
    pieces: Counter[str] = Counter()
    for line in draft.lines:
        pieces[line.sku] += line.quantity
    return pieces

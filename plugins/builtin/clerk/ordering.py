"""Orders that are placed: how they stand, one more like the last, giving one up, changing one."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from comptoir.plugins.builtin.clerk import cart, wares
from comptoir.plugins.builtin.clerk.sale import Want
from comptoir.plugins.builtin.clerk.turn import Turn
from comptoir.plugins.builtin.clerk.wanting import settle
from comptoir.plugins.shop.model import Draft, Order
from comptoir.plugins.shop.money import format_amount
from comptoir.plugins.shop.understanding import Act
from comptoir.plugins.text import words

_SAME_PLACE = ("meme adresse", "meme endroit", "meme lieu", "same address", "same place")
_SOMEBODY = frozenset(("ma", "mon", "mes", "lui", "elle", "eux", "elles", "un", "une", "notre", "nos", "moi", "madame"))
_OF_DELIVERY = frozenset(("delivery", "pickup", "zone", "address", "name", "time", "note"))
MOST = 3
"""Orders that are told of at once."""


def show_orders(turn: Turn, number: str) -> None:
    """The one of this number, else those that are open, else the last."""
    orders = meant(turn, number)
    if not orders and number and turn.orders:
        turn.answer("no_such_order", number=number)
        orders = meant(turn, "")
    if not orders:
        turn.answer("no_order")
        turn.missed = True
    for order in orders[:MOST]:
        state = turn.say(f"state_{order.state}")
        turn.answer("order", number=str(order.number), total=total(order), state=state)


def again(turn: Turn) -> None:
    """What they ordered last, into the cart; what of it is not sold or not there any more is told."""
    last = next((order for order in turn.orders if order.state != "cancelled"), None)
    if turn.draft.lines and _is_for_another(turn.text):
        _once_more(turn)
        return
    if last is None and turn.draft.lines:
        # `The same for my friend`, of what they have just said.
        turn.not_read.append(turn.text)
        return
    if last is None:
        turn.answer("no_order")
        return
    turn.understood = True
    kept, problems = cart.checked(turn.shop, Draft(last.draft.lines))
    for problem in problems:
        turn.answer("sold_out", product=wares.named(turn.catalogue, problem.sku))
    lines = turn.draft.lines or kept.lines
    turn.take(replace(turn.draft, lines=lines, name=turn.draft.name or last.draft.name))


def _is_for_another(text: str) -> bool:
    """`The same for my sister`."""
    said = words(text)
    return any(first == "pour" and second in _SOMEBODY for first, second in pairwise(said))


def _once_more(turn: Turn) -> None:
    """The only thing in the cart, so many of it once more; of several it is asked which."""
    turn.understood = True
    if turn.before.lines != turn.draft.lines:
        return  # `A second one, the same for my son`
    if len(turn.draft.lines) == 1:
        (line,) = turn.draft.lines
        settle(turn, Want((wares.product_sku(turn.catalogue, line.sku),), (line.sku,), line.quantity, relative=True))
        return
    want = Want((), kind="choice", said=" ".join(turn.text.split()), unclear=True)
    turn.sale = replace(turn.sale, wants=(want, *turn.sale.wants))


def same_place(text: str) -> bool:
    """Whether they want it where the last one went."""
    said = " ".join(words(text))
    return any(phrase in said for phrase in _SAME_PLACE)


def deliver_again(turn: Turn) -> bool:
    """There, where it is still delivered; the name stays theirs."""
    last = next((order for order in turn.orders if order.draft.delivery), None)
    if last is None or (last.draft.zone and last.draft.zone not in turn.catalogue.zone_by_code):
        return False
    was = last.draft
    turn.take(replace(turn.draft, delivery=was.delivery, zone=was.zone, address=was.address, spot=was.spot))
    turn.understood = True
    return True


def changes_placed(turn: Turn, act: Act) -> bool:
    """Whether this changes an order that is placed, which a person does."""
    order = next((order for order in turn.orders if order.is_open), None)
    if turn.sale.is_open or order is None or not (_of_wares(turn, act, order) or act.verb in _OF_DELIVERY):
        return False
    turn.answer("change_placed", number=str(order.number))
    turn.hand_over = turn.say("reason_change", number=str(order.number))
    return True


def begins_anew(turn: Turn, acts: Sequence[Act]) -> bool:
    """Whether they order something, and do not change what is ordered."""
    ordered = {wares.product_sku(turn.catalogue, line.sku) for order in turn.orders[:1] for line in order.draft.lines}
    others = (
        one.sku not in ordered
        for act in acts
        if act.verb in ("set_quantity", "replace") and act.mention is not None
        for one in act.mention.found[:1]
    )
    return any(others) or any(act.verb in ("put", "again") for act in acts)


def _of_wares(turn: Turn, act: Act, order: Order) -> bool:
    mention = act.instead if act.verb == "replace" else act.mention
    if act.verb not in ("remove", "replace", "set_quantity") or mention is None:
        return False
    in_order = {wares.product_sku(turn.catalogue, line.sku) for line in order.draft.lines}
    if mention.found:
        return not in_order.isdisjoint(one.sku for one in mention.found)
    return mention.refers and turn.sale.last in ("", *in_order)


def meant(turn: Turn, number: str) -> list[Order]:
    """The one of this number; without one those that are open, else the last."""
    if number.isdecimal():
        return [order for order in turn.orders if order.number == int(number)]
    return [order for order in turn.orders if order.is_open] or list(turn.orders[:1])


def total(order: Order) -> str:
    return format_amount(order.priced.total, order.priced.currency)

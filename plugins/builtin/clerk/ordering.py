"""Orders that are placed: how they stand, one more like the last, giving one up, changing one."""

from dataclasses import replace

from comptoir.plugins.builtin.clerk import cart, wares
from comptoir.plugins.builtin.clerk.sale import Asked, Sale
from comptoir.plugins.builtin.clerk.turn import Turn
from comptoir.plugins.shop.model import Draft, MoveOrder, Order
from comptoir.plugins.shop.money import format_amount
from comptoir.plugins.shop.states import CUSTOMERS_CANCEL
from comptoir.plugins.shop.understanding import Act
from comptoir.plugins.text import words

_SAME_PLACE = ("meme adresse", "meme endroit", "meme lieu", "same address", "same place")
_ALL = frozenset(("tout", "toute", "tous", "commande", "all", "everything", "order"))
MOST = 3
"""Orders that are told of at once."""


def show_orders(turn: Turn, number: str) -> None:
    """The one of this number, else those that are open, else the last."""
    orders = _meant(turn, number)
    if not orders:
        turn.answer("no_order")
        turn.missed = True
    for order in orders[:MOST]:
        state = turn.say(f"state_{order.state}")
        turn.answer("order", number=str(order.number), total=total(order), state=state)


def cancel(turn: Turn, number: str) -> None:
    """What is being ordered, or else an order that was placed: asked back first."""
    if turn.answering is not None and turn.draft.lines and not number and not _ALL.intersection(words(turn.text)):
        # `Leave it`, of what they were just asked about.
        turn.answered()
        turn.understood = True
        return
    if turn.sale.is_open and not number:
        turn.sale = Sale(Draft(name=turn.draft.name))
        turn.answer("dropped")
        return
    orders = [order for order in _meant(turn, number) if order.is_open]
    if not orders:
        if turn.sale.asked.kind or turn.orders:
            turn.answer("dropped")
        return
    order = orders[0]
    if order.state in CUSTOMERS_CANCEL:
        turn.cancelling = order.number
        turn.understood = True
    else:
        turn.answer("too_late", number=str(order.number), state=turn.say(f"state_{order.state}"))
        turn.hand_over = turn.say("reason_too_late", number=str(order.number))


def answer_cancel(turn: Turn, *, yes: bool) -> None:
    """To whether the order that was asked about is to be cancelled."""
    number = turn.sale.asked.about[0]
    turn.sale = replace(turn.sale, asked=Asked())
    order = next((one for one in turn.orders if str(one.number) == number), None)
    if order is None or not order.is_open:
        turn.answer("no_order")
    elif not yes:
        turn.answer("cancel_kept", number=number)
    elif order.state in CUSTOMERS_CANCEL:
        turn.effects.append(MoveOrder(order.number, "cancelled"))
        turn.answer("order_cancelled", number=number)
    else:
        cancel(turn, number)


def again(turn: Turn) -> None:
    """What they ordered last, into the cart; what of it is not sold or not there any more is told."""
    last = next((order for order in turn.orders if order.state != "cancelled"), None)
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
    if turn.sale.is_open or act.verb not in ("remove", "replace", "set_quantity"):
        return False
    order = next((order for order in turn.orders if order.is_open), None)
    if order is None:
        return False
    mention = act.instead if act.verb == "replace" else act.mention
    named = {found.sku for found in mention.found} if mention is not None else set()
    in_order = {wares.product_sku(turn.catalogue, line.sku) for line in order.draft.lines}
    if not named & in_order and not (mention is not None and mention.refers and turn.sale.last in in_order):
        return False
    turn.answer("change_placed", number=str(order.number))
    turn.hand_over = turn.say("reason_change", number=str(order.number))
    return True


def _meant(turn: Turn, number: str) -> list[Order]:
    if number.isdecimal():
        return [order for order in turn.orders if order.number == int(number)]
    return [order for order in turn.orders if order.is_open] or list(turn.orders[:1])


def total(order: Order) -> str:
    return format_amount(order.priced.total, order.priced.currency)

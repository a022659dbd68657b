"""Giving up: what is being ordered at once, an order that is placed after a yes."""

import re
from dataclasses import replace

from comptoir.plugins.builtin.clerk.agreeing import is_plain_yes
from comptoir.plugins.builtin.clerk.ordering import meant, total
from comptoir.plugins.builtin.clerk.sale import Asked, Sale
from comptoir.plugins.builtin.clerk.turn import Turn
from comptoir.plugins.shop.model import Draft, MoveOrder, Order
from comptoir.plugins.shop.states import CUSTOMERS_CANCEL
from comptoir.plugins.text import words

_ALL = frozenset(("tout", "toute", "tous", "commande", "all", "everything", "order"))


def cancel(turn: Turn, number: str) -> None:
    """What is being ordered, or else an order that was placed: asked back first."""
    if turn.answering is not None and turn.draft.lines and not number and _ALL.isdisjoint(words(turn.text)):
        # `Leave it`, of what they were just asked about.
        turn.answered()
        turn.understood = True
        return
    orders = [order for order in meant(turn, number) if order.is_open]
    if turn.sale.is_open and not number:
        turn.sale = Sale(Draft(name=turn.draft.name))
        turn.answer("dropped")
        for order in orders[:1]:
            turn.answer("cancel_kept", number=str(order.number))
        return
    if number and not meant(turn, number):
        turn.answer("no_such_order", number=number)
        orders = [order for order in meant(turn, "") if order.is_open]
    if orders:
        _ask(turn, orders)
    elif turn.orders and not number:
        turn.answer("no_order")


def answer(turn: Turn, *, yes: bool) -> None:
    """To whether the order that was asked about is to be cancelled."""
    about = turn.sale.asked.about
    turn.sale = replace(turn.sale, asked=Asked())
    order = next((one for one in turn.orders if (str(one.number),) == about), None)
    if not yes:
        turn.answer("cancel_kept", number=about[0]) if len(about) == 1 else turn.answer("noted")
    elif order is None or not is_plain_yes(turn.text):
        _ask(turn, [one for one in turn.orders if str(one.number) in about and one.is_open])
    elif order.state in CUSTOMERS_CANCEL:
        turn.effects.append(MoveOrder(order.number, "cancelled"))
        turn.answer("order_cancelled", number=str(order.number))
    else:
        _too_late(turn, order)


def number_said(turn: Turn) -> bool:
    """`The 1`, where they were asked which of their orders is to be cancelled, or another one than they mean."""
    said = re.findall(r"\d+", turn.text)
    orders = [order for order in turn.orders if str(order.number) in said and order.is_open]
    if turn.sale.asked.kind != "cancel" or not orders:
        return False
    _ask(turn, orders)
    return True


def question(turn: Turn) -> str:
    """Whether this order is to be cancelled, or which of them."""
    orders = [order for order in turn.orders if order.number in turn.cancelling]
    if len(orders) == 1:
        return turn.say("ask_cancel", number=str(orders[0].number), total=total(orders[0]))
    listed = ", ".join(f"n° {order.number} ({total(order)})" for order in orders)
    return turn.say("ask_which_order", orders=listed)


def _ask(turn: Turn, orders: list[Order]) -> None:
    """About those that a customer may still cancel; else a person is asked."""
    turn.understood = True
    possible = [order for order in orders if order.state in CUSTOMERS_CANCEL]
    turn.cancelling = tuple(order.number for order in possible)
    if orders and not possible:
        _too_late(turn, orders[0])


def _too_late(turn: Turn, order: Order) -> None:
    turn.answer("too_late", number=str(order.number), state=turn.say(f"state_{order.state}"))
    turn.hand_over = turn.say("reason_too_late", number=str(order.number))

"""Does what one act of a message says: the table of verbs, and what a yes or a no answers."""

import re
from collections.abc import Callable, Mapping
from dataclasses import replace

from comptoir.plugins.builtin.clerk import (
    answering,
    asking,
    cancelling,
    cart,
    carting,
    delivering,
    ordering,
    picking,
)
from comptoir.plugins.builtin.clerk.agreeing import is_plain_yes
from comptoir.plugins.builtin.clerk.gathering import says_yes_again
from comptoir.plugins.builtin.clerk.sale import Asked, Want
from comptoir.plugins.builtin.clerk.turn import Turn
from comptoir.plugins.builtin.clerk.wanting import settle
from comptoir.plugins.shop.understanding import Act, Verb
from comptoir.plugins.text import fold

_TAKES = re.compile(r"\b(?:prends?|command\w+|achete|veux|take|want|order)\b")


def do(turn: Turn, act: Act) -> None:
    do = _VERBS.get(act.verb)
    if do is None:
        turn.unread = True
        turn.not_read.append(act.text)
    else:
        do(turn, act)


def _greeted(turn: Turn, _: Act) -> None:
    turn.greeted = True


def _thanked(turn: Turn, _: Act) -> None:
    turn.thanked = True


def _told_only(turn: Turn, _: Act) -> None:
    """What was, beside nothing that is."""
    turn.understood = True
    if turn.before.lines == turn.draft.lines and turn.sale.wants == turn.open_before and not turn.said:
        turn.answer("told")


def _check_out(turn: Turn, _: Act) -> None:
    if turn.sale.is_open:
        turn.understood = True
    else:
        turn.answer("empty")


def _show_photo(turn: Turn, act: Act) -> None:
    turn.photos += asking.photos(turn, act.mention)


def _answered(turn: Turn, *, yes: bool) -> None:
    """A yes or a no: what it says depends on what was asked."""
    asked = turn.sale.asked
    turn.understood = turn.understood or turn.sale.is_open or asked.kind == "cancel"
    match asked.kind:
        case "cancel":
            cancelling.answer(turn, yes=yes)
        case "stock" if turn.answering is not None:
            answering.answer_stock(turn, yes=yes)
        case "again":
            _take_up(turn, yes=yes)
        case "confirm" if yes:
            turn.agreed = says_yes_again(turn)
        case "confirm":
            turn.refused = True
        case "delivery" if yes and turn.draft.zone:
            # Whether it is brought there was asked.
            delivering.deliver(turn)
        case "zone" if yes and len(asked.about) == 1:
            turn.take(cart.delivered(turn.shop, turn.draft, asked.about[0]))
        case "variant" | "choice" | "quantity" | "option" if turn.answering is not None:
            _settle_or_drop(turn, turn.answering, yes=yes)
        case "" if yes and is_plain_yes(turn.text) and not turn.sale.is_open and turn.sale.last:
            # `Yes, we have it` — `yes`: then they want it.
            settle(
                turn, Want((turn.sale.last,), turn.sale.last_variants, unsure=_TAKES.search(fold(turn.text)) is None)
            )
        case _:
            pass


def _settle_or_drop(turn: Turn, want: Want, *, yes: bool) -> None:
    """`Which one?` — `no`: none of them; `yes` says which only where there is one."""
    if not yes:
        turn.answered()
    elif len(want.variants if want.kind == "variant" else want.products) == 1:
        answering.pick_of(turn, want, 0)


def _take_up(turn: Turn, *, yes: bool) -> None:
    """The cart that was left long ago, before what was put since; or not."""
    old = turn.sale.old
    turn.sale = replace(turn.sale, old=(), asked=Asked())
    turn.understood = True
    if not yes:
        turn.answer("noted")
        return
    lines = (*old, *(line for line in turn.draft.lines if line.sku not in {one.sku for one in old}))
    turn.take(replace(turn.draft, lines=lines))


_VERBS: Mapping[Verb, Callable[[Turn, Act], None]] = {
    "greet": _greeted,
    "thank": _thanked,
    "yes": lambda turn, _: _answered(turn, yes=True),
    "no": lambda turn, _: _answered(turn, yes=False),
    "put": lambda turn, act: carting.put(turn, act.mention),
    "remove": lambda turn, act: carting.remove(turn, act.mention),
    "replace": carting.exchange,
    "set_quantity": lambda turn, act: carting.set_quantity(turn, act.mention),
    "clear": lambda turn, _: carting.clear(turn),
    "pick": lambda turn, act: picking.pick(turn, act.text),
    "cancel": lambda turn, act: cancelling.cancel(turn, act.text),
    "again": lambda turn, _: ordering.again(turn),
    "ask_order": lambda turn, act: ordering.show_orders(turn, act.text),
    "ask_price": lambda turn, act: asking.price(turn, act.mention),
    "ask_stock": lambda turn, act: asking.stock(turn, act.mention),
    "ask_about": lambda turn, act: asking.about(turn, act.mention),
    "ask_list": lambda turn, act: asking.list_(turn, act.text),
    "ask_photo": _show_photo,
    "ask_delivery": delivering.about_zones,
    "show_cart": lambda turn, _: asking.show_cart(turn),
    "checkout": _check_out,
    "pickup": lambda turn, _: delivering.fetch(turn),
    "delivery": lambda turn, _: delivering.deliver(turn),
    "zone": delivering.zone,
    "address": lambda turn, act: delivering.address(turn, act.text),
    "name": lambda turn, act: delivering.name(turn, act.text),
    "time": lambda turn, act: delivering.time(turn, act.text),
    "note": lambda turn, act: delivering.note(turn, act.text),
    "told": _told_only,
}

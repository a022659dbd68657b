"""One message of a customer: does what it says, in its order, and finds what is to be said and asked then."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from comptoir.plugins.builtin.clerk import answering, cancelling, cart, carting, ordering, picking, prices_said, wares
from comptoir.plugins.builtin.clerk.course import next_asked, question, settled
from comptoir.plugins.builtin.clerk.doing import do
from comptoir.plugins.builtin.clerk.doubting import (
    OF_CART,
    ask_about_the_rest,
    ask_what_was_meant,
    give_up,
    not_read,
    take_for_answer,
)
from comptoir.plugins.builtin.clerk.gathering import that_count
from comptoir.plugins.builtin.clerk.sale import Asked, Want
from comptoir.plugins.builtin.clerk.summary import cart as cart_text
from comptoir.plugins.builtin.clerk.summary import summary
from comptoir.plugins.builtin.clerk.turn import Turn
from comptoir.plugins.builtin.clerk.wanting import settle
from comptoir.plugins.builtin.handover.asking import asks_something
from comptoir.plugins.shop.understanding import Act


def read(turn: Turn, acts: Sequence[Act]) -> None:
    """Do all of it. `turn.understood` tells whether anything was."""
    if cancelling.number_said(turn):
        return
    if turn.sale.asked.kind == "cancel" and not {"yes", "no"} & {act.verb for act in acts}:
        # Whatever they say now: a yes that comes later is not to that question.
        turn.sale = replace(turn.sale, asked=Asked())
    if answering.answers_exactly(turn):
        return
    again_there = ordering.same_place(turn.text) and ordering.deliver_again(turn)
    turn.names_wares = any(act.mention is not None and act.mention.found for act in acts if act.verb in OF_CART)
    puts = ordering.begins_anew(turn, acts)
    counted = that_count(turn, prices_said.heard(turn, acts))
    picking.take_last(turn, counted)
    for act in counted:
        if again_there and act.verb in ("zone", "address", "delivery"):
            continue
        if puts or not ordering.changes_placed(turn, act):
            do(turn, act)
    if turn.before_asked.kind == "confirm" and not turn.agreed and _only_asks(turn, counted):
        turn.understood = False
    removed = any(act.verb == "remove" for act in counted) and turn.before.lines != turn.draft.lines
    turn.sale = replace(turn.sale, removing=removed, several=_spoke_of_several(turn, counted))
    ask_what_was_meant(turn, acts)
    ask_about_the_rest(turn, acts)
    if turn.is_only_missed or not (turn.understood or turn.greeted or answering.answered_in_words(turn)):
        take_for_answer(turn)


def _only_asks(turn: Turn, acts: Sequence[Act]) -> bool:
    """`Yes, do you take Wave?`: the question is somebody else's, or a person's."""
    return {act.verb for act in acts} <= {"yes", "unknown", "thank"} and asks_something(turn.text)


def _spoke_of_several(turn: Turn, acts: Sequence[Act]) -> bool:
    """Whether the cart was last spoken of in a message that changed more than one thing in it."""
    if not any(act.mention is not None for act in acts):
        return turn.sale.several
    changed = {
        wares.product_sku(turn.catalogue, sku) for some in carting.changes(turn.before, turn.draft) for sku, *_ in some
    }
    return len(changed) > 1


def finish(turn: Turn) -> str:
    """What is said in all, with the question that comes next. `turn.place` where the order is placed instead."""
    turn.take(settled(turn.shop, turn.draft, turn.config))
    if not turn.draft.lines:
        # What is ordered next needs a summary of its own.
        turn.sale = replace(turn.sale, shown=None)
    unchanged = turn.before == turn.draft and not turn.sale.wants
    if turn.agreed and unchanged and not turn.unread:
        _recheck(turn)
        turn.place = not turn.sale.wants and _is_shown(turn)
    give_up(turn)
    if turn.place or turn.hand_over:
        turn.sale = replace(turn.sale, asked=Asked())
        return "\n".join(turn.said)
    if turn.cancelling:
        return _ask_cancel(turn)
    if turn.refused and unchanged:
        turn.sale = replace(turn.sale, asked=Asked(), shown=None)
        return "\n".join((*turn.said, turn.say("what_to_change")))
    asked = next_asked(turn.sale, turn.config)
    if asked.kind == "confirm":
        _recheck(turn)
        asked = next_asked(turn.sale, turn.config)
    if asked.kind == "zone" and turn.zones:
        asked = Asked("zone", turn.zones)
    asks = question(turn, asked)
    said = [*turn.said, *not_read(turn), *([] if asked.kind == "confirm" else _told(turn))]
    asked_again = turn.sale.asked_once_more() if turn.before.lines == turn.draft.lines else turn.sale
    turn.sale = replace(asked_again, asked=asked)
    if not (asks or any(said) or turn.thanked or turn.photos):
        return turn.say("empty")
    return "\n".join(filter(None, said)) + ("\n\n" if said and asks else "") + asks


def _recheck(turn: Turn) -> None:
    """What is in the cart and cannot be had any more is asked about."""
    kept, problems = cart.checked(turn.shop, turn.draft)
    if not problems:
        return
    turn.take(kept)
    for problem in problems:
        if problem.kind == "stock":
            product = wares.product_sku(turn.catalogue, problem.sku)
            want = Want((product,), (problem.sku,), problem.quantity, options=problem.options)
            settle(turn, want)
        elif problem.kind != "zone":
            turn.answer("no_longer_sold")


def _is_shown(turn: Turn) -> bool:
    """Whether they would be shown now what they were shown."""
    shown = turn.sale.shown
    return bool(turn.draft.lines) and shown is not None and summary(turn.catalogue, turn.draft, turn.say)[1] == shown


def _ask_cancel(turn: Turn) -> str:
    asked = Asked("cancel", tuple(str(number) for number in turn.cancelling))
    turn.sale = replace(turn.sale, asked=asked)
    return "\n".join((*turn.said, cancelling.question(turn)))


def _told(turn: Turn) -> Iterable[str]:
    """What has become of the cart, or all that is in it."""
    if turn.cart_asked:
        yield cart_text(turn.catalogue, turn.draft, turn.say) if turn.draft.lines else turn.say("empty")
        return
    put, changed, gone = carting.changes(turn.before, turn.draft)
    asked_about = {sku for want in turn.sale.wants for sku in want.variants}
    # With other options it is the same still.
    gone = [entry for entry in gone if entry[0] not in asked_about | {sku for sku, _, _ in put}]
    if gone and not turn.draft.lines and not turn.sale.wants:
        yield turn.say("cleared")
        return
    for key, entries in (("added", put), ("changed", changed), ("removed", gone)):
        if entries:
            yield turn.say(key, lines=_pieces(turn, entries))


def _pieces(turn: Turn, entries: Iterable[tuple[str, tuple[str, ...], int]]) -> str:
    return ", ".join(f"{pieces} {wares.named(turn.catalogue, sku, options)}" for sku, options, pieces in entries)

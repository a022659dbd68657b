"""One message of a customer: does what it says, in its order, and finds what is to be said and asked then."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace

from comptoir.plugins.builtin.clerk import (
    answering,
    asking,
    cancelling,
    cart,
    carting,
    delivering,
    ordering,
    prices_said,
    wares,
)
from comptoir.plugins.builtin.clerk.agreeing import is_plain_yes
from comptoir.plugins.builtin.clerk.course import next_asked, question, settled
from comptoir.plugins.builtin.clerk.coverage import unread
from comptoir.plugins.builtin.clerk.gathering import that_count
from comptoir.plugins.builtin.clerk.sale import Asked, Want
from comptoir.plugins.builtin.clerk.summary import cart as cart_text
from comptoir.plugins.builtin.clerk.summary import summary
from comptoir.plugins.builtin.clerk.turn import Turn
from comptoir.plugins.builtin.clerk.wanting import settle
from comptoir.plugins.shop.understanding import Act, Verb
from comptoir.plugins.text import fold, words

_NAME = re.compile(r"[^\W\d_a-zà-ÿ][\w'’-]+(?: [^\W\d_a-zà-ÿ][\w'’.-]*){0,2}")
"""One to three words that begin in capitals."""
_PLACE = re.compile(
    r"\d|\b(?:rue|derriere|pres|face|villa|maison|quartier|carrefour|immeuble|cite|marche|route|avenue)\b"
)
_OF_CART = frozenset(("put", "set_quantity", "replace"))
MOST_ANSWER = 120
"""Characters of a name or an address."""
MOST_NAMES = 5
MOST_ASKED = 3
"""Times that the same is asked about a want, while nothing is put in the cart."""


def read(turn: Turn, acts: Sequence[Act]) -> None:
    """Do all of it. `turn.understood` tells whether anything was."""
    if cancelling.number_said(turn):
        return
    if turn.sale.asked.kind == "cancel" and not {"yes", "no"} & {act.verb for act in acts}:
        # Whatever they say now: a yes that comes later is not to that question.
        turn.sale = replace(turn.sale, asked=Asked())
    again_there = ordering.same_place(turn.text) and ordering.deliver_again(turn)
    turn.names_wares = any(act.mention is not None and act.mention.found for act in acts if act.verb in _OF_CART)
    puts = ordering.begins_anew(turn, acts)
    counted = that_count(turn, prices_said.heard(turn, acts))
    for act in counted:
        if again_there and act.verb in ("zone", "address", "delivery"):
            continue
        if puts or not ordering.changes_placed(turn, act):
            _do(turn, act)
    removed = any(act.verb == "remove" for act in counted) and turn.before.lines != turn.draft.lines
    turn.sale = replace(turn.sale, removing=removed)
    _ask_what_was_meant(turn, acts)
    _ask_about_the_rest(turn, acts)
    if turn.is_only_missed or not (turn.understood or turn.greeted or answering.answered_in_words(turn)):
        _take_for_answer(turn)


def _ask_about_the_rest(turn: Turn, acts: Sequence[Act]) -> None:
    """A number or a ware of a message that speaks of the cart, and that nothing was made of."""
    if not any(act.verb in _OF_CART and act.mention is not None for act in acts) or turn.hand_over:
        return
    money = prices_said.figures(turn.text)
    if rest := [word for word in unread(turn.text, acts, turn.lexicon) if word not in money]:
        want = Want((), kind="choice", said=" ".join(rest), unclear=True)
        turn.sale = replace(turn.sale, wants=(*turn.sale.wants, want))


def _ask_what_was_meant(turn: Turn, acts: Sequence[Act]) -> None:
    """What speaks of the cart and changes nothing in it was not understood, unless it says again what is there."""
    mentions = [act.mention for act in acts if act.verb in _OF_CART and act.mention is not None]
    changed = (
        (turn.before.lines, turn.before.note) != (turn.draft.lines, turn.draft.note)
        or turn.sale.wants != turn.open_before
        or turn.effects
        or turn.hand_over
    )
    if (
        not mentions
        or changed
        or turn.said
        or not turn.draft.lines
        or any(one.quantity is not None for one in mentions)
    ):
        return
    want = Want((), kind="choice", said=" ".join(turn.text.split()), unclear=True)
    turn.sale = replace(turn.sale, wants=(want, *turn.sale.wants))
    turn.understood = True


def _take_for_answer(turn: Turn) -> None:
    """A name or an address may be any words: the summary shows what they were taken for."""
    said = turn.text.strip()
    if "?" in said or not said or len(said) > MOST_ANSWER:
        return
    if turn.sale.asked.kind == "name" and len(words(said)) <= MOST_NAMES and not _PLACE.search(fold(said)):
        turn.forget_missed()
        delivering.name(turn, said)
    elif turn.sale.asked.kind == "confirm" and _NAME.fullmatch(said):
        delivering.name(turn, said)
    elif turn.sale.asked.kind == "address" and len(words(said)) > 1:
        turn.forget_missed()
        delivering.address(turn, said)


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
    _give_up(turn)
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
    said = [*turn.said, *_not_read(turn), *([] if asked.kind == "confirm" else _told(turn))]
    asked_again = turn.sale.asked_once_more() if turn.before.lines == turn.draft.lines else turn.sale
    turn.sale = replace(asked_again, asked=asked)
    if not (asks or any(said) or turn.thanked or turn.photos):
        return turn.say("empty")
    return "\n".join(filter(None, said)) + ("\n\n" if said and asks else "") + asks


def _give_up(turn: Turn) -> None:
    """What they were asked about often enough is for a person."""
    first = next(iter(turn.sale.wants), None)
    if first is not None and first.times >= MOST_ASKED and turn.before.lines == turn.draft.lines:
        turn.hand_over = turn.say("reason_lost")
        turn.answer("handed_over")
        turn.sale = replace(turn.sale.without_first(), asked=Asked())


def _do(turn: Turn, act: Act) -> None:
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
    if turn.before == turn.draft and turn.sale.wants == turn.open_before and not turn.said:
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
            turn.agreed = is_plain_yes(turn.text, *_repeated(turn))
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
            settle(turn, Want((turn.sale.last,), turn.sale.last_variants, unsure=True))
        case _:
            pass


def _repeated(turn: Turn) -> tuple[list[str], list[str]]:
    """What of the summary a yes may say again; a number only beside the ware that it is of."""
    draft = turn.draft
    zone = turn.catalogue.zone_by_code.get(draft.zone)
    shown = [wares.named(turn.catalogue, line.sku, line.options) for line in draft.lines]
    shown += [zone.name if zone is not None else "", draft.address, draft.name, draft.time]
    sizes = [word for line in draft.lines for word in words(wares.named(turn.catalogue, line.sku)) if word.isdigit()]
    return shown, sizes + [str(line.quantity) for line in draft.lines if turn.names_wares]


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


def _not_read(turn: Turn) -> Iterable[str]:
    """What of the message nothing was made of, where something else was."""
    said = " ".join(" ".join(turn.not_read).split())
    if said and turn.understood:
        yield turn.say("not_read", said=said[:100])


def _pieces(turn: Turn, entries: Iterable[tuple[str, tuple[str, ...], int]]) -> str:
    return ", ".join(f"{pieces} {wares.named(turn.catalogue, sku, options)}" for sku, options, pieces in entries)


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
    "pick": lambda turn, act: carting.pick(turn, act.text),
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
    "told": _told_only,
}

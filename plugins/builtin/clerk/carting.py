"""What customers do to their cart: put, take out, set, replace, empty it."""

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Literal

from comptoir.plugins.builtin.clerk import cart, cart_words, wares
from comptoir.plugins.builtin.clerk.altering import RATHER, altered, as_before, kept_options
from comptoir.plugins.builtin.clerk.answering import answers, as_value, each_of, names, refine, tell_lacking
from comptoir.plugins.builtin.clerk.choosing import ordinal
from comptoir.plugins.builtin.clerk.just_asked import BOTH, each_asked, is_just_asked, of_the_asked
from comptoir.plugins.builtin.clerk.meaning import meant, most_alike, replaced
from comptoir.plugins.builtin.clerk.of_which import asks_of_which
from comptoir.plugins.builtin.clerk.parting import parts
from comptoir.plugins.builtin.clerk.sale import Want
from comptoir.plugins.builtin.clerk.swapping import is_the_same, options_swapped
from comptoir.plugins.builtin.clerk.turn import Turn
from comptoir.plugins.builtin.clerk.wanting import EACH, settle, want_of
from comptoir.plugins.shop.model import CartLine, Draft
from comptoir.plugins.shop.understanding import Act, Mention
from comptoir.plugins.shop.understanding.joining import ALIKE
from comptoir.plugins.text import words

MAX_WANTS = 20
LEAST_SIZE = 20
"""Smaller numbers are pieces."""
_SWAPPING = frozenset(
    words("remplace remplacez remplacer change changez changer echange echangez echanger lieu place replace instead")
)
_MORE = frozenset(words("et aussi plus avec ajoute ajoutez rajoute rajoutez puis and also too with add"))
_OF_SEVERAL = re.compile(
    r"\b(?:un|une|1|2) (?:(?:des|sur(?: les)?) (?:deux|trois|quatre|[2-9])\b|d['’ ]?entre (?:eux|elles))"
    r"|\bl['’ ](?:une?|autre)\b"
)
_ALL_OF_IT = re.compile(r"\bles (?:deux|trois|quatre|[2-9])\b|\b(?:tout|tous|toutes)\b")
_TWO = 2
_BESIDE = frozenset(words("complete completez completer complement reste rest"))
"""With something else beside what is left of the first."""


def put(turn: Turn, mention: Mention | None) -> None:
    if mention is None:
        return
    mention = as_value(turn, mention)
    if (
        _of_each(turn, mention)
        or _of_lines(turn, mention)
        or (not mention.relative and asks_of_which(turn, mention, "set"))
    ):
        return
    if turn.answering is None and (size := _as_size(turn, mention)):
        exchange(turn, Act("replace", size, instead=Mention(refers=True)))  # `too small, put 34`
        return
    if of_the_asked(turn, mention):
        return
    if answers(turn, mention):
        _answer(turn, mention)
        return
    if option := _as_option(turn, mention):
        settle(turn, option)
        return
    if parts(turn, mention):
        return
    products = meant(turn, mention)
    if _is_something_else(turn, mention):
        mention = replace(mention, quantity=turn.answered().quantity)
    if not products:
        _unknown(turn, mention)
        _ask_instead(turn, mention)
    elif turn.cleared and mention.quantity is None and _restored(turn, [one.sku for one in mention.found]):
        pass
    elif len(turn.sale.wants) < MAX_WANTS:
        tell_lacking(turn, mention, products)
        # `Ok, put the 4`: that is the yes to the 4 that are left, and no 4 more.
        does: Literal["put", "set"] = "set" if turn.taken and (turn.taken,) == products else "put"
        want = altered(turn, mention, replace(want_of(mention, products), does=does))
        each = want.variants if mention.refers and len(want.variants) == want.quantity and not _only_one(turn) else ()
        for one in [replace(want, variants=(sku,), quantity=1) for sku in each] or [want]:
            settle(turn, one)


def set_quantity(turn: Turn, mention: Mention | None) -> None:
    if mention is None:
        return
    if answers(turn, mention):
        refine(turn, mention)
        return
    if of_the_asked(turn, mention):
        return
    if is_just_asked(turn, mention) and RATHER.isdisjoint(words(turn.text)):
        put(turn, mention)
        return
    if parts(turn, mention):
        return
    if size := _as_size(turn, mention):
        put(turn, size)
        return
    if _of_lines(turn, mention) or asks_of_which(turn, mention, "set"):
        return
    products = meant(turn, mention, in_cart=True)
    if mention.relative or not products:
        products = cart_words.meant(turn, mention, products)
    if not products:
        _unknown(turn, mention)
        _ask_instead(turn, mention)
        return
    there = {wares.product_sku(turn.catalogue, line.sku) for line in turn.draft.lines}
    if there.isdisjoint(products) and mention.refers and not mention.relative:
        put(turn, mention)
        return
    unchanged = turn.draft.lines == turn.before.lines  # `3 strawberry and 2 coconut rather`
    if (
        there.isdisjoint(products)
        and unchanged
        and not RATHER.isdisjoint(words(turn.text))
        and most_alike(turn, mention)
    ):
        exchange(turn, Act("replace", mention))
        return
    settle(turn, replace(want_of(mention, products), does="set"))


def _as_size(turn: Turn, mention: Mention) -> Mention | None:
    """`No, take 250`, of the oil that comes in 100 ml and in 250 ml."""
    product = wares.product_of(turn.catalogue, turn.sale.last) if mention.refers and not mention.found else None
    if product is None or mention.traits or mention.relative or (mention.quantity or 0) < LEAST_SIZE:
        return None
    values = {value for one in product.variants for _, value in one.traits if str(mention.quantity) in words(value)}
    return replace(mention, quantity=None, traits=tuple(values)) if len(values) == 1 else None


def remove(turn: Turn, mention: Mention | None) -> None:
    if mention is None:
        return
    if turn.answering is not None and names(turn.answering, mention):
        _not_that(turn, mention)
        return
    if asks_of_which(turn, mention, "remove"):
        return
    products = cart_words.meant(turn, mention, meant(turn, mention, in_cart=True))
    there = {wares.product_sku(turn.catalogue, line.sku) for line in turn.draft.lines}
    if there.isdisjoint(products) and (dressed := cart_words.dressed_with(turn, mention)):
        line, option = dressed
        product = wares.product_sku(turn.catalogue, line.sku)
        settle(turn, Want((product,), (line.sku,), without=(option,), does="remove"))
    elif not products and (at := ordinal(mention.said, len(turn.draft.lines))) is not None:
        turn.take(cart.remove(turn.draft, turn.draft.lines[at].sku))
        turn.understood = True
    elif not products:
        _unknown(turn, mention)
    elif there.isdisjoint(products) and mention.sku and mention.quantity and turn.draft.lines != turn.before.lines:
        put(turn, mention)  # `no pens, a pencil`
    elif len(products) == 1 or there.intersection(products):
        settle(turn, replace(want_of(mention, products), does="remove"))
    else:
        # Not in the cart, whichever is meant.
        turn.understood = True


def exchange(turn: Turn, act: Act) -> None:
    """One thing for another; so many of it as of the first where no number is said."""
    mention, instead = act.mention, act.instead
    if mention is None:
        return
    if mention.refers and mention.traits and is_the_same(turn.text):
        put(turn, mention)
        return
    if not (mention.found or mention.traits or (instead and instead.found)) and mention.quantity is not None:
        # `5 instead`: of the same.
        set_quantity(turn, replace(mention, refers=True))
        return
    if not (instead and instead.found) and _of_all(turn, mention):
        return
    if turn.answering is not None and turn.answering.kind == "stock" and not (instead and instead.found):
        # Instead of what is not there.
        _answer(turn, mention)
        return
    if options_swapped(turn, mention, instead):
        return
    out = replaced(turn, instead, mention)
    if instead == ALIKE and not (set(out) & {line.sku for line in turn.before.lines}):
        put(turn, mention)
        return
    if not out and answers(turn, mention):
        refine(turn, mention)
        return
    products = meant(turn, mention, in_cart=len(mention.found) > 1) or tuple(
        dict.fromkeys(wares.product_sku(turn.catalogue, sku) for sku in out)
    )
    if not products:
        _unknown(turn, mention)
        return
    there = sum(line.quantity for line in turn.draft.lines if line.sku in out) or None
    pieces_out = instead.quantity if instead is not None and (instead.quantity or 0) < (there or 0) else None
    pieces = pieces_out or there
    if turn.answering is not None and not out:
        # Not what they were asked about, but something else.
        pieces = turn.answered().quantity
    want = as_before(turn, want_of(mention, products), out)
    if not want.options and (line := _same_ware(turn, want, out)):
        want = replace(want, options=kept_options(turn, want, line))
    tell_lacking(turn, mention, products)
    quantity = pieces if want.quantity is None else want.quantity
    unsure = want.unsure and quantity is None
    # `2 red ones and no black one`: 2 in all, whatever was there of them.
    in_all = mention.quantity is not None and pieces_out is None and not _SWAPPING.intersection(words(turn.text))
    does: Literal["put", "set"] = "set" if out and in_all else "put"
    want = replace(want, quantity=quantity, unsure=unsure, does=does, instead=out, pieces_out=pieces_out)
    settle(turn, want)


def _same_ware(turn: Turn, want: Want, out: Sequence[str]) -> CartLine | None:
    """The one line that goes, where another variant of it comes."""
    gone = [line for line in turn.draft.lines if line.sku in out]
    same = len(gone) == 1 and (wares.product_sku(turn.catalogue, gone[0].sku),) == want.products
    return gone[0] if same else None


def clear(turn: Turn) -> None:
    turn.sale = replace(turn.sale, draft=cart.clear(turn.draft), wants=(), old=())
    turn.answering = None
    turn.understood = turn.cleared = True


def _answer(turn: Turn, mention: Mention) -> None:
    """To the open question; what comes beside what is left of something leaves that as it is."""
    want = turn.answering or turn.sale.wants[0]
    beside = want.left and mention.found and not names(want, mention) and not _BESIDE.isdisjoint(words(turn.text))
    if not beside:
        refine(turn, mention)
        return
    turn.answered()
    settle(turn, replace(want, quantity=want.left, relative=False))
    put(turn, mention)


def _of_each(turn: Turn, mention: Mention) -> bool:
    """`2 of each`, of all that is in the cart."""
    if mention.found or mention.quantity is None or EACH.isdisjoint(words(turn.text)):
        return False
    if turn.answering is not None and turn.answering.kind in ("choice", "variant") and turn.answering.products:
        each_of(turn, mention.quantity)
        return True
    if turn.answering is None and each_asked(turn, len(turn.sale.listed), mention.quantity):
        return True
    if not turn.draft.lines:
        return False
    for line in turn.draft.lines:
        product = wares.product_sku(turn.catalogue, line.sku)
        settle(turn, Want((product,), (line.sku,), mention.quantity, options=line.options, does="set"))
    return True


def _of_lines(turn: Turn, mention: Mention) -> bool:
    return _of_several(turn, mention) or _of_all(turn, mention)


def _of_all(turn: Turn, mention: Mention) -> bool:
    """`Both in white`, `all of it in 100`: each line of the cart that comes so, as many as there are."""
    if (
        mention.found
        or not mention.traits
        or turn.answering is not None
        or _ALL_OF_IT.search(turn.text.lower()) is None
    ):
        return False
    lines = [line for line in turn.draft.lines if _has_so(turn, line.sku, mention.traits)]
    if len(lines) < _TWO or lines != [line for line in turn.before.lines if _has_so(turn, line.sku, mention.traits)]:
        return False
    if mention.quantity not in (None, len(lines), sum(line.quantity for line in lines)):
        return False
    for line in lines:
        want = Want((wares.product_sku(turn.catalogue, line.sku),), traits=mention.traits, options=line.options)
        want = replace(as_before(turn, want, (line.sku,)), quantity=line.quantity, instead=(line.sku,))
        settle(turn, want)
    return True


def _has_so(turn: Turn, sku: str, traits: Sequence[str]) -> bool:
    product = turn.catalogue.by_sku[sku][0]
    return any(set(traits) <= {value for _, value in one.traits} for one in product.variants)


def _of_several(turn: Turn, mention: Mention) -> bool:
    """`One of the two in red`: another variant for so many of them."""
    if not (mention.refers and mention.traits and mention.quantity) or _OF_SEVERAL.search(turn.text.lower()) is None:
        return False
    exchange(turn, Act("replace", mention, instead=Mention(refers=True, quantity=mention.quantity)))
    return True


def _as_option(turn: Turn, mention: Mention) -> Want | None:
    """`With attiéké`, of the chicken that is in the cart and may have it: not a portion besides."""
    last = wares.product_of(turn.catalogue, turn.sale.last) if len(mention.found) == 1 else None
    ware = wares.product_of(turn.catalogue, mention.sku)
    if last is None or ware is None or mention.quantity is not None or "avec" not in words(turn.text):
        return None
    there = {wares.product_sku(turn.catalogue, line.sku) for line in turn.before.lines}
    options = tuple(one.name for one in last.options if words(one.name) == words(ware.name))
    return Want((last.sku,), options=options) if options and last.sku in there else None


def _only_one(turn: Turn) -> bool:
    """`2` are two of one; `both` are one of each that was asked about."""
    return BOTH.isdisjoint(words(turn.text)) or len(turn.sale.last_variants) < 2


def _is_something_else(turn: Turn, mention: Mention) -> bool:
    """`Which size of the black soap?` — `the eucalyptus one`: they mean another ware, and not one more."""
    want = turn.answering
    open_about = want is not None and want.kind in ("variant", "choice", "quantity")
    beside = not _MORE.isdisjoint(words(turn.text))
    return open_about and len(mention.found) == 1 and mention.quantity is None and not beside


def _not_that(turn: Turn, mention: Mention) -> None:
    """What they were just asked about is not wanted any more, or one of the candidates is not what they mean."""
    want = turn.answered()
    turn.understood = True
    named = {one.sku for one in mention.found}
    rest = tuple(sku for sku in want.products if sku not in named)
    if rest and named:
        settle(turn, replace(want, products=rest), first=True)


def _restored(turn: Turn, products: Sequence[str]) -> bool:
    """`Take everything out but the coffee`: what was in the cart of it stays as it was."""
    of_it = [line for line in turn.before.lines if wares.product_sku(turn.catalogue, line.sku) in products]
    turn.take(replace(turn.draft, lines=(*turn.draft.lines, *of_it)))
    return bool(of_it)


def _unknown(turn: Turn, mention: Mention) -> None:
    """Say that the shop has no such thing."""
    if mention.said:
        turn.answer("unknown_product", said=" ".join(mention.said.split())[:60])
        turn.missed = True


def _ask_instead(turn: Turn, mention: Mention) -> None:
    """Ask for what they want instead: what is alike is offered. Something said without a number may be no ware."""
    if turn.answering is not None and not turn.answering.products:
        turn.answered()
    near = tuple(found.sku for found in turn.lexicon.nearest(mention.said)) if mention.said else ()
    near = tuple(sku for sku in near if wares.product_of(turn.catalogue, sku) is not None)
    # Beside other wares a word without a number may be no ware.
    alone = turn.before == turn.draft and len(turn.sale.wants) == len(turn.open_before)
    counted = mention.quantity is not None or any(map(str.isdigit, mention.said))
    if ((near and alone) or counted) and len(turn.sale.wants) < MAX_WANTS:
        want = replace(want_of(mention, near), kind="choice", traits=(), options=(), without=())
        turn.sale = replace(turn.sale, wants=(*turn.sale.wants, want))


def changes(before: Draft, after: Draft) -> tuple[list[tuple[str, tuple[str, ...], int]], ...]:
    """What was put, set to another number, and taken out: sku, options, pieces."""
    was = {(line.sku, line.options): line.quantity for line in before.lines}
    now = {(line.sku, line.options): line.quantity for line in after.lines}
    put_ = [(*place, pieces) for place, pieces in now.items() if place not in was]
    set_ = [(*place, pieces) for place, pieces in now.items() if was.get(place, pieces) != pieces]
    gone = [(*place, pieces) for place, pieces in was.items() if place not in now]
    return put_, set_, gone

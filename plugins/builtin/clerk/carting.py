"""What customers do to their cart: put, take out, set, replace, empty it."""

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Literal

from comptoir.plugins.builtin.clerk import cart, cart_words, wares
from comptoir.plugins.builtin.clerk.answering import answers, as_value, each_of, names, pick_of, refine, tell_lacking
from comptoir.plugins.builtin.clerk.choosing import ordinal
from comptoir.plugins.builtin.clerk.just_asked import each_asked, is_just_asked, of_the_asked
from comptoir.plugins.builtin.clerk.meaning import meant, most_alike, replaced
from comptoir.plugins.builtin.clerk.of_which import asks_of_which
from comptoir.plugins.builtin.clerk.parting import parts
from comptoir.plugins.builtin.clerk.sale import Want
from comptoir.plugins.builtin.clerk.turn import Turn
from comptoir.plugins.builtin.clerk.wanting import settle, want_of
from comptoir.plugins.shop.model import Draft
from comptoir.plugins.shop.understanding import Act, Mention
from comptoir.plugins.shop.understanding.joining import ALIKE
from comptoir.plugins.text import words

MAX_WANTS = 20
LEAST_SIZE = 20
"""Smaller numbers are pieces."""
_ARTICLES = (["le"], ["la"], ["les"], ["the"], ["mon"], ["ma"], ["mes"], ["my"])
_RATHER = frozenset(
    words(
        "plutot finalement correction seulement pas erreur trompe pardon non change changez changer remplace remplacez"
        " rather instead sorry not only suffit suffisent suffira suffiront"
    )
)
_DEFINITE = frozenset(("le", "la", "les", "l", "the"))
_SWAPPING = frozenset(
    words("remplace remplacez remplacer change changez changer echange echangez echanger lieu place replace instead")
)
_SAME = frozenset(words("pareil pareille meme memes aussi egalement same also"))
_ALIKE = frozenset(words("pareil pareille meme memes same"))
_MORE = frozenset(words("et aussi plus avec ajoute ajoutez rajoute rajoutez puis and also too with add"))
_EACH = frozenset(words("chaque chacun chacune each"))
_TAKES = re.compile(
    r"\b(?:prends|prend|veux|take)(?: (?:un|une|1|ca|it|celui la|celle la))? (?:avec|et|plus|with|and)\b"
)
_BOTH = frozenset(words("les tous toutes both all"))
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
        want = _altered(turn, mention, replace(want_of(mention, products), does=does))
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
    if is_just_asked(turn, mention) and _RATHER.isdisjoint(words(turn.text)):
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
    if there.isdisjoint(products) and not _RATHER.isdisjoint(words(turn.text)) and most_alike(turn, mention):
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
    if mention.refers and mention.traits and _is_the_same(turn.text):
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
    if _options_swapped(turn, mention, instead):
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
    want = _as_before(turn, want_of(mention, products), out)
    tell_lacking(turn, mention, products)
    quantity = pieces if want.quantity is None else want.quantity
    unsure = want.unsure and quantity is None
    # `2 red ones and no black one`: 2 in all, whatever was there of them.
    in_all = mention.quantity is not None and pieces_out is None and not _SWAPPING.intersection(words(turn.text))
    does: Literal["put", "set"] = "set" if out and in_all else "put"
    want = replace(want, quantity=quantity, unsure=unsure, does=does, instead=out, pieces_out=pieces_out)
    settle(turn, want)


def _is_the_same(text: str) -> bool:
    """`The same, but in small`: one more, and nothing for it."""
    spoken = words(text)
    return not _ALIKE.isdisjoint(spoken) and _RATHER.isdisjoint(spoken)


def _options_swapped(turn: Turn, mention: Mention, instead: Mention | None) -> bool:
    """`Plantain instead of the chips`, of the chicken that is in the cart with chips."""
    if instead is None or mention.quantity is not None or mention.traits:
        return False
    in_cart = {wares.product_sku(turn.catalogue, line.sku) for line in turn.draft.lines}
    if in_cart & {one.sku for one in instead.found}:
        return False
    dressed = [line for line in turn.draft.lines if _option_of(turn, line.sku, instead) in line.options]
    if len(dressed) != 1 or not (new := _option_of(turn, dressed[0].sku, mention)):
        return False
    (line,) = dressed
    old = _option_of(turn, line.sku, instead)
    made = cart.dress(turn.shop, turn.draft, line.sku, (new,), (old,))
    turn.understood = turn.understood or turn.take(made) is None
    return True


def _option_of(turn: Turn, sku: str, mention: Mention) -> str:
    """The option of a ware that is meant, be it called as a ware, too; empty for none."""
    product = wares.product_of(turn.catalogue, sku)
    ware = wares.product_of(turn.catalogue, mention.sku) if mention.sku else None
    names = {tuple(words(one.name)): one.name for one in (product.options if product is not None else ())}
    said = [*mention.options, *mention.without, *([ware.name, *ware.names] if ware is not None else []), mention.said]
    told = (tuple(word for word in words(one) if [word] not in _ARTICLES) for one in said)
    return next((names[one] for one in told if one in names), "")


def take_last(turn: Turn, acts: Sequence[Act]) -> None:
    """`I take it, with a scarf`: what was asked about, and the scarf besides."""
    mentions = [act.mention for act in acts if act.verb == "put" and act.mention is not None]
    if any(one.refers and not one.options and not one.without for one in mentions):
        return  # That is it already.
    named = {one.sku for act in acts if act.mention is not None for one in act.mention.found}
    if not turn.sale.is_open and turn.sale.last not in {"", *named} and _TAKES.search(" ".join(words(turn.text))):
        settle(turn, Want((turn.sale.last,), turn.sale.last_variants, 1))


def clear(turn: Turn) -> None:
    turn.sale = replace(turn.sale, draft=cart.clear(turn.draft), wants=(), old=())
    turn.answering = None
    turn.understood = turn.cleared = True


def pick(turn: Turn, text: str) -> None:
    """The entry of the list that was shown last."""
    place = int(text) - 1 if text.isdecimal() and len(text) < 4 else -1
    if turn.answering is not None and text == "all":
        each_of(turn, 1)
    elif turn.answering is not None and (
        (turn.answering.kind == "choice" and turn.answering.products)
        or ordinal(turn.text, len(turn.answering.variants)) is not None
    ):
        pick_of(turn, turn.answering, place)
    elif turn.answering is not None and turn.answering.kind in ("choice", "variant"):
        # Variants bear no numbers: so many of whichever it is.
        refine(turn, Mention(quantity=place + 1, refers=True) if place >= 0 else Mention(refers=True))
    elif text == "all":
        each_asked(turn, len(turn.sale.listed))
    elif 0 <= place < len(turn.sale.listed):
        settle(turn, Want((turn.sale.listed[place],)))


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
    if mention.found or mention.quantity is None or _EACH.isdisjoint(words(turn.text)):
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
        want = replace(_as_before(turn, want, (line.sku,)), quantity=line.quantity, instead=(line.sku,))
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
    return _BOTH.isdisjoint(words(turn.text)) or len(turn.sale.last_variants) < 2


def _is_something_else(turn: Turn, mention: Mention) -> bool:
    """`Which size of the black soap?` — `the eucalyptus one`: they mean another ware, and not one more."""
    want = turn.answering
    open_about = want is not None and want.kind in ("variant", "choice", "quantity")
    beside = not _MORE.isdisjoint(words(turn.text))
    return open_about and len(mention.found) == 1 and mention.quantity is None and not beside


def _altered(turn: Turn, mention: Mention, want: Want) -> Want:
    """`The red one`, `rather in M`, of what is in the cart: another variant of it, and no further one."""
    if len(want.products) != 1:
        return want
    want = replace(want, traits=_newer(turn, want))
    pieces = sum(one.quantity for one in turn.before.lines if _is_of(turn, one.sku, want))
    if mention.refers and mention.options and want.quantity == pieces:
        # `Both with chips`: those that are there.
        want = replace(want, quantity=None)
    if not mention.found and not want.traits and turn.sale.last == want.products[0]:
        want = replace(want, variants=turn.sale.last_variants)
    elif not turn.sale.last and (asked := _asked_about(turn, want)):
        want = replace(want, variants=asked)
    if want.quantity is not None or not want.traits or (len(mention.found) == 1 and not _is_definite(turn, mention)):
        return want
    of_it = [line for line in turn.draft.lines if wares.product_sku(turn.catalogue, line.sku) == want.products[0]]
    if len(of_it) != 1 or of_it[0].sku not in {line.sku for line in turn.before.lines}:
        return want
    options = want.options or of_it[0].options
    want = _as_before(turn, want, (of_it[0].sku,))
    if not _SAME.isdisjoint(words(turn.text)):
        return replace(want, quantity=of_it[0].quantity, options=options)
    return replace(want, quantity=of_it[0].quantity, instead=(of_it[0].sku,), options=options, does="set")


def _asked_about(turn: Turn, want: Want) -> tuple[str, ...]:
    """`Trainers in 42?` — `I take the black ones`: in 42."""
    found = [(sku, *turn.catalogue.by_sku[sku]) for sku in turn.sale.last_variants if sku in turn.catalogue.by_sku]
    traits = set(want.traits)
    return tuple(
        sku
        for sku, product, variant in found
        if product.sku == want.products[0] and traits <= {value for _, value in variant.traits}
    )


def _as_before(turn: Turn, want: Want, out: Sequence[str]) -> Want:
    """`Rather in M`, of the black one in L: a black one, too, where it comes so; `local rice instead`: as much."""
    found = [turn.catalogue.by_sku[sku] for sku in out if sku in turn.catalogue.by_sku]
    product = wares.product_of(turn.catalogue, want.products[0]) if len(want.products) == 1 else None
    if len(found) != 1 or product is None or (not want.traits and found[0][0] == product):
        return want
    own = {value: kind for one in product.variants for kind, value in one.traits}
    kinds = {own.get(value) for value in want.traits}
    kept = tuple(value for _, value in found[0][1].traits if value in own and own[value] not in kinds)
    both = {*want.traits, *kept}
    comes_so = any(both <= {value for _, value in one.traits} for one in product.variants)
    return replace(want, traits=(*want.traits, *kept)) if comes_so else want


def _is_of(turn: Turn, sku: str, want: Want) -> bool:
    return wares.product_sku(turn.catalogue, sku) in want.products


def _newer(turn: Turn, want: Want) -> tuple[str, ...]:
    """`It is 6 years, not 4`: of two values of one kind, the one that is not in the cart."""
    product = wares.product_of(turn.catalogue, want.products[0])
    variants = product.variants if product is not None else ()
    kinds = {value: kind for one in variants for kind, value in one.traits}
    there = {line.sku for line in turn.draft.lines}
    in_cart = {value for one in variants if one.sku in there for _, value in one.traits}
    said = [kinds.get(trait) for trait in want.traits]
    return tuple(trait for trait in want.traits if trait not in in_cart or said.count(kinds.get(trait)) < 2)


def _is_definite(turn: Turn, mention: Mention) -> bool:
    """`The shea butter, rather in 250 g`, `18 inches, the tube`, `250 g will do`."""
    said = words(mention.said)
    definite = said[:1] in _ARTICLES or not _DEFINITE.isdisjoint(said)
    return definite or not _RATHER.isdisjoint(words(turn.text))


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

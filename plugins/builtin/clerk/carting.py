"""What customers do to their cart: put, take out, set, replace, empty it, order the same again."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Literal

from comptoir.plugins.builtin.clerk import cart, wares
from comptoir.plugins.builtin.clerk.choosing import narrowed
from comptoir.plugins.builtin.clerk.sale import Want
from comptoir.plugins.builtin.clerk.turn import Turn
from comptoir.plugins.builtin.clerk.wanting import settle, want_of
from comptoir.plugins.shop.model import Draft
from comptoir.plugins.shop.understanding import Act, Mention
from comptoir.plugins.text import words

MAX_WANTS = 20
_ARTICLES = (["le"], ["la"], ["les"], ["the"], ["mon"], ["ma"], ["mes"], ["my"])
_RATHER = frozenset(
    words("plutot finalement correction seulement pas erreur trompe pardon non rather instead sorry not only")
)
_BESIDE = frozenset(words("complete completez completer complement reste rest"))
"""With something else beside what is left of the first."""


def put(turn: Turn, mention: Mention | None) -> None:
    if mention is None:
        return
    if _answers(turn.answering, mention):
        refine(turn, mention)
        return
    products = _meant(turn, mention)
    if not products:
        _unknown(turn, mention)
        _ask_instead(turn, mention)
    elif turn.cleared and mention.quantity is None and _restored(turn, products):
        pass
    elif len(turn.sale.wants) < MAX_WANTS:
        _tell_lacking(turn, mention, products)
        # `Ok, put the 4`: that is the yes to the 4 that are left, and no 4 more.
        does: Literal["put", "set"] = "set" if turn.taken and (turn.taken,) == products else "put"
        settle(turn, _altered(turn, mention, replace(want_of(mention, products), does=does)))


def _altered(turn: Turn, mention: Mention, want: Want) -> Want:
    """`The red one`, `rather in M`, of what is in the cart: another variant of it, and no further one."""
    if len(want.products) != 1:
        return want
    want = replace(want, traits=_newer(turn, want))
    if not mention.found and not want.traits and turn.sale.last == want.products[0]:
        want = replace(want, variants=turn.sale.last_variants)
    if want.quantity is not None or not want.traits or (len(mention.found) == 1 and not _is_definite(turn, mention)):
        return want
    of_it = [line for line in turn.draft.lines if wares.product_sku(turn.catalogue, line.sku) == want.products[0]]
    if len(of_it) != 1 or of_it[0].sku not in {line.sku for line in turn.before.lines}:
        return want
    options = want.options or of_it[0].options
    return replace(want, quantity=of_it[0].quantity, instead=(of_it[0].sku,), options=options, does="set")


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
    """`The shea butter, rather in 250 g`."""
    return words(mention.said)[:1] in _ARTICLES or not _RATHER.isdisjoint(words(turn.text))


def set_quantity(turn: Turn, mention: Mention | None) -> None:
    if mention is None:
        return
    if _answers(turn.answering, mention):
        refine(turn, mention)
        return
    products = _meant(turn, mention, in_cart=True)
    if not products:
        _unknown(turn, mention)
        return
    settle(turn, replace(want_of(mention, products), does="set"))


def remove(turn: Turn, mention: Mention | None) -> None:
    if mention is None:
        return
    if turn.answering is not None and _names(turn.answering, mention):
        _not_that(turn, mention)
        return
    products = _meant(turn, mention, in_cart=True)
    there = {wares.product_sku(turn.catalogue, line.sku) for line in turn.draft.lines}
    if not products:
        _unknown(turn, mention)
    elif len(products) == 1 or there.intersection(products):
        settle(turn, replace(want_of(mention, products), does="remove"))
    else:
        # Not in the cart, whichever is meant.
        turn.understood = True


def _not_that(turn: Turn, mention: Mention) -> None:
    """What they were just asked about is not wanted any more, or one of the candidates is not what they mean."""
    want = turn.answered()
    turn.understood = True
    named = {one.sku for one in mention.found}
    rest = tuple(sku for sku in want.products if sku not in named)
    if rest and named:
        settle(turn, replace(want, products=rest), first=True)


def exchange(turn: Turn, act: Act) -> None:
    """One thing for another; so many of it as of the first where no number is said."""
    mention, instead = act.mention, act.instead
    if mention is None:
        return
    out = _in_cart(turn, instead, mention)
    if not out and _answers(turn.answering, mention):
        refine(turn, mention)
        return
    products = _meant(turn, mention, in_cart=len(mention.found) > 1) or tuple(
        dict.fromkeys(wares.product_sku(turn.catalogue, sku) for sku in out)
    )
    if not products:
        _unknown(turn, mention)
        return
    pieces = sum(line.quantity for line in turn.draft.lines if line.sku in out) or None
    want = want_of(mention, products)
    _tell_lacking(turn, mention, products)
    quantity = pieces if want.quantity is None else want.quantity
    settle(turn, replace(want, quantity=quantity, does="set" if out else "put", instead=out))


def clear(turn: Turn) -> None:
    turn.sale = replace(turn.sale, draft=cart.clear(turn.draft), wants=(), old=())
    turn.understood = turn.cleared = True


def pick(turn: Turn, text: str) -> None:
    """The entry of the list that was shown last."""
    place = int(text) - 1 if text.isdecimal() and len(text) < 4 else -1
    if turn.answering is not None and turn.answering.kind in ("choice", "variant"):
        _pick_of(turn, turn.answering, place)
    elif 0 <= place < len(turn.sale.listed):
        settle(turn, Want((turn.sale.listed[place],)))


def refine(turn: Turn, mention: Mention) -> None:
    """The open question about a want, answered."""
    want = turn.answered()
    if want.left and mention.found and not _names(want, mention) and not _BESIDE.isdisjoint(words(turn.text)):
        settle(turn, replace(want, quantity=want.left, relative=False))
        put(turn, mention)
        return
    mention = _without_trait_numbers(turn, want, mention)
    found = tuple(one.sku for one in mention.found)
    named = tuple(sku for sku in found if sku in want.products)
    other = bool(found) and not named
    products = found if other else named or want.products
    quantity = want.quantity if mention.quantity is None or mention.relative else mention.quantity
    keep = want.kind not in ("stock",) and not other
    refined = replace(
        want,
        products=products,
        variants=want.variants if keep else (),
        quantity=quantity,
        unsure=(want.unsure or mention.unsure) and mention.quantity is None,
        # What was sold out was said too: of the new answer only itself counts.
        traits=_joined(turn, want, mention.traits) if keep else mention.traits or _kept_traits(turn, want, other=other),
        options=() if other else tuple(dict.fromkeys((*want.options, *mention.options))),
        without=tuple(dict.fromkeys((*want.without, *mention.without))),
        said=want.said if not found else mention.said,
        left=0,
    )
    _tell_lacking(turn, mention, products)
    if products == want.products and not keep and not mention.traits:
        refined = _another_variant(turn, want, refined)
    elif products == want.products and mention.quantity is None:
        refined = _by_words(turn, refined, turn.text)
    settle(turn, refined, first=True)


def _without_trait_numbers(turn: Turn, want: Want, mention: Mention) -> Mention:
    """`The 1 in 82 inches`, where 1 is a colour, is no number of pieces."""
    variants = [turn.catalogue.by_sku[sku][1] for sku in want.variants if sku in turn.catalogue.by_sku]
    values = {value for one in variants for _, value in one.traits}
    if want.kind != "variant" or str(mention.quantity) not in values:
        return mention
    return replace(mention, quantity=None, traits=(*mention.traits, str(mention.quantity)))


def answered_in_words(turn: Turn) -> bool:
    """Whether the whole message, which nothing was read in, tells which of the candidates is meant."""
    want = turn.answering
    if want is None or want.kind not in ("choice", "variant"):
        return False
    candidates = want.products if want.kind == "choice" else want.variants
    found = _named_by(turn, want, turn.text)
    if not found or (len(found) == len(candidates) > 1):
        return False
    turn.answered()
    settle(turn, _only(want, found), first=True)
    return True


def answer_stock(turn: Turn, *, yes: bool) -> None:
    """To `only 2 are left, shall I take 2?`, and to what is not there at all."""
    want = turn.answered()
    turn.understood = True
    if yes and want.left:
        turn.taken = want.products[0]
        settle(turn, replace(want, quantity=want.left, relative=False, does="set" if want.does == "set" else "put"))


def _restored(turn: Turn, products: Sequence[str]) -> bool:
    """`Take everything out but the coffee`: what was in the cart of it stays as it was."""
    of_it = [line for line in turn.before.lines if wares.product_sku(turn.catalogue, line.sku) in products]
    turn.take(replace(turn.draft, lines=(*turn.draft.lines, *of_it)))
    return bool(of_it)


def _by_words(turn: Turn, want: Want, text: str) -> Want:
    found = _named_by(turn, want, text)
    return _only(want, found) if found else want


def _only(want: Want, found: tuple[str, ...]) -> Want:
    if want.kind == "choice":
        return replace(want, products=found)
    return replace(want, variants=found, traits=() if len(found) == 1 else want.traits)


def _named_by(turn: Turn, want: Want, text: str) -> tuple[str, ...]:
    """Which of the candidates the text names; none where it tells none from the others."""
    catalogue = turn.catalogue
    if want.kind == "choice":
        products = [one for sku in want.products if (one := wares.product_of(catalogue, sku)) is not None]
        return narrowed(text, {one.sku: (one.name, *one.names) for one in products})
    variants = [catalogue.by_sku[sku][1] for sku in want.variants if sku in catalogue.by_sku]
    return narrowed(text, {one.sku: (*(value for _, value in one.traits), *one.names) for one in variants})


def _another_variant(turn: Turn, want: Want, refined: Want) -> Want:
    """`No 36 any more` — `then the 34`: a number that names another variant is no number of pieces."""
    product = wares.product_of(turn.catalogue, want.products[0]) if len(want.products) == 1 else None
    if want.kind != "stock" or product is None or len(product.variants) < 2:
        return refined
    others = tuple(one.sku for one in product.variants if one.sku not in want.variants)
    found = _named_by(turn, replace(want, kind="variant", variants=others), turn.text)
    if not found or len(found) == len(others):
        return refined
    numbers = {word for sku in found for _, value in turn.catalogue.by_sku[sku][1].traits for word in words(value)}
    quantity = want.quantity if str(refined.quantity) in numbers else refined.quantity
    return replace(refined, variants=found, traits=(), quantity=quantity)


def _pick_of(turn: Turn, want: Want, place: int) -> None:
    candidates = want.products if want.kind == "choice" else want.variants
    if not 0 <= place < len(candidates):
        return
    turn.answered()
    one = (candidates[place],)
    settle(turn, replace(want, products=one) if want.kind == "choice" else replace(want, variants=one), first=True)


def _answers(want: Want | None, mention: Mention) -> bool:
    if want is None:
        return False
    if not mention.found:
        return mention.refers or bool(mention.traits or mention.options) or mention.quantity is not None
    # Whatever they name now is what they take for what there is not, or not enough of.
    return want.kind == "stock" or not want.products or _names(want, mention)


def _names(want: Want, mention: Mention) -> bool:
    return mention.refers or any(one.sku in want.products for one in mention.found)


def _joined(turn: Turn, want: Want, traits: Sequence[str]) -> tuple[str, ...]:
    """What was said before and now; of what nothing has together, what they say now."""
    both = (*want.traits, *traits)
    products = [one for sku in want.products if (one := wares.product_of(turn.catalogue, sku)) is not None]
    values = [{value for _, value in variant.traits} for product in products for variant in product.variants]
    return both if any(each.issuperset(both) for each in values) else tuple(traits)


def _kept_traits(turn: Turn, want: Want, *, other: bool) -> tuple[str, ...]:
    """`Only 2 of the red ones in M are left` — `then 2`: of the same."""
    if other or not want.variants or want.variants[0] not in turn.catalogue.by_sku:
        return ()
    return tuple(value for _, value in turn.catalogue.by_sku[want.variants[0]][1].traits)


def _meant(turn: Turn, mention: Mention, *, in_cart: bool = False) -> tuple[str, ...]:
    """The products that may be meant: those in the cart first where it is about the cart."""
    found = tuple(one.sku for one in mention.found)
    there = tuple(dict.fromkeys(wares.product_sku(turn.catalogue, line.sku) for line in turn.draft.lines))
    if not found and mention.refers and mention.options and (fitting := _with_options(turn, mention.options)):
        return fitting
    if not found and mention.refers and (fitting := _with_traits(turn, there, (*mention.traits, *mention.lacking))):
        return fitting
    if not found and mention.refers:
        if in_cart and turn.sale.last not in there:
            return there if len(there) == 1 else ()
        return (turn.sale.last,) if turn.sale.last else there[:1] if len(there) == 1 else ()
    if len(found) > 1 and mention.traits:
        found = tuple(sku for sku in found if _comes_so(turn, sku, mention.traits)) or found
    if len(found) > 1:
        known = tuple(sku for sku in found if sku in there) if in_cart or mention.quantity is None else ()
        if known and (in_cart or len(known) == 1):
            return known
        return (turn.sale.last,) if turn.sale.last in found else found
    return found


def _with_traits(turn: Turn, products: Sequence[str], traits: Sequence[str]) -> tuple[str, ...]:
    """The product of the cart that comes so, where the one that was spoken of last does not."""
    has = [sku for sku in products if _comes_so(turn, sku, traits)]
    return tuple(has) if len(has) == 1 and not _comes_so(turn, turn.sale.last, traits) else ()


def _comes_so(turn: Turn, sku: str, traits: Sequence[str]) -> bool:
    one = wares.product_of(turn.catalogue, sku)
    values = {value for variant in one.variants for _, value in variant.traits} if one is not None else set()
    return bool(traits) and values.issuperset(traits)


def _with_options(turn: Turn, options: Sequence[str]) -> tuple[str, ...]:
    """The product of the cart that has them, where the one that was spoken of last has not."""
    in_cart = dict.fromkeys(wares.product_sku(turn.catalogue, line.sku) for line in turn.draft.lines)
    has = [
        sku
        for sku in in_cart
        if (one := wares.product_of(turn.catalogue, sku)) and {each.name for each in one.options}.issuperset(options)
    ]
    return tuple(has) if len(has) == 1 and turn.sale.last not in has else ()


def _in_cart(turn: Turn, instead: Mention | None, mention: Mention) -> tuple[str, ...]:
    """The variants of the cart that are replaced."""
    if instead is None:
        instead = Mention(refers=True)
    products = _meant(turn, instead, in_cart=True)
    if not products:
        products = tuple(one.sku for one in mention.found)
    lines = [line.sku for line in turn.draft.lines if wares.product_sku(turn.catalogue, line.sku) in products]
    wanted = set(instead.traits)
    exact = [sku for sku in lines if wanted <= {value for _, value in turn.catalogue.by_sku[sku][1].traits}]
    return tuple(dict.fromkeys(exact or lines))


def _product(turn: Turn, sku: str) -> str:
    found = turn.catalogue.by_sku.get(sku)
    return found[0].sku if found is not None else sku


def _tell_lacking(turn: Turn, mention: Mention, products: Sequence[str]) -> None:
    if mention.lacking and len(products) == 1:
        product = wares.named(turn.catalogue, products[0])
        turn.answer("lacking", product=product, lacking=", ".join(mention.lacking))


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
    if (near or mention.quantity is not None) and len(turn.sale.wants) < MAX_WANTS:
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

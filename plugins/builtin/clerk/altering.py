"""Which variant of what is in the cart is meant by what is said of it later."""

import re
from collections.abc import Sequence
from dataclasses import replace

from comptoir.plugins.builtin.clerk import wares
from comptoir.plugins.builtin.clerk.sale import Want
from comptoir.plugins.builtin.clerk.turn import Turn
from comptoir.plugins.shop.model import CartLine
from comptoir.plugins.shop.understanding import Mention
from comptoir.plugins.text import fold, words

ARTICLES = (["le"], ["la"], ["les"], ["the"], ["mon"], ["ma"], ["mes"], ["my"])
RATHER = frozenset(
    words(
        "plutot finalement correction seulement pas erreur trompe pardon non change changez changer remplace remplacez"
        " rather instead sorry not only suffit suffisent suffira suffiront"
    )
)
_BARE = re.compile(r"\b(?:sans|without) (?:les? |aucun |any )?(?:supplements?|extras?|options?|rien|nothing)\b")
_DEFINITE = frozenset(("le", "la", "les", "l", "the"))
_SAME = frozenset(words("pareil pareille meme memes aussi egalement same also"))


def altered(turn: Turn, mention: Mention, want: Want) -> Want:
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
    options = want.options or kept_options(turn, want, of_it[0])
    want = as_before(turn, want, (of_it[0].sku,))
    if not _SAME.isdisjoint(words(turn.text)):
        return replace(want, quantity=of_it[0].quantity, options=options)
    return replace(want, quantity=of_it[0].quantity, instead=(of_it[0].sku,), options=options, does="set")


def kept_options(turn: Turn, want: Want, line: CartLine) -> tuple[str, ...]:
    """What the line has that the other variant of it is to have, too."""
    if _BARE.search(fold(turn.text)):
        return ()
    without = {word for one in want.without for word in words(one)}
    return tuple(one for one in line.options if without.isdisjoint(words(one)))


def _asked_about(turn: Turn, want: Want) -> tuple[str, ...]:
    """`Trainers in 42?` — `I take the black ones`: in 42."""
    found = [(sku, *turn.catalogue.by_sku[sku]) for sku in turn.sale.last_variants if sku in turn.catalogue.by_sku]
    traits = set(want.traits)
    return tuple(
        sku
        for sku, product, variant in found
        if product.sku == want.products[0] and traits <= {value for _, value in variant.traits}
    )


def as_before(turn: Turn, want: Want, out: Sequence[str]) -> Want:
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
    definite = said[:1] in ARTICLES or not _DEFINITE.isdisjoint(said)
    return definite or not RATHER.isdisjoint(words(turn.text))

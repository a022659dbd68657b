"""Turns what customers want into lines of the cart, or into the question that has to come first."""

import re
from collections.abc import Sequence
from dataclasses import replace

from comptoir.plugins.builtin.clerk import cart, wares
from comptoir.plugins.builtin.clerk.cart import Problem
from comptoir.plugins.builtin.clerk.sale import Want
from comptoir.plugins.builtin.clerk.turn import Turn
from comptoir.plugins.shop.model import CartLine, Draft, Product, Variant
from comptoir.plugins.shop.numbers import number_at
from comptoir.plugins.shop.understanding import Mention
from comptoir.plugins.text import fold, stem, words

_ADDS = frozenset(
    ("ajoute", "ajoutez", "ajouter", "rajoute", "rajoutez", "rajouter", "encore", "autre", "autres", "add", "another")
)
"""So many more."""
EACH = frozenset(("chaque", "chacun", "chacune", "each"))
_OF_EACH = re.compile(
    r"\b(?P<count>\w+) (?:de )?(?:chaque|chacune?)"
    r"(?: (?:taille|couleur|pointure|sorte|format|modele|variete|parfum|gout)s?)?"
    r"(?= *(?:$|[,.;!?)\n]|svp|stp|s'il|merci|pour|et))"
)
_ALL = frozenset(("deux", "2", "trois", "3", "tous", "toutes", "tout", "both", "all", "chaque", "chacun", "chacune"))
_EITHER = frozenset(("ou", "or", "pas", "not", "plutot", "rather", "non"))
"""Of two that are named, one is meant."""


def want_of(mention: Mention, products: Sequence[str]) -> Want:
    return Want(
        tuple(products),
        quantity=mention.quantity,
        relative=mention.relative,
        unsure=mention.unsure,
        traits=mention.traits,
        options=mention.options,
        without=mention.without,
        said=mention.said,
    )


def settle(turn: Turn, want: Want, *, first: bool = False) -> None:
    """Do what is wanted, or remember that a question stands before it."""
    turn.understood = True
    if each := _one_of_each(turn, want):
        for one in each:
            settle(turn, one)
        return
    if len(want.products) == 1:
        turn.sale = replace(turn.sale, last=want.products[0], last_variants=want.variants)
    open_want = _tried(turn, want)
    if open_want is not None:
        wants = (open_want, *turn.sale.wants) if first else (*turn.sale.wants, open_want)
        turn.sale = replace(turn.sale, wants=wants)


def _one_of_each(turn: Turn, want: Want) -> list[Want]:
    """`2 chickens, one whole and one half`: one of each, where as many were named as are wanted."""
    spoken = words(turn.text)
    each = not EACH.isdisjoint(spoken)
    if each and len(want.products) > 1 and want.does == "put":
        return [replace(want, products=(sku,), quantity=want.quantity or 1) for sku in want.products]
    product = wares.product_of(turn.catalogue, want.products[0]) if len(want.products) == 1 else None
    if product is None or want.does != "put" or want.relative or not _EITHER.isdisjoint(spoken):
        return []
    if each and not want.traits and not want.variants:
        return _of_each_kind(turn, product, want)
    kinds = {fold(value): kind for variant in product.variants for kind, value in variant.traits}
    by_kind: dict[str, list[str]] = {}
    for trait in dict.fromkeys(want.traits):
        by_kind.setdefault(kinds.get(fold(trait), ""), []).append(trait)
    several = [values for kind, values in by_kind.items() if kind and len(values) > 1]
    if len(several) != 1 or want.quantity not in (None, len(several[0]), 1 if each else None):
        return []
    rest = tuple(trait for trait in want.traits if trait not in several[0])
    return [replace(want, traits=(*rest, value), quantity=1, unsure=False) for value in several[0]]


def _of_each_kind(turn: Turn, product: Product, want: Want) -> list[Want]:
    """`3 vests, one of each size`, where they come in three; `2 of each colour`."""
    told = _OF_EACH.search(fold(turn.text))
    there = [one for one in product.variants if turn.shop.stock.enough(one.sku, 1)]
    if told is None or len(there) < len(product.variants) or len(there) == 1:
        return []
    found = number_at([told["count"]], 0)
    count = 1 if told["count"] in ("un", "une") else found.value if found is not None else None
    if not count or want.quantity not in (None, count, count * len(there)):
        return []
    return [replace(want, variants=(one.sku,), quantity=count, unsure=False) for one in there]


def _tried(turn: Turn, want: Want) -> Want | None:
    """None where it is done, else the want with its question."""
    if len(want.products) != 1:
        return replace(want, kind="choice")
    product = wares.product_of(turn.catalogue, want.products[0])
    if product is None:
        return None
    variants = _fitting(turn, product, want)
    if want.does == "remove":
        return _removed(turn, want, variants)
    if len(variants) > 1 and _only_dresses(want) and not _ALL.isdisjoint(words(turn.text)):
        # `Both with chips`: whichever of it is in the cart.
        for one in variants:
            turn.take(cart.dress(turn.shop, turn.draft, one.sku, want.options, want.without))
        return None
    there = [one for one in variants if turn.shop.stock.enough(one.sku, 1)]
    if len(there) > 1 and (begun := _begun(product, want, there)):
        there = begun
    if (len(variants) > 1 or not _has_all(variants[0], _known_traits(product, want))) and there:
        return replace(want, kind="variant", variants=tuple(one.sku for one in there))
    variant = variants[0]
    if want.unsure:
        return replace(want, kind="quantity", variants=(variant.sku,), quantity=None)
    return _placed(turn, replace(want, variants=(variant.sku,)))


def _fitting(turn: Turn, product: Product, want: Want) -> list[Variant]:
    """The variants that may be meant. One that is in the cart already is, where nothing says otherwise."""
    among = [one for one in product.variants if not want.variants or one.sku in want.variants] or list(product.variants)
    traits = _known_traits(product, want)
    fitting = _nearest(among, traits)
    if not _has_all(fitting[0], traits):
        turn.answer("lacking", product=product.name, lacking=", ".join(traits))
    if len(fitting) > 1:
        in_cart = {line.sku for line in turn.draft.lines}
        there = [one for one in fitting if one.sku in in_cart]
        about_cart = want.does != "put" or want.relative or _only_dresses(want)
        if there and (about_cart or (len(there) == 1 and not want.traits)):
            return there
    return fitting


def _begun(product: Product, want: Want, variants: Sequence[Variant]) -> list[Variant]:
    """`First age milk`, of which there are two sizes: those that have the words said beside its name."""
    own = {stem(word) for name in (product.name, *product.names) for word in words(name)}
    said = {stem(word) for word in words(want.said) if not word.isdigit()} - own
    values = {one.sku: {stem(word) for _, value in one.traits for word in words(value)} for one in variants}
    told = said & set().union(*values.values())
    having = [one for one in variants if told and told <= values[one.sku]]
    return having if 1 < len(having) < len(variants) else []


def _nearest(variants: Sequence[Variant], traits: Sequence[str]) -> list[Variant]:
    """Those that have most of these traits."""
    said = {fold(trait) for trait in traits}
    has = [len(said & {fold(value) for _, value in one.traits}) for one in variants]
    return [one for one, count in zip(variants, has, strict=True) if count == max(has)]


def _known_traits(product: Product, want: Want) -> tuple[str, ...]:
    """Those that tell its variants apart: `noir` may be a word of its name."""
    values = {fold(value) for variant in product.variants for _, value in variant.traits}
    return tuple(trait for trait in want.traits if fold(trait) in values)


def _has_all(variant: Variant, traits: Sequence[str]) -> bool:
    return {fold(trait) for trait in traits} <= {fold(value) for _, value in variant.traits}


def _only_dresses(want: Want) -> bool:
    """It speaks of options of what is in the cart, and of no other number of it."""
    return want.quantity is None and not want.unsure and bool(want.options or want.without)


def _placed(turn: Turn, want: Want) -> Want | None:
    sku = want.variants[0]
    want = _with_negative_options(turn, want)
    there = [line for line in turn.draft.lines if line.sku == sku]
    basis = _without_instead(turn.draft, want)
    if want.instead and sku not in want.instead and there and want.quantity is not None and want.does == "put":
        # `A fanta for one of the cokes`, and there is a fanta already.
        want = replace(want, relative=True)
    if there and want.quantity is None and want.does != "remove":
        # Spoken of once more: the number stays, options may come and go.
        made: Draft | Problem = basis
        if want.options or want.without:
            made = cart.dress(turn.shop, basis, sku, want.options, want.without)
    elif there and want.relative:
        made = cart.change(turn.shop, basis, sku, max(0, there[0].quantity + (want.quantity or 0)), there[0].options)
    elif (plain := _some_without(turn, want)) is not None:
        made = plain
    elif there and (want.does == "set" or _says_anew(turn, want)):
        made = cart.change(turn.shop, basis, sku, want.quantity or 0, want.options or None)
        if isinstance(made, Problem) and made.kind == "absent":
            made = cart.change(turn.shop, basis, sku, want.quantity or 0)
            if isinstance(made, Draft) and want.options:
                made = cart.dress(turn.shop, made, sku, want.options, want.without)
    else:
        quantity = 1 if want.quantity is None else want.quantity
        made = cart.put(turn.shop, basis, sku, quantity, want.options) if quantity else basis
    problem = turn.take(made)
    if problem is None:
        _note(turn, want)
        return None
    return _stopped(turn, want, problem)


def _some_without(turn: Turn, want: Want) -> Draft | Problem | None:
    """`One without chips`, of two with chips: so many of them go without; None where it says something else."""
    lines = [line for line in turn.before.lines if line.sku == want.variants[0]]
    line = (
        lines[0] if len(lines) == 1 and lines == [one for one in turn.draft.lines if one.sku == lines[0].sku] else None
    )
    off = {stem(word) for said in want.without for word in words(said)}
    pieces = want.quantity or 0
    if line is None or want.does != "put" or not 0 < pieces < line.quantity:
        return None
    left = tuple(name for name in line.options if off.isdisjoint(stem(word) for word in words(name)))
    if left == line.options or want.options:
        return None
    rest = cart.change(turn.shop, turn.draft, line.sku, line.quantity - pieces, line.options)
    return cart.put(turn.shop, rest, line.sku, pieces, left) if isinstance(rest, Draft) else rest


def _with_negative_options(turn: Turn, want: Want) -> Want:
    """`Without onion`, where the shop has an option called so, is that option."""
    product = wares.product_of(turn.catalogue, want.products[0])
    off = {stem(word) for said in want.without for word in words(said)}
    named = {
        option.name: {stem(word) for word in words(option.name) if word != "sans"}
        for option in (product.options if product is not None else ())
        if words(option.name)[:1] == ["sans"]
    }
    meant = [name for name, stems in named.items() if stems and stems <= off]
    if not meant:
        return want
    used = set().union(*(named[name] for name in meant))
    without = tuple(said for said in want.without if not {stem(word) for word in words(said)} <= used)
    return replace(want, options=tuple(dict.fromkeys((*want.options, *meant))), without=without)


def _says_anew(turn: Turn, want: Want) -> bool:
    """`Mettez 8 coca`, where 6 had been put by an earlier message, means 8 in all."""
    of_it = [line for line in turn.before.lines if line.sku == want.variants[0]]
    if not _ADDS.isdisjoint(words(turn.text)):
        return False
    return bool(of_it) and (not want.options or any(set(line.options) == set(want.options) for line in of_it))


def _stopped(turn: Turn, want: Want, problem: Problem) -> Want | None:
    product = wares.named(turn.catalogue, problem.sku)
    match problem.kind:
        case "stock":
            return replace(want, kind="stock", variants=(problem.sku,), left=problem.left)
        case "option":
            turn.answer("no_option", product=product, said=problem.said)
            return _tried(turn, replace(want, options=()))
        case "many" if problem.quantity > 0:
            turn.answer("too_many", product=product)
            turn.hand_over = turn.say("reason_many", said=f"{problem.quantity} {product}")
        case "many":
            return replace(want, kind="quantity", quantity=None, unsure=True)
        case "full":
            turn.answer("full")
        case _:
            turn.answer("not_in_cart", product=product)
    return None


def _removed(turn: Turn, want: Want, variants: Sequence[Variant]) -> Want | None:
    skus = [line.sku for line in turn.draft.lines]
    found = list(dict.fromkeys(one.sku for one in variants if one.sku in skus))
    if not found:
        turn.answer("not_in_cart", product=wares.named(turn.catalogue, want.products[0]))
        return None
    if len(found) > 1 and want.quantity is not None:
        return replace(want, kind="variant", variants=tuple(found))
    if want.unsure and want.quantity is None:
        # `Take one or two out`: they are asked how many they want.
        return replace(want, kind="quantity", does="set", variants=(found[0],))
    for sku in found:
        line = next(line for line in turn.draft.lines if line.sku == sku)
        off = {*want.options, *want.without}
        if off.intersection(line.options) and 0 < (want.quantity or 0) < line.quantity:
            part(turn, line, want.quantity or 0, [name for name in line.options if name not in off])
            continue
        if want.options or want.without:
            made = cart.dress(turn.shop, turn.draft, sku, (), (*want.options, *want.without))
        elif want.quantity is not None and 0 < abs(want.quantity) < line.quantity:
            made = cart.change(turn.shop, turn.draft, sku, line.quantity - abs(want.quantity), line.options)
        else:
            made = cart.remove(turn.draft, sku)
        turn.take(made)
    return None


def part(turn: Turn, line: CartLine, quantity: int, options: Sequence[str]) -> None:
    """So many of a line's pieces with these options instead of its own."""
    rest = cart.change(turn.shop, turn.draft, line.sku, line.quantity - quantity, line.options)
    made = cart.put(turn.shop, rest, line.sku, quantity, options) if isinstance(rest, Draft) else rest
    if turn.take(made) is None:
        turn.understood = True


def _without_instead(draft: Draft, want: Want) -> Draft:
    """Without what this takes the place of."""
    kept = {sku for sku in want.variants if sku in want.instead}
    left, lines = want.pieces_out, []
    for line in draft.lines:
        if line.sku in kept or line.sku not in want.instead:
            lines.append(line)
        elif left is not None:
            out = min(left, line.quantity)
            left -= out
            lines += [replace(line, quantity=line.quantity - out)] if out < line.quantity else []
    return replace(draft, lines=tuple(lines))


def _note(turn: Turn, want: Want) -> None:
    """What they do not want, and no option says: whoever prepares it reads it."""
    product = wares.product_of(turn.catalogue, want.products[0])
    options = {fold(option.name) for option in product.options} if product is not None else set()
    others = [word for word in want.without if fold(word) not in options]
    if product is None or not others:
        return
    note = turn.say("note_without", product=product.name, words=", ".join(others))
    if note not in turn.draft.note:
        notes = "; ".join(filter(None, (turn.draft.note, note)))
        turn.take(cart.noted(turn.draft, notes))

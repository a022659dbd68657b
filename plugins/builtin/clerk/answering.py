"""Answers to the question that stands before a want: which one, how many, what instead."""

import re
from collections.abc import Mapping, Sequence, Set
from dataclasses import replace
from itertools import pairwise

from comptoir.plugins.builtin.clerk import cart, wares
from comptoir.plugins.builtin.clerk.choosing import narrowed
from comptoir.plugins.builtin.clerk.sale import Want
from comptoir.plugins.builtin.clerk.turn import Turn
from comptoir.plugins.builtin.clerk.wanting import settle
from comptoir.plugins.shop.model import MAX_QUANTITY, Variant
from comptoir.plugins.shop.money import read_amount
from comptoir.plugins.shop.numbers import number_at
from comptoir.plugins.shop.understanding import Mention
from comptoir.plugins.text import stem, words

_SMALL = frozenset(words("petit petite petits petites small smallest cheapest"))
_BIG = frozenset(words("grand grande grands grandes gros grosse big large biggest"))
_IDLE = frozenset(
    words("le la les l celle celui celles ceux en de du au aux a taille pointure svp stp s il te vous plait merci oui")
)
_TAKING = frozenset(
    words(
        "ok oui d accord alors bon pour les j en veux prends mets mettez donne donnez moi il m faut voudrais svp stp s"
        " te vous plait merci et"
    )
)
_ALL = frozenset(words("tous toutes tout toute all"))
_AMOUNT = re.compile(r"(?<![\w.,])\d{1,3}(?:[ .]\d{3})+(?!\d)|(?<![\w.,])\d{3,7}(?!\d)")
_LONGEST = 6
"""Digits that no number of pieces has."""
_LEAST = 100
"""No smaller figure is taken for a price."""
_INSTEAD = frozenset(
    words("alors plutot place bon tant sinon donne donnez mets mettez mettons prends prenez remplace instead then")
)
_BESIDES = (["et"], ["avec"], ["plus"], ["aussi"], ["puis"], ["ajoute"], ["ajoutez"], ["and"], ["also"], ["plus"])
"""What begins so is wanted besides."""


def refine(turn: Turn, mention: Mention) -> None:
    """The open question about a want, answered."""
    want = turn.answered()
    mention = _without_trait_numbers(turn, want, mention)
    found = tuple(one.sku for one in mention.found)
    named = tuple(sku for sku in found if sku in want.products)
    other = bool(found) and not named
    products = _offered(turn, want, found) if other else named or want.products
    quantity = want.quantity if mention.quantity is None or mention.relative else mention.quantity
    keep = want.kind not in ("stock",) and not other
    if keep:
        traits = _joined(turn, want, mention.traits)
    else:
        traits = mention.traits if other else _kept_traits(turn, want, mention.traits)
    refined = replace(
        want,
        products=products,
        variants=want.variants if keep else (),
        quantity=quantity,
        unsure=(mention.unsure and not _is_of_that_many(turn, want)) or (want.unsure and mention.quantity is None),
        # What was sold out was said too: of the new answer only itself counts.
        traits=traits,
        options=mention.options if other else tuple(dict.fromkeys((*want.options, *mention.options))),
        without=tuple(dict.fromkeys((*want.without, *mention.without))),
        said=want.said if not found else mention.said,
        left=0,
    )
    tell_lacking(turn, mention, products)
    if products == want.products and not keep and not mention.traits:
        refined = _another_variant(turn, want, refined)
    elif products == want.products and mention.quantity is None:
        refined = _by_words(turn, refined, turn.text)
    settle(turn, refined, first=True)


def _is_of_that_many(turn: Turn, want: Want) -> bool:
    """`4 wraps`, which ones? — `all with chicken`: these 4; `a cable`, which? — `for an iPhone`: that one."""
    spoken = words(turn.text)
    for_one = any(first == "pour" and second in ("un", "une") for first, second in pairwise(spoken))
    return want.quantity is not None and (for_one or not _ALL.isdisjoint(spoken))


def answers_exactly(turn: Turn) -> bool:
    """`1 Reine and 1 chicken`, where one of the candidates is called just so."""
    want = turn.answering
    if want is not None and want.kind == "stock" and want.left and _count_in(turn.text) == want.left:
        answer_stock(turn, yes=True)  # `ok put the 2`, be it a size as well
        return True
    if want is None or want.kind != "variant":
        return False
    titles = {sku: _telling(turn.catalogue.by_sku[sku][1].title) for sku in want.variants}
    first, *rest = re.split(r"[,;.!\n]+", turn.text, maxsplit=1)
    count = _count_in(rest[0]) if rest else None
    said = [_telling(turn.text), *([_telling(first)] if count else [])]
    titled = [sku for sku, title in titles.items() if title in said]
    if len(titled) != 1:
        return False
    turn.answered()
    quantity = count if count and titles[titled[0]] == _telling(first) else want.quantity
    settle(turn, replace(want, variants=(titled[0],), traits=(), quantity=quantity), first=True)
    return True


def _count_in(text: str) -> int | None:
    """Of `j'en veux 3`, where nothing else is said."""
    left = [word for word in words(text) if word not in _TAKING]
    if len(left) == 1 and left[0].isdecimal():
        count = int(left[0][:_LONGEST])
        return count if len(left[0]) < _LONGEST and 0 < count <= MAX_QUANTITY else None
    found = number_at(left, 0) if left else None
    return found.value if found is not None and len(left) == found.length else None


def _telling(text: str) -> list[str]:
    return [word for word in words(text) if word not in _IDLE]


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
    turn.not_read.clear()
    settle(turn, _only(want, found), first=True)
    return True


def answer_stock(turn: Turn, *, yes: bool) -> None:
    """To `only 2 are left, shall I take 2?`, and to what is not there at all."""
    want = turn.answered()
    turn.understood = True
    others = cart.instead_of(turn.shop, want.variants[0]) if yes and not want.left and want.variants else ()
    if len(others) == 1:
        # Only one thing was offered.
        product = wares.product_sku(turn.catalogue, others[0])
        settle(turn, Want((product,), others, want.quantity))
    if yes and want.left:
        turn.taken = want.products[0]
        settle(turn, replace(want, quantity=want.left, relative=False, does="set" if want.does == "set" else "put"))


def each_of(turn: Turn, quantity: int) -> None:
    """So many of each that they may choose from."""
    want = turn.answered()
    if want.kind == "choice":
        each = [replace(want, products=(sku,), quantity=quantity) for sku in want.products]
    else:
        each = [replace(want, variants=(sku,), traits=(), quantity=quantity) for sku in want.variants]
    for one in each:
        settle(turn, one)


def pick_of(turn: Turn, want: Want, place: int) -> None:
    candidates = want.products if want.kind == "choice" else want.variants
    if not 0 <= place < len(candidates):
        return
    turn.answered()
    one = (candidates[place],)
    settle(turn, replace(want, products=one) if want.kind == "choice" else replace(want, variants=one), first=True)


def _offered(turn: Turn, want: Want, found: tuple[str, ...]) -> tuple[str, ...]:
    """Of several that may be meant, what they were offered."""
    offered = cart.instead_of(turn.shop, want.variants[0]) if want.kind == "stock" and want.variants else ()
    products = {wares.product_sku(turn.catalogue, sku) for sku in offered}
    return tuple(sku for sku in found if sku in products) or found


def _without_trait_numbers(turn: Turn, want: Want, mention: Mention) -> Mention:
    """`The 1 in 82 inches`, where 1 is a colour, is no number of pieces."""
    variants = [turn.catalogue.by_sku[sku][1] for sku in want.variants if sku in turn.catalogue.by_sku]
    number = str(mention.quantity)
    products = [one for sku in want.products if (one := wares.product_of(turn.catalogue, sku)) is not None]
    every = [pair for product in products for one in product.variants for pair in one.traits]
    # Who says `1 can of 20 litres` has said which size.
    said = {kind for kind, value in every if value in mention.traits}
    values = {value for one in variants for kind, value in one.traits if number in words(value) and kind not in said}
    if want.kind != "variant" or len(values) != 1:
        return mention
    return replace(mention, quantity=None, traits=(*mention.traits, *values))


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
        if cost := _by_price(turn, text, {one.sku: {each.price for each in one.variants} for one in products}):
            return (cost,)
        sizes = {one.sku: tuple(value for variant in one.variants for _, value in variant.traits) for one in products}
        return narrowed(text, {one.sku: (one.name, *one.names) for one in products}) or narrowed(text, sizes)
    variants = [catalogue.by_sku[sku][1] for sku in want.variants if sku in catalogue.by_sku]
    if size := _by_size(words(text), variants) or _by_price(turn, text, {one.sku: {one.price} for one in variants}):
        return (size,)
    return narrowed(text, {one.sku: (*(value for _, value in one.traits), *one.names) for one in variants})


def _by_size(said: Sequence[str], variants: Sequence[Variant]) -> str:
    """`The small one`, `the cheapest`: where prices tell them apart; empty where nothing says so."""
    by_price = sorted(variants, key=lambda one: one.price)
    if len({one.price for one in by_price}) < len(by_price) or len(by_price) < 2:
        return ""
    cheap, dear = (f"{word} cher" in " ".join(said) for word in ("moins", "plus"))
    if cheap != dear:
        return by_price[0 if cheap else -1].sku
    small, big = not _SMALL.isdisjoint(said), not _BIG.isdisjoint(said)
    return "" if small == big else by_price[0 if small else -1].sku


def _by_price(turn: Turn, text: str, costs: Mapping[str, Set[int]]) -> str:
    """`The one at 1,500`: what alone costs that; empty for none."""
    amounts = (read_amount(one, turn.catalogue.currency) for one in _AMOUNT.findall(text))
    told = {one for one in amounts if one is not None and one >= _LEAST}
    having = [sku for sku, prices in costs.items() if prices & told]
    return having[0] if len(told) == 1 and len(having) == 1 else ""


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


def as_value(turn: Turn, mention: Mention) -> Mention:
    """`Which drink with the menu?` — `a coke`: what it comes in, though the shop sells it by itself, too."""
    want = turn.answering
    if want is None or want.kind != "variant" or not mention.found or names(want, mention):
        return mention
    value = "" if words(turn.text)[:1] in _BESIDES else turn.lexicon.value_called(want.products[0], mention.said)
    if not value or mention.relative or (mention.quantity or 1) not in (1, want.quantity):
        return mention
    return replace(mention, found=(), refers=True, traits=(value,), quantity=None)


def answers(turn: Turn, mention: Mention) -> bool:
    """Whether it is about what they were asked about."""
    want = turn.answering
    if want is None:
        return False
    if not mention.found:
        return mention.refers or bool(mention.traits or mention.options)
    # Whatever they name now is what they take for what there is not, or not enough of.
    if names(want, mention):
        return True
    if words(turn.text)[:1] in _BESIDES:
        return False
    if want.unclear:
        return _speaks_of(turn, want.said, mention)
    return not want.products or (want.kind == "stock" and _is_instead(turn, want, mention))


def _speaks_of(turn: Turn, said: str, mention: Mention) -> bool:
    """Whether the message that was not understood was about what is named now, or about nothing in the cart."""
    told = _stems(said)
    in_cart = {one for line in turn.draft.lines for one in _stems_of(turn, line.sku)}
    named = {each for one in mention.found for each in _stems_of(turn, one.sku)}
    return bool(told & named) or not told & in_cart


def _stems_of(turn: Turn, sku: str) -> frozenset[str]:
    product = wares.product_of(turn.catalogue, sku)
    return _stems(product.name) if product is not None else frozenset()


def _stems(text: str) -> frozenset[str]:
    return frozenset(stem(word) for word in words(text))


def _is_instead(turn: Turn, want: Want, mention: Mention) -> bool:
    """What was offered, or what they say is instead; any other ware may be wanted besides."""
    offered = {wares.product_sku(turn.catalogue, sku) for sku in cart.instead_of(turn.shop, (*want.variants, "")[0])}
    named = {one.sku for one in mention.found}
    return bool(offered & named) or mention.quantity is None or not _INSTEAD.isdisjoint(words(turn.text))


def names(want: Want, mention: Mention) -> bool:
    return mention.refers or any(one.sku in want.products for one in mention.found)


def _joined(turn: Turn, want: Want, traits: Sequence[str]) -> tuple[str, ...]:
    """What was said before and now; of what nothing has together, what they say now."""
    both = (*want.traits, *traits)
    products = [one for sku in want.products if (one := wares.product_of(turn.catalogue, sku)) is not None]
    values = [{value for _, value in variant.traits} for product in products for variant in product.variants]
    return both if any(each.issuperset(both) for each in values) else tuple(traits)


def _kept_traits(turn: Turn, want: Want, traits: Sequence[str]) -> tuple[str, ...]:
    """`Only 1 of the white ones in L is left` — `then one in M`: a white one, too."""
    if not want.variants or want.variants[0] not in turn.catalogue.by_sku:
        return tuple(traits)
    product, variant = turn.catalogue.by_sku[want.variants[0]]
    kinds = {kind for one in product.variants for kind, value in one.traits if value in traits}
    return (*traits, *(value for kind, value in variant.traits if kind not in kinds))


def tell_lacking(turn: Turn, mention: Mention, products: Sequence[str]) -> None:
    if mention.lacking and len(products) == 1:
        product = wares.named(turn.catalogue, products[0])
        turn.answer("lacking", product=product, lacking=", ".join(mention.lacking))

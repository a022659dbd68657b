"""Which wares a mention means: those of the cart, the one that was spoken of last, those that come so."""

from collections.abc import Sequence

from comptoir.plugins.builtin.clerk import cart_words, wares
from comptoir.plugins.builtin.clerk.turn import Turn
from comptoir.plugins.shop.understanding import Mention
from comptoir.plugins.shop.understanding.joining import ALIKE
from comptoir.plugins.text import stem, words


def meant(turn: Turn, mention: Mention, *, in_cart: bool = False) -> tuple[str, ...]:
    """The products that may be meant: those in the cart first where it is about the cart."""
    found = tuple(one.sku for one in mention.found)
    there = tuple(dict.fromkeys(wares.product_sku(turn.catalogue, line.sku) for line in turn.draft.lines))
    if not found and mention.refers and mention.options and (fitting := _with_options(turn, mention.options)):
        return fitting
    if not found and mention.refers and (fitting := _with_traits(turn, there, (*mention.traits, *mention.lacking))):
        return fitting
    if not found and mention.refers:
        if in_cart and turn.sale.last not in there and there:
            return there if len(there) == 1 else ()
        return (turn.sale.last,) if turn.sale.last else there[:1] if len(there) == 1 else ()
    if len(found) > 1 and mention.traits:
        found = tuple(sku for sku in found if _comes_so(turn, sku, mention.traits)) or found
    if len(found) > 1:
        known = tuple(sku for sku in found if sku in there) if in_cart or mention.quantity is None else ()
        if known and (in_cart or len(known) == 1):
            return known
        found = _of_the_kind(turn, found)
        return (turn.sale.last,) if turn.sale.last in found else found
    return found


def _of_the_kind(turn: Turn, found: tuple[str, ...]) -> tuple[str, ...]:
    """`2 Marseille soaps` — `and 2 of toilet`: a soap, too, and no toilet paper."""
    last = wares.product_of(turn.catalogue, turn.sale.last)
    kind = words(last.name)[:1] if last is not None else []
    alike = [sku for sku in found if (one := wares.product_of(turn.catalogue, sku)) and words(one.name)[:1] == kind]
    return tuple(alike) if len(alike) == 1 else found


def replaced(turn: Turn, instead: Mention | None, mention: Mention) -> tuple[str, ...]:
    """The variants of the cart that are replaced."""
    products: Sequence[str]
    if instead is not None and instead.found and (instead.found != mention.found or _is_there(turn, instead)):
        products = cart_words.meant(turn, instead, meant(turn, instead, in_cart=True))
    else:
        products = _other_variant(turn, mention) or most_alike(turn, mention)
        if not products and mention.refers and mention.traits:
            products = meant(turn, mention, in_cart=True)  # `rather a Bosch`, of the spark plugs
        if not products and instead == ALIKE:
            return ()
        products = products or meant(turn, Mention(refers=True) if instead is None else instead, in_cart=True)
    products = products or [one.sku for one in mention.found]
    lines = [line.sku for line in turn.draft.lines if wares.product_sku(turn.catalogue, line.sku) in products]
    wanted = set(instead.traits) if instead is not None else set()
    exact = [sku for sku in lines if wanted <= {value for _, value in turn.catalogue.by_sku[sku][1].traits}]
    return tuple(dict.fromkeys(exact or lines))


def _is_there(turn: Turn, mention: Mention) -> bool:
    return not {one.sku for one in mention.found}.isdisjoint(cart_words.products(turn))


def _other_variant(turn: Turn, mention: Mention) -> tuple[str, ...]:
    """`The rice of 50 kg instead`: of the one of these products that is in the cart, in another size."""
    found = [one.sku for one in mention.found if one.sku in cart_words.products(turn)]
    return tuple(found) if len(found) == 1 and mention.traits else ()


def most_alike(turn: Turn, mention: Mention) -> tuple[str, ...]:
    """`Rather the black castor oil`, for the castor oil and not for the argan oil: the ware of the cart that is named
    most like it.
    """
    named = {one.sku for one in mention.found}
    new = {word for sku in named for word in _name_words(turn, sku)}
    heads = {_head(turn, sku) for sku in named}
    points = {
        sku: len(new & _name_words(turn, sku)) + (_head(turn, sku) in heads)
        for sku in cart_words.products(turn)
        if sku not in named
    }
    most = max(points.values(), default=0)
    best = tuple(sku for sku, count in points.items() if count == most)
    return best if most and len(best) == 1 else ()


def _head(turn: Turn, sku: str) -> str:
    product = wares.product_of(turn.catalogue, sku)
    return stem(next(iter(words(product.name)), "")) if product is not None else ""


def _name_words(turn: Turn, sku: str) -> set[str]:
    product = wares.product_of(turn.catalogue, sku)
    return {stem(word) for word in words(product.name) if len(word) > 2} if product is not None else set()


def _with_traits(turn: Turn, products: Sequence[str], traits: Sequence[str]) -> tuple[str, ...]:
    """The product of the cart that comes so, where the one that was spoken of last does not."""
    has = [sku for sku in products if _comes_so(turn, sku, traits)]
    return tuple(has) if len(has) == 1 and not _comes_so(turn, turn.sale.last, traits) else ()


def _with_options(turn: Turn, options: Sequence[str]) -> tuple[str, ...]:
    """The product of the cart that has them, where the one that was spoken of last has not."""
    in_cart = dict.fromkeys(wares.product_sku(turn.catalogue, line.sku) for line in turn.draft.lines)
    has = [
        sku
        for sku in in_cart
        if (one := wares.product_of(turn.catalogue, sku)) and {each.name for each in one.options}.issuperset(options)
    ]
    return tuple(has) if len(has) == 1 and turn.sale.last not in has else ()


def _comes_so(turn: Turn, sku: str, traits: Sequence[str]) -> bool:
    one = wares.product_of(turn.catalogue, sku)
    values = {value for variant in one.variants for _, value in variant.traits} if one is not None else set()
    return bool(traits) and values.issuperset(traits)

"""What goes with a ware of the cart, exchanged for something else that may go with it."""

from comptoir.plugins.builtin.clerk import cart, wares
from comptoir.plugins.builtin.clerk.altering import ARTICLES, RATHER
from comptoir.plugins.builtin.clerk.turn import Turn
from comptoir.plugins.shop.understanding import Mention
from comptoir.plugins.text import words

_ALIKE = frozenset(words("pareil pareille meme memes same"))


def is_the_same(text: str) -> bool:
    """`The same, but in small`: one more, and nothing for it."""
    spoken = words(text)
    return not _ALIKE.isdisjoint(spoken) and RATHER.isdisjoint(spoken)


def options_swapped(turn: Turn, mention: Mention, instead: Mention | None) -> bool:
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
    told = (tuple(word for word in words(one) if [word] not in ARTICLES) for one in said)
    return next((names[one] for one in told if one in names), "")

"""What is taken of what they have just asked about: `le lapin et la caille c'est combien ?` — `les deux`, `3 alors`."""

from dataclasses import replace

from comptoir.plugins.builtin.clerk import wares
from comptoir.plugins.builtin.clerk.sale import Want
from comptoir.plugins.builtin.clerk.turn import Turn
from comptoir.plugins.builtin.clerk.wanting import settle
from comptoir.plugins.shop.understanding import Mention
from comptoir.plugins.text import words

MOST = 4
"""Things asked about at once that are no list of what there is."""
BOTH = frozenset(words("les tous toutes both all"))


def each_asked(turn: Turn, count: int, pieces: int | None = None) -> bool:
    """Put so many of each of these that were asked about; False where there are not `count` of them."""
    listed = turn.sale.listed
    if len(listed) != count or not 1 < count <= MOST or turn.sale.last not in ("", listed[-1]):
        return False
    for sku in listed:
        settle(turn, Want((sku,), quantity=pieces))
    turn.sale = replace(turn.sale, listed=())
    return True


def of_the_asked(turn: Turn, mention: Mention) -> bool:
    """Whether it was about several that were asked about: all of them are put, or which of them is asked."""
    if turn.answering is not None or not _is_bare(mention):
        return False
    if not BOTH.isdisjoint(words(mention.said)):
        return each_asked(turn, mention.quantity or 0)
    if turn.sale.last or not 1 < len(turn.sale.listed) <= MOST:
        return False
    settle(turn, Want(turn.sale.listed, quantity=mention.quantity))
    return True


def is_just_asked(turn: Turn, mention: Mention) -> bool:
    """`The guinea fowl is how much?` — `ok, 3`: of that one, and not of what is in the cart."""
    there = {wares.product_sku(turn.catalogue, line.sku) for line in turn.draft.lines}
    return turn.sale.last not in {"", *there} and not turn.sale.removing and _is_bare(mention)


def _is_bare(mention: Mention) -> bool:
    told = mention.traits or mention.options or mention.without or mention.relative or mention.lacking
    return mention.refers and not mention.found and not told

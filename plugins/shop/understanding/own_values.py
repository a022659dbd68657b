"""Values that are said behind a product that comes in them: `2 poulets, un vivant, un plumé`, `rétroviseurs gauche et
droit`: of that product, though others come so too.
"""

from collections.abc import Sequence
from dataclasses import replace

from comptoir.plugins.shop.understanding.acts import Mention
from comptoir.plugins.shop.understanding.lexicon import Lexicon
from comptoir.plugins.shop.understanding.pieces import Piece

_BETWEEN = frozenset(("et", "and", "puis", "avec", "plus", "dont", "aux", "au", "les", "en", "de"))


def of_the_last(pieces: Sequence[Piece], lexicon: Lexicon) -> list[Piece]:
    """The pieces of a message, where such values name nothing by themselves."""
    made = list(pieces)
    for place, piece in enumerate(made):
        base = piece.mention
        if piece.kind != "mention" or base is None or not base.sku:
            continue
        parts = _parts(made, place, base, lexicon)
        if parts and _are_its(base, [one for at in parts if (one := made[at].mention) is not None]):
            for at in parts:
                made[at] = replace(made[at], mention=_bare(made[at].mention, base, lexicon))
    return made


def _parts(pieces: Sequence[Piece], place: int, base: Mention, lexicon: Lexicon) -> list[int]:
    """Where values of it stand behind it, with nothing else between."""
    parts = []
    for at in range(place + 1, len(pieces)):
        piece = pieces[at]
        if piece.kind == "mention" and piece.mention is not None and _is_value(piece.mention, base, lexicon):
            parts.append(at)
        elif piece.kind != "comma" and not (piece.kind == "word" and piece.name in _BETWEEN):
            break
    return parts


def _is_value(mention: Mention, base: Mention, lexicon: Lexicon) -> bool:
    """Whether it says nothing but in which value it is wanted, and that is another thing than the first said."""
    traits = _values(mention, base, lexicon)
    others = mention.options or mention.without or mention.lacking or mention.unsure or mention.relative
    return bool(traits) and not others and not set(traits) & set(base.traits)


def _values(mention: Mention, base: Mention, lexicon: Lexicon) -> tuple[str, ...]:
    """Of the first product. What has a number may be called so itself: `4 boissons : 2 coca et 2 sprite`."""
    if len(mention.found) > 1 and base.sku in {one.sku for one in mention.found}:
        return lexicon.own_traits(base.sku, mention.traits)
    value = lexicon.value_called(base.sku, mention.said) if mention.quantity and mention.found else ""
    return (value,) if value else ()


def _are_its(base: Mention, parts: Sequence[Mention]) -> bool:
    """Values without numbers are; with numbers where they add up to what was said first."""
    counted = [one.quantity for one in parts if one.quantity is not None]
    return not counted or (len(counted) == len(parts) and sum(counted) == base.quantity)


def _bare(mention: Mention | None, base: Mention, lexicon: Lexicon) -> Mention | None:
    return mention and replace(mention, found=(), refers=True, traits=_values(mention, base, lexicon))

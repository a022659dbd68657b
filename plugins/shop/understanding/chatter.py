"""Parts what is talked of around an order from what is ordered: `nous avons des invités qui viennent de Thiès`."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from comptoir.plugins.shop.understanding.lexicon import Lexicon
from comptoir.plugins.shop.understanding.pieces import Piece
from comptoir.plugins.text import singular, words

_HAVING = frozenset(
    words("ai as a avons avez ont suis est sommes etes sont etait serons serez sera viennent vient arrivent arrive")
)
"""Verbs that order nothing."""
_TAKING = frozenset(("yes", "checkout", "delivery", "cancel", "pickup"))
"""Phrases that may ask for what is named behind them."""
_SHORT = 3


def without_chatter(pieces: Sequence[Piece], lexicon: Lexicon) -> list[Piece]:
    """The pieces, but for what only looks like a ware beside others that are surely meant: no verb asks for it, and
    it is none of the shop's words as they are written.
    """
    sure = sum(_is_sure(piece, lexicon) for piece in pieces)
    if not sure:
        return list(pieces)
    return [replace(one, kind="word", mention=None) if chat else one for one, chat in _judged(pieces, lexicon)]


def _judged(pieces: Sequence[Piece], lexicon: Lexicon) -> Iterator[tuple[Piece, bool]]:
    wanted, having = False, False
    for piece in pieces:
        yield piece, _is_chatter(piece, lexicon, having=having, wanted=wanted)
        if piece.kind == "end":
            wanted = having = False
        elif piece.kind in ("modes", "asks") or piece.name in _TAKING:
            wanted, having = True, False
        having = piece.name in _HAVING if piece.kind == "word" else having and piece.kind not in ("mention", "number")


def _is_chatter(piece: Piece, lexicon: Lexicon, *, having: bool, wanted: bool) -> bool:
    mention = piece.mention
    if piece.kind != "mention" or mention is None or mention.refers or _is_sure(piece, lexicon):
        return False
    if having and not mention.found:
        return True
    return not wanted and mention.quantity is None and not mention.traits


def _is_sure(piece: Piece, lexicon: Lexicon) -> bool:
    mention = piece.mention
    if piece.kind != "mention" or mention is None or not mention.found:
        return False
    said = (word for word in words(mention.said) if len(word) >= _SHORT)
    return any(word in lexicon.own or singular(word) in lexicon.own for word in said)

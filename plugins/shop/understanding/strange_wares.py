"""`du thon et du champagne`, `chemise et cravate`: a word in a row with wares names one, though the shop has none."""

from collections.abc import Sequence

from comptoir.plugins.language import ordering_words
from comptoir.plugins.shop.understanding.acts import Asked, Mention
from comptoir.plugins.shop.understanding.lexicon import Lexicon
from comptoir.plugins.shop.understanding.phrasing import phrase_words
from comptoir.plugins.shop.understanding.pieces import Piece

_ROW = frozenset(("et", "and", "plus"))
_PARTITIVES = frozenset(("du", "des"))
_POLITE = frozenset(("svp", "stp", "please"))
_SHORTEST, _LONGEST = 4, 20


def with_strange_wares(pieces: Sequence[Piece], lexicon: Lexicon, asked: Asked | None) -> list[Piece]:
    """The pieces of a message that orders, with single words beside its wares as wares that the shop does not have."""
    made = list(pieces)
    asks = any(one.kind == "asks" or one.name == "?" or one.said.lower().endswith("?") for one in pieces)
    if asks or asked not in (None, "delivery", "variant", "choice"):
        return made
    for at in range(len(pieces)):
        if _is_strange(pieces, at, lexicon):
            said = " ".join(one.said for one in pieces[at - (at > 0 and pieces[at - 1].name in _PARTITIVES) : at + 1])
            made[at] = Piece("mention", "", pieces[at].at, said, Mention(said=said))
    return made


def _is_strange(pieces: Sequence[Piece], at: int, lexicon: Lexicon) -> bool:
    piece = pieces[at]
    if piece.kind != "word" or not _SHORTEST <= len(piece.name) <= _LONGEST or not piece.name.isalpha():
        return False
    if piece.name in ordering_words("idle") | ordering_words("qualities") | ordering_words("people"):
        return False
    if piece.name in phrase_words() or lexicon.zones.has(piece.name) or not _ends_at(pieces, at + 1):
        return False
    some = at > 0 and pieces[at - 1].name in _PARTITIVES
    before = at - 1 - some
    if not some and (lexicon.is_everyday(piece.name) or (piece.said[:1].isupper() and before >= 0)):
        return False
    if before < 0:
        return _is_ware(pieces, at + 2) and at + 1 < len(pieces) and pieces[at + 1].name in _ROW
    return pieces[before].name in _ROW and _is_ware(pieces, before - 1)


def _ends_at(pieces: Sequence[Piece], at: int) -> bool:
    return at >= len(pieces) or pieces[at].kind in ("end", "comma") or pieces[at].name in _ROW | _POLITE


def _is_ware(pieces: Sequence[Piece], at: int) -> bool:
    mention = pieces[at].mention if 0 <= at < len(pieces) else None
    return mention is not None and bool(mention.found)

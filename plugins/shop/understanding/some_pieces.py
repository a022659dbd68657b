"""Options on some of the pieces that are ordered by one message: `2 poulets avec frites sur un`."""

from collections.abc import Sequence
from dataclasses import replace

from comptoir.plugins.shop.understanding.acts import Mention
from comptoir.plugins.shop.understanding.doubting import in_doubt
from comptoir.plugins.shop.understanding.lexicon import Lexicon
from comptoir.plugins.shop.understanding.pieces import Piece
from comptoir.plugins.shop.understanding.roots import root_of

_ON = frozenset(("sur", "dans", "on"))


def on_some(pieces: Sequence[Piece], lexicon: Lexicon) -> list[Piece]:
    """The pieces of a message, with a mention of its own for those that the options are on."""
    made: list[Piece] = []
    place = 0
    while place < len(pieces):
        piece, following = _bare(pieces[place]), pieces[place + 1 : place + 3]
        on = [one.name for one in following[:1] if one.kind == "word" and one.name in _ON]
        number = following[1].mention if on and len(following) > 1 and following[1].kind == "number" else None
        ware = following[1].mention if on and len(following) > 1 and following[1].kind == "mention" else None
        if ware is not None and _on_earlier(made, piece, ware, lexicon):
            place += 3
            continue
        parted = _parted(piece.mention, number) if piece.mention is not None and number is not None else None
        if parted is None:
            made.append(piece)
            place += 1
            continue
        made += [replace(piece, mention=one, at=piece.at + at) for at, one in enumerate(parted)]
        place += 3
    return made


def _bare(piece: Piece) -> Piece:
    """`ajoute des frites`: the pieces that they come with are counted, not they."""
    mention = piece.mention
    if mention is None or not mention.refers or not mention.options or not mention.said.lower().startswith("des "):
        return piece
    return replace(piece, mention=replace(mention, unsure=False))


def _on_earlier(made: list[Piece], piece: Piece, ware: Mention, lexicon: Lexicon) -> bool:
    """`2 poulets et 1 yassa, frites sur un poulet`: part of what was named before it."""
    count, skus = ware.quantity or 0, {one.sku for one in ware.found}
    if not count or (piece.mention is not None and not piece.mention.refers):
        return False
    for place, one in enumerate(made):
        whole = one.mention
        if whole is None or len(whole.found) != 1 or whole.found[0].sku not in skus or (whole.quantity or 0) < count:
            continue
        told = piece.mention or _option(whole, piece.name, lexicon)
        if told is None or not (told.options or told.without):
            continue
        part = replace(whole, quantity=count, options=told.options, without=told.without)
        left = (whole.quantity or 0) - count
        made[place] = replace(one, mention=replace(whole, quantity=left) if left else part)
        made += [replace(piece, kind="mention", name="", mention=part)] if left else []
        return True
    return False


def _option(whole: Mention, word: str, lexicon: Lexicon) -> Mention | None:
    """The option that a word is of what was named earlier."""
    name = lexicon.entries[lexicon.by_sku[whole.found[0].sku]].options.get((root_of(word),)) if word else None
    return Mention(options=(name,), refers=True) if name else None


def _parted(whole: Mention, number: Mention) -> list[Mention] | None:
    count, pieces = number.quantity or 0, whole.quantity or 0
    if not whole.found or not (whole.options or whole.without) or not 0 < count < pieces:
        return None
    if len(whole.options) + len(whole.without) > 1:
        return [in_doubt(whole)]  # Which of these options?
    part = Mention((), number.said, count, options=whole.options, without=whole.without, refers=True)
    return [replace(whole, options=(), without=()), part]

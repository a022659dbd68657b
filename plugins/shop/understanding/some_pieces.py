"""Options on some of the pieces that are ordered by one message: `2 poulets avec frites sur un`."""

from collections.abc import Sequence
from dataclasses import replace

from comptoir.plugins.shop.understanding.acts import Mention
from comptoir.plugins.shop.understanding.doubting import in_doubt
from comptoir.plugins.shop.understanding.pieces import Piece

_ON = frozenset(("sur", "dans", "on"))


def on_some(pieces: Sequence[Piece]) -> list[Piece]:
    """The pieces of a message, with a mention of its own for those that the options are on."""
    made: list[Piece] = []
    place = 0
    while place < len(pieces):
        piece, following = pieces[place], pieces[place + 1 : place + 3]
        on = [one.name for one in following[:1] if one.kind == "word" and one.name in _ON]
        number = following[1].mention if on and len(following) > 1 and following[1].kind == "number" else None
        parted = _parted(piece.mention, number) if piece.mention is not None and number is not None else None
        if parted is None:
            made.append(piece)
            place += 1
            continue
        made += [replace(piece, mention=one, at=piece.at + at) for at, one in enumerate(parted)]
        place += 3
    return made


def _parted(whole: Mention, number: Mention) -> list[Mention] | None:
    count, pieces = number.quantity or 0, whole.quantity or 0
    if not whole.found or not (whole.options or whole.without) or not 0 < count < pieces:
        return None
    if len(whole.options) + len(whole.without) > 1:
        return [in_doubt(whole)]  # Which of these options?
    part = Mention((), number.said, count, options=whole.options, without=whole.without, refers=True)
    return [replace(whole, options=(), without=()), part]

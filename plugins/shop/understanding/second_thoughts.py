"""What customers say of a number that they have just said: `2 euh 3`, `un avec frites et un sans`, `2 de chaque`."""

from collections.abc import Sequence
from dataclasses import replace

from comptoir.plugins.shop.understanding.acts import Mention
from comptoir.plugins.shop.understanding.doubting import in_doubt
from comptoir.plugins.shop.understanding.pieces import Piece

_HESITATING = frozenset(("euh", "heu", "hum", "hmm", "euuh", "uh", "um", "oups", "oops"))
_MEANING = frozenset(("je veux dire", "je voulais dire"))
_JOINING = frozenset(("et", "plus", "aussi", "encore", "puis", "ensuite", "pour", "and", "for", "avec"))
_ALL = frozenset(("tout", "tous", "toute", "toutes", "all"))
_OF_EACH = ("de chaque", "of each", "chacun", "chacune", "each")
_BREAKS = ("end", "comma")


def thought_over(pieces: Sequence[Piece]) -> list[Piece]:
    """The pieces of a message, with such words as what they mean; a thing that is told twice with two numbers and no
    word between them is in doubt.
    """
    return _doubled(_each(_with_or_without(_behind(_on_some(_of_which(_corrected(_more_of(pieces))))))))


def _more_of(pieces: Sequence[Piece]) -> list[Piece]:
    """`un peu plus de coca` takes nothing away; of `tous les coca` nobody knows how many."""
    made: list[Piece] = []
    more = False
    for piece in pieces:
        if made and made[-1].name in ("peu", "beaucoup") and piece.said.lower().startswith("plus d"):
            more = True
            continue
        all_of_it = bool(made) and made[-1].name in _ALL and piece.mention is not None and not piece.mention.quantity
        more = more or (all_of_it and not any(one.name in ("remove", "except") for one in made))
        made.append(replace(piece, mention=in_doubt(piece.mention)) if more and piece.mention else piece)
        more = False
    return made


def _corrected(pieces: Sequence[Piece]) -> list[Piece]:
    """`2 coca euh 3`: the second number is meant."""
    return [
        replace(piece, kind="modes", name="correct") if _takes_back(pieces, place) else piece
        for place, piece in enumerate(pieces)
    ]


def _takes_back(pieces: Sequence[Piece], at: int) -> bool:
    piece = pieces[at]
    if not (piece.kind == "word" and piece.name in _HESITATING) and piece.said.lower() not in _MEANING:
        return False
    before = next((one for one in reversed(pieces[:at]) if one.kind not in ("word", *_BREAKS)), None)
    after = next((one for one in pieces[at + 1 :] if one.kind not in _BREAKS and one.name not in _HESITATING), None)
    if before is None or after is None or before.mention is None or before.mention.quantity is None:
        return False
    if after.kind == "number" or before.kind == "number":
        return after.mention is not None
    told = after.mention
    return told is not None and (_is_same(before.mention, told) or (told.refers and bool(told.traits)))


def _is_same(one: Mention, other: Mention) -> bool:
    return bool(one.sku) and one.sku == other.sku


def _with_or_without(pieces: Sequence[Piece]) -> list[Piece]:
    """`un avec frites et un sans`."""
    made: list[Piece] = []
    skip = False
    for place, piece in enumerate(pieces):
        if skip:
            skip = False
            continue
        following = pieces[place + 1] if place + 1 < len(pieces) else None
        ends = place + 2 >= len(pieces) or pieces[place + 2].kind in _BREAKS or pieces[place + 2].name == "et"
        last = next((one.mention for one in reversed(made) if one.kind == "mention"), None)
        counts = piece.kind == "number" or (piece.name == "more" and "autre" in piece.said.lower())
        if following is None or last is None or not (ends and counts) or following.said.lower() not in ("sans", "avec"):
            made.append(piece)
            continue
        quantity = (piece.mention.quantity if piece.mention is not None else None) or 1
        said = f"{piece.said} {following.said}"
        if following.said.lower() == "sans":
            mention = Mention((), said, quantity, without=last.options, refers=True)
        else:
            mention = Mention((), said, quantity, options=last.without, refers=True)
        made.append(Piece("mention", "", piece.at, said, mention))
        skip = True
    return made


def _of_which(pieces: Sequence[Piece]) -> list[Piece]:
    """`2 bissap dont un litre`: how many of which has to be asked."""
    made: list[Piece] = []
    for piece in pieces:
        mention, last = piece.mention, made[-2].mention if len(made) > 1 else None
        some = mention is not None and mention.refers and mention.quantity is None and bool(mention.traits)
        if some and last is not None and last.found and made[-1].name == "dont":
            made[-2:] = [replace(made[-2], mention=replace(in_doubt(last), traits=()))]
            continue
        made.append(piece)
    return made


def _on_some(pieces: Sequence[Piece]) -> list[Piece]:
    """`frites seulement sur un`: on so many of them."""
    made: list[Piece] = []
    for piece in pieces:
        on = next((at for at in range(len(made) - 1, -1, -1) if made[at].name == "sur"), None)
        dressed = next((at for at in range(len(made) - 1, -1, -1) if made[at].kind == "mention"), None)
        if piece.kind == "number" and piece.mention is not None and on is not None and dressed is not None:
            mention = made[dressed].mention
            is_between = dressed < on == len(made) - 1
            if mention is not None and is_between and (mention.options or mention.without) and mention.refers:
                made[dressed:] = [replace(made[dressed], mention=replace(mention, quantity=piece.mention.quantity))]
                continue
        made.append(piece)
    return made


def _behind(pieces: Sequence[Piece]) -> list[Piece]:
    """`coca. 3`, `yassa sans rien x1`, `riz 10 kg`: a number that is told apart from its name is of it all the same."""
    made: list[Piece] = []
    for place, piece in enumerate(pieces):
        named = next((at for at in range(len(made) - 1, -1, -1) if made[at].kind == "mention"), None)
        if piece.kind == "number" and piece.mention is not None and named is not None:
            mention, between = made[named].mention, made[named + 1 :]
            is_of_it = all(one.said.lower() in ("", "sans rien") and one.name not in ("?", "\n") for one in between)
            doubtful = piece.mention.unsure and not between
            of_each = place + 1 < len(pieces) and pieces[place + 1].said.lower().endswith(_OF_EACH)
            if of_each:
                made.append(piece)
                continue
            if (
                mention is not None
                and mention.found
                and mention.quantity is None
                and is_of_it
                and (between or doubtful)
            ):
                counted = replace(mention, quantity=piece.mention.quantity, unsure=piece.mention.unsure)
                made[named:] = [replace(made[named], mention=counted)]
                continue
            ends = place + 1 == len(pieces) or pieces[place + 1].kind in _BREAKS
            if mention is not None and mention.found and mention.quantity is not None and ends and not between:
                made[named] = replace(made[named], mention=in_doubt(mention))  # `2 coca 1`
                continue
        made.append(piece)
    return made


def _each(pieces: Sequence[Piece]) -> list[Piece]:
    """`coca et fanta, 2 de chaque`, `2 de chaque : coca et fanta`."""
    if first := next((one for one in pieces if one.mention is not None), None):
        told = first.mention
        if told is not None and not told.found and told.quantity and first.said.lower().endswith(_OF_EACH):
            return [
                replace(one, mention=replace(one.mention, quantity=one.mention.quantity or told.quantity))
                if one.mention is not None and one.mention.found
                else one
                for one in pieces
                if one is not first
            ]
    at = next((place for place, one in enumerate(pieces) if one.said.lower().endswith(_OF_EACH)), 0)
    if at > 0 and pieces[at].mention is None and pieces[at - 1].kind == "mention":
        return _of_each(pieces, at)
    apart = at > 0 and pieces[at].mention is None and pieces[at - 1].kind == "number"
    number = pieces[at - apart].mention if pieces else None
    named = [one for one in pieces if one.kind == "mention" and one.mention is not None and one.mention.found]
    if at == 0 or number is None or number.quantity is None or not named:
        return list(pieces)
    left = [one for place, one in enumerate(pieces) if place not in (at - apart, at)]
    return [
        replace(one, mention=replace(one.mention, quantity=number.quantity, unsure=number.unsure))
        if one in named and one.mention is not None
        else one
        for one in left
    ]


def _of_each(pieces: Sequence[Piece], at: int) -> list[Piece]:
    """`gloss et vernis noir 2 chacun`: 2 of all that were named without a number; of one alone nobody knows."""
    told = pieces[at - 1].mention
    if told is None or not told.found or told.quantity is None or not pieces[at - 1].said[-1:].isdigit():
        return list(pieces)
    begun = max((place for place in range(at) if pieces[place].kind == "end"), default=-1)
    counted = [
        place
        for place in range(begun + 1, at - 1)
        if (one := pieces[place].mention) is not None and one.found and one.quantity is None and not one.unsure
    ]
    made = [
        replace(one, mention=replace(one.mention, quantity=told.quantity))
        if place in counted and one.mention is not None
        else one
        for place, one in enumerate(pieces)
        if place != at
    ]
    return made if counted else [*made[: at - 1], replace(pieces[at - 1], mention=in_doubt(told)), *pieces[at:]]


def _told_before(pieces: Sequence[Piece], at: int) -> bool:
    """`du coca : 2 coca`: the first says nothing that the second does not say."""
    one = pieces[at].mention
    if one is None or pieces[at].kind != "mention" or one.quantity is not None or one.unsure or one.refers:
        return False
    if any(
        piece.kind == "asks" or piece.name not in ("", "put") for piece in pieces if piece.kind in ("asks", "modes")
    ):
        return False
    others = (piece.mention for piece in pieces[at + 1 :] if piece.kind == "mention")
    return any(
        other is not None and _is_same(one, other) and other.quantity and _is_less(one, other) for other in others
    )


def _is_less(one: Mention, other: Mention) -> bool:
    return {*one.traits, *one.options, *one.without, *one.lacking} <= {*other.traits, *other.options, *other.without}


def _doubled(pieces: Sequence[Piece]) -> list[Piece]:
    """`2 coca 3 coca`: 5, or 3?"""
    made = [piece for place, piece in enumerate(pieces) if not _told_before(pieces, place)]
    for place, piece in enumerate(made):
        before = next((at for at in range(place - 1, -1, -1) if made[at].kind == "mention"), None)
        if piece.kind == "mention" and before is not None and _is_doubled(made, before, place):
            assert piece.mention is not None
            made[place] = replace(piece, mention=in_doubt(piece.mention))
    return made


def _is_doubled(pieces: Sequence[Piece], first: int, second: int) -> bool:
    one, other = pieces[first].mention, pieces[second].mention
    if one is None or other is None or not _is_same(one, other) or None in (one.quantity, other.quantity):
        return False
    between = pieces[first + 1 : second]
    if any(piece.kind not in ("word", *_BREAKS) or piece.name in _JOINING for piece in between):
        return False
    alike = (one.traits, one.options, one.without) == (other.traits, other.options, other.without)
    return alike and (one.quantity != other.quantity or not between)

"""What is said once of several things: `un tuyau et un coude en 40`, `coude pareil`, `6 yassa moitié moitié`."""

import re
from collections.abc import Sequence
from dataclasses import replace

from comptoir.plugins.shop.understanding.acts import Mention
from comptoir.plugins.shop.understanding.details import flat
from comptoir.plugins.shop.understanding.doubting import in_doubt
from comptoir.plugins.shop.understanding.lexicon import Lexicon
from comptoir.plugins.shop.understanding.pieces import Piece

_MARKED = re.compile(r"\b(?:en|taille|pointure|format|couleur)\b")
_OF_ALL = re.compile(r"^(?:les|tous|toutes|tout|le tout)\b")
_ALIKE = frozenset(("pareil", "pareille", "pareils", "pareilles", "idem", "meme", "memes", "same"))
_HALVES = re.compile(r"moiti[eé]\W+moiti[eé]")
_JOINING = frozenset(("et", "and", "comma", ",", "avec", "+", "plus"))


def shared(pieces: Sequence[Piece], lexicon: Lexicon) -> list[Piece]:
    """The pieces of a message, with what is told of several said of each."""
    made = _told_for(_added_up(pieces))
    for place, piece in enumerate(made):
        if piece.kind == "end":
            continue
        mention = piece.mention
        if mention is not None and mention.traits and _MARKED.search(flat(piece.said) + _before(made, place)):
            _give_back(made, place, mention.traits, lexicon)
        elif piece.kind == "word" and piece.name in _ALIKE:
            _give_on(made, place, lexicon)
    return made


def _added_up(pieces: Sequence[Piece]) -> list[Piece]:
    """`3 plats : 1 yassa, 1 mafé, 1 thieb`: these 3."""
    at = next((place for place, one in enumerate(pieces) if one.kind in ("number", "mention")), -1)
    number = pieces[at].mention if at >= 0 and pieces[at].kind == "number" else None
    first = next((place for place, one in enumerate(pieces) if one.kind == "mention"), -1)
    if number is None or first < 0 or any(one.kind not in ("word", "category") for one in pieces[at + 1 : first]):
        return list(pieces)
    end = next((place for place in range(first, len(pieces)) if pieces[place].kind == "end"), len(pieces))
    named = [one for place in range(first, end) if (one := pieces[place].mention) is not None and one.found]
    named_first = pieces[first].mention
    if named_first is None or len(named) < 2 or sum(one.quantity or 1 for one in named) != number.quantity:
        return list(pieces)
    told = replace(named_first, said=f"{pieces[at].said} {named_first.said}")
    return [*pieces[:at], *pieces[at + 1 : first], replace(pieces[first], mention=told), *pieces[first + 1 :]]


def _told_for(pieces: Sequence[Piece]) -> list[Piece]:
    """`6 coca : 2 pour moi et 4 pour ma soeur`: these 6; of `3 coca, 4 pour ma soeur` nobody knows how many."""
    made, dropped = list(pieces), set[int]()
    for place, piece in enumerate(pieces):
        mention = piece.mention
        if piece.kind != "mention" or mention is None or not mention.found or not mention.quantity:
            continue
        parts = _parts_for(pieces, place)
        told = [one.quantity or 0 for at in parts if (one := pieces[at].mention) is not None]
        dropped.update(parts)
        mention = replace(mention, said=" ".join((mention.said, *(pieces[at].said for at in parts))))
        made[place] = replace(piece, mention=in_doubt(mention) if sum(told) > (mention.quantity or 0) else mention)
    return [one for place, one in enumerate(made) if place not in dropped]


def _parts_for(pieces: Sequence[Piece], place: int) -> list[int]:
    """The numbers behind it that are for somebody each, where they are no more of it."""
    after = pieces[place + 1] if place + 1 < len(pieces) else None
    if after is None or after.name in ("pour", "et", "and", "plus"):
        return []
    parts = []
    for at in range(place + 1, len(pieces) - 1):
        if pieces[at].kind == "end" or (pieces[at].kind == "mention" and pieces[at].mention):
            break
        if pieces[at].kind == "number" and pieces[at + 1].name == "pour":
            parts.append(at)
    return parts


def _before(pieces: Sequence[Piece], place: int) -> str:
    return f" {pieces[place - 1].name}" if place and pieces[place - 1].kind == "word" else ""


def _give_back(pieces: list[Piece], place: int, traits: Sequence[str], lexicon: Lexicon) -> None:
    """The size of what is named here, to all that is chained to it and has none."""
    refers = pieces[place].mention
    if refers is not None and refers.refers and not _is_of_all(pieces, place):
        return
    for at in range(place - 1, -1, -1):
        piece, mention = pieces[at], pieces[at].mention
        if mention is not None and piece.kind == "mention" and mention.sku:
            if mention.traits or mention.lacking:
                return
            if lexicon.own_traits(mention.sku, traits) != tuple(traits) or not lexicon.comes_in(mention.sku, traits):
                return
            pieces[at] = replace(piece, mention=replace(mention, traits=tuple(traits)))
        elif piece.kind not in ("word", "comma", "number") or (piece.kind == "word" and piece.name not in _CHAINING):
            return


_CHAINING = frozenset((*_JOINING, "les", "tous", "toutes", "tout", "le", "en", "deux", "un", "une", "des", "du", "de"))


def _is_of_all(pieces: Sequence[Piece], place: int) -> bool:
    """`les deux en 40`, `le tout en 40`."""
    said = " ".join(one.said.lower() for one in pieces[max(place - 3, 0) : place] if one.kind in ("word", "number"))
    return bool(_OF_ALL.search(flat(pieces[place].said))) or bool(
        re.search(r"\b(?:tous|toutes|tout|les deux|les 2)\b", said)
    )


def _give_on(pieces: list[Piece], place: int, lexicon: Lexicon) -> None:
    """The size of what was named before to the thing that is the same in this."""
    named = [at for at in range(place) if pieces[at].kind == "mention" and pieces[at].mention is not None]
    if len(named) < 2 or any(one.kind == "end" for one in pieces[named[-2] : place]):
        return
    first, second = pieces[named[-2]].mention, pieces[named[-1]].mention
    if first is None or second is None or not second.sku or second.traits or not first.traits:
        return
    traits = lexicon.own_traits(second.sku, first.traits)
    if len(traits) == len(first.traits) and lexicon.comes_in(second.sku, traits):
        pieces[named[-1]] = replace(pieces[named[-1]], mention=replace(second, traits=traits))


def in_halves(pieces: list[Piece], lexicon: Lexicon) -> list[Piece]:
    """`6 bissap moitié moitié avec bouye`: 3 of each."""
    numbers = [place for place, one in enumerate(pieces) if one.kind == "number"]
    at = next((place for place in numbers if _HALVES.search(pieces[place].said.lower())), -1)
    named = [place for place, one in enumerate(pieces) if one.kind == "mention" and one.mention and one.mention.found]
    if at < 0 or not named:
        return pieces
    mentions = [one for place in named if (one := pieces[place].mention) is not None]
    told = [*mentions, *(one for place in numbers if (one := pieces[place].mention) is not None)]
    totals = [one.quantity for one in told if one.quantity]
    if len(totals) != 1 or totals[0] % 2:
        return [replace(one, mention=in_doubt(one.mention)) if one.mention else one for one in pieces]
    halves = _two_of(mentions, lexicon)
    if not halves:
        return pieces
    parts = [
        replace(pieces[named[min(place, len(named) - 1)]], mention=replace(one, quantity=totals[0] // 2, unsure=False))
        for place, one in enumerate(halves)
    ]
    kept = [one for one in pieces if one.kind not in ("mention", "number", "word")]
    before = [one for one in kept if one.at < parts[0].at]
    return [*before, *parts, *(one for one in kept if one.at >= parts[0].at)]


def _two_of(mentions: Sequence[Mention], lexicon: Lexicon) -> list[Mention]:
    """The two things that are meant; nothing where they are not clear."""
    if len(mentions) == 2 and all(one.sku for one in mentions):
        first, second = mentions
        return [_like(first, second, lexicon), _like(second, first, lexicon)]
    if len(mentions) > 1:
        return []
    (one,) = mentions
    if len(one.found) == 2:
        return [replace(one, found=(found,)) for found in one.found]
    variants = lexicon.entries[lexicon.by_sku[one.sku]].product.variants if one.sku else ()
    if len(variants) == 2 and not one.traits:
        return [replace(one, traits=tuple(value for _, value in variant.traits)) for variant in variants]
    return []


def _like(one: Mention, other: Mention, lexicon: Lexicon) -> Mention:
    """In the size of the other, where it has none."""
    traits = lexicon.own_traits(one.sku, other.traits)
    fits = not one.traits and len(traits) == len(other.traits) and lexicon.comes_in(one.sku, traits)
    return replace(one, traits=traits) if fits else one

"""What is wanted one or the other, `yassa ou thieb`: which of them has to be asked."""

import re
from collections.abc import Sequence
from dataclasses import replace

from comptoir.plugins.shop.understanding.acts import Mention
from comptoir.plugins.shop.understanding.details import flat
from comptoir.plugins.shop.understanding.doubting import in_doubt
from comptoir.plugins.shop.understanding.lexicon import Lexicon
from comptoir.plugins.shop.understanding.pieces import Piece

_SENTENCE = re.compile(r"[^.!?;\n]+[.!?;\n]*")
_HESITATING = re.compile(
    r"\bhesit|\b(?:sai[st]?|c) pas (?:encore |trop )?(?:si|quoi|lequel|laquelle|entre)\b|\bsais pas encore\b"
    r"|\bdemande si je\b|\bpas encore (?:decide|choisi)|\b(?:balance|choisir|choix) entre\b"
)
_OR, _BESIDE_OR = (
    frozenset(("ou", "or", "sinon")),
    frozenset(("bien", "alors", "sinon", "meme", "peut", "etre", "ou", "or")),
)


def one_of_them(pieces: Sequence[Piece], text: str, lexicon: Lexicon) -> list[Piece]:
    """With one mention of all that are told as alternatives: which one has to be asked."""
    made = _in_either(_hesitated(list(pieces), flat(text)), lexicon)
    place = 0
    while place < len(made):
        after = _other(made, place)
        if after:
            first, second = made[place].mention, made[after].mention
            assert first is not None
            assert second is not None
            made[place : after + 1] = [replace(made[place], mention=_either(first, second))]
        else:
            place += 1
    return made


def _in_either(pieces: list[Piece], lexicon: Lexicon) -> list[Piece]:
    """`un t-shirt M rouge ou noir`: in M, and the colour is asked."""
    for place in range(len(pieces) - 2, 0, -1):
        whole, other = pieces[place - 1].mention, pieces[place + 1].mention
        if pieces[place].name not in _OR or "ù" in pieces[place].said or whole is None or other is None:
            continue
        if not (whole.sku and whole.traits and other.refers and len(other.traits) == 1) or other.quantity is not None:
            continue
        traits = tuple(one for one in whole.traits if lexicon.comes_in(whole.sku, (one, *other.traits)))
        if len(traits) < len(whole.traits):
            first = replace(pieces[place - 1], mention=replace(whole, traits=traits))
            pieces = [*pieces[: place - 1], first, *pieces[place + 2 :]]
    return pieces


def _hesitated(pieces: list[Piece], folded: str) -> list[Piece]:
    for sentence in _SENTENCE.finditer(folded):
        start, end = sentence.span()
        inside = [place for place, one in enumerate(pieces) if start <= one.at < end]
        named = [place for place in inside if _is_ware(pieces[place])]
        asks = any(pieces[place].kind == "asks" and not _is_hesitation(pieces[place].said) for place in inside)
        if not named or asks or _HESITATING.search(sentence.group()) is None:
            continue
        mention = pieces[named[0]].mention
        assert mention is not None
        others = [one for place in named[1:] if (one := pieces[place].mention) is not None]
        for other in others:
            mention = _either(mention, other)
        mention = mention if others else in_doubt(mention)
        kept = [place for place in inside if pieces[place].kind in ("end", "word") or pieces[place].name == "greet"]
        first = replace(pieces[named[0]], mention=mention, name="")
        before = [one for place, one in enumerate(pieces) if place in kept and place < named[0]]
        after = [one for place, one in enumerate(pieces) if place in kept and place > named[0]]
        return [*pieces[: inside[0]], *before, first, *after, *pieces[inside[-1] + 1 :]]
    return pieces


def _is_hesitation(said: str) -> bool:
    return _HESITATING.search(flat(said)) is not None


def _is_ware(piece: Piece) -> bool:
    return piece.kind == "mention" and piece.mention is not None and bool(piece.mention.found)


def _other(pieces: Sequence[Piece], place: int) -> int:
    """Where the alternative to this mention stands; 0 for none."""
    if not _is_ware(pieces[place]):
        return 0
    after = place + 1
    while after < len(pieces) and (
        pieces[after].kind == "comma" or (pieces[after].kind == "word" and pieces[after].name in _BESIDE_OR)
    ):
        after += 1
    between = pieces[place + 1 : after]
    if not any(one.name in _OR and "ù" not in one.said for one in between) or after == len(pieces):
        return 0
    if not _is_ware(pieces[after]) or _is_asked(pieces, after):
        return 0
    first, second = pieces[place].mention, pieces[after].mention
    assert first is not None
    assert second is not None
    return 0 if {one.sku for one in first.found} == {one.sku for one in second.found} else after


def _is_asked(pieces: Sequence[Piece], place: int) -> bool:
    before = max((at for at in range(place) if pieces[at].kind == "end"), default=-1)
    end = next((one.name for one in pieces[place:] if one.kind == "end"), "")
    return end == "?" or any(one.kind == "asks" or one.name == "remove" for one in pieces[before + 1 : place])


def _either(first: Mention, second: Mention) -> Mention:
    """Of the number that was said of both, where one was."""
    found = tuple({one.sku: one for one in (*first.found, *second.found)}.values())
    numbers = {one.quantity for one in (first, second) if one.quantity is not None}
    unsure = first.unsure or second.unsure or len(numbers) > 1
    return replace(
        first,
        found=found,
        said=f"{first.said} ou {second.said}",
        quantity=next(iter(numbers)) if len(numbers) == 1 and not unsure else None,
        unsure=unsure,
        traits=tuple(dict.fromkeys((*first.traits, *second.traits))),
        lacking=(),
        options=tuple(dict.fromkeys((*first.options, *second.options))),
    )

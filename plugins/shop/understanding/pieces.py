"""Parts a message into pieces: phrases, mentions, zones, numbers, and the ends of sentences."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from comptoir.plugins.language import ordering_words
from comptoir.plugins.shop.understanding.acts import Found, Mention
from comptoir.plugins.shop.understanding.details import Detail
from comptoir.plugins.shop.understanding.doubting import SHARES, Doubts, in_doubt, sum_in
from comptoir.plugins.shop.understanding.mentions import MentionReader
from comptoir.plugins.shop.understanding.packing import packings
from comptoir.plugins.shop.understanding.roots import links
from comptoir.plugins.shop.understanding.tokens import Token
from comptoir.plugins.shop.understanding.zones import ZoneMatch

Kind = Literal["acts", "asks", "modes", "mention", "number", "zone", "detail", "category", "end", "comma", "word"]
_NODS, _SHAKES = frozenset("👍👌✅🆗🤝"), frozenset("👎❌🚫")
_PARTITIVES = frozenset(("du", "des", "de", "d"))
_THEIRS = frozenset(("mon", "ma", "mes", "notre", "nos", "my"))
_NO_PIECES = frozenset(
    [
        "personne",
        "personnes",
        "pers",
        "jour",
        "jours",
        "minute",
        "minutes",
        "mn",
        "min",
        "heure",
        "heures",
        "fois",
        "an",
        "ans",
        "mois",
        "semaine",
        "semaines",
        "pourcent",
        "yards",
        "enfant",
        "enfants",
        "adulte",
        "adultes",
        "gens",
        "peu",
    ]
)


@dataclass(frozen=True, slots=True)
class Piece:
    kind: Kind
    name: str = ""
    """The phrase's, or the sign's."""
    at: int = 0
    """Where it stands in the message."""
    said: str = ""
    mention: Mention | None = None
    found: tuple[Found, ...] = ()
    cued: bool = False
    detail: Detail | None = None


def pieces_of(
    tokens: Sequence[Token], reader: MentionReader, zones: Sequence[ZoneMatch], details: Sequence[Detail]
) -> list[Piece]:
    """In the order of the message."""
    there = [zone for zone in zones if zone.cued or not reader.names_product(zone.start)]
    reader.stops = {zone.start: zone.end for zone in there if zone.cued or zone.found[0].score >= 1}
    reader.guesses = {zone.start: zone.end for zone in there}
    sums = {detail.start: amount for detail in details if not detail.kind and (amount := sum_in(detail.text))}
    found = list(_pieces(tokens, reader, {zone.start: zone for zone in zones}, sums))
    found += [
        Piece("detail", detail.kind, detail.start, detail.text, detail=detail) for detail in details if detail.kind
    ]
    return sorted(found, key=lambda piece: piece.at)


def _pieces(
    tokens: Sequence[Token], reader: MentionReader, zones: dict[int, ZoneMatch], sums: dict[int, int]
) -> Iterator[Piece]:
    doubts = Doubts(tokens, reader.lexicon, sums)
    place, expected, since, named = 0, False, 0, False
    while place < len(tokens):
        token = tokens[place]
        if token.kind == "mark":
            yield from _mark(token)
            expected = expected and token.word not in ".?!\n;"
            place += 1
            continue
        zone = zones.get(place)
        if zone is not None and (zone.cued or not reader.names_product(place)):
            said = " ".join(one.said for one in tokens[zone.start : zone.end])
            yield Piece("zone", "", token.start, said, found=zone.found, cued=zone.cued)
            place, expected = zone.end, False
            continue
        if token.word in ("sans", "without") and (bare := _bare_without(reader, place)) is not None:
            yield from _mention(bare[0], tokens, place, bare[1])
            place = bare[1]
            continue
        phrase = None if reader.is_within(place) else reader.phrase_at(place)
        if phrase is not None:
            said = " ".join(one.said for one in tokens[place : place + phrase.length])
            yield Piece(phrase.table, phrase.name, token.start, said)  # type: ignore[arg-type]  # a phrase table is a kind
            expected = phrase.name in ("put", "remove", "ask_stock", "ask_price", "ask_photo", "swap")
            place += phrase.length
            continue
        if length := reader.person_at(place):
            yield from (Piece("word", one.word, one.start, one.said) for one in tokens[place : place + length])
            place += length
            continue
        asked = token.word in _PARTITIVES and _is_question(tokens, place)
        read = reader.read(place, expected=expected or asked)
        if read is None:
            yield _unread(token, reader)
            expected = expected or (named and token.word in ("avec", "with"))
            expected = expected and (token.word in ordering_words("idle") or links(token.word))
            place += 1
            continue
        mention, end = read
        named = bool(mention.found)
        if not (mention.found or mention.refers or expected or asked) and _is_of_a_verb(tokens, place):
            yield Piece("word", token.word, token.start, token.said)  # `je gère une cantine`
            place += 1
            continue
        yield from _mention(doubts.of(mention, place, end, since), tokens, place, end)
        place = end
        if mention.found or (mention.traits and tokens[end - 1].kind == "number"):
            since = end


def _unread(token: Token, reader: MentionReader) -> Piece:
    """A word at which nothing is named."""
    if token.word in SHARES:
        return Piece("number", "", token.start, token.said, in_doubt(Mention(said=token.said, refers=True)))
    category = reader.lexicon.categories.get(token.root)
    return Piece("category" if category else "word", category or token.word, token.start, token.said)


def _bare_without(reader: MentionReader, at: int) -> tuple[Mention, int] | None:
    """`sans oignon`: how what was spoken of is wanted; `sans le poulet` takes something away."""
    read = reader.read(at)
    return read if read is not None and read[0].refers and (read[0].without or read[0].options) else None


def _mark(token: Token) -> Iterator[Piece]:
    if token.word in _NODS:
        yield Piece("acts", "nod", token.start, token.said)
    elif token.word in _SHAKES:
        yield Piece("acts", "shake", token.start, token.said)
    elif token.word == ",":
        yield Piece("comma", ",", token.start)
    elif token.word in "+➕" and token.start == 0:
        yield Piece("modes", "more", token.start, token.said)  # `+2`
    elif token.word in ".?!\n;" or token.word.startswith(".."):
        yield Piece("end", token.word[0], token.start)


def _mention(mention: Mention, tokens: Sequence[Token], start: int, end: int) -> Iterator[Piece]:
    at = tokens[start].start
    if mention.refers and tokens[start].word == "les" and (mention.options or mention.without):
        mention = replace(mention, quantity=None)  # `les deux avec alloco`
    cued = start > 0 and tokens[start - 1].word in ("pour", "for")
    if mention.refers and not (mention.traits or mention.lacking or mention.options or mention.without):
        following = tokens[end].word if end < len(tokens) else ""
        if following not in _NO_PIECES:
            name = "all" if (start > 0 and tokens[start - 1].word == "les") or tokens[start].word == "les" else ""
            if following in ordering_words("pieces"):
                name = "pieces"
            elif following in packings():
                mention = in_doubt(mention)  # `2 cartons`, of what?
            yield Piece("number", name, at, mention.said, mention)
        return
    theirs = tokens[start].word in _THEIRS or (start > 0 and tokens[start - 1].word in _THEIRS)
    yield Piece("mention", "theirs" if theirs else "", at, mention.said, mention, cued=cued)


def _is_of_a_verb(tokens: Sequence[Token], at: int) -> bool:
    """Whether a word that says something else stands before `une …`."""
    if tokens[at].word not in ("un", "une") or at == 0 or tokens[at - 1].kind != "word":
        return False
    before = tokens[at - 1].word
    return not (links(before) or before in ordering_words("idle"))


def _is_question(tokens: Sequence[Token], at: int) -> bool:
    ends = (token.word for token in tokens[at:] if token.kind == "mark" and token.word in ".?!\n;")
    return next(ends, "") == "?"

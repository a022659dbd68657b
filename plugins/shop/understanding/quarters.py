"""Tells a zone from another quarter whose name begins or ends as the zone's does: `Médina Gounass` is not Médina."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from comptoir.plugins.language import ordering_words
from comptoir.plugins.shop.understanding.acts import Act, Asked, Found, Mention
from comptoir.plugins.shop.understanding.details import flat
from comptoir.plugins.shop.understanding.lexicon import Lexicon
from comptoir.plugins.shop.understanding.mentions import MentionReader
from comptoir.plugins.shop.understanding.phrasing import phrase_words
from comptoir.plugins.shop.understanding.pieces import Piece
from comptoir.plugins.shop.understanding.roots import links
from comptoir.plugins.shop.understanding.tokens import Token
from comptoir.plugins.shop.understanding.zones import ZoneMatch

_TO = re.compile(r"(?:a|au|aux|vers|sur|to|in) ")
_DELIVERED = re.compile(r"\b(?:livr\w*|deliver\w*)(?:[ -](?:moi|nous|me|us))? (?:a|au|aux|vers|sur|to|in) $")
_SHORTEST, _NEAR, _ASKED_SCORE = 4, 3, 0.5
_CUES = frozenset(("a", "au", "aux", "vers", "quartier"))
_SIDES = frozenset(("nord", "sud", "est", "ouest", "grand", "petit"))
_PLACES = frozenset(
    [
        "marche",
        "centre",
        "ville",
        "rue",
        "route",
        "villa",
        "cite",
        "immeuble",
        "maison",
        "quartier",
        "zone",
        "secteur",
        "camp",
        "gare",
        "nord",
        "sud",
        "est",
        "ouest",
        "bas",
        "haut",
        "pharmacie",
        "mosquee",
        "ecole",
        "chez",
        "derriere",
        "devant",
        "pres",
        "apres",
        "avant",
        "cote",
    ]
)
"""Where in a zone something is."""


def doubted(zones: Sequence[ZoneMatch], tokens: Sequence[Token], reader: MentionReader) -> dict[str, tuple[str, str]]:
    """The zones that may be another quarter, with all that was said of each, and what of that is not its name."""
    found: dict[str, tuple[str, str]] = {}
    for zone in zones:
        if len(zone.found) != 1:
            continue
        start, end = zone.start, zone.end
        if _is_place(tokens, end, reader):
            end += 1
        while start > 0 and zone.start - start < _NEAR and _goes_before(tokens, start - 1, reader):
            start -= 1
        if start < zone.start and (start == 0 or tokens[start - 1].word not in _CUES):
            start = zone.start
        if (start, end) != (zone.start, zone.end):
            beside = (*tokens[start : zone.start], *tokens[zone.end : end])
            said = " ".join(token.said for token in tokens[start:end])
            found[zone.found[0].sku] = (said, " ".join(token.said for token in beside))
    return found


def asked_about(acts: Sequence[Act], names: Mapping[str, tuple[str, str]], asked: Asked | None) -> list[Act]:
    """The acts with zones that are to be asked about; not where the zone or the address was asked for, nor beside an
    address: what is beside the zone is where in it then, and the summary shows it.
    """
    if not names or asked in ("zone", "address", "delivery"):
        return list(acts)
    if any(act.verb == "address" for act in acts):
        beside = " ".join(names[act.text][1] for act in acts if act.verb == "zone" and act.text in names)
        return [replace(act, text=f"{beside} {act.text}".strip()) if act.verb == "address" else act for act in acts]
    made: list[Act] = []
    for act in acts:
        said, _ = names.get(act.text, ("", "")) if act.verb in ("zone", "ask_delivery") else ("", "")
        if not said:
            made.append(act)
        elif act.verb == "zone":
            made.append(replace(act, text="", mention=Mention((Found(act.text, _ASKED_SCORE),), said)))
        else:
            made.append(Act("ask_delivery"))
    return made


def fee_asked(acts: Sequence[Act], text: str) -> list[Act]:
    """`c'est combien pour Koumassi ?` asks what it costs to bring it there; not what all of it costs."""
    zone = next((act for act in acts if act.verb == "zone"), None)
    priced = [act for act in acts if act.verb in _PRICES and (act.mention is None or not act.mention.found)]
    if zone is None or not priced or _IN_ALL.search(flat(text)) is not None:
        return list(acts)
    return [
        replace(act, verb="ask_delivery") if act is zone else act
        for act in acts
        if not any(act is one for one in priced)
    ]


_PRICES = frozenset(("ask_price", "show_cart", "ask_about"))
_IN_ALL = re.compile(
    r"\b(?:tout|total|somme|ensemble|panier|commande|recap\w*|avec|compris\w*|all)\b|\bca (?:me |nous )?(?:fait|fera)\b"
)


def strange(pieces: Sequence[Piece], text: str, lexicon: Lexicon) -> list[Piece]:
    """`livraison à Thiès`: no misspelt ware, but where nothing is delivered."""
    folded = flat(text)
    return [_strange(one, folded, lexicon) for one in pieces]


def _strange(piece: Piece, folded: str, lexicon: Lexicon) -> Piece:
    mention = piece.mention
    if mention is None or not mention.sku or mention.quantity is not None:
        return piece
    if not lexicon.taken.isdisjoint(flat(piece.said).split()):
        return piece
    before = _TO.match(flat(piece.said))
    at = before.end() if before is not None else 0
    if _DELIVERED.search(folded[: piece.at] + flat(piece.said)[:at]) is None:
        return piece
    return replace(piece, kind="zone", mention=None, said=piece.said[at:])


def _goes_before(tokens: Sequence[Token], at: int, reader: MentionReader) -> bool:
    return tokens[at].word in _SIDES or _is_place(tokens, at, reader)


def _is_place(tokens: Sequence[Token], at: int, reader: MentionReader) -> bool:
    """A word that says nothing else: it may be a quarter's."""
    if at >= len(tokens) or tokens[at].kind != "word":
        return False
    word = tokens[at].word
    if len(word) < _SHORTEST or not word.isalpha() or links(word) or word in _PLACES or word in phrase_words():
        return False
    if word in ordering_words("idle") or word in ordering_words("qualities") or reader.names_product(at):
        return False
    return not reader.lexicon.zones.has(word)

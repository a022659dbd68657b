"""Parts what customers tell from what they order: what was, what others took, what may be later."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

from comptoir.plugins.shop.understanding.acts import Asked
from comptoir.plugins.shop.understanding.details import flat
from comptoir.plugins.shop.understanding.pieces import Piece
from comptoir.plugins.shop.understanding.plans import is_not_now, takes_back

_SENTENCE = re.compile(r"[^.!?;\n]+[.!?;\n]*")
_ORDERS = re.compile(
    r"\b(?<!\bsi )(?<!quand )(?:mais|donc|du coup|maintenant|aujourd'?hui|cette fois|moi je|moi j'"
    r"|j(?:e|')? ?(?:en )?(?:veux|vx|voudrais|prends|souhaite|desire|vais prendre)"
    r"|on (?:en )?(?:veut|voudrait|prend)|nous (?:voulons|voudrions|prenons)|il (?:m'en|me|nous|nous en) faut"
    r"|donne[zr]?|met(?:s|tez|tre)?|remet(?:s|tez)|r?ajoute[zr]?|envoye[zr]|refaites|i want|i need|give me)\b"
)
"""From here on they order."""
_DONE = (
    r"pris|prise?s?|commandee?s?|acheter?|achetee?s?|mange|recue?s?|goutee?s?|bu|eue?s?|livree?s?|envoyee?s?|donne"
    r"|apportee?s?|servi|fait|adoree?s?|aimee?s?|vendue?s?|cassee?s?|perdue?s?|gatee?s?|abimee?s?|volee?s?"
)
_BETWEEN = r"(?: (?:deja|bien|juste|trop|encore|meme|toujours|aussi|pas|en|ete))*"
_WHEN = (
    r"(?:avant[- ])?hier|l'autre (?:jour|fois|soir)|(?:la )?derniere fois|la fois (?:passee|derniere)"
    r"|(?:la semaine|le mois|l'annee|samedi|dimanche|lundi|mardi|mercredi|jeudi|vendredi) (?:passee?|derniere?)"
    r"|yesterday|last (?:time|week|month|night)"
)
_OTHERS = rf"(?:\b(?!j'|je |on |moi )\w+ (?:m'|nous |lui |en )?(?:a|ont)|\b(?:tu m'as|vous (?:m'|nous )avez)){_BETWEEN}"
_TOLD = re.compile(
    rf"\b(?:{_WHEN})\b|{_OTHERS} (?:{_DONE})\b|\b(?:avais|avait|avions|aviez|avaient){_BETWEEN} (?:{_DONE})\b"
    rf"|\b(?:aurais|aurait|aurions|auraient){_BETWEEN} (?:pris|achete|commande|mange)\b"
    r"|\b(?:pas|jamais|toujours) (?:encore )?recue?s?\b"
    r"|\bviens d'(?:acheter|en acheter)\b|\b(?:achete|pris|prise|vendu|commande)e?s? chez (?:vous|toi)\b"
    r"|\bne (?:marche|tourne|fonctionne|s'allume|chauffe|charge|tient|s'ouvre|ferme)(?:nt)? (?:plus|pas)\b"
    r"|\b(?:had|ordered|bought|ate) (?:\d|two|three|a|an|the|some)\b"
)
_TOLD_FIRST = re.compile(
    rf"\b(?:j'?ai|j ai|g|on a|nous avons){_BETWEEN} (?:{_DONE})\b|\betai(?:t|ent)\b"
    rf"|\b(?:vous|tu) (?:avez|as|aviez|avais){_BETWEEN} (?:{_DONE}|oubliee?s?|mis|manquee?s?)\b"
)
"""Where an order is being made, this may be a word about it."""
_LATER = re.compile(
    r"\bje pensais (?:prendre|commander|acheter)\b"
    r"|\bla prochaine fois\b|\bune autre fois\b|\bun autre jour\b|\bun de ces jours\b|\bnext time\b"
    r"|\b(?:quand|des que|lorsque) (?:j'aurai|j'ai|je serai|on aura)\b"
)
_IF_THERE_WERE = re.compile(r"\bsi (?:vous |tu |il y |y )(?:en )?(?:aviez|avais|avait)\b")
_IF_I_TAKE = re.compile(r"\bsi (?:je |j'|on |nous )(?:en )?(?:prends?|prenons|commande|achete|veux)\b")
_HOW_LONG = re.compile(
    r"\bcombien de (?:temps|jours|minutes|semaines|personnes|fois)\b|\bcombien d'heures\b|\bquel delai\b"
    r"|\bsuffi(?:t|sent|ra|ront|rait)\b.{0,40}\?"
    r"|\b(?:jusqu'a|a partir de|depuis) quand\b|\bquels? (?:jours?|heures?)\b|\bquelle heure\b"
    r"|\b(?:pouvez|pouvais|peux|vous) (?:me |nous |le |la |les )*livrer? .{1,40} (?:en une fois|d'un coup|a la fois)\b"
)
"""A question about when and how, whatever it names."""
_LIKE = re.compile(r"\b(?:comme|pareil|meme|d'habitude|same)\b")
"""`comme hier`: once more."""
_WARES = ("mention", "number")
_KEPT_ACTS = frozenset(("greet", "thank", "person"))


def without_told(pieces: Sequence[Piece], text: str, asked: Asked | None) -> tuple[list[Piece], str]:
    """The pieces but for what is only told, and the words that tell it; `text` is the cleaned message."""
    told = list(_told(pieces, flat(text), asked))
    if not told:
        return list(pieces), ""
    kept = [one for one in pieces if _stays(one) or not any(start <= one.at < end for start, end in told)]
    return kept, " ".join(text[start:end].strip() for start, end in told)


def asked_of_told(pieces: Sequence[Piece], text: str) -> list[Piece]:
    """`si vous aviez du thieb j'en prendrais 3` asks whether there is any, `si j'en prends 3 c'est combien ?` what they
    cost.
    """
    folded = flat(text)
    pieces = _without_asides(pieces, folded)
    if _IF_THERE_WERE.search(folded) is not None:
        return [_uncounted(one) for one in pieces if one.kind not in ("number", "acts", "modes")]
    if _IF_I_TAKE.search(folded) is not None and any(_asks_price(one) for one in pieces):
        pieces = [replace(one, kind="asks", name="ask_price") if _asks_price(one) else one for one in pieces]
        return [one for one in pieces if one.kind not in ("acts", "modes")]
    return list(pieces)


def _without_asides(pieces: Sequence[Piece], folded: str) -> Sequence[Piece]:
    """`combien de temps avant pour un gâteau ?` orders none."""
    asides = [
        one.span()
        for one in _SENTENCE.finditer(folded)
        if _HOW_LONG.search(one.group()) and not _ORDERS.search(one.group())
    ]
    return [one for one in pieces if one.kind not in _WARES or not any(a <= one.at < b for a, b in asides)]


def _asks_price(piece: Piece) -> bool:
    """`ça me fait combien` is said of the cart, too."""
    return piece.name == "ask_price" or (piece.name == "show_cart" and "combien" in piece.said.lower())


def _uncounted(piece: Piece) -> Piece:
    return piece if piece.mention is None else replace(piece, mention=replace(piece.mention, quantity=None))


def _stays(piece: Piece) -> bool:
    return piece.kind == "end" or piece.name in _KEPT_ACTS or (piece.kind == "asks" and piece.name != "ask_stock")


def _told(pieces: Sequence[Piece], folded: str, asked: Asked | None) -> Iterator[tuple[int, int]]:
    """The stretches of the message that name wares and order none."""
    spans = [one.span() for one in _SENTENCE.finditer(folded)]
    for place, (start, end) in enumerate(spans):
        said = folded[start:end]
        if _IF_THERE_WERE.search(said) is not None:
            continue
        following = spans[place + 1] if place + 1 < len(spans) else (end, end)
        taken_back = takes_back(folded[slice(*following)]) and not _names(pieces, *following)
        not_now = is_not_now(said) or taken_back
        if (not_now or (_IF_I_TAKE.search(said) and said.endswith("?"))) and _names(pieces, start, end):
            if not any(_asks_price(one) and start <= one.at < end for one in pieces):
                yield start, end
            continue
        for first, last in _clauses(folded, start, end):
            yield from _told_in_clause(pieces, folded, first, last, asked)


def _clauses(folded: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    cuts = [start, *(one.start() for one in _ORDERS.finditer(folded, start, end)), end]
    yield from pairwise(cuts)


def _told_in_clause(
    pieces: Sequence[Piece], folded: str, start: int, end: int, asked: Asked | None
) -> Iterator[tuple[int, int]]:
    """From the part that tells on: `hier j'ai pris 2 yassa, 1 coca`."""
    commas = [one.end() for one in re.finditer(",", folded[start:end])]
    cuts = [start, *(start + comma for comma in commas), end]
    for first, last in pairwise(cuts):
        if _tells(folded[first:last], asked) and _names(pieces, first, last):
            yield first, end
            return


def _tells(said: str, asked: Asked | None) -> bool:
    if _LIKE.search(said) is not None:
        return False
    patterns = (_TOLD, _LATER) if asked is not None else (_TOLD, _LATER, _TOLD_FIRST)
    return any(pattern.search(said) is not None for pattern in patterns)


def _names(pieces: Sequence[Piece], start: int, end: int) -> bool:
    return any(one.kind in _WARES and start <= one.at < end for one in pieces)

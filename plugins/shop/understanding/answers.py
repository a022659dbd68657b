"""Reads a bare answer by the question that it answers: an address, a name, a zone, an hour, the entry of a list."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from comptoir.plugins.language import ordering_words
from comptoir.plugins.shop.understanding.acts import Act, Asked, Mention
from comptoir.plugins.shop.understanding.details import Detail, flat
from comptoir.plugins.shop.understanding.pieces import Piece
from comptoir.plugins.shop.understanding.roots import links
from comptoir.plugins.text import words

_PLAIN = frozenset(("yes", "no", "thank", "greet", "cancel", "clear", "checkout", "show_cart", "person", "again"))
"""Acts that are no address and no name, whatever was asked."""
_BUSINESS = frozenset(
    ("remove", "replace", "ask_price", "ask_stock", "ask_about", "ask_list", "ask_photo", "ask_order")
)
_SAYING = re.compile(
    r"^(?:(?:oui|ok|d'accord|alors|bon|ah|hum|euh|svp|bonjour|bonsoir|c'est|cest|ce sera|ca sera|c|je suis|je m'appelle"
    r"|moi c'?est|moi[- ]?meme|moi|mon (?:pre)?nom(?: complet)?(?: est| c'est)?|le nom|au nom|nom|name|mettez|mets"
    r"|notez|vous pouvez (?:mettre|noter)|tu peux mettre|pour|de la part|d'|de|a|au|aux|dans|vers|sur"
    r"|(?:est[- ]ce que )?vous (?:allez|livrez|venez|desservez)(?: aussi)?|jusqu'a|et pour|et"
    r"|livrez(?:[ -]moi)?|quartier|du cote|adresse|j'habite|on est"
    r"|chez|my name is|it's|i am|is)\b[ :,'-]*)+"
)
_POLITE = re.compile(r"(?i)\b(?:s'il (?:vous|te) pla[iî]t|svp|stp|merci|cc|please)\b.*$")
_ORDINALS = {
    "premier": "1", "premiere": "1", "1er": "1", "1ere": "1", "first": "1", "deuxieme": "2", "second": "2",
    "seconde": "2", "2e": "2", "2eme": "2", "troisieme": "3", "3e": "3", "3eme": "3", "quatrieme": "4", "4e": "4",
    "4eme": "4", "cinquieme": "5", "5e": "5", "5eme": "5",
}  # fmt: skip
_RESIGNED = re.compile(r"\b(?:grave?|dommage|ca (?:ne )?fait rien|(?:c'est|ce n'est|c) rien)\b")
"""`c'est pas grave` to what is not there: then not."""
_ALL = frozenset(("chaque", "chacun", "chacune", "tous", "toutes", "both"))
_ABOUT_ONE = frozenset(("stock", "choice", "variant", "quantity", "option"))
_MOST_NAME_WORDS = 5
_LONGEST = 300


def answered(
    acts: list[Act], pieces: Sequence[Piece], details: Sequence[Detail], cleaned: str, asked: Asked | None
) -> list[Act]:
    """The acts of a message, read as the answer to what was asked."""
    if persons := [act for act in acts if act.verb == "person"]:
        return persons
    if asked in _ABOUT_ONE:
        acts = [_let_go(act, cleaned) for act in acts]
        if acts and all(act.verb in ("thank", "greet") for act in acts) and _RESIGNED.search(flat(cleaned)):
            acts = [Act("no"), *acts]
    read = _READERS.get(asked or "")
    text = cleaned.strip()[:_LONGEST]
    return read(acts, pieces, details, text) if read is not None and text else acts


def _delivery(acts: list[Act], pieces: Sequence[Piece], details: Sequence[Detail], text: str) -> list[Act]:
    """`vous livrez` says that they want it so; `le livreur` is no order on its way."""
    if any(act.verb in ("pickup", "delivery", "zone", "person", "cancel") for act in acts):
        acts = [act for act in acts if act.verb != "ask_order" or act.text]
        return _zone(acts, pieces, details, text) if any(act.verb == "zone" and act.text for act in acts) else acts
    if flat(text).strip(" .!") in _BY_SOMEBODY:
        return [Act("delivery")]
    return [Act("delivery") if act.verb == "ask_delivery" and act.mention is None else act for act in acts]


def _let_go(act: Act, text: str) -> Act:
    """`laissez` to a question about one thing leaves that one, and not the order."""
    if act.verb == "replace" and act.instead is not None and act.instead.refers and act.mention is not None:
        return Act("put", act.mention)  # instead of what was asked about
    everything = re.search(r"\b(?:commande|tout|rien)\b", flat(text))
    return Act("no") if act.verb == "cancel" and not act.text and not everything else act


def _zone(acts: list[Act], pieces: Sequence[Piece], details: Sequence[Detail], text: str) -> list[Act]:
    """`médina, rue 22`: what is left beside the zone is where in it; an unknown place is told as it was said."""
    if any(act.verb == "zone" for act in acts):
        if rest := _beside_zone(pieces, text):
            inside = next((act.text for act in acts if act.verb == "address"), "")
            acts = [act for act in acts if act.verb != "address"]
            acts.append(Act("address", text=", ".join(filter(None, (rest, inside)))))
        return acts
    if any(act.verb == "ask_delivery" and act.mention is not None and act.mention.found for act in acts):
        return [act for act in acts if act.verb != "unknown"]
    if _is_business(acts) or any(act.verb in ("pickup", *_PLAIN) for act in acts):
        return acts
    said = _bare(text).strip(" ?")
    return [act for act in acts if act.verb not in ("unknown", "put")] + [
        Act("zone", mention=Mention(said=said or text))
    ]


_OF_PLACES = ("zone", "word", "comma", "number", "end")


def _beside_zone(pieces: Sequence[Piece], text: str) -> str:
    zone = next((piece for piece in pieces if piece.kind == "zone"), None)
    if zone is None:
        return ""
    after = [piece for piece in pieces if piece.at > zone.at and piece.kind not in _OF_PLACES]
    if any(piece.kind != "detail" for piece in after):
        return ""
    end = min((piece.detail.start for piece in after if piece.detail is not None), default=len(text))
    rest = _POLITE.sub("", text[zone.at + len(zone.said) : end]).strip(" ,.:;-!")
    left = [word for word in re.findall(r"\w+", flat(rest)) if not links(word) and word not in ordering_words("idle")]
    return rest if left else ""


def _address(acts: list[Act], pieces: Sequence[Piece], details: Sequence[Detail], text: str) -> list[Act]:
    """All of it, but for what says something else for sure."""
    if not any(piece.name == "ask_order" for piece in pieces if piece.kind == "asks"):
        acts = [act for act in acts if act.verb != "ask_order"]  # `n° 9432`
    if _is_business(acts) or _is_plain(acts, pieces) or any(act.verb == "ask_delivery" for act in acts):
        return acts
    kept = [act for act in acts if act.verb in ("name", "time", "note", "yes", "pickup", "reference")]
    if any(act.verb == "pickup" for act in kept):
        return acts
    sure = [act for act in acts if act.verb == "zone" and _is_whole(act) and _zone_leads(pieces)]
    if sure and _MOVED.search(flat(text)):
        inside = [act for act in acts if act.verb == "address"]
        rest = _beside_zone([piece for piece in pieces if piece.found == (sure[-1].mention or Mention()).found], text)
        return [sure[-1], *(inside or ([Act("address", text=rest)] if rest else [])), *kept]
    cut = [(one.start, one.end) for one in details if one.kind in ("name", "time", "note")]
    left = "".join(sign for place, sign in enumerate(text) if not any(start <= place < end for start, end in cut))
    said = re.sub(r"\s+", " ", left).strip(" ,.;:-")
    said = said if sum(map(str.isalpha, said)) > 1 else ""
    return [*sure, *([Act("address", text=said)] if said else []), *kept]


_BY_SOMEBODY = frozenset(
    ("livreur", "un livreur", "coursier", "un coursier", "zem", "moto", "tiak tiak", "livreur svp")
)
_MOVED = re.compile(r"\b(?:pas|non|finalement|plutot|erreur|pardon|desole|correction|trompe|change\w*|no|sorry)\b")
"""`non pas médina, plateau`: another zone than the one that was said, and no address yet."""
_MOMENT = r"une? (?:petite? )?(?:minute|instant|seconde|moment)"
_WAITING = re.compile(
    r"(?:(?:ah|oui|ok|non|d'accord|bon|euh|svp|stp|merci|mais)[ ,.]+)*+"
    rf"(?:attend(?:s|ez)(?: moi)?|patiente[zr]?|{_MOMENT}|minute|(?:2|deux) ?(?:min|mn|minutes)|un peu|d'?abord"
    r"|je (?:verifie|demande|regarde|vois|check|confirme (?:apres|plus tard)|reflechis|(?:vous |te )?"
    r"(?:reviens|rappelle|redis|reecris))|laisse[zr]?[- ]moi reflechir|wait)"
    rf"(?:[ ,.]+(?:un peu|{_MOMENT}|d'abord|svp|stp|s'il (?:vous|te) plait))*+"
    r"(?:[ ,.]+(?:je|avec|a ma|a mon) .*)?[ .!]*"
)
"""Neither a yes nor a change."""


def _is_whole(act: Act) -> bool:
    """The zone's name was said completely."""
    return bool(act.text and act.mention and act.mention.found[0].score >= 1)


def _zone_leads(pieces: Sequence[Piece]) -> bool:
    first = next((piece for piece in pieces if piece.kind not in ("word", "modes", "acts", "comma")), None)
    return first is not None and first.kind == "zone"


def _name(acts: list[Act], pieces: Sequence[Piece], details: Sequence[Detail], text: str) -> list[Act]:
    """`c'est Awa Diop` is a name; a question is none, nor is `ajoutez un coca`."""
    moved = {"no", "zone"} <= {act.verb for act in acts}  # `non pas médina, plateau`
    if moved or any(act.verb == "name" for act in acts) or _names_ware(acts) or _is_plain(acts, pieces, names=True):
        return acts
    said = _polite(text.split("\n", maxsplit=1)[0].split(",", maxsplit=1)[0])
    parts = re.findall(r"[^\W\d_]+", said)
    if not 0 < len(parts) <= _MOST_NAME_WORDS or any(map(str.isdigit, said)) or "?" in text:
        return acts
    kept = [act for act in acts if act.verb in ("time", "note", "address", "pickup", "delivery", "yes")]
    return [*kept, Act("name", text=said)]


def _names_ware(acts: Sequence[Act]) -> bool:
    """Something of the shop is named with a number, or something is asked."""
    return any(
        (act.verb in _BUSINESS and (act.verb.startswith("ask") or (act.mention is not None and act.mention.found)))
        or (act.mention is not None and _is_sure(act.mention))
        for act in acts
    )


def _time(acts: list[Act], pieces: Sequence[Piece], details: Sequence[Detail], text: str) -> list[Act]:
    if any(act.verb == "time" for act in acts) or _is_business(acts) or _is_plain(acts, pieces):
        return acts
    return [act for act in acts if act.verb in ("pickup", "delivery", "address", "name", "note")] + [
        Act("time", text=text)
    ]


def _choice(acts: list[Act], pieces: Sequence[Piece], details: Sequence[Detail], text: str) -> list[Act]:
    """`le premier`, `2`: an entry of the list, where nothing else was said."""
    parts = re.findall(r"\w+", flat(text))
    picked = next((_ORDINALS[word] for word in parts if word in _ORDINALS), "")
    numbers = [piece for piece in pieces if piece.kind == "number"]
    if any(act.mention is not None for act in acts):
        return _of_all(acts, numbers)
    if not _ALL.isdisjoint(parts):
        return [Act("pick", text="all")]
    if not picked and len(numbers) == 1 and numbers[0].mention is not None and text.strip(" .!)").isdigit():
        picked = str(numbers[0].mention.quantity)
    return [*(act for act in acts if act.verb != "unknown"), Act("pick", text=picked)] if picked else acts


def _of_all(acts: list[Act], numbers: Sequence[Piece]) -> list[Act]:
    """`les deux en bleu marine`: both pieces, not both entries."""
    if not any(act.mention is not None and act.mention.refers and act.mention.traits for act in acts):
        return acts
    counted = next((one.mention.quantity for one in numbers if one.name == "all" and one.mention is not None), None)
    return [
        replace(act, mention=replace(act.mention, quantity=counted))
        if act.mention is not None and act.mention.refers and act.mention.quantity is None
        else act
        for act in acts
        if act.verb != "pick"
    ]


def _quantity(acts: list[Act], pieces: Sequence[Piece], details: Sequence[Detail], text: str) -> list[Act]:
    if any(act.mention is not None or act.verb in ("delivery", "pickup", "address") for act in acts):
        return acts
    numbers = [piece.mention for piece in pieces if piece.kind == "number" and piece.mention is not None]
    if not numbers:
        return acts
    return [*(act for act in acts if act.verb not in ("unknown", "no")), Act("set_quantity", mention=numbers[-1])]


_SETTLED = frozenset(("greet", "checkout", "show_cart", "thank"))
_SETTLED_WORDS = frozenset(
    ("ca va", "voila", "c est tout", "ca ira", "c est bon comme ca", "ca suffit", "ca va comme ca")
)


def _confirm(acts: list[Act], pieces: Sequence[Piece], details: Sequence[Detail], text: str) -> list[Act]:
    """A yes beside words that were not understood is no plain yes."""
    if _WAITING.fullmatch(flat(text)) and not any(act.mention is not None for act in acts):
        return [Act("no")]
    if (" ".join(words(text)) in _SETTLED_WORDS or any(act.verb == "checkout" for act in acts)) and all(
        act.verb in _SETTLED for act in acts
    ):
        return [Act("yes")]
    strange = " ".join(piece.said for piece in pieces if piece.kind == "word" and not _is_idle(piece.name))
    if strange and any(act.verb == "yes" for act in acts) and len(strange) > _MANY:
        return [*acts, Act("unknown", text=strange)]
    return acts


_MANY = 12


def _is_idle(word: str) -> bool:
    return links(word) or word in ordering_words("idle") or word in ordering_words("qualities")


def _bare(text: str) -> str:
    """Without `c'est`, `je m'appelle`, `à`."""
    found = _SAYING.match(flat(text))
    return text[found.end() if found else 0 :].strip(" ,.;:!'-")


def _polite(text: str) -> str:
    """A name without `c'est` and `s'il vous plaît`."""
    return _POLITE.sub("", _bare(text)).strip(" ,.;:!")


def _is_business(acts: Sequence[Act]) -> bool:
    """Something is bought, changed or asked after all."""
    return any(
        act.verb in _BUSINESS
        or (act.verb in ("put", "set_quantity") and act.mention is not None and _is_sure(act.mention))
        for act in acts
    )


def _is_sure(mention: Mention) -> bool:
    return mention.quantity is not None and bool(mention.found)


def _is_plain(acts: Sequence[Act], pieces: Sequence[Piece], *, names: bool = False) -> bool:
    """Nothing but `oui`, `annulez`, `merci`: no word beside."""
    if not any(act.verb in _PLAIN for act in acts):
        return False
    return not any(
        piece.kind in ("zone", "detail", "mention")
        or (piece.kind == "word" and (not _is_idle(piece.name) or (names and piece.said[:1].isupper())))
        for piece in pieces
    )


_READERS: Mapping[str, Callable[[list[Act], Sequence[Piece], Sequence[Detail], str], list[Act]]] = {
    "delivery": _delivery,
    "zone": _zone, "address": _address, "name": _name, "time": _time, "choice": _choice, "variant": _choice,
    "quantity": _quantity, "stock": _quantity, "confirm": _confirm,
}  # fmt: skip

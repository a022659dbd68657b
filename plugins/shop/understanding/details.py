"""Finds in a message what is no product: amounts, phone numbers, hours, names, addresses, references, order numbers."""

import re
from collections.abc import Sequence, Set
from dataclasses import dataclass
from functools import lru_cache

from comptoir.plugins.shop.understanding.acts import Asked
from comptoir.plugins.shop.understanding.persons import KIN, persons
from comptoir.plugins.shop.understanding.reaching import PHONE, TO_REACH
from comptoir.plugins.text import fold, singular


@dataclass(frozen=True, slots=True)
class Detail:
    """A stretch of the message that is read for itself; `kind` is the act's verb, `order` for an order's number, empty
    for what is only left out.
    """

    kind: str
    text: str
    start: int
    end: int


_DAYS = (
    r"(?:lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche"
    r"|monday|tuesday|wednesday|thursday|friday|saturday|sunday)"
)
_HOUR = r"(?:\d{1,2} ?h(?:eures?)? ?(?:[0-5]\d)?(?!\w)|\d{1,2}:[0-5]\d(?!\w)|midi|minuit|noon)"
_DAY = (
    r"(?:apres[- ]demain|demain|(?:des )?aujourd'? ?hui|ce soir|cet? apres[- ]midi|cet aprem|ce matin|ce midi"
    rf"|tonight|tomorrow|{_DAYS}(?: prochain)?"
    rf"|(?:{_DAYS} )?(?:le )?\d{{1,2}}(?:er)? (?:janvier|fevrier|mars|avril|mai|juin|juillet|aout|septembre|octobre"
    r"|novembre|decembre)(?![a-z]))"
)
_PART = r"(?:(?:dans |en |le )?(?:la |l')?(?:matinee|soiree|apres[- ]midi|aprem)|(?:du |le )?(?:matin|soir)|midi)"
_TIME = re.compile(
    r"\b(?:(?:pas (?=avant|apres))?(?:vers|pour|avant|apres|a partir de|d'ici|des|entre|at|by|around) (?:les )?|a )?"
    rf"(?:{_DAY}(?:,? ?(?:(?:vers|a|avant|apres|pour|entre) )?(?:{_HOUR}|{_PART}))*"
    rf"|{_HOUR}(?:(?: et | ?- ?| a | ou )(?:demie?\b|quart\b|{_HOUR}))?(?: ?(?:pile|precises?|{_PART}|{_DAY}))*"
    r"|(?:tout de suite|des que possible|le plus (?:vite|tot|rapidement) possible|asap|right now)"
    r"|(?:le )?(?:plus|\+) (?:vite|tot|rapide\w*) possible"
    r"|(?:dans|ds|d'?ici|d ici|en) (?:\w+ )?(?:\w+ |\d+ ?)(?:minutes?|mn|min|heures?|h)\b"
    r"|pour (?:le |la )?(?:dejeuner|diner|soiree|midi))"
)
_CURRENCY = r"(?:f(?:r|rs)?|francs?|f ?cfa|cfa|fcfa|xof|xaf|balles)\b"
_AMOUNT = re.compile(
    rf"(?:\b(?:a|de|pour|est|fait|font) )?(?<![\w.,])(?:\d[\d .]*|mille) ?{_CURRENCY}"
    r"|\ba (?:\d{1,3}(?:[ .]000)+|[1-9]\d{2,5})\b(?! ?[a-z]{2,}[^\d]*\?$)"
    r"|\b(?:billet|monnaie|budget|sur|avec|coupure) (?:de |sur )?\d{3,6}\b|\b\d{1,3}k\b"
)
_SPENT = re.compile(rf"\bpour (?:\d[\d .]*|mille) ?{_CURRENCY}|(?<![\w.,])(?:\d[\d .]*|mille) ?{_CURRENCY}(?= d[e'u ])")
"""What somebody wants to spend: how many pieces that makes has to be asked."""
_NAMED = re.compile(
    r"\b(?:(?:c'est |mettez )?au nom d(?:e |u |'|es )|(?:mon |le )?nom ?(?:complet )?(?:est|c'est|sera|:|=) ?"
    r"|chang\w+ (?:le|mon) nom(?: (?:svp|stp))?[ ,:]*(?:mettez|mets|c'est|par|en|pour)? ?"
    r"|je m'appelle |je me nomme |moi c'?est |my name is |name ?: ?)"
    r"(?P<name>[^\W\d_](?:[^\W\d_]|[ .'-]{1,2}(?=[^\W\d_])){1,40})"
)
_CAPITALS = r"[A-ZÀ-Ý][\w'-]*(?: [A-ZÀ-Ý][\w'-]*){0,3}"
_PRESENTED = re.compile(
    r"(?:\b[Cc]'est pour|\b[Pp]our|\b[Ii]ci|\b[Jj]e suis|[.,;\n] ?[Nn]om|^[Nn]om) " + rf"(?P<name>{_CAPITALS})"
)
_CALLED = re.compile(rf"(?<![\w'-])(?P<name>{_CAPITALS})(?=[ ,:(]*(?:(?:au|tel|num\w*) ?:? ?)?\+?\d[\d .-]{{7,}})")
"""`Fatou 77 123 45 67`."""
_COMING = re.compile(
    r"\blivr|\badresse|\bdomicile|\b(?:je|on) (?:passe|viens|vient|recupere|arrive)|\bpasse(?:r|rai)?\b|\bchercher\b"
    r"|\bretrait\b|\bemporter\b|\bpour (?:midi|demain|ce soir)\b"
)
"""Where it goes is told, and so is, perhaps, for whom."""
_LEADING = re.compile(r"^(?P<name>[A-ZÀ-Ý][\w'-]+(?: [A-ZÀ-Ý][\w'-]+){1,3}) ?,(?=.*\d)")
"""`Fatou Ndiaye, ouakam villa 12`."""
_IT_IS = re.compile(rf"(?<=[\w,] )(?:[Mm]oi )?[Cc]'est (?P<name>{_CAPITALS})(?=\s*[.!]?\s*$)")
"""`je passe à 15h c'est Boubou`."""
_NOT_BUT = re.compile(
    rf"\b(?:[Cc]'est )?(?:[Pp]as|[Nn]on) {_CAPITALS}[ ,]+(?:c'est|mais(?: c'est)?|plut[oô]t) (?P<name>{_CAPITALS})"
)
"""`c'est pas Léa c'est Leïla`."""
_TRAILING = re.compile(rf"\d{{7,}}[ ,:]+(?P<name>{_CAPITALS})\s*$")
_NO_NAMES = frozenset(("tel", "telephone", "adresse", "whatsapp", "numero", "contact", "livraison", "merci", "bonjour"))
_SIGNED = re.compile(r"[,.\n] ?(?P<name>[A-ZÀ-Ý][\w'-]+(?: [A-ZÀ-Ý][\w'-]+){1,3})\s*(?=$|[.,!\n])")
"""`…, rue 12, Awa Diop`."""
_NAME_ENDS = re.compile(
    r"\s(?:et|pour|a|au|en|vers|livraison|livre[rz]?|svp|stp|merci|mon|je|j'|tel|numero|c'est|avec|demain|ce soir"
    r"|habite|adresse|le|la|quartier|plutot|finalement|please|dans|sur|est|pas|non|mais|qui|chez|ok|oui|numero"
    r"|appele[zr]|rappele[zr])(?=\s|$).*"
)
_MYSELF = re.compile(rf"^(?:(?:moi[- ]?)?meme |{KIN.pattern})+")
_ORDER = re.compile(
    r"\b(?:(?:ma|la|ta|votre|cette|sa|une?) )?(?:commande|cmd|cmde|order)s? ?(?:n ?[o°]\.? ?|num(?:ero)? |#|number )\s?"
    r"(?P<one>\d{1,7})\b|\b(?:ma|la|ta|votre|cette) (?:commande|cmd|cmde) (?P<two>\d{1,7})\b"
    r"|#(?P<three>\d{1,7})\b|\bn[o°] ?(?P<four>\d{1,7})\b"
)
_REFERENCE = re.compile(
    r"\b(?:ref(?:erence)?|transaction|transfert|trans|id(?: de transaction)?|code|recu|txn?)"
    r"(?: (?:est|c'est|n[o°]|id|wave|om|momo))? ?[:#.]? ?"
    r"(?P<told>(?=[a-z0-9._-]*\d)[a-z0-9][a-z0-9._-]{4,30}[a-z0-9])"
    r"|(?<![\w.@/-])(?P<bare>(?=(?:[a-z0-9._-]*\d){4})[a-z]{1,4}[._-]?[a-z0-9._-]{6,30}[a-z0-9])(?![\w@])"
)
_STRONG = (
    r"rue \w|villa \w|immeuble|imm\.? \w|avenue|boulevard|bd \w|en face d|derriere|pres d|a cote d|juste a cote"
    r"|carrefour|rond[- ]point|cite \w+|apres l[ae'] \w|avant l[ae'] \w|non loin|au niveau d|terminus|angle |lot \d"
    r"|appartement|appt|porte \d|devant l|face (?:a|au) |unite \d|secteur \d|camp \w|pk ?\d"
    r"|km ?\d|maison (?:n|\d|a etage)"
    r"|carre \d|ilot \d|parcelle \w|vons? (?:d|apres|avant|en)|fin goudron|bloc \w|block \w|sicap|entre l[ae'] "
)
_WEAK_STARTS = (
    r"pharmacie|mosquee|eglise|marche|ecole|lycee|hopital|clinique|hotel|residence|station|gare|etage"
    r"|a l'entree"
)
_ADDRESS_ENDS = re.compile(
    r"[;\n!?]|\.(?=\s|$)"
    r"|,(?= ?(?:au nom|nom|moi c'est|je m'appelle|vers \d|a \d{1,2} ?h|pour \d{1,2} ?h|demain|ce soir|merci|svp"
    r"|livr|je |c'est bon|ok\b|mon num|tel|\d+ [a-z]"
    r"|(?:une?|deux|trois|quatre|cinq|six|dix|des|du|il me faut|mettez) ))"
    r"|(?= (?:et (?:r?ajoute|met|donne|n'oublie)"
    r"|au nom d|et je (?:veux|voudrais|prends)|je m'appelle|moi c'est|vers \d{1,2} ?h|a \d{1,2} ?h|svp"
    r"|s'il vous|merci|demain\b|ce soir\b))"
)


def flat(text: str) -> str:
    """Folded, character for character: places in it are places in the text."""
    return text.lower() if text.isascii() else "".join(map(_flat, text))


@lru_cache(maxsize=1_000)
def _flat(character: str) -> str:
    return (fold(character) or " ")[0]


def details_in(text: str, asked: Asked | None, taken: Set[str] = frozenset()) -> list[Detail]:
    """What stands in a cleaned message, in its order; no two overlap. `taken`: words that the shop has for itself."""
    folded = flat(text)
    found: list[Detail] = []
    _add(found, _names(text, folded, taken))
    _add(found, _presented(_PRESENTED, text, taken))
    _add(found, _presented(_CALLED, text, taken))
    _add(found, _presented(_LEADING, text, taken))
    _add(found, _presented(_TRAILING, text, taken))
    _add(found, _presented(_NOT_BUT, text, taken))
    if asked != "confirm":
        _add(found, _presented(_IT_IS, text, taken))
    where = asked in (*_WHOSE, "confirm") or _COMING.search(folded)
    if where:
        _add(found, _presented(_SIGNED, text, taken))
    if where or PHONE.search(folded):
        _add(found, _persons(text, folded, asked, taken))
    _add(found, _plain("note", TO_REACH, text, folded))
    if where:
        _add(found, _plain("note", PHONE, text, folded))
    _add(found, _addresses(text, folded, asked, taken, before=_starts(found, folded)))
    _add(found, _orders(folded, taken))
    _add(found, _plain("amount", _SPENT, text, folded))
    _add(found, _plain("", _AMOUNT, text, folded))
    _add(found, _plain("", PHONE, text, folded))
    _add(found, _references(text, folded))
    _add(found, _plain("time", _TIME, text, folded))
    return sorted(found, key=lambda one: one.start)


def without(text: str, details: list[Detail]) -> str:
    """The message with commas where details stand: places stay what they are."""
    left = list(text)
    for detail in details:
        left[detail.start : detail.end] = "," + " " * (detail.end - detail.start - 1)
    return "".join(left)


def _add(found: list[Detail], more: list[Detail]) -> None:
    found += [one for one in more if not any(one.start < other.end and other.start < one.end for other in found)]


def _persons(text: str, folded: str, asked: Asked | None, taken: Set[str]) -> list[Detail]:
    found = persons(text, folded, taken, naming=asked == "name")
    return [Detail("name", text[start:end].strip(), first, end) for start, end, first in found]


def _plain(kind: str, pattern: re.Pattern[str], text: str, folded: str) -> list[Detail]:
    return [
        Detail(kind, text[one.start() : one.end()].strip(), one.start(), one.end())
        for one in pattern.finditer(folded)
        if one.group().strip()
    ]


def _names(text: str, folded: str, taken: Set[str]) -> list[Detail]:
    found = []
    for one in _NAMED.finditer(folded):
        start, end = one.span("name")
        end = start + len(_NAME_ENDS.sub("", folded[start:end]))
        if (myself := _MYSELF.match(folded[start:end])) is not None and start + myself.end() < end:
            start += myself.end()
        name = text[start:end].strip(" .'-")
        if name and not set(re.findall(r"\w+", flat(name))) <= taken:
            found.append(Detail("name", name, one.start(), end))
    return found


def _presented(pattern: re.Pattern[str], text: str, taken: Set[str]) -> list[Detail]:
    """Names by their capitals: none of their words is one of the shop's, nor begins an address."""
    found = []
    for one in pattern.finditer(text):
        words = re.findall(r"\w+", flat(one["name"]))
        if (taken | _NO_NAMES).isdisjoint(words) and not re.match(
            rf"(?:{_STRONG}|{_WEAK_STARTS})", " ".join(words) + " x"
        ):
            found.append(Detail("name", one["name"], one.start(), one.end()))
    return found


def _starts(found: list[Detail], folded: str) -> list[int]:
    """Where names and phone numbers begin: an address ends there."""
    return [
        *(one.start for one in found if one.kind in ("name", "note")),
        *(one.start() for one in PHONE.finditer(folded)),
    ]


def _orders(folded: str, taken: Set[str]) -> list[Detail]:
    """`n°4` is none where the shop has things that are called so."""
    return [
        Detail("order", next(filter(None, one.groups())), one.start(), one.end())
        for one in _ORDER.finditer(folded)
        if not (one["four"] and "n°" in taken)
    ]


def _references(text: str, folded: str) -> list[Detail]:
    found = []
    for one in _REFERENCE.finditer(folded):
        group = "told" if one["told"] else "bare"
        start, end = one.span(group)
        found.append(Detail("reference", text[start:end], one.start(), one.end()))
    return found


def _addresses(text: str, folded: str, asked: Asked | None, taken: Set[str], before: Sequence[int]) -> list[Detail]:
    """From the first word that only an address has on. `before`: where something else begins."""
    where = asked in ("address", "zone", "delivery") or re.search(r"\blivr|\badresse|\bdomicile|\bquartier", folded)
    weak = (_WEAK_STARTS if where else "$^") + ("|quartier" if asked == "address" else "")
    pattern = rf"\b(?:adresse ?(?:c'est|est|:)? ?)?(?P<place>{_STRONG}|{weak})"
    for one in re.finditer(pattern, folded):
        if asked != "address" and not taken.isdisjoint(re.findall(r"\w{3,}", one.group())):
            continue
        if one["place"].startswith("entre") and not taken.isdisjoint(folded[one.end() :].split()[:1]):
            continue  # `entre la reine et la margherita`
        ends = _ADDRESS_ENDS.search(folded, one.end())
        end = min([ends.start() if ends else len(folded), *(start for start in before if start > one.start())])
        end = _before_wares(folded, one.end(), end, taken)
        start = one.start("place")
        said = text[start:end].strip(" ,.-")
        return [Detail("address", said, one.start(), end)] if said else []
    return []


_WHOSE = ("delivery", "zone", "address", "name", "time")
"""Questions that are often answered with a name besides."""
_COUNTED = re.compile(
    r"(?<!\bdes)(?<!\baux)(?<!\bvilla)(?<!\brue)(?<!\bporte)(?<!\bn°)(?<!\bappt)(?<!\blot)(?<!\bbloc)(?<!\bunite)"
    r"(?<!\bpk)(?<!\bkm)"
    r"[ ,]+(?:et |plus |avec )?(?:\d{1,3}|une?|deux|trois|quatre|cinq|six|sept|huit|neuf|dix) (?P<ware>\w{4,})"
)
"""What is counted in an address that goes on: `villa 12 derrière la mosquée 2 yassa`."""


def _before_wares(folded: str, start: int, end: int, taken: Set[str]) -> int:
    """Where an address ends that wares follow."""
    counted = _COUNTED.finditer(folded, start, end)
    return next((one.start() for one in counted if one["ware"] in taken or singular(one["ware"]) in taken), end)

"""Finds names of persons in a message by the names that people have, and by who they are to the customer."""

import re
from collections.abc import Iterator, Sequence, Set

from comptoir.plugins.shop.understanding.given_names import FAMILY_NAMES, GIVEN_NAMES
from comptoir.plugins.text import fold

_PART = re.compile(r"[^,;:\n!?.()]+(?:\.(?=\w)[^,;:\n!?.()]+)*")
_WORD = re.compile(r"\+?\d[\d .-]{6,}\d|[^\W\d_][\w'’-]*|\S")
_TITLES = frozenset(
    ("mme", "mlle", "mr", "m", "monsieur", "madame", "mademoiselle", "maman", "papa", "tonton", "tantie")
)
_BEFORE = frozenset(
    (
        "nom",
        "nomme",
        "prenom",
        "destinataire",
        "moi",
        "pour",
        "livraison",
        "livrer",
        "livrez",
        "c'est",
        "cest",
        "ici",
        "non",
    )
)
"""Words after which a name may begin."""
_AFTER = frozenset(
    ("au", "a", "tel", "numero", "pour", "vers", "rue", "villa", "derriere", "face", "pres", "quartier", "et")
)
"""Words that may follow one."""
_LONGEST = 4
_KIN = (
    r"(?:soeur|frere|mere|pere|femme|mari|epouse?|maman|papa|tante|oncle|cousine?|niece|neveu|copine|copain|amie?"
    r"|collegue|voisine?|fille|fils|chauffeur|gardien|assistante?|secretaire|nounou|bonne|employee?|patronn?e?|tantie"
    r"|tonton|boss|fiancee?|petite?|grande?|coursier|livreur|cuisiniere?|belle[- ]soeur|beau[- ]frere)"
)
KIN = re.compile(
    r"(?:ma|mon|notre|sa|son) (?:(?:petite?|grande?|jeune|vieux|vieille|belle|beau)[ -])*"
    rf"{_KIN}(?: (?:qui )?s'appelle)? "
)
"""`ma petite sœur `: who somebody is; the name follows."""
_COMES = re.compile(
    r" (?:qui |va |vont )?(?:passe|passer|passera|vient|venir|viendra|prend|prendre|prendra|recoit|recevoir|recevra"
    r"|recup\w*|receptionn\w*|cherche|chercher|sera)\b"
)
_FULL = re.compile(r"[A-ZÀ-Ý][\w'’-]+(?: [A-ZÀ-Ý][\w'’-]+){1,3}")
_CALLS = re.compile(r"\b(?:demande[zr]?|voir|voyez|contacte[zr]?|joindre|a l'attention de|chez moi) $")


def persons(text: str, folded: str, taken: Set[str], *, naming: bool = False) -> Iterator[tuple[int, int, int]]:
    """From where to where a name stands, and where what leads to it begins. `folded` is the text place for place.
    `naming`: a name was asked for, and may be like one of the shop's words.
    """
    if naming and _FULL.fullmatch(text.strip(" .!")) and {*re.findall(r"\w+", folded)} & (GIVEN_NAMES | FAMILY_NAMES):
        yield 0, len(text), 0
        return
    for part in _PART.finditer(text):
        yield from _in_part(part.group(), part.start(), taken)
    yield from _of_kin(text, folded, taken)


def _in_part(part: str, at: int, taken: Set[str]) -> Iterator[tuple[int, int, int]]:
    """`awa diop` at the part's beginning or behind a number, and before its end, a number or a place."""
    found = [(one.group(), one.start(), one.end()) for one in _WORD.finditer(part)]
    folded = [fold(word) for word, _, _ in found]
    place = 0
    while place < len(found):
        end = _run(found, folded, place, taken)
        if end > place and _may_follow(folded, place, taken) and _may_go_on(folded, end, taken):
            first = place - 1 if place > 0 and folded[place - 1] in _TITLES else place
            yield at + found[first][1], at + found[end - 1][2], at + found[first][1]
        place = max(end, place + 1)


def _run(found: Sequence[tuple[str, int, int]], folded: Sequence[str], place: int, taken: Set[str]) -> int:
    """Where the names that begin here end: one of them is a first name, or a family's behind a title."""
    end = place
    while end < len(found) and end - place < _LONGEST and _is_name(found[end][0], folded[end], end > place, taken):
        end += 1
    names = set(folded[place:end])
    titled = place > 0 and folded[place - 1] in _TITLES
    return end if names & GIVEN_NAMES or (titled and names) or (len(names) > 1 and names & FAMILY_NAMES) else place


def _is_name(word: str, folded: str, begun: bool, taken: Set[str]) -> bool:
    if (folded in taken and not (begun and folded in FAMILY_NAMES)) or not word[0].isalpha():
        return False
    known = folded in GIVEN_NAMES or folded in FAMILY_NAMES
    return known or (word[0].isupper() and len(word) > 1 and folded not in _AFTER | _BEFORE | _TITLES)


def _may_follow(folded: Sequence[str], place: int, taken: Set[str]) -> bool:
    before = folded[:place]
    if before and before[-1] in _TITLES:
        before = before[:-1]
    return not before or before[-1] in _BEFORE or before[-1] in taken or before[-1][-1].isdigit()


def _may_go_on(folded: Sequence[str], end: int, taken: Set[str]) -> bool:
    return end == len(folded) or folded[end] in _AFTER or folded[end] in taken or folded[end][-1].isdigit()


def _of_kin(text: str, folded: str, taken: Set[str]) -> Iterator[tuple[int, int, int]]:
    """`c'est ma sœur Grâce qui passe`, `Moussa va passer`, `demandez Rose`."""
    for one in _NAME.finditer(text):
        first = folded[one.start() : one.end()]
        if first in taken or not (first in GIVEN_NAMES or text[one.start()].isupper()):
            continue
        before = folded[: one.start()]
        more = _FAMILY.match(text, one.end())
        end = more.end() if more is not None else one.end()
        if (kin := _OF_KIN.search(before)) is not None:
            yield one.start(), end, kin.start()
        elif _CALLS.search(before) is not None or (
            first in GIVEN_NAMES and _COMES.match(folded, end) and not before.endswith("rue ")
        ):
            yield one.start(), end, one.start()


_NAME = re.compile(r"[^\W\d_][\w'’-]+")
_FAMILY = re.compile(r" [A-ZÀ-Ý][\w'’-]+")
_OF_KIN = re.compile(KIN.pattern + "$")

"""Reads what customers write: abbreviations, words of other languages, several questions in one message."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from comptoir.plugins.language import (
    Language,
    asking_words,
    complaints,
    empty_words,
    numbers,
    root,
    spellings,
    weak_roots,
    weak_words,
)
from comptoir.plugins.sounds import sound
from comptoir.plugins.text import is_linking, words

MAX_READ = 20_000
"""Characters of a message that are read; what matters stands before."""
_LONGEST_SPELLING = 4
_SHORTEST_HEARD = 3
_REPEATED = re.compile(r"([^\W\d])\1{2,}")
_ACCENTED = re.compile(r"[àâçéèêëîïôùûœ]", re.IGNORECASE)
_WHERE = re.compile(r"\boù\b", re.IGNORECASE)
_CLAUSES = re.compile(r"[?!.,;:\n]+|\b(?:et|puis|aussi|sinon|and|also)\b", re.IGNORECASE)
_HOUR = re.compile(r"\d{1,2}h(?:\d\d)?")
_WEAK, _NUMBER = 0.4, 0.2


@dataclass(frozen=True, slots=True)
class Token:
    """A word of a message: as it was written, folded, and what it stands for."""

    said: str
    word: str
    root: str
    clause: int
    """Which of the message's clauses it stands in."""
    weight: float
    """How much it tells of what is wanted: 1, less for words of every question, 0 for those that only link."""


def read(text: str, language: Language = "fr") -> list[Token]:
    """The words of a text, with spellings replaced by what they stand for; linking words are left out."""
    text = text[:MAX_READ]
    # Who writes accents writes them on `où` too: an `ou` without one is an alternative.
    alternative = bool(_ACCENTED.search(text)) and not _WHERE.search(text)
    return [
        _token(said, word, number, language)
        for number, clause in enumerate(_CLAUSES.split(text))
        for said, word in _spelled_out(clause, language, alternative=alternative)
        if not is_linking(word)
    ]


def unknown_weight(token: Token, language: Language = "fr") -> float:
    """What a word tells that no entry and no passage knows: nothing where it sounds like one that tells nothing."""
    if language != "fr" or len(token.word) < _SHORTEST_HEARD:
        return token.weight
    return min(token.weight, _weights_by_sound().get(sound(token.word), token.weight))


@cache
def _weights_by_sound() -> dict[str, float]:
    weak = {sound(word): _WEAK for word in weak_words() if len(word) >= _SHORTEST_HEARD}
    return weak | {sound(word): 0.0 for word in empty_words() if len(word) >= _SHORTEST_HEARD}


def _token(said: str, word: str, clause: int, language: Language) -> Token:
    if _HOUR.fullmatch(word):
        word = "heure"
    one = root(word, language)
    return Token(said, word, one, clause, _weight(word, one, language))


def _weight(word: str, one: str, language: Language) -> float:
    return _NUMBER if word in numbers() else told(one, language)


def told(one: str, language: Language = "fr") -> float:
    """How much the root of a word tells of what is wanted: 1, less for the words of every question."""
    if one.isdigit():
        return _NUMBER
    if len(one) == 1 or one in empty_words(language):
        return 0
    return _WEAK if one in weak_roots(language) else 1


def _spelled_out(clause: str, language: Language, *, alternative: bool) -> Iterator[tuple[str, str]]:
    """What was written, and each word that it stands for."""
    said = [_REPEATED.sub(r"\1\1", word) for word in words(clause)]
    known = spellings() if language == "fr" else {}
    place = 0
    while place < len(said):
        if alternative and said[place] == "ou" and 0 < place < len(said) - 1:
            place += 1
            continue
        lengths = range(min(_LONGEST_SPELLING, len(said) - place), 0, -1)
        length = next((length for length in lengths if tuple(said[place : place + length]) in known), 1)
        written = tuple(said[place : place + length])
        yield from ((" ".join(written), word) for word in known.get(written, written))
        place += length


_TOLD = re.compile(
    r"\bj ai (?:deja |bien |tout |mal )*(?:paye|envoye|fait|recu|mis|pris|vu|compris|note|transfere"
    r"|verse|vire|trouve|confirme|regle|depose|dit|fini|adore)\b"
    r"|\b(?:je (?:vous|t|te|l|les|lui)|on|nous) (?:ai|a|avons) (?:deja |bien |tout )*"
    r"(?:paye|envoye|regle|depose|verse|vire|transfere)\b"
    r"|\bje suis (?:malade|occupe|occupee|travail|maison|voyage|fatigue|fatiguee|route|taxi|chemin)$"
    r"|\bje (?:t|te|vous|l) envoie\b|\bnumero change$|\bj ai perdu mon telephone\b"
    r"|\bje viens (?:vous |te |l |les )?(?:envoyer|payer|regler|deposer|verser|virer|transferer)\b"
    r"|\bje (?:vous |te |t |lui |les |l )?\w+rai\b|\bje (?:vous |te )?rappelle\b"
    r"|\b(?:erreur|mauvais|faux|trompe) (?:\w+ )?numero\b"
    r"|\bje suis (?:devant|dehors|arrive|arrivee|sur place|bas|porte)\b"
    r"|\bj arrive\b|\bje suis en\b|\bje me suis\b|\bnous (?:etions|avons)\b"
)


def tells(text: str) -> bool:
    """Whether somebody only tells or complains: `j'ai déjà payé` asks for nothing. French."""
    if "?" in text:
        return False
    tokens = read(text)
    said = [token.word for token in tokens]
    if not asking_words().isdisjoint(said):
        return False
    return bool(_TOLD.search(" ".join(said))) or not complaints().isdisjoint(token.root for token in tokens)

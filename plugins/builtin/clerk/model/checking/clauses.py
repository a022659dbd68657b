"""Takes texts apart into clauses, and tells whether one says what another says."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

from comptoir.plugins.language import Language, empty_words
from comptoir.plugins.text import fold, stem

_SENTENCE = re.compile(r"[!?;\n•…]+|\.(?!\d)|(?<=\s)[-–—](?=\s)|^[-–—*]\s", re.MULTILINE)
_CLAUSE = re.compile(r",(?!\d)|:|\(|\)|\b(?:et|mais|and|but)\b")
_WIDER = re.compile(r",(?!\d)|:|\(|\)|\b(?:mais|but)\b")
_ROOT = 6
_WORD = re.compile(r"\d+(?:[ .,]\d{3})*(?!\d)|[a-z0-9ŋɓɗ]+")
_NOT = re.compile(r"\b(?:pas|ni|jamais|aucun|aucune|sans|rien|plus de|not|no|never|without|none|nor)\b|n't\b")


@dataclass(frozen=True)
class Clause:
    """A part of a sentence; `folded` in lower case without accents."""

    folded: str
    language: Language

    @cached_property
    def stems(self) -> frozenset[str]:
        """Of the words that tell something, and figures."""
        empty = empty_words(self.language)
        return frozenset(
            stem(word, self.language) if word[0].isalpha() else bare(word)
            for word in _WORD.findall(self.folded)
            if word not in empty
        )

    @cached_property
    def roots(self) -> frozenset[str]:
        return self.roots_of(self.stems)

    @staticmethod
    def roots_of(stems: Iterable[str]) -> frozenset[str]:
        """`contient` and `contiennent` are one word; figures are what they are."""
        return frozenset(one if one[0].isdigit() else one[:_ROOT] for one in stems)

    @property
    def denies(self) -> bool:
        return _NOT.search(self.folded) is not None


def bare(figures: str) -> str:
    """`3 500` is `3500`."""
    return re.sub(r"[ .,]", "", figures)


def sentences(text: str) -> Iterator[str]:
    """Folded; a line of a list is one."""
    plain = re.sub(r"[\u00a0\u202f\u2009]", " ", text).replace("’", "'")
    for part in _SENTENCE.split(fold(plain)):
        if part.strip():
            yield part.strip()


def clauses(sentence: str, language: Language, between: re.Pattern[str] = _CLAUSE) -> Iterator[Clause]:
    for part in between.split(sentence):
        if part.strip():
            yield Clause(part.strip(), language)


def sources(texts: Iterable[str], language: Language) -> tuple[Clause, ...]:
    """What texts of the shop say: each clause, and clauses that `and` joins where nothing in them is denied."""
    found: list[Clause] = []
    for text in texts:
        for sentence in sentences(text):
            found += clauses(sentence, language)
            found += [clause for clause in clauses(sentence, language, _WIDER) if not clause.denies]
    return tuple(found)


def says_so(said: Clause, known: Iterable[Clause]) -> bool:
    """Whether a clause of the shop's has every word of it that tells something, and denies as it denies."""
    return any(said.roots <= clause.roots and said.denies == clause.denies for clause in known)

"""The phrases by which customers ask, order, agree and refuse, found word by word."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from comptoir.plugins.language import ordering
from comptoir.plugins.shop.understanding.roots import root_of
from comptoir.plugins.vocabulary import Vocabulary

TABLES = ("acts", "asks", "modes")


@dataclass(frozen=True, slots=True)
class Phrase:
    """What begins at a word of a message."""

    table: str
    name: str
    length: int
    """How many words it takes."""


@cache
def _phrases() -> dict[str, list[tuple[tuple[str, ...], str, str]]]:
    """By their first root, the longest first; of two alike the one whose table comes first."""
    found: dict[str, dict[tuple[str, ...], tuple[str, str]]] = {}
    for table in TABLES:
        for name, phrases in ordering(table).items():
            for phrase in phrases:
                roots = tuple(map(root_of, phrase))
                found.setdefault(roots[0], {}).setdefault(roots, (table, name))
    return {
        first: sorted(((roots, *meant) for roots, meant in group.items()), key=lambda one: -len(one[0]))
        for first, group in found.items()
    }


@cache
def phrase_words() -> frozenset[str]:
    """Every word of a phrase: none is a misspelling."""
    return frozenset(word for phrase in _every() for word in phrase)


@cache
def whole_phrases() -> frozenset[str]:
    """Every phrase as it is written: `ok` and `waaw` are no abbreviations for nothing here."""
    return frozenset(" ".join(phrase) for phrase in _every())


@cache
def spoken() -> Vocabulary:
    """The longer words of the phrases, by which misspelt ones are mended."""
    grave = {word for name in ("cancel", "clear", "yes", "no") for phrase in ordering("acts")[name] for word in phrase}
    # `doublez` must not be taken for `oubliez`.
    return Vocabulary(word for word in phrase_words() - grave if len(word) >= _SHORTEST and word.isalpha())


_SHORTEST = 5


def _every() -> list[tuple[str, ...]]:
    return [phrase for table in TABLES for group in ordering(table).values() for phrase in group]


def phrases_at(roots: Sequence[str], at: int, tables: Sequence[str] = TABLES) -> list[Phrase]:
    """Those that begin at this word, the longest first."""
    return [
        Phrase(table, name, len(phrase))
        for phrase, table, name in _phrases().get(roots[at], ())
        if table in tables and tuple(roots[at : at + len(phrase)]) == phrase
    ]

"""What is known of how customers write: spellings, ways of saying the same, words that say little."""

import itertools
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import Any, Literal

from comptoir.plugins.text import stem, words

Language = Literal["fr", "en"]

GAP = "…"
"""In a phrase: up to six words between."""
_PART = re.compile(r"\[([^\]]*)\]|(…)|([^\s\[\]…]+)")


@cache
def _table(name: str) -> Mapping[str, Any]:
    return tomllib.loads(files(__name__).joinpath(name).read_text(encoding="utf-8"))


@cache
def spellings() -> Mapping[tuple[str, ...], tuple[str, ...]]:
    """What abbreviations and words of other languages stand for, as folded words; nothing where they say nothing."""
    found: dict[tuple[str, ...], tuple[str, ...]] = {}
    for table in _table("spellings.toml").values():
        for written, meant in table.items():
            found.setdefault(tuple(words(written)), tuple(words(meant)))
    return found


@cache
def asked() -> tuple[tuple[tuple[str, ...], ...], ...]:
    """Groups of phrases by which customers ask for one thing, each a sequence of folded words and gaps."""
    lines = _table("meanings.toml")["asked"].values()
    return tuple(tuple(dict.fromkeys(itertools.chain.from_iterable(map(_expand, line)))) for line in lines)


@cache
def asked_for(what: str) -> frozenset[tuple[str, ...]]:
    """The phrases by which customers ask for one thing, as `price`; their roots."""
    lines = _table("meanings.toml")["asked"][what]
    return frozenset(tuple(map(root, phrase)) for line in lines for phrase in _expand(line))


def asks(what: str, phrases: Iterable[str]) -> bool:
    """Whether one of the phrases asks for that thing."""
    return any(tuple(map(root, words(phrase))) in asked_for(what) for phrase in phrases)


@cache
def _alike() -> Mapping[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for group in synonyms():
        roots = {root(word) for text in group if len(found_words := words(text)) == 1 for word in found_words}
        for one in roots:
            found.setdefault(one, set()).update(roots - {one})
    return {one: frozenset(others) for one, others in found.items()}


def alike(of: str) -> frozenset[str]:
    """The roots of other words for the same thing."""
    return _alike().get(of, frozenset())


@cache
def ordering(table: str) -> Mapping[str, tuple[tuple[str, ...], ...]]:
    """What customers write when they buy: the phrases of each act of that table, as folded words."""
    lines = _table("ordering.toml")[table].items()
    return {name: tuple(dict.fromkeys(form for phrase in line for form in _expand(phrase))) for name, line in lines}


@cache
def ordering_words(kind: str) -> frozenset[str]:
    """Folded words by what they do in an order: `pieces`, `colours`, …"""
    return frozenset(_table("ordering.toml")["said"][kind].split())


@cache
def ordering_spellings() -> Mapping[tuple[str, ...], tuple[str, ...]]:
    """The spellings, and those that only an order makes clear."""
    own = {tuple(words(written)): tuple(words(meant)) for written, meant in _table("ordering.toml")["spelled"].items()}
    return dict(spellings()) | own


@cache
def ordering_same() -> Mapping[str, str]:
    """Words of variants that mean the same: `noire` is `noir`."""
    return dict(_table("ordering.toml")["same"])


@cache
def synonyms() -> tuple[tuple[str, ...], ...]:
    """Groups of words for one thing."""
    return tuple(tuple(line) for line in _table("meanings.toml")["words"].values())


@cache
def empty_words(language: Language = "fr") -> frozenset[str]:
    """Words that do not tell what somebody wants."""
    return frozenset(_table("common.toml")["empty" if language == "fr" else "empty_en"].split())


@cache
def weak_words(language: Language = "fr") -> frozenset[str]:
    """Words that tell little of it."""
    return frozenset(_table("common.toml")["weak" if language == "fr" else "weak_en"].split())


@cache
def weak_roots(language: Language = "fr") -> frozenset[str]:
    """Their roots: `passera` tells as little as `passer`."""
    return frozenset(root(word, language) for word in weak_words(language))


@cache
def asking_words() -> frozenset[str]:
    """Words by which people ask for something."""
    return frozenset(_table("common.toml")["asking"].split())


@cache
def complaints() -> frozenset[str]:
    """The roots of words by which people say that they are angry."""
    return frozenset(map(root, _table("common.toml")["complaints"].split()))


@cache
def numbers() -> frozenset[str]:
    """Numbers that are written out."""
    return frozenset(_table("common.toml")["numbers"].split())


@cache
def known_words(language: Language = "fr") -> frozenset[str]:
    """Words that are no misspelling of another."""
    if language != "fr":
        return empty_words(language) | weak_words(language)
    told = {word for group in synonyms() for text in group for word in words(text)}
    told |= {word for group in asked() for phrase in group for word in phrase}
    return frozenset(told) | empty_words() | weak_words() | frozenset(_table("common.toml")["frequent"].split())


def root(word: str, language: Language = "fr") -> str:
    """What the forms of a folded word have in common; words that say little have nothing."""
    return word if word in empty_words(language) else stem(word, language)


def _expand(text: str) -> Iterator[tuple[str, ...]]:
    """Each phrase that `[a b_c] … d` stands for."""
    parts: list[list[list[str]]] = []
    for choice, gap, word in _PART.findall(text):
        if gap:
            parts.append([[GAP]])
        elif choice:
            parts.append([words(one) for one in choice.split()])
        else:
            parts.append([words(word)])
    for chosen in itertools.product(*parts):
        yield tuple(itertools.chain.from_iterable(chosen))

"""Ranks the entries of `answers` and the passages of `knowledge` together: what answers a message best, if anything."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING, Generic, TypeVar

from comptoir.plugins.api import Tenant
from comptoir.plugins.builtin.entries import Entries
from comptoir.plugins.builtin.evidence import LEAST, Asked, Evidence, evidence, sureness
from comptoir.plugins.builtin.rarity import rarity
from comptoir.plugins.language import Language, alike
from comptoir.plugins.phrases import MAX_GUESSED, Match
from comptoir.plugins.reading import Token, read, tells, unknown_weight

if TYPE_CHECKING:
    from comptoir.plugins.builtin.knowledge.index import Index
    from comptoir.plugins.builtin.knowledge.passages import Passage

Part = TypeVar("Part")

SURE = 0.66
"""From which on an answer is given. Tuned: a wrong answer costs more than none."""
SURE_OF_OWN = 0.12
"""The same where the entry's own words stand in the message: their owner expects that they bring its answer."""
MAX_TERMS = 60
"""Different words of a message that are looked at."""


@dataclass(frozen=True, slots=True)
class Ranked:
    """An entry or a passage that may answer."""

    answer: int | Passage
    """The number of the entry, or the passage."""
    evidence: Evidence
    said: tuple[str, ...]
    """The words of the message that it has."""
    matches: tuple[Match, ...] = ()
    """The entry's phrases that stand in the message, the best first."""
    sure: float = 0
    """How likely it is that it answers, 0 to 1, beside all others."""

    @property
    def fits(self) -> bool:
        return self.sure >= (SURE_OF_OWN if any(match.own for match in self.matches) else SURE)


class Shelf(Generic[Part]):
    """What a plugin can answer with, for the other one to see: each answers only what it knows better."""

    def __init__(self) -> None:
        self._parts: dict[int, Part] = {}

    def add(self, tenant: Tenant, part: Part) -> None:
        """From the start of a plugin on. The pipeline is told by its tenant's files, which are read anew for each."""
        self._parts[id(tenant.files)] = part

    def remove(self, tenant: Tenant, part: Part) -> None:
        """At its end."""
        if self._parts.get(id(tenant.files)) is part:
            del self._parts[id(tenant.files)]

    def of(self, tenant: Tenant) -> Part | None:
        """Of the plugin in the same pipeline, if it stands there."""
        return self._parts.get(id(tenant.files))


ENTRIES: Shelf[Entries] = Shelf()
PASSAGES: Shelf[Index] = Shelf()


def rank(text: str, entries: Entries | None, index: Index | None, language: Language = "fr") -> list[Ranked]:
    """What has something of a message, the best first. Takes its time: to be called in a thread."""
    tokens = read(text, language)
    said = _said(tokens, entries, index, language)
    parts = [part for part in (entries, index) if part]
    told = cache(lambda stem: rarity(sum(part.having(stem) for part in parts), sum(map(len, parts))))
    counts = {stem: weight * told(stem) for stem, (weight, _) in list(said.items())[:MAX_TERMS]}
    asked = Asked(counts, language == "fr" and tells(text))
    written = {stem: token.said for stem, (_, token) in said.items()}
    texts = [*(entries.texts(counts) if entries else ()), *(index.texts(counts) if index else ())]
    found = [
        Ranked(
            answer, evidence(asked, one, told), tuple(dict.fromkeys(written[stem] for stem in counts if one.has(stem)))
        )
        for answer, one in texts
    ]
    if entries:
        nothing = Evidence(left=sum(counts.values()))
        found = _with_phrases(found, nothing, entries.matches(tokens), tokens)
    sure = sureness(asked, [one.evidence for one in found])
    best = [replace(one, sure=share) for one, share in zip(found, sure, strict=True)]
    return sorted(best, key=lambda one: -round(one.sure, 3))


def _said(
    tokens: Sequence[Token], entries: Entries | None, index: Index | None, language: Language
) -> Mapping[str, tuple[float, Token]]:
    """What each word tells by itself, by the stem that it means."""
    vocabularies = [part.vocabulary for part in (entries, index) if part]
    said: dict[str, tuple[float, Token]] = {}
    guessed: dict[str, str | None] = {}
    for token in tokens:
        if token.word not in guessed and len(guessed) < MAX_GUESSED:
            known = any(token.root in one for one in vocabularies)
            guesses = (one.resolve(token) for one in vocabularies)
            guessed[token.word] = token.root if known else next(filter(None, guesses), None)
        meant = guessed.get(token.word)
        stem = meant or token.root
        weight = token.weight if meant or alike(stem) else unknown_weight(token, language)
        said[stem] = max(said.get(stem, (0, token)), (max(weight, LEAST), token), key=lambda one: one[0])
    return said


def _with_phrases(
    found: Sequence[Ranked], nothing: Evidence, matches: Mapping[int, Sequence[Match]], tokens: Sequence[Token]
) -> list[Ranked]:
    """The entries' phrases added to what speaks for them."""
    missing = [Ranked(entry, nothing, ()) for entry in matches if all(one.answer != entry for one in found)]
    return [
        _with_phrase(one, matches.get(one.answer, ()), tokens) if isinstance(one.answer, int) else one
        for one in [*found, *missing]
    ]


def _with_phrase(one: Ranked, matches: Sequence[Match], tokens: Sequence[Token]) -> Ranked:
    longest = max((len({tokens[place].root for place in match.places}) for match in matches), default=0)
    return replace(one, matches=tuple(matches), evidence=replace(one.evidence, longest=longest))

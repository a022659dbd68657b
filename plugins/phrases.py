"""Finds in a message the words and phrases that a tenant wrote, in whatever form the customer writes them."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Annotated

from pydantic import AfterValidator, Field

from comptoir.plugins.faults import wrong_value
from comptoir.plugins.language import GAP, Language, alike, asked, known_words, root
from comptoir.plugins.reading import Token, read, tells, unknown_weight
from comptoir.plugins.text import terms
from comptoir.plugins.vocabulary import Vocabulary

MAX_GUESSED = 200
"""Words of a message whose spelling is guessed at, and from which phrases with gaps begin."""
MAX_GAP = 6
"""Words that may stand where a phrase has a gap."""

Sequenced = tuple[str, ...]
"""Stems in their order, with gaps."""


def _check(text: str) -> str:
    if not terms(text):
        raise wrong_value((f"« {text} »", "un mot que le client écrit"), (f'"{text}"', "a word that customers write"))
    return text


Phrase = Annotated[str, Field(max_length=100), AfterValidator(_check)]
"""A word or phrase in a plugin's configuration."""


@dataclass(frozen=True, slots=True)
class Match:
    """Where a phrase of an entry stands in a message."""

    entry: int
    phrase: str
    """As the tenant wrote it."""
    said: str
    """As the customer wrote it, folded."""
    places: frozenset[int]
    """Of the message's words, as `read` gives them."""
    own: bool
    """The tenant's own phrase, and not another way of saying the same."""
    letters: int

    @property
    def start(self) -> int:
        return min(self.places)

    @property
    def rank(self) -> tuple[bool, int, int, int]:
        """Best first: the tenant's own, then more words, then longer ones, then the entry that stands first."""
        return not self.own, -len(self.places), -self.letters, self.entry


class Phrasebook:
    """The phrases of some entries and, unless only these are wanted, what else customers say for them."""

    def __init__(self, entries: Sequence[Sequence[str]], language: Language = "fr", *, meanings: bool = True) -> None:
        self._language: Language = language
        self._exact: dict[Sequenced, dict[int, tuple[str, bool]]] = defaultdict(dict)
        self._lengths: dict[str, set[int]] = defaultdict(set)
        self._parted: dict[str, list[tuple[Sequenced, int, str]]] = defaultdict(list)
        known: set[str] = set()
        for own in (True, False) if meanings else (True,):
            for entry, phrases in enumerate(entries):
                for phrase in phrases:
                    for tokens in self._forms(phrase, own=own):
                        known.update(word for word in tokens if word != GAP)
                        self._add(tokens, entry, phrase, own=own)
        self.vocabulary = Vocabulary(known, language)

    def find(self, text: str) -> list[Match]:
        """Every phrase that stands in `text`, the best first."""
        return self.find_in(read(text, self._language))

    def find_in(self, tokens: Sequence[Token]) -> list[Match]:
        """The same, of a message that was read already."""
        meant = self.meant(tokens)
        return sorted(self._matches(tokens, meant), key=lambda match: match.rank)

    def meant(self, tokens: Sequence[Token]) -> list[str]:
        """The stems of the words of a message, those that are misspelt as they should have been."""
        guessed: dict[str, str] = {}
        for token in tokens:
            if token.word not in guessed and len(guessed) < MAX_GUESSED:
                guessed[token.word] = self.vocabulary.resolve(token) or token.root
        return [guessed.get(token.word, token.root) for token in tokens]

    def _forms(self, phrase: str, *, own: bool) -> Iterable[Sequenced]:
        """The words of the phrase itself, or of other ways of saying it; French only."""
        words = tuple(token.word for token in read(phrase, self._language))
        if own:
            return [words] if words else []
        if self._language != "fr":
            return []
        said = tuple(map(root, words))
        return [form for group in _groups().get(said, ()) for form in group]

    def _add(self, words: Sequenced, entry: int, phrase: str, *, own: bool) -> None:
        stems = tuple(word if word == GAP else root(word, self._language) for word in words)
        if GAP in stems:
            self._parted[stems[0]].append((stems, entry, phrase))
        elif own or not any(whose for _, whose in self._exact.get(stems, {}).values()):
            # What one entry says itself is not also another's by meaning.
            self._exact[stems].setdefault(entry, (phrase, own))
            self._lengths[stems[0]].add(len(stems))

    def _matches(self, tokens: Sequence[Token], meant: list[str]) -> Iterator[Match]:
        for start, first in enumerate(meant):
            for length in self._lengths.get(first, ()):
                stems = tuple(meant[start : start + length])
                places = range(start, start + len(stems))
                for entry, (phrase, own) in self._exact.get(stems, {}).items() if len(stems) == length else ():
                    yield _match(tokens, stems, (entry, phrase, own), places)
            if start < MAX_GUESSED:
                for stems, entry, phrase in self._parted.get(first, ()):
                    if found := _parted(stems, meant, start):
                        yield _match(tokens, stems, (entry, phrase, False), found)


def _match(tokens: Sequence[Token], stems: Sequenced, whose: tuple[int, str, bool], places: Sequence[int]) -> Match:
    said = " ".join(dict.fromkeys(tokens[place].said for place in places))
    entry, phrase, own = whose
    return Match(entry, phrase, said, frozenset(places), own, sum(map(len, stems)))


def _parted(stems: Sequenced, meant: Sequence[str], start: int) -> list[int] | None:
    """The places of the stems from `start` on, where they stand there with their gaps."""
    places: list[int] = []
    place, reach = start, 1
    for wanted in stems:
        if wanted == GAP:
            reach = MAX_GAP + 1
            continue
        found = next((at for at in range(place, min(place + reach, len(meant))) if meant[at] == wanted), None)
        if found is None:
            return None
        places.append(found)
        place, reach = found + 1, 1
    return places


@cache
def _groups() -> dict[Sequenced, list[tuple[Sequenced, ...]]]:
    """The groups of phrases that mean the same, by the roots of each of their phrases."""
    found: dict[Sequenced, list[tuple[Sequenced, ...]]] = defaultdict(list)
    for group in asked():
        read_group = tuple(dict.fromkeys(filter(None, map(_read_form, group))))
        for form in read_group:
            if GAP not in form and read_group not in found[tuple(map(root, form))]:
                found[tuple(map(root, form))].append(read_group)
    return found


def _read_form(form: Sequenced) -> Sequenced:
    parts: list[str] = []
    for word in form:
        parts += [GAP] if word == GAP else [token.word for token in read(word)]
    # A gap at an end, where a linking word stood, would ask for nothing.
    return () if not parts or GAP in (parts[0], parts[-1]) else tuple(parts)


def build_tables() -> None:
    """Build what is known of the language, which otherwise the first who asks does: before a fork, for all at once."""
    Phrasebook([["prix"]]).find("slt, tarif svp ?")
    known_words()
    tells("demain je passe")
    unknown_weight(read("schtroumpf")[0])
    alike("prix")

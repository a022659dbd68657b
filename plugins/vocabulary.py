"""Which known word a misspelt one means: by its forms, by ear, by a few wrong letters."""

from collections import defaultdict
from collections.abc import Iterable

from rapidfuzz.distance import OSA

from comptoir.plugins.language import Language, known_words, root
from comptoir.plugins.reading import Token
from comptoir.plugins.sounds import sound

# Two edits for a long word, one for one that is long enough, none where another word is too near.
_EDITS = ((9, 2), (5, 1))
_SHORTEST_SOUND = 3
_SHORTEST_HEARD = 4
_SHORTEST_START = 5
_VOWELS = frozenset("aeiouyh")
_ELISIONS = ("qu", "c", "d", "j", "l", "m", "n", "s", "t")
# Letters that a word may begin with either of.
_ALIKE = ("ckq", "sc", "jg", "ao", "ae", "ei", "iy", "sz", "fp")


class Vocabulary:
    """The words that something is searched by."""

    def __init__(self, known: Iterable[str], language: Language = "fr") -> None:
        self._language: Language = language
        self._roots: dict[str, str] = {}
        self._sounds: dict[str, str] = {}
        self._near: dict[str, list[str]] = defaultdict(list)
        for word in sorted(set(known)):
            self._roots[word] = root(word, language)
            if not word.isdigit():
                if language == "fr":
                    self._sounds.setdefault(sound(word), word)
                self._near[word[0]].append(word)
        self._all = frozenset(self._roots.values())

    def __contains__(self, of: str) -> bool:
        return of in self._all

    def resolve(self, token: Token) -> str | None:
        """The root of the word that is meant; None where it is none of these."""
        if token.root in self._all:
            return token.root
        known = known_words(self._language)
        if token.word.isdigit() or token.word in known:
            return None
        return (
            self._parted(token.word, known)
            or self._heard(token.word)
            or self._shortened(token.word)
            or self._mistyped(token.word)
        )

    def _parted(self, word: str, known: frozenset[str]) -> str | None:
        """`jannule` for `j'annule`."""
        for start in _ELISIONS if self._language == "fr" else ():
            rest = word.removeprefix(start)
            if rest == word or len(rest) < _SHORTEST_SOUND or rest[0] not in _VOWELS:
                continue
            if (one := root(rest, self._language)) in self._all:
                return one
            if len(rest) >= _SHORTEST_START and rest not in known and (heard := self._heard(rest)):
                return heard
        return None

    def _heard(self, word: str) -> str | None:
        """`naissanse` for `naissance`. French."""
        if self._language != "fr" or len(word) < _SHORTEST_HEARD:
            return None
        heard = sound(word)
        meant = self._sounds.get(heard) if len(heard) >= _SHORTEST_SOUND else None
        if meant is None or not _begin_alike(word, meant):
            return None
        # Many short words sound alike.
        short = len(heard) == _SHORTEST_SOUND and len(word) == _SHORTEST_HEARD
        return None if short and len(meant) > len(word) + 1 else self._roots[meant]

    def _shortened(self, word: str) -> str | None:
        """`certif` for `certificat`."""
        if len(word) < _SHORTEST_START:
            return None
        begun = {self._roots[other] for other in self._near.get(word[0], ()) if other.startswith(word)}
        return begun.pop() if len(begun) == 1 else None

    def _mistyped(self, word: str) -> str | None:
        """`recipisse` for `recepisse`."""
        edits = next((edits for length, edits in _EDITS if len(word) >= length), 0)
        if not edits:
            return None
        near = (
            (distance, abs(len(other) - len(word)), other)
            for other in self._near.get(word[0], ())
            if len(other) >= _EDITS[-1][0]
            and abs(len(other) - len(word)) <= edits
            and (distance := OSA.distance(word, other, score_cutoff=edits)) <= edits
        )
        best = min(near, default=None)
        return None if best is None else self._roots[best[2]]


def _begin_alike(word: str, other: str) -> bool:
    one, two = word[0], other[0]
    return one == two or "h" in (one, two) or any(one in group and two in group for group in _ALIKE)

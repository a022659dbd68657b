"""Finds in a message the zones that a shop delivers to."""

import re
from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass

from comptoir.plugins.reading import Token as Read
from comptoir.plugins.shop.model import Zone
from comptoir.plugins.shop.understanding.acts import Found
from comptoir.plugins.shop.understanding.roots import links, skeleton
from comptoir.plugins.shop.understanding.tokens import Token
from comptoir.plugins.text import words
from comptoir.plugins.vocabulary import Vocabulary

_SHORTEST = 4
_PARTS = re.compile(r" - |[/,;]|\(|\)")
"""`Fann - Point E` is called by either."""
_REFUSING = frozenset(("pas", "not"))
_ABOUT = frozenset(("a", "au", "aux", "vers", "sur", "quartier", "zone", "in", "to", "cote", "secteur"))


@dataclass(frozen=True, slots=True)
class ZoneMatch:
    start: int
    """The first of its tokens."""
    end: int
    found: tuple[Found, ...]
    cued: bool
    """`à`, `au`, `vers` stands before it."""


class Zones:
    """The zones of a catalogue by their words."""

    def __init__(self, zones: Sequence[Zone]) -> None:
        self._names = [
            (zone.code, name)
            for zone in zones
            for whole in (zone.name, *zone.names)
            for text in dict.fromkeys((whole, *_PARTS.split(whole)))
            if (name := tuple(word for word in words(text) if not links(word)))
        ]
        self._codes: dict[str, set[str]] = {}
        for code, name in self._names:
            for word in name:
                self._codes.setdefault(word, set()).add(code)
        self._skeletons = {bones: word for word in self._codes if len(word) >= _SHORTEST and (bones := skeleton(word))}
        self._vocabulary = Vocabulary(word for word in self._codes if len(word) >= _SHORTEST)
        self._roots = {self._vocabulary.resolve(Read(word, word, word, 0, 1.0)) or word: word for word in self._codes}

    def __bool__(self) -> bool:
        return bool(self._codes)

    @property
    def words(self) -> Set[str]:
        return self._codes.keys()

    def has(self, word: str) -> bool:
        """Whether a word is of a zone's name, or nearly."""
        return word in self._codes or skeleton(word) in self._skeletons

    def word(self, token: Token, *, guessing: bool) -> str:
        """The word of a zone's name that is meant; empty for none."""
        if token.word in self._codes:
            return token.word
        if not guessing or len(token.word) < _SHORTEST or token.kind != "word":
            return ""
        if (alike := self._skeletons.get(skeleton(token.word))) is not None:
            return alike
        found = self._vocabulary.resolve(Read(token.word, token.word, token.root, 0, 1.0))
        return self._roots.get(found, "") if found else ""

    def find(self, tokens: Sequence[Token], *, guessing: bool) -> Iterator[ZoneMatch]:
        """Each stretch of words that belong to names of zones. `guessing`: misspelt ones too."""
        place = 0
        while place < len(tokens):
            cued = place > 0 and self._cue(tokens, place)
            said, end = self._stretch(tokens, place, guessing=guessing)
            if said and (found := self._meant(said, guessing=guessing)):
                yield ZoneMatch(place, end, found, cued)
                place = end
            else:
                place += 1

    def _cue(self, tokens: Sequence[Token], place: int) -> bool:
        before = tokens[place - 1].word
        return before in _ABOUT or (links(before) and place > 1 and tokens[place - 2].word in _ABOUT)

    def _stretch(self, tokens: Sequence[Token], place: int, *, guessing: bool) -> tuple[list[str], int]:
        said: list[str] = []
        end = place
        refused = any(token.word in _REFUSING for token in tokens[max(0, place - 2) : place])
        for at in range(place, min(place + 6, len(tokens))):
            word = self.word(tokens[at], guessing=guessing)
            if word and word not in said:
                said.append(word)
                end = at + 1
                if refused and any(set(name) <= set(said) for _, name in self._names):
                    break  # `pas médina point e`
            elif not said or not (links(tokens[at].word) or tokens[at].word == "-"):
                break
        return said, end

    def _meant(self, said: Sequence[str], *, guessing: bool) -> tuple[Found, ...]:
        """The zone whose name was said completely, the longest; else all that have its words."""
        whole = [(len(name), code) for code, name in self._names if set(name) <= set(said)]
        last = [(length, code) for length, code in whole if (code, (said[-1],)) in self._names]
        if len({code for _, code in whole}) > 1 and last:
            whole = last  # `Cocody Angré`: the quarter after its commune
        if whole:
            most = max(length for length, _ in whole)
            return tuple(Found(code, 1.0) for code in dict.fromkeys(code for length, code in whole if length == most))
        telling = [word for word in said if _tells(word) and (guessing or word not in _COMMON)]
        codes: dict[str, None] = dict.fromkeys(code for word in telling for code in sorted(self._codes[word]))
        return tuple(Found(code, 0.5) for code in codes)


def _tells(word: str) -> bool:
    return len(word) >= _SHORTEST or (len(word) > 1 and any(map(str.isdigit, word)) and not word.isdigit())


_COMMON = frozenset(
    ("grand", "grande", "centre", "ville", "point", "marche", "nouveau", "nouvelle", "petit", "zone", "cite")
)

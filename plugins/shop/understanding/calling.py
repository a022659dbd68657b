"""What a few products are called, come in and come with, asked token by token."""

import re
from collections.abc import Sequence
from itertools import pairwise

from rapidfuzz.distance import OSA

from comptoir.plugins.language import ordering_words
from comptoir.plugins.shop.understanding.acts import Asked
from comptoir.plugins.shop.understanding.lexicon import OPTION, TRAIT, Lexicon, Roots
from comptoir.plugins.shop.understanding.parts import Walk
from comptoir.plugins.shop.understanding.roles import HEAD, Group, Roles
from comptoir.plugins.shop.understanding.roots import links, skeleton
from comptoir.plugins.shop.understanding.tokens import Token
from comptoir.plugins.shop.understanding.variants import (
    options_begun,
    options_named,
    sizes_in_order,
)

_LONGEST_OPTION, _SHORTEST_NEAR, _FEW = 4, 4, 30
_MOST_OPTIONS = 50
_GLUED = re.compile(r"(\d+)([a-z]+)")


class Calling(Roles):
    """The tokens of a message against a group of products."""

    def __init__(
        self, tokens: Sequence[Token], lexicon: Lexicon, about: Sequence[str] = (), asked: Asked | None = None
    ) -> None:
        super().__init__(tokens, lexicon, about, asked)
        self._values_at: dict[tuple[int, tuple[int, ...]], tuple[Roots, int]] = {}

    def _bits(self, at: int, group: Group) -> int:
        if at in group.roles:
            return group.roles[at]
        here = self.roles_at(at)
        bits = -1
        for place in group.places:
            bits &= here.get(place, 0)
        return bits if group.places else 0

    def _name_score(self, at: int, bits: int) -> float:
        roots, _ = self.shop_word(at)
        weight = max((self.lexicon.weight(one) for one in roots), default=0.3)
        exact = self.tokens[at].root in roots or len(roots) > 1
        score = (1.0 + 1.5 * weight + (0.4 if bits & HEAD else 0.0)) * (1.0 if exact else 0.85)
        return score * (1.0 + 0.5 * (self.shop_word(at)[1] - 1))

    def _is_used(self, walk: Walk, roots: tuple[str, ...], role: str = "name") -> bool:
        return any(part.role == role and part.said == roots for part in walk.parts)

    def _comes_in_sizes(self, group: Group) -> bool:
        return any(self.sizes_of(place) for place in group.places[:20])

    def sizes_of(self, place: int) -> bool:
        return bool(sizes_in_order(self.lexicon.entries[place]))

    def _option(self, at: int, group: Group, *, negated: bool = False) -> tuple[Roots, int]:
        if at >= len(self.tokens) or self.tokens[at].kind != "word":
            return (), 0
        here = self.roles_at(at)
        places = [place for place in group.places[:_MOST_OPTIONS] if here.get(place, 0) & OPTION]
        if not places:
            return (), 0
        for length in range(min(_LONGEST_OPTION, len(self.tokens) - at), 0, -1):
            told = tuple(
                (self.shop_word(place)[0] or (self.tokens[place].root,))[0] for place in range(at, at + length)
            )
            names = options_named(self.lexicon, places, told, negated=negated)
            if not names and length == 1:
                names = options_begun(self.lexicon, places, told[0])
            if names:
                return names, length
        return (), 0

    def _value(self, at: int, group: Group) -> tuple[Roots, int]:
        key = (at, group.places)
        if key not in self._values_at:
            self._values_at[key] = self._found_value(at, group)
        return self._values_at[key]

    def _found_value(self, at: int, group: Group) -> tuple[Roots, int]:
        if not self._bits(at, group) & TRAIT:
            return (), 0
        for length in range(min(_LONGEST_OPTION + 1, len(self.tokens) - at), 1, -1):
            told = tuple(
                dict.fromkeys(
                    (self.shop_word(place)[0] or (self.tokens[place].root,))[0] for place in range(at, at + length)
                )
            )
            if any(told in self.lexicon.entries[place].traits for place in group.places[:_FEW]):
                return told, length
        return (), 0

    def _near(self, walk: Walk, group: Group) -> str:
        token = self.tokens[walk.at]
        if glued := _GLUED.fullmatch(token.word):
            return self._begun(glued[1], glued[2], group)
        if not token.word.isalpha() or len(group.places) > _FEW or len(token.word) < _SHORTEST_NEAR:
            return ""
        if token.word in ordering_words("idle") or links(token.word):
            return ""
        left = {one for place in group.places for name in self.lexicon.entries[place].names for one in name}
        left -= {root for part in walk.parts for root in part.said}
        bones = skeleton(token.word)
        near = [
            one
            for one in left
            if len(one) >= _SHORTEST_NEAR
            and (skeleton(one) == bones or OSA.distance(one, token.root) <= 1 or one.startswith(token.word))
        ]
        return near[0] if len(near) == 1 else ""

    def _begun(self, figures: str, begun: str, group: Group) -> str:
        """`cahier 200p`: a number of the name, with the beginning of what follows it there."""
        names = (name for place in group.places[:_FEW] for name in self.lexicon.entries[place].names)
        having = any(one == figures and two.startswith(begun) for name in names for one, two in pairwise(name))
        return figures if having else ""

    def _is_told_of_something(self, root: str) -> bool:
        return bool(self.lexicon.described.get(root)) or root in self.lexicon.categories

    def _is_told_of(self, root: str, group: Group) -> bool:
        told = self.lexicon.described.get(root, ())
        return bool(group.places) and any(place in told for place in group.places)

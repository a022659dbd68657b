"""What each token of a message may be to each product: a word of its name, of a variant, of an option."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from comptoir.plugins.shop.understanding.acts import Asked
from comptoir.plugins.shop.understanding.kinds import is_figure
from comptoir.plugins.shop.understanding.lexicon import NAME, OPTION, TRAIT, Lexicon
from comptoir.plugins.shop.understanding.shop_words import ShopWords
from comptoir.plugins.shop.understanding.tokens import Token

HEAD, FIGURE = 8, 16
"""The first telling word of a name; a number that is part of a size, as 8 of `8 mm`."""
_BITS, _MOST_GROUPS = 5, 24
_ALL = (1 << _BITS) - 1


@dataclass(frozen=True, slots=True)
class Group:
    """Products to which the tokens of a stretch are the same."""

    places: tuple[int, ...]
    roles: Mapping[int, int]
    """By token."""
    refers: bool = False
    """What was spoken of before, and is not named."""


class Roles(ShopWords):
    """The tokens of a message against a lexicon, product by product."""

    def __init__(
        self, tokens: Sequence[Token], lexicon: Lexicon, about: Sequence[str] = (), asked: Asked | None = None
    ) -> None:
        super().__init__(tokens, lexicon, about, asked)
        self._roles_at: dict[int, Mapping[int, int]] = {}

    def roles_at(self, at: int) -> Mapping[int, int]:
        """What the shop's word that stands here is, by product."""
        if at not in self._roles_at:
            self._roles_at[at] = self._found_roles(at) if at < len(self.tokens) else {}
        return self._roles_at[at]

    def _found_roles(self, at: int) -> Mapping[int, int]:
        token = self.tokens[at]
        roots, _ = self.shop_word(at)
        found: dict[int, int] = {}
        if roots:
            maps = [self.lexicon.places.get(one, {}) for one in roots]
            first = min(maps, key=len)
            for place in first:
                bits = 0
                for one in maps:
                    bits |= one.get(place, 0)
                if all(place in one for one in maps):
                    found[place] = bits
            for root in roots:
                for place in self.lexicon.heads.get(root, ()):
                    if place in found:
                        found[place] |= HEAD
        if token.kind == "number" and is_figure(token.word) and not token.glued:
            for place in self.lexicon.figures.get(token.word, ()):
                found[place] = found.get(place, 0) | FIGURE
        return found

    def groups(self, start: int, end: int) -> list[Group]:
        """The products that a mention between these tokens may be of, those first that have most of its words."""
        signs: dict[int, int] = {}
        for at in range(start, end):
            shift = _BITS * (at - start)
            for place, bits in self.roles_at(at).items():
                signs[place] = signs.get(place, 0) | bits << shift
        by_sign: dict[int, list[int]] = defaultdict(list)
        for place, sign in signs.items():
            by_sign[sign].append(place)
        told = [self._told(at) for at in range(start, end)]
        weighed = [(self._heavy(sign, told), sign) for sign in by_sign]
        best = sorted(((heavy, sign) for heavy, sign in weighed if heavy), key=lambda one: (-one[0], one[1]))
        return [self._group(by_sign[sign], sign, start, end) for _, sign in best[:_MOST_GROUPS]]

    def _heavy(self, sign: int, told: Sequence[float]) -> float:
        """How much of what is told the products explain by it; nothing where it names none of them."""
        heavy = 0.0
        for place, weight in enumerate(told):
            bits = sign >> (_BITS * place)
            heavy += weight if bits & NAME else 0.3 if bits & TRAIT else 0.0
        return heavy

    def _group(self, places: Sequence[int], sign: int, start: int, end: int) -> Group:
        roles = {at: sign >> (_BITS * (at - start)) & _ALL for at in range(start, end)}
        return Group(tuple(sorted(places)), roles)

    def _told(self, at: int) -> float:
        return max((self.lexicon.weight(one) for one in self.shop_word(at)[0]), default=0.1)

    def context(self, places: Iterable[int], start: int, end: int) -> Group:
        """What was spoken of before, all of it as one."""
        known = tuple(sorted(places))
        roles = {}
        for at in range(start, end):
            here = self.roles_at(at)
            bits = 0
            for place in known or here:
                bits |= here.get(place, 0)
            roles[at] = bits & (TRAIT | OPTION | FIGURE)
        return Group(known, roles, refers=True)

"""Reads how many of something are named, and in which vessel."""

from itertools import groupby

from comptoir.plugins.language import ordering_words
from comptoir.plugins.shop.understanding.kinds import is_figure, is_generic, size_of
from comptoir.plugins.shop.understanding.lexicon import NAME
from comptoir.plugins.shop.understanding.packing import packings
from comptoir.plugins.shop.understanding.sketch import Sketch
from comptoir.plugins.shop.understanding.variants import VariantWords

SIZED = frozenset(("le", "la", "du", "en", "in"))
"""A number right behind these is a size."""


class Counting(VariantWords):
    """Finds numbers and measures before a name, and whose they are behind it."""

    def _quantity(self, at: int, state: Sketch) -> int:
        place = at
        while self._article(place) and place + 1 < len(self.tokens) and self._counts(place + 1):
            place += 1  # `les 2 poulets`
        token = self.tokens[place] if place < len(self.tokens) else None
        if token is not None and self._asked == "variant" and self.about and self._trait_at(place, state)[0]:
            return at  # `la 27`
        if token is not None and self.word(place - 1) in SIZED and place > at - 1 and self._is_size(place, state):
            return place  # `ourlet sur le 40`
        if token is not None and self._is_counted_size(place, state):
            return place
        if token is None or not self._counts(place):
            if token is not None and token.word in ordering_words("some"):
                state.unsure = True
                return place + 1
            return at
        if token.kind == "measure":
            state.measure, state.measured = token.word, token.said
            place += 1
        else:
            state.quantity = token.value
            state.unsure = token.value is None or (token.glued and self._negative(place))
            place = self._or_number(place + 1, state)
            if self.word(place) in ("x", "*", "×") or (self.word(place) == "fois" and self._is_named_soon(place + 1)):
                place += 1
        return place

    def _is_named_soon(self, at: int) -> bool:
        """`3 fois le coca`."""
        return any(
            place < len(self.tokens) and self.names_product(place) for place in range(at, at + 1 + self._article(at))
        )

    def _is_size(self, at: int, state: Sketch) -> bool:
        token = self.tokens[at]
        return token.kind == "number" and is_figure(token.word) and bool(self._trait_at(at, state)[0]) and at > 0

    def _is_counted_size(self, at: int, state: Sketch) -> bool:
        """`baskets 41 2, 42 1`: a size, and behind it how many."""
        following = self.tokens[at + 1] if at + 1 < len(self.tokens) else None
        return following is not None and following.kind == "number" and bool(self._last) and self._is_size(at, state)

    def _negative(self, at: int) -> bool:
        return at > 0 and self.word(at - 1) == "-" and (at == 1 or self.word(at - 2) != "\n")

    def _or_number(self, at: int, state: Sketch) -> int:
        """`2 ou 3` is no number."""
        if self.word(at) in ("ou", "or", "a", "-", "/") and at + 1 < len(self.tokens):
            other = self.tokens[at + 1]
            if other.kind == "number" and other.value is not None and not other.glued and other.value != state.quantity:
                state.unsure = True
                return at + 2
        return at

    def _vessel(self, at: int, state: Sketch) -> int:
        """`2 sacs de` ciment: the vessel counts, unless it is part of a product's name that follows."""
        place = at
        while self._article(place) or self.is_quality(place):
            state.size = state.size or size_of(self.word(place))
            place += 1
        vessel = self.word(place)
        if vessel in ordering_words("lots") and not self.names_product(place):
            state.lots = not self.lexicon.sold_by.get(self.tokens[place].root)
            state.unsure = state.unsure or state.lots
            place += 1
        elif self._is_vessel(place) and not self._is_named_so(place):
            state.vessel = self.tokens[place].root
            place += 1
        else:
            return place
        while self._article(place):
            place += 1
        return place

    def _is_vessel(self, at: int) -> bool:
        inside = at + 1 + self._article(at + 1)
        inside += inside < len(self.tokens) and self.tokens[inside].kind == "number"  # `packs de 6 coca`
        packed = self.word(at) in packings() and (self._is_named_soon(at + 1) or self._is_named_soon(inside))
        return packed or self.word(at) in ordering_words("pieces")

    def _is_named_so(self, at: int) -> bool:
        """Whether the vessel and the next word are of one product's name: `plateau d'oeufs`, `sac a main`."""
        roots, length = self.shop_word(at)
        if not roots or not self._roles(roots[0]) & NAME:
            return False
        place = self._past_links(at + length)
        following, _ = self.shop_word(place)
        here = {place for place, role in self.lexicon.places[roots[0]].items() if role & NAME}
        if not following or (all(map(is_generic, following)) and self._is_vessel_sold(roots[0], at)):
            return True  # `sac noir`
        there = self.lexicon.places.get(following[0], {})
        return any(there.get(product, 0) & NAME for product in here)

    def _belongs_to_next(self, at: int) -> bool:
        """`poulet 2 coca`: whose number is it? The next one's, unless it ends there or is `x2`."""
        if self.tokens[at].glued or self._numbers_trail(at):
            return False
        place = at + 1
        if self.word(place) in ordering_words("pieces") | ordering_words("lots"):
            place += 1
            if self.word(place) in ("du", "des", "la", "le", "les"):
                return False  # `gombo trois tas, du piment deux tas`
        while self._article(place):
            place += 1
        return bool(self.shop_word(place)[0]) and self.names_product(place)

    def _numbers_trail(self, at: int) -> bool:
        """`coca 10 yassa 2`: each number stands behind its name, all along."""
        first, last = at, at
        while first > 0 and self.tokens[first - 1].kind != "mark":
            first -= 1
        while last + 1 < len(self.tokens) and self.tokens[last + 1].kind != "mark":
            last += 1
        kinds = [self._kind_of(place) for place in range(first, last + 1)]
        kinds = [
            "" if kind != "name" and following == "number" else kind  # `coca 33 1`: the second counts
            for kind, following in zip(kinds, [*kinds[1:], ""], strict=True)
        ]
        if kinds[-1] == "number" and self.tokens[last].value is not None:
            kinds = ["number" if kind == "measure" else kind for kind in kinds]  # `sucre 2 kg sel 1`
        order = [one for one, _ in groupby(kind for kind in kinds if kind)]
        return (
            len(order) > 2
            and order == ["name", "number"] * (len(order) // 2)
            and kinds.count("number") * 2 == len(order)
        )

    def _kind_of(self, at: int) -> str:
        if self._counts(at):
            return "number" if self.tokens[at].kind == "number" else "measure"
        return "name" if self.names_product(at) else ""

    def _take_measure(self, at: int, state: Sketch) -> int:
        """`oignons 5 kg`, `5 kg` alone; a second one is what nothing has, unless something else follows it."""
        token = self.tokens[at]
        if state.named and self._belongs_to_next(at):
            return 0
        if not state.measure:
            state.measure, state.measured = token.word, token.said
        else:
            state.lacking.append(token.said)
        return 1

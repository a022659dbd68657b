"""Walks over tokens as one mention of a few products, and weighs what each token says of them."""

from collections.abc import Iterator
from typing import Literal

from comptoir.plugins.language import ordering_words
from comptoir.plugins.shop.understanding.lexicon import NAME, TRAIT
from comptoir.plugins.shop.understanding.parts import CONTENT, Part, Role, Walk
from comptoir.plugins.shop.understanding.roles import FIGURE, Group
from comptoir.plugins.shop.understanding.roots import links
from comptoir.plugins.shop.understanding.wording import EXTRA, Wording

WITH = frozenset(("avec", "+", "➕", "with", "plus", "supplement", "extra"))
_WITHOUT = frozenset(("sans", "without"))
_MUCH = frozenset(("trop", "beaucoup", "peu", "assez", "tres", "plus"))
_ONES = frozenset(("un", "une"))
_LONGEST = 16
_MOST_STEPS = 20_000
"""For a message; a list of sixty things takes a quarter of them. What comes after them is not read."""


class Walking(Wording):
    """All ways to read a mention that begins at a token, of one group of products."""

    _steps_taken = 0

    def walks(self, start: int, group: Group, *, akin: bool = False) -> Iterator[Walk]:
        open_ = [Walk(start, start, 0.0, (), akin=akin)]
        while open_:
            walk = open_.pop()
            if walk.parts and walk.last in CONTENT:
                yield walk
            self._steps_taken += 1
            if self._steps_taken > _MOST_STEPS:
                return
            if walk.at - start < _LONGEST and walk.at < len(self.tokens) and walk.at not in self.stops:
                open_.extend(self._steps(walk, group))

    def _steps(self, walk: Walk, group: Group) -> Iterator[Walk]:
        token = self.tokens[walk.at]
        if token.kind == "mark" and token.word not in ("+", "➕"):
            yield from self._over_mark(walk, group)
            return
        yield from self._options(walk, group)
        if (values := self._value(walk.at, group))[1] > 1:
            said, length = values
            yield walk.with_part(Part("trait", walk.at, length, 1.6 + 0.8 * length, said))
        if token.kind == "number":
            yield from self._number(walk, group)
        elif token.kind == "measure":
            yield from self._measure(walk, group)
        elif walk.chain == "" or walk.last not in ("link",):
            yield from self._word(walk, group)

    def _over_mark(self, walk: Walk, group: Group) -> Iterator[Walk]:
        token, after = self.tokens[walk.at], walk.at + 1
        if token.word == "," and walk.chain and self._option(after, group)[1]:
            yield walk.with_part(Part("link", walk.at, 1, 0.0))
            return
        if token.word not in "-/'=:()" or after >= len(self.tokens) or not walk.parts:
            return
        bits = self._bits(after, group)
        number = self.tokens[after].kind == "number" and walk.named and not walk.counted
        if (
            number
            or bits & TRAIT
            or (token.word != ":" and bits & (NAME | FIGURE))
            or (token.word in ")" and walk.named)
        ):
            yield walk.with_part(Part("link", walk.at, 1, 0.0))

    def _options(self, walk: Walk, group: Group) -> Iterator[Walk]:
        """`avec frites et piment`, `sans oignon`, `frites piment`."""
        if not (walk.named or group.refers):
            return
        at, word = walk.at, self.word(walk.at)
        negated, linked, place = walk.chain == "without", False, walk.at
        if word in WITH or (word in ("et", "ni", "and") and walk.chain):
            linked, place = word in WITH or walk.chain == "with", place + 1
            negated = negated and word not in WITH
        if self.word(place) in _WITHOUT or (self.word(place) == "pas" and self.word(place + 1) in ("de", "d")):
            negated, linked, place = True, True, place + 1
        while place < at + _LONGEST and (
            self._article(place)
            or (
                linked
                and (
                    self.word(place) in _MUCH | EXTRA | _ONES
                    or self.word(place) in ordering_words("qualities")
                    or self.word(place) in ordering_words("pieces")
                )
                and not self._option(place, group)[1]
            )
        ):
            place += 1
        names, length = self._option(place, group, negated=negated)
        if not names and linked and not negated and place > at and self._bits(place, group) & TRAIT:
            said, length = self._value(place, group)
            said, length = (said, length) if said else self.shop_word(place)
            if said and not self._is_used(walk, said, "trait"):
                yield walk.with_part(Part("trait", at, place + length - at, 4.2, said))
        direct = not linked and not walk.chain
        if direct and place != at and not group.refers:
            return
        if names:
            role: Role = "without" if negated and not names[0].lower().startswith("sans ") else "option"
            score = 2.2 if direct else 4.2
            chain: Literal["with", "without"] = "without" if negated else "with"
            made = Part(role, at, place + length - at, score, names)
            yield walk.with_part(made, chain=chain if not direct else walk.chain)
        elif negated and linked and self._is_strange_option(place):
            made = Part("without", at, place + 1 - at, 0.8, (self.tokens[place].said,))
            yield walk.with_part(made, chain="without")

    def _is_strange_option(self, at: int) -> bool:
        if at >= len(self.tokens) or self.tokens[at].kind != "word" or self.phrase_at(at) or self.names_product(at):
            return False
        return self.word(at) not in ordering_words("idle") and not links(self.word(at))

"""Narrows the products that may be meant, word by word."""

from collections.abc import Iterable
from itertools import pairwise

from rapidfuzz.distance import OSA

from comptoir.plugins.language import ordering_words
from comptoir.plugins.shop.understanding.counting import Counting
from comptoir.plugins.shop.understanding.kinds import is_generic
from comptoir.plugins.shop.understanding.lexicon import NAME, TRAIT, Roots
from comptoir.plugins.shop.understanding.roots import links, skeleton
from comptoir.plugins.shop.understanding.sketch import Sketch
from comptoir.plugins.shop.understanding.tokens import Token

_FEW, _SHORTEST_NEAR, _LIGHT, _SEVERAL = 30, 4, 0.2, 2


class Candidates(Counting):
    """Takes the words of names, and finds what they leave."""

    def _take_roots(self, roots: Roots, state: Sketch, at: int) -> bool:
        if not state.places and self._phrase_at(at):
            return False
        if not state.named and all(map(is_generic, roots)) and not self._is_head(roots[0], at + 1):
            return self._take_sibling(roots[0], state)
        if not state.named and not self.names_product(at):
            return False
        for one in roots:
            having = {
                place
                for place, role in self.lexicon.places[one].items()
                if role & NAME or (role & TRAIT and not is_generic(one))
            }
            if not having:
                return False
            if one in state.roots and len(roots) == 1:
                return False
            if state.places is None or not state.named:
                narrowed = having & state.places if state.places else self._with_traits(having, state)
                state.places = narrowed or having
                state.named = True
            elif having & state.places:
                state.places &= having
            else:
                return False
        state.roots.extend(roots)
        if len(roots) == 1 and self.tokens[at].root == roots[0]:
            state.words.append(self.tokens[at].word)
        return True

    def _near(self, token: Token, state: Sketch) -> str:
        """A misspelt word of one of the few products that are meant: `kedjenou de poulè`."""
        if (
            not state.places
            or not token.word.isalpha()  # `4x50` is no `4x40`
            or len(state.places) > _FEW
            or len(token.word) < _SHORTEST_NEAR
            or self._phrase_at_word(token)
        ):
            return ""
        left = {one for place in state.places for name in self.lexicon.entries[place].names for one in name}
        left -= set(state.roots)
        bones = skeleton(token.word)
        near = [
            one
            for one in left
            if len(one) >= _SHORTEST_NEAR
            and (skeleton(one) == bones or OSA.distance(one, token.root) <= 1 or one.startswith(token.word))
        ]
        return near[0] if len(near) == 1 else ""

    def _tells_by_figure(self, at: int, state: Sketch) -> bool:
        """`cahiers de 200 pages`, `iphone 13`: a number of some of the names that are meant, and not of all; where it
        stands before the rest of such a name, or the number of pieces was told, it is no number of pieces.
        """
        token = self.tokens[at]
        having = self._having_figure(token.root, state)
        if not having or token.glued or token.root in state.roots:
            return False
        goes_on = any(
            one not in state.roots and self._is_beside(token.root, one, having) for one in self._roots_at(at + 1)
        )
        if not goes_on and state.quantity is None and not self._is_of_model(at):
            return False
        state.places = having
        state.roots.append(token.root)
        return True

    def _take_glued(self, token: Token, state: Sketch) -> int:
        """`cahier 200p`: a number of the name, with the beginning of what follows it there."""
        figures = token.word.rstrip("abcdefghijklmnopqrstuvwxyz")
        having = self._having_figure(figures, state) if figures.isdigit() and figures != token.word else set()
        begun = token.word[len(figures) :]
        if not any(two.startswith(begun) for two in self._behind(figures, having)):
            return 0
        state.places = having
        state.roots.append(figures)
        return 1

    def _having_figure(self, figures: str, state: Sketch) -> set[int]:
        roles = self.lexicon.places.get(figures, {})
        return {place for place in state.places or () if roles.get(place, 0) & NAME} if state.named else set()

    def _is_of_model(self, at: int) -> bool:
        """Whether something of the shop has the word before this number, and this right behind it, in its name."""
        return any(self._is_beside(one, self.tokens[at].root) for one in self._roots_at(at - 1))

    def _is_beside(self, one: str, other: str, among: Iterable[int] | None = None) -> bool:
        places = self.lexicon.places.get(one, {}) if among is None else among
        return other in self._behind(one, places)

    def _behind(self, one: str, places: Iterable[int]) -> set[str]:
        """What stands right behind a word in the names of these."""
        names = (name for place in places for name in self.lexicon.entries[place].names)
        return {other for name in names for first, other in pairwise(name) if first == one}

    def _roots_at(self, at: int) -> Roots:
        return self.shop_word(at)[0] if 0 <= at < len(self.tokens) else ()

    def _phrase_at_word(self, token: Token) -> bool:
        return token.word in ordering_words("idle") or links(token.word)

    def _qualifies(self, roots: Roots, state: Sketch, at: int) -> bool:
        """`2 attiéké poisson`, where no dish has both words, and no dish is called by the second alone: the second word
        tells which of the first is meant, and the shop has to ask.
        """
        if not state.named or not state.places or len(roots) != 1 or self._starts_anew(at):
            return False
        whole = any(
            tuple(one for one in name if self.lexicon.weight(one) > _LIGHT) == roots
            for place in self.lexicon.places[roots[0]]
            for name in self.lexicon.entries[place].names
        )
        options = any(roots in self.lexicon.entries[place].options for place in state.places)
        one_each = len(state.places) == 1 and len(self.lexicon.places[roots[0]]) == 1
        if (
            one_each
            or whole
            or options
            or not self._roles(roots[0]) & NAME
            or is_generic(roots[0])
            or roots[0] in state.roots
        ):
            return False
        following, _ = self.shop_word(at + 1)
        if following and self._follows_up(roots[0], at + 1):
            return False
        state.unknown.append(self.tokens[at].said)
        state.qualified = True
        return True

    def _take_sibling(self, one: str, state: Sketch) -> bool:
        """`les blanches` after `baskets noires`, where these are products of their own."""
        having = {place for place in self._siblings() if self.lexicon.places[one].get(place, 0) & NAME}
        if not having:
            return False
        state.places, state.named = having, True
        state.roots.extend((one, *self._heads(self._last or self.about)))
        return True

    def _siblings(self) -> set[int]:
        """What is called by the same first word as what was named last, or as all that was listed."""
        heads = self._heads(self._last or self.about)
        if not self._last and (len(self.about) < _SEVERAL or len(heads) > 1):
            return set()
        return (
            {place for place, entry in enumerate(self.lexicon.entries) if heads & {name[0] for name in entry.names}}
            if heads
            else set()
        )

    def _heads(self, places: Iterable[int]) -> set[str]:
        return {name[0] for place in places for name in self.lexicon.entries[place].names}

    def _with_traits(self, having: set[int], state: Sketch) -> set[int]:
        """Those that come in what was said before the name: `un demi poulet`."""
        if not state.traits:
            return having
        said = set(state.traits)
        return {
            place
            for place in having
            if any(said & set(values) for values in self.lexicon.entries[place].traits.values())
        }

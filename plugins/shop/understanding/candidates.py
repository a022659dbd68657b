"""Narrows the products that may be meant, word by word."""

from collections.abc import Iterable

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
            if len(one) >= _SHORTEST_NEAR and (skeleton(one) == bones or OSA.distance(one, token.root) <= 1)
        ]
        return near[0] if len(near) == 1 else ""

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

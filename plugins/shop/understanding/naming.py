"""Reads the words of what is named, and the sizes and numbers among them."""

from itertools import pairwise

from comptoir.plugins.language import ordering_words
from comptoir.plugins.shop.understanding.candidates import Candidates
from comptoir.plugins.shop.understanding.counting import SIZED
from comptoir.plugins.shop.understanding.doubting import OF_NUMBERS
from comptoir.plugins.shop.understanding.kinds import colours, is_figure, is_generic, size_of
from comptoir.plugins.shop.understanding.lexicon import NAME, PREPOSITIONS
from comptoir.plugins.shop.understanding.roots import links, root_of
from comptoir.plugins.shop.understanding.sketch import Sketch
from comptoir.plugins.shop.understanding.tokens import Token
from comptoir.plugins.text import fold

_MARKERS = frozenset(
    (
        *("taille", "pointure", "couleur", "numero", "format", "size", "modele", "n", "longueur", "largeur"),
        *("diametre", "contenance", "volume", "epaisseur", "hauteur", "dimension", "litrage"),
    )
)
_BEFORE_TRAIT = frozenset(("en", "du", "de", "le", "la", "in", "des", "d"))
_OF = frozenset(("de", "d", "a", "au", "aux", "du", "des", "la", "l"))
EXTRA = frozenset(("supplement", "supplements", "extra", "rab"))
"""Before what comes with it: `avec supplément fromage`."""
_KIN = frozenset(("frere", "soeur", "mere", "pere", "merci", "marche"))
_MOST_AFTER = 999
"""A larger number behind a product is a price or a phone's."""
_SHORTEST, _MOST_STRANGE = 3, 3
_LEAST_SIZE = 20
"""A smaller number is one of pieces sooner than the size in a name."""


class Naming(Candidates):
    """Walks over the words of a name."""

    def _name(self, at: int, state: Sketch) -> int:
        """The words of the name, and sizes and colours among them."""
        place = end = at
        while place < len(self.tokens) and place not in self.stops:
            token = self.tokens[place]
            length = self._take(place, state)
            if length:
                place += length
                end = place
                state.marked = False
                continue
            if token.kind == "mark":
                follows = self._trait_at(place + 1, state)[0] or (token.word != ":" and self.shop_word(place + 1)[0])
                if token.word in "-/'=:()" and (follows or self._counted_in_brackets(place, state)):
                    place += 1
                    continue
                break
            if token.word in _MARKERS:
                state.marked = True
                place += 1
                continue
            if token.word in PREPOSITIONS and state.named and self._goes_on(place + 1, state, beside=token.word):
                place += 1  # `crayon pour les yeux`
                continue
            if token.kind == "word" and (token.word in _BEFORE_TRAIT or links(token.word)):
                if token.word in ("et",) or self._phrase_at(place):
                    break
                place += 1
                continue
            break
        return end

    def _goes_on(self, at: int, state: Sketch, beside: str) -> bool:
        """Whether the next telling word is of a name that is meant so far; `glucomètre avec bandelettes` is two things
        where the first word is all of a name.
        """
        place = at
        while links(self.word(place)):
            place += 1
        if place < len(self.tokens) and self.tokens[place].kind == "word" and self._trait_at(place, state)[0]:
            return True  # `verre trempé pour Redmi 13C`
        if beside in ("avec", "with") and any(
            set(name) <= set(state.roots) for place in state.places or () for name in self.lexicon.entries[place].names
        ):
            return False
        return any(
            self.lexicon.places[one].get(product, 0) & NAME and one not in state.roots
            for one in self.shop_word(place)[0]
            for product in state.places or ()
        )

    def _counted_in_brackets(self, at: int, state: Sketch) -> bool:
        """`huile 5 L (1)`, `bissap : 2`."""
        following = self.tokens[at + 1] if at + 1 < len(self.tokens) else None
        return state.named and state.quantity is None and following is not None and following.kind == "number"

    def _take(self, at: int, state: Sketch) -> int:
        """Take the word as part of what is named; how many tokens it was, 0 where it is none."""
        token = self.tokens[at]
        if token.kind == "number":
            return self._take_number(at, state)
        if length := self._take_trait(at, state):
            return length
        roots, length = self.shop_word(at) if not self._marks(at) else ((), 0)
        if roots and state.roots and roots[0] == state.roots[0] and state.quantity is not None and state.named:
            return 0  # `petit pot carotte 4 petit pot pomme 2`
        if roots and self._take_roots(roots, state, at):
            return length
        if state.named and token.kind == "word" and (near := self._near(token, state)):
            return int(self._take_roots((near,), state, at))
        if token.kind == "measure":
            return self._take_measure(at, state)
        if state.named and self._is_of_value(at, state):
            state.roots.append(token.root)
            return 1  # `1er` of `lait 1er âge`
        if state.named and size_of(token.word) and self._comes_in_sizes(state) and self.word(at + 1) not in _KIN:
            state.size = state.size or size_of(token.word)
            return 1  # `peinture, le grand pot`
        if roots:
            return length if self._qualifies(roots, state, at) else 0
        if token.kind != "word" or self._phrase_at(at):
            return 0
        return self._take_glued(token, state) or self._take_strange(at, state)

    def _marks(self, at: int) -> bool:
        """`taille M`, be there something called `taille basse`."""
        following, _ = self.shop_word(at + 1)
        return self.word(at) in _MARKERS and bool(following) and is_generic(following[0])

    def _comes_in_sizes(self, state: Sketch) -> bool:
        return bool(self._by_size(state.places or set(), 1, self._own(state.places or set(), state.traits)))

    def _take_number(self, at: int, state: Sketch) -> int:
        token = self.tokens[at]
        if state.named and self._is_number_of_name(at, state):
            return int(self._take_roots((token.root,), state, at))
        if self._may_be_size(at, state) and (length := self._take_size(at, state)):
            return length
        if state.named and self._tells_by_figure(at, state):
            return 1
        if state.named and (token.value or 0) >= _LEAST_SIZE and self._figure_of_name(token, state):
            return 1  # `ibuprofène 400`, `fanta 33`
        if not state.named and state.quantity is not None and self._take_sold_by(token, state):
            return 1
        if state.named and token.value == 0 and not token.glued:
            state.unknown.append(token.said)
            return 1  # `coca zéro`
        if state.named and self.word(at - 1) in ("de", "d") and self.word(at + 1) in ordering_words("pieces"):
            return 2  # `le pack de 6 bouteilles`
        return self._take_count(at, state)

    def _may_be_size(self, at: int, state: Sketch) -> bool:
        """Whether a number is rather one of what is named than one of pieces."""
        token = self.tokens[at]
        if self.word(at - 1) == "(":
            return False
        if state.marked or (state.named and (self._looks_trait(at, state) or bool(self.lexicon.joined(token.word)))):
            return True
        return is_figure(token.word) and (
            state.quantity is not None
            or bool(state.measure)
            or self._asked == "variant"
            or (not state.named and self._is_counted_size(at, state))
            or self.word(at - 1) in SIZED
        )

    def _take_size(self, at: int, state: Sketch) -> int:
        token = self.tokens[at]
        if length := self._take_trait(at, state):
            return self._either(at + length, state) - at
        if (length := self._take_bare_measure(token, state)) or (length := self._figure_of_name(token, state)):
            return length
        if state.named and (model := self.lexicon.joined(token.word)) and self._take_roots(model, state, at):
            return 1
        if self._tells_by_figure(at, state):
            return 1
        if state.marked or (self.word(at - 1) in _BEFORE_TRAIT and is_figure(token.word) and state.named):
            state.lacking.append(token.said)
            return 1
        return 0

    def _take_count(self, at: int, state: Sketch) -> int:
        """`coca 2`: the number of pieces, behind the name."""
        token = self.tokens[at]
        after = (
            (state.named or (state.unknown and state.expected) or (self._last and (state.traits or state.measure)))
            and state.quantity is None
            and token.value is not None
            and token.value <= _MOST_AFTER
        )
        if not after or self._belongs_to_next(at):
            return 0
        if self._is_of_model(at):
            state.unsure = True  # `chargeur iphone 12`, where something else is called iPhone 12
            return 1
        state.quantity = token.value
        place = self._or_number(at + 1, state)
        if self.word(place) in ordering_words("pieces") | ordering_words("lots"):
            place += 1
        return place - at

    def _is_number_of_name(self, at: int, state: Sketch) -> bool:
        """`2 pizzas 4 fromages`, `Spark 20`: the number stands so beside another word of the name."""
        number = self.tokens[at].root
        if number in state.roots or not self._is_name(number):
            return False
        beside = {(self._roots[at - 1], number), (number, *self._roots[at + 1 : at + 2])}
        return any(
            two in beside
            for place in state.places or ()
            for name in self.lexicon.entries[place].names
            for two in pairwise(name)
        )

    def _is_of_value(self, at: int, state: Sketch) -> bool:
        """Whether it is a word of what the products that are meant come in, and of nothing else."""
        one = self.tokens[at].root
        return (
            self.tokens[at].kind == "word"
            and not links(one)
            and any(
                one in told and len(told) > 1
                for place in state.places or ()
                for told in self.lexicon.entries[place].traits
            )
        )

    def _is_told_of(self, token: Token, state: Sketch) -> bool:
        """Whether the word stands in the category or the description of what is meant."""
        meant: set[int] = set(self.lexicon.described.get(token.root, ()))
        return bool(meant & (state.places or set()))

    def _take_strange(self, at: int, state: Sketch) -> int:
        """A word that the shop does not know."""
        token = self.tokens[at]
        word = token.word
        linked = at > 0 and self.word(at - 1) in ("d", "de") and state.named
        if (token.root in colours() or word in ordering_words("sizes")) and not linked:
            coloured = state.places is None or any(
                root_of(fold(value)) in colours() or value.lower() in ordering_words("sizes")
                for place in state.places
                for values in self.lexicon.entries[place].traits.values()
                for value in values
            )
            if (state.named or state.unknown) and coloured:
                state.lacking.append(token.said)
                return 1
            if not state.named:
                return 0
        if word in ordering_words("idle") or links(word) or len(word) < _SHORTEST or word in _MARKERS | EXTRA:
            return 0
        if state.named and len(word) == _SHORTEST and word.isalpha() and not linked:
            return 1  # `slim fam`: too short to tell
        if word in OF_NUMBERS:
            return 1
        if word in ordering_words("qualities"):
            state.size = state.size or size_of(word)
            return 1 if state.named else 0
        if state.named and (word in ordering_words("pieces") or self._is_told_of(token, state)):
            return 1  # `tomate en boîte`, `un sandwich chawarma`
        if state.marked:
            state.lacking.append(token.said)
            return 1
        if len(state.unknown) < _MOST_STRANGE:
            state.linked = state.linked or (at > 0 and self.word(at - 1) in _OF)
            state.unknown.append(token.said)
            return 1
        return 0

"""Reads what is wanted with a product, and what not."""

from collections.abc import Iterable

from comptoir.plugins.language import ordering_words
from comptoir.plugins.shop.understanding.lexicon import OPTION, Roots
from comptoir.plugins.shop.understanding.naming import EXTRA, Naming
from comptoir.plugins.shop.understanding.roots import links
from comptoir.plugins.shop.understanding.sketch import Sketch

_LONGEST, _SHORTEST = 4, 3
_WITH = frozenset(("avec", "+", "➕", "with", "plus", "supplement", "extra"))
_MUCH = frozenset(("trop", "beaucoup", "peu", "assez", "tres", "plus"))
_ONES = frozenset(("un", "une"))


class OptionWords(Naming):
    """Finds options behind a name: `avec frites et piment`, `sans oignon`."""

    def _options(self, at: int, state: Sketch) -> int:
        """`avec frites et piment`, `sans oignon`, `frites piment`."""
        place = at
        negated = False
        chained = False
        while place < len(self.tokens):
            word = self.word(place)
            start = place
            linked = False
            if word in _WITH or (word == "," and chained) or (word in ("et", "ni", "and") and chained):
                linked = word in _WITH
                negated = negated and not linked
                place += 1
            if self.word(place) in ("sans", "without") or (word == "pas" and self.word(place + 1) in ("de", "d")):
                negated, linked = True, True
                place += 1
            while (
                self._article(place)
                or (linked and self.word(place) in _MUCH | EXTRA)
                or (linked and self.word(place) in _ONES | ordering_words("qualities"))
                or (linked and self.word(place) in ordering_words("pieces"))
            ):
                place += 1
            if self.word(place) in ordering_words("qualities") and not self._option_at(place, state):
                place += 1
            length = self._take_option(place, state, negated=negated, linked=linked or chained, direct=start == place)
            if not length and negated and linked and self._strange_option(place):
                state.without.append(self.tokens[place].said)
                length = 1
            if not length:
                return start
            place += length
            chained = linked or chained
        return place

    def _option_at(self, at: int, state: Sketch) -> bool:
        """Whether an option's name begins with this word."""
        if at >= len(self.tokens):
            return False
        among = state.places if state.places is not None else self.about or self._last
        first = (self.shop_word(at)[0] or (self.tokens[at].root,))[0]
        return any(roots[0] == first for place in among for roots in self.lexicon.entries[place].options)

    def _strange_option(self, at: int) -> bool:
        if at >= len(self.tokens) or self.tokens[at].kind != "word" or self._phrase_at(at):
            return False
        if self.names_product(at):
            return False
        return self.word(at) not in ordering_words("idle") and not links(self.word(at))

    def _take_option(self, at: int, state: Sketch, *, negated: bool, linked: bool, direct: bool) -> int:
        among = state.places if state.places is not None else self.about or self._last
        if not among and not state.named:
            among = set(range(len(self.lexicon.entries)))
        for length in range(min(_LONGEST, len(self.tokens) - at), 0, -1):
            told = tuple(
                (self.shop_word(place)[0] or (self.tokens[place].root,))[0] for place in range(at, at + length)
            )
            having = {
                place
                for place, role in self.lexicon.places.get(told[0], {}).items()
                if role & OPTION and place in among
            }
            if negated and (without := self._named_without(told, among)):
                state.options.extend(without)
                return length
            names = dict.fromkeys(
                self.lexicon.entries[place].options[told]
                for place in sorted(having)
                if told in self.lexicon.entries[place].options
            )
            if not names and length == 1:
                names = self._options_from(told[0], among)
            if not names:
                continue
            (state.without if negated else state.options).extend(name for name in names if name not in state.options)
            return length
        return 0

    def _options_from(self, first: str, among: Iterable[int]) -> dict[str, None]:
        """The only option whose name begins so: `emballage`."""
        names = dict.fromkeys(
            name
            for place in sorted(among)
            for roots, name in self.lexicon.entries[place].options.items()
            if roots[:1] == (first,)
        )
        return names if len(names) == 1 and len(first) > _SHORTEST else {}

    def _named_without(self, told: Roots, among: set[int] | frozenset[int]) -> dict[str, None]:
        """Options that are called `sans oignon` themselves."""
        return dict.fromkeys(
            name
            for place in sorted(among)
            for roots, name in self.lexicon.entries[place].options.items()
            if roots == ("sans", *told)
        )

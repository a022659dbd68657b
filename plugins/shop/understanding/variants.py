"""Reads the sizes, colours and other values that tell a product's variants apart."""

from collections.abc import Sequence

from comptoir.plugins.language import ordering_words
from comptoir.plugins.shop.understanding.kinds import figure, figures, is_figure, is_generic
from comptoir.plugins.shop.understanding.lexicon import NAME, TRAIT, Roots
from comptoir.plugins.shop.understanding.measures import is_base, parted
from comptoir.plugins.shop.understanding.shop_words import ShopWords
from comptoir.plugins.shop.understanding.sketch import Sketch
from comptoir.plugins.shop.understanding.tokens import Token

_LONGEST_TRAIT = 4
_LEAST_FIGURE = 20
"""Smaller ones are pieces, where no `taille` stands before them."""


class VariantWords(ShopWords):
    """Finds values of variants, of the products that are meant so far."""

    def _trait_at(self, at: int, state: Sketch) -> tuple[Roots, int]:
        """The words of a variant's value that stand here, of the products that are meant so far."""
        for length in range(min(_LONGEST_TRAIT, len(self.tokens) - at), 0, -1):
            if length > 1 and self.tokens[at + length - 1].kind == "mark":
                continue
            told = tuple(
                (self.shop_word(place)[0] or (self.tokens[place].root,))[0]
                for place in range(at, at + length)
                if place == at or self.word(place) not in ("-", "/")  # `0-6 mois`
            )
            if self._having_trait(told, self._among(told, state)):
                return told, length
        return (), 0

    def _among(self, told: Roots, state: Sketch) -> set[int] | frozenset[int] | None:
        """The products whose value these words may be: of `2 rouges` what was named last."""
        if state.places is not None:
            return state.places
        if self.about:
            # `2 coca`, whatever was spoken of last.
            return None if not all(map(is_generic, told)) and not self._having_trait(told, self.about) else self.about
        if not self._last or not self._having_trait(told, self._last):
            return None
        if all(map(is_generic, told)):
            return self._last
        # `5 poulets, 2 vivants et 3 plumés`; a `coca` is no kind of the menu that was named last.
        return None if self._is_name(told[0]) or self.lexicon.itself(self._having_trait(told, None)) else self._last

    def _having_trait(self, told: Roots, among: set[int] | frozenset[int] | None) -> set[int]:
        candidates = {place for place, role in self.lexicon.places.get(told[0], {}).items() if role & TRAIT}
        if among is not None:
            candidates &= among
        entries = self.lexicon.entries
        return {
            place
            for place in candidates
            if told in entries[place].traits
            and (among is not None or told not in entries[place].parts or self.lexicon.tells_alone(told))
        }

    def _take_trait(self, at: int, state: Sketch) -> int:
        told, length = self._trait_at(at, state)
        if told and not state.named and (tastes := self._tasting_of(told, at)):
            state.traits.extend(tastes)
            state.roots.extend(told)
            return length
        if not told or (not state.named and self._is_name(told[0]) and self._is_head(told[0], at + length)):
            return 0
        if not state.named and len(told) > 1 and self._begins_name(told):
            return 0  # `iphone 11`, though glasses come for it, too
        having = self._having_trait(told, self._among(told, state))
        if not state.named and not having <= self.about:
            if not all(map(is_generic, told)) and (len(told) > 1 or not self._is_name(told[0])):
                state.named = True  # `un coca` where that is a kind of lemonade
                having = self.lexicon.itself(having) or having
                state.places = having
            elif (
                not all(map(is_generic, told))
                and self._is_name(told[0])
                and not (state.marked or self.tokens[at].kind == "measure")
            ):
                return 0
        if state.named and self._is_name(told[0]) and state.places:
            # A word of names as well: `savon noir` is one, `robe noire` another.
            by_name = {place for place, role in self.lexicon.places[told[0]].items() if role & NAME} & state.places
            having |= by_name
        if state.named and state.places is not None:
            state.places &= having
        values = dict.fromkeys(
            value for place in sorted(having) for value in self.lexicon.entries[place].traits.get(told, ())
        )
        state.traits.extend(value for value in values if value not in state.traits)
        state.roots.extend(told)
        return length

    def _begins_name(self, told: Roots) -> bool:
        names = (name for place in self.lexicon.places[told[0]] for name in self.lexicon.entries[place].names)
        return any(name[0] == told[0] and set(told) <= set(name) for name in names)

    def _tasting_of(self, told: Roots, at: int) -> list[str]:
        """`au café`, of the éclairs that were spoken of: no coffee."""
        said = tuple(token.word for token in self.tokens[max(at - 2, 0) : at])
        if said[-1:] not in (("au",), ("aux",)) and said != ("a", "la"):
            return []
        before = at - 2 - (said == ("a", "la"))
        if before >= 0 and self._follows_up_in_name(before, told[0]):
            return []  # `un pain au chocolat`
        among = self._having_trait(told, self._last or self.about)
        return list(dict.fromkeys(value for place in among for value in self.lexicon.entries[place].traits[told][:1]))

    def _follows_up_in_name(self, at: int, one: str) -> bool:
        mine, others = self.lexicon.places.get(self._roots[at], {}), self.lexicon.places.get(one, {})
        return any(role & NAME and others.get(place, 0) & NAME for place, role in mine.items())

    def _either(self, at: int, state: Sketch) -> int:
        """`en 34 ou 36` is no size yet."""
        if self.word(at) not in ("ou", "or") or not self._trait_at(at + 1, state)[0]:
            return at
        state.traits.pop()
        return at + 2

    def _figure_of_name(self, token: Token, state: Sketch) -> int:
        """`contreplaqué de 10`, where that is the only thickness."""
        having = {
            place
            for place in state.places or ()
            for name in self.lexicon.entries[place].names
            for one in name
            if parted(one) is not None and one.startswith(token.word) and one[len(token.word) :].isalpha()
        }
        if state.places is not None and having:
            state.places = having
        return int(bool(having))

    def _take_sold_by(self, token: Token, state: Sketch) -> bool:
        """`20 barres de 10`: the only thing that is sold by the bar and comes in 10."""
        having = {
            (place, value)
            for place in self.lexicon.sold_by.get(state.vessel, ())
            for told, values in self.lexicon.entries[place].traits.items()
            for value in values
            if len(told) == 1 and figure(value) == token.word
        }
        if len(having) != 1:
            return False
        ((place, value),) = having
        state.places, state.named = {place}, True
        state.traits.append(value)
        return True

    def _looks_trait(self, at: int, state: Sketch) -> bool:
        """Whether a number behind a product is a size of it: `baskets 42`; `x2` is not, nor `fer à béton 12 barres`."""
        token = self.tokens[at]
        return (
            is_figure(token.word)
            and not token.glued
            and not any(figure(value) for value in state.traits)
            and not (self.word(at + 1) in ordering_words("pieces") and self._trait_at(at, state)[1] < 2)
            and bool(self._trait_at(at, state)[0] or self._bare_measures(token, state))
        )

    def _bare_measures(self, token: Token, state: Sketch) -> dict[str, set[int]]:
        """Values whose figure this is: `fer de 8` for `8 mm`, `gâteau de 10` for `10 parts`."""
        found: dict[str, set[int]] = {}
        sure = state.marked or (token.value or 0) >= _LEAST_FIGURE
        for place in state.places or self.about or self._last:
            for told, values in self.lexicon.entries[place].traits.items():
                begun = parted(told[0]) is not None if len(told) == 1 else told[0] == token.word
                for value in values:
                    if (begun and figure(value) == token.word) or (sure and token.word in figures(value)):
                        found.setdefault(value, set()).add(place)
        return found

    def _take_bare_measure(self, token: Token, state: Sketch) -> int:
        values = self._bare_measures(token, state)
        if len(values) != 1:
            return 0
        ((value, having),) = values.items()
        if state.places is not None:
            state.places &= having
        if value not in state.traits:
            state.traits.append(value)
        return 1

    def _by_size(self, places: set[int], size: int, traits: Sequence[str] = ()) -> list[str]:
        """The smallest or the largest of one product's sizes, of those with these traits: `la petite`."""
        if len(places) != 1:
            return []
        entry = self.lexicon.entries[next(iter(places))]
        measures = {
            value: parts
            for told, values in entry.traits.items()
            for value in values
            if len(told) == 1 and (parts := parted(told[0])) is not None and is_base(parts[1])
        }
        having = [{value for _, value in variant.traits} for variant in entry.product.variants]
        among = {value for own in having if own.issuperset(traits) for value in own if value in measures}
        sizes = sorted((measures[value][0], value) for value in among)
        return [sizes[0 if size < 0 else -1][1]] if len(sizes) > 1 else []

    def _own(self, places: set[int], traits: Sequence[str]) -> tuple[str, ...]:
        skus = [self.lexicon.entries[place].product.sku for place in places]
        return self.lexicon.own_traits(skus[0], traits) if len(skus) == 1 else ()

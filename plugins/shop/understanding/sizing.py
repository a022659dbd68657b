"""Tells which variant, or how many pieces, the sizes that were said stand for."""

from collections.abc import Sequence
from fractions import Fraction

from comptoir.plugins.shop.understanding.chart import Chart
from comptoir.plugins.shop.understanding.kinds import figures
from comptoir.plugins.shop.understanding.lexicon import Entry, Roots
from comptoir.plugins.shop.understanding.measures import in_units, is_unit_of, parted
from comptoir.plugins.shop.understanding.packing import pieces_in
from comptoir.plugins.shop.understanding.sketch import Sketch
from comptoir.plugins.shop.understanding.variants import (
    sizes_in_order,
    values_said,
)
from comptoir.plugins.text import words

_UNITS = {"g": "1000g", "ml": "1000ml", "mm": "1000mm"}


class Sizing(Chart):
    """The sizes of a mention in the words of the catalogue."""

    def _tell_traits(self, state: Sketch, places: set[int]) -> None:
        for place in sorted(places):
            values = values_said(self.lexicon.entries[place], state.told)
            state.traits.extend(value for value in values if value not in state.traits)

    def _by_size(self, places: set[int], size: int, traits: Sequence[str]) -> list[str]:
        """The smallest or the largest of one product's sizes, of those with these traits: `la petite`."""
        if len(places) != 1:
            return []
        entry = self.lexicon.entries[next(iter(places))]
        if self._is_of_its_kind(entry, ("petit",) if size < 0 else ("grand",)):
            return []  # the small one, where only other pizzas come small
        own = self.lexicon.own_traits(entry.product.sku, traits)
        sizes = sizes_in_order(entry, own)
        return [sizes[0 if size < 0 else -1]] if sizes else []

    def _is_of_its_kind(self, entry: Entry, told: Roots) -> bool:
        """Whether others of its kind come in this very size, and it does not."""
        heads = {name[0] for name in entry.names}
        having = (self.lexicon.entries[place] for place in self.lexicon.places.get(told[0], ()))
        alike = (one for one in having if heads & {name[0] for name in one.names})
        return told not in entry.traits and any(told in one.traits for one in alike)

    def _measured(self, state: Sketch, places: set[int]) -> tuple[int | None, bool]:
        """How many pieces `2 kg` are: a variant of that size, so many of the size 1, or of what is sold by it."""
        amount = parted(state.measure)
        sizes = {
            (told[0], value)
            for place in places
            for told, values in self.lexicon.entries[place].traits.items()
            for value in values
            if len(told) == 1 and (size := parted(told[0])) and amount and size[1] == amount[1]
        }
        if exact := [value for told, value in sorted(sizes) if told == state.measure]:
            state.traits.extend(self._exact_with(exact, state, places))
            return state.quantity, state.unsure
        if amount is None:
            return state.quantity, True
        unit = _UNITS.get(amount[1], "")
        base = next((value for told, value in sorted(sizes) if told == unit), None)
        whole = amount[0] / (parted(unit) or (1, ""))[0] if unit else amount[0]
        if base is not None and whole.denominator == 1:
            state.traits.append(base)
            return int(whole), state.unsure
        if state.quantity is None and unit and whole.denominator == 1 and not sizes and self._is_in_name(unit, places):
            return int(whole), state.unsure  # `2 kg de sucre`, of `Sucre 1 kg`
        if (value := self._sold_loose(amount, places)) is not None:
            state.traits.append(value)
            return in_units(amount[0]), state.unsure
        if sizes:
            state.lacking.append(state.measured)
            return state.quantity, state.unsure
        if self._is_in_name(state.measure, places):
            return state.quantity, state.unsure
        if state.quantity is not None:
            state.lacking.append(state.measured)  # `3 coca 1,5 L`, where it comes in no size
            return None, True
        pieces = {pieces_in(self.lexicon.entries[place].product, state.measure) for place in places}
        return (pieces.pop(), state.unsure) if len(pieces) == 1 and None not in pieces else (None, True)

    def _exact_with(self, exact: list[str], state: Sketch, places: set[int]) -> list[str]:
        """Of several values with this measure, those that the other words leave: `2e âge 900 g`."""
        if len(exact) == 1:
            return exact
        told = [*state.told, (state.measure,)]
        narrowed = [value for place in places for value in values_said(self.lexicon.entries[place], told)]
        return [value for value in narrowed if value not in state.traits] if narrowed else []

    def _sold_loose(self, amount: tuple[Fraction, str], places: set[int]) -> str | None:
        """`le kilo`, where other variants are heaps and pieces."""
        if len(places) != 1 or in_units(amount[0]) is None:
            return None
        values = {
            value
            for variant in self.lexicon.entries[next(iter(places))].product.variants
            for _, value in variant.traits
        }
        loose = [
            value
            for value in values
            if any(is_unit_of(word, amount[1]) for word in words(value)) and not figures(value)
        ]
        return loose[0] if len(loose) == 1 else None

    def _is_in_name(self, measure: str, places: set[int]) -> bool:
        return any(measure in name for place in places for name in self.lexicon.entries[place].names)

"""Tells which variant, or how many pieces, a size that was said stands for."""

from collections.abc import Sequence

from comptoir.plugins.shop.understanding.measures import parted
from comptoir.plugins.shop.understanding.options import OptionWords
from comptoir.plugins.shop.understanding.packing import pieces_in
from comptoir.plugins.shop.understanding.sketch import Sketch


class Sizing(OptionWords):
    """Finds variants by measures and by `petit`, `grand`, `le moins cher`."""

    def _cheapest_at(self, at: int) -> int:
        """How many words `le moins cher` takes."""
        place = at + (self.word(at) in ("le", "la", "les"))
        return (
            place + 2 - at if self.word(place) == "moins" and self.word(place + 1) in ("cher", "chere", "chers") else 0
        )

    def _cheapest(self, places: set[int], traits: Sequence[str]) -> set[int]:
        """The product of which a variant with these traits costs least."""
        costs = [
            (variant.price, place)
            for place in places
            for variant in self.lexicon.entries[place].product.variants
            if set(traits) <= {value for _, value in variant.traits}
        ]
        return {min(costs)[1]} if costs else places

    def _exact_size(self, places: set[int], state: Sketch) -> list[str]:
        """The value that a measure said stands for."""
        told = (state.measure,)
        values = (value for place in places for value in self.lexicon.entries[place].traits.get(told, ()))
        return list(dict.fromkeys(values))[:1]

    def _size(self, state: Sketch, places: set[int]) -> None:
        """Which variant, or how many, the size words and the measure make of what was named."""
        if state.size:
            state.traits.extend(self._by_size(places, state.size, self._own(places, state.traits)))
        if state.measure:
            state.quantity, state.unsure = self._measured(state, places)

    def _sized(self, state: Sketch) -> None:
        """`le 5 kg`, `4 kg`: a size of what was spoken of, or so many of it."""
        if among := set(self.about or self._last):
            state.quantity, state.unsure = self._measured(state, among)
            return
        having = self._having_trait((state.measure,), None)
        values = [value for place in sorted(having) for value in self.lexicon.entries[place].traits[(state.measure,)]]
        state.traits.extend(dict.fromkeys(value for value in values if value not in state.traits))
        if not values and not state.traits:
            state.lacking.append(state.measured)

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
        if exact := [value for told, value in sizes if told == state.measure]:
            state.traits.extend(exact)
            return state.quantity, state.unsure
        if amount is None:
            return state.quantity, True
        unit = {"g": "1000g", "ml": "1000ml", "mm": "1000mm"}.get(amount[1], "")
        base = next((value for told, value in sizes if told == unit), None)
        whole = amount[0] / (parted(unit) or (1, ""))[0] if unit else amount[0]
        if base is not None and whole.denominator == 1:
            state.traits.append(base)
            return int(whole), state.unsure
        if sizes:
            state.lacking.append(state.measured)
            return state.quantity, state.unsure
        in_name = any(state.measure in name for place in places for name in self.lexicon.entries[place].names)
        if in_name:
            return state.quantity, state.unsure
        if state.quantity is not None:
            state.lacking.append(state.measured)  # `3 coca 1,5 L`, where it comes in no size
            return None, True
        pieces = {pieces_in(self.lexicon.entries[place].product, state.measure) for place in places}
        return (pieces.pop(), state.unsure) if len(pieces) == 1 and None not in pieces else (None, True)

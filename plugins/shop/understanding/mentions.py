"""Reads one thing that is named in a message: which product, how many of it, which variant, with which options."""

from collections.abc import Sequence
from dataclasses import replace

from comptoir.plugins.language import ordering_words
from comptoir.plugins.shop.understanding.acts import Found, Mention
from comptoir.plugins.shop.understanding.kinds import is_figure
from comptoir.plugins.shop.understanding.lexicon import NAME
from comptoir.plugins.shop.understanding.roots import links, root_of
from comptoir.plugins.shop.understanding.scoring import Strange, found_in
from comptoir.plugins.shop.understanding.sizing import Sizing
from comptoir.plugins.shop.understanding.sketch import Sketch
from comptoir.plugins.text import fold

_LONGEST_SAID = 80
_LIGHT = 0.2


class MentionReader(Sizing):
    """Reads mentions out of the tokens of one message."""

    def read(self, at: int, *, expected: bool = False) -> tuple[Mention, int] | None:
        """The mention that begins at this token, and where it ends. `expected`: after `je veux`, an unknown word
        names something too.
        """
        state = Sketch(expected=expected)
        state.unsure = self.word(at) == "des"
        counted = self._quantity(at, state)
        if self.word(at) == "des" and counted > at:
            state.unsure = False
        begun = self._vessel(counted, state)
        place = self._name(begun, state)
        if place == begun and not state.named and not state.unknown:
            sized = state.size and self._by_size(set(self.about or self._last), state.size)
            place = begun if state.lots or sized else counted
        place = self._options(place, state)
        if state.named and (length := self._cheapest_at(place)):
            state.cheapest, place = True, place + length
        mention = self._mention(at, place, state, expected=expected)
        if mention is None:
            return None
        if mention.sku and mention.quantity is None and not (expected or mention.traits) and self._is_aside(state):
            return None
        if mention.unsure and self.word(at) == "des" and self._is_worn_in_pairs(mention, at + 1):
            mention = replace(mention, unsure=False)
        if mention.found and state.places:
            self._last = frozenset(state.places)
        return mention, max(place, at + 1)

    def _is_worn_in_pairs(self, mention: Mention, at: int) -> bool:
        """`des sandales en 38`: one pair."""
        if self.word(at) not in ordering_words("paired") or mention.quantity is not None:
            return False
        places = [self.lexicon.by_sku[one.sku] for one in mention.found]
        variants = [one for place in places for one in self.lexicon.entries[place].product.variants]
        return bool(variants) and all("size" in dict(one.traits) for one in variants)

    def name(self) -> Mention:
        """All the tokens as the name of one product."""
        state = Sketch(quantity=0)
        end = self._name(self._vessel(0, state), state)
        mention = self._mention(0, end, state, expected=True) if state.named else None
        said = " ".join(token.said for token in self.tokens)[:_LONGEST_SAID]
        return replace(mention, quantity=None, said=said) if mention is not None else Mention(said=said)

    def _is_aside(self, state: Sketch) -> bool:
        """Nothing but a word that stands behind another in the name, where that other one is the product's own:
        `le chantier` is no pair of `gants de chantier`.
        """
        if not state.places or len(state.places) != 1:
            return False
        (place,) = state.places
        names = [name for name in self.lexicon.entries[place].names if set(state.roots) & set(name)]
        return bool(names) and all(
            head not in state.roots
            and len(name) > 1
            and sum(bool(role & NAME) for role in self.lexicon.places[head].values()) == 1
            for name in names
            for head in [next((one for one in name if self.lexicon.weight(one) > _LIGHT), name[0])]
        )

    def _mention(self, start: int, end: int, state: Sketch, *, expected: bool) -> Mention | None:
        said = " ".join(token.said for token in self.tokens[start:end] if token.kind != "mark")[:_LONGEST_SAID]
        if state.named:
            found: tuple[Found, ...] = ()
            if state.places:
                self._known(state)
                places = self._meant(state.places, start, state)
                found = found_in(self.lexicon, places, state.roots, state.words, _strangeness(state))
                if (len(found) > 1 and self.about & places) or self._asked == "choice":
                    places = self._chosen(set(self.about & places) or places, state)
                    found = found_in(self.lexicon, places, state.roots, state.words, _strangeness(state))
                self._begun_value(state, places)
                self._size(state, places)
            return _made(state, said, found)
        if state.unknown:
            counted = state.quantity is not None or state.unsure or state.measure
            return _made(state, said) if expected or counted else None
        return self._referring(state, said)

    def _begun_value(self, state: Sketch, places: set[int]) -> None:
        """`redmi` of `Redmi 13C`: the only value of the product that has all words which are not of its name."""
        if len(places) != 1:
            return
        (place,) = places
        entry = self.lexicon.entries[place]
        told = {
            one
            for one in state.roots
            if not (is_figure(one) or links(one)) and not self.lexicon.places.get(one, {}).get(place, 0) & NAME
        }
        values = {value for roots, values in entry.traits.items() if told <= set(roots) for value in values}
        if told and len(values) == 1 and not values & set(state.traits):
            state.traits.extend(values)

    def _known(self, state: Sketch) -> None:
        """What was unknown before the name, and is of its category, tells nothing else."""
        among = state.places or set()
        state.unknown = (
            [word for word in state.unknown if not self.lexicon.described.get(root_of(fold(word)), frozenset()) & among]
            if not (state.linked or state.qualified)
            else state.unknown
        )

    def _referring(self, state: Sketch, said: str) -> Mention | None:
        """No product was named: sizes, options or a number of what was spoken of last."""
        last = set(self.about or self._last)
        if state.size and not state.traits:
            state.traits.extend(self._by_size(last, state.size))
        dressed = state.traits or state.options or state.without
        if not (dressed or state.quantity is not None or state.unsure or state.measure):
            return None
        if state.measure and self._asked == "choice" and (named := self._named_in(state.measure)):
            return _made(state, said, named)  # `le 50 cl`
        if state.measure:
            self._sized(state)
        return replace(_made(state, said, self._narrowed(state.traits)), refers=True)

    def _meant(self, places: set[int], start: int, state: Sketch) -> set[int]:
        """Of the products that have the words said, those that the rest leaves."""
        single = len(places) == 1
        if state.linked and state.unknown and not single and not state.qualified:
            places = set()  # `jus de mangue`
        if (state.linked or (state.qualified and single)) and (told := self._described(state)):
            places = told
        elif state.unknown and single:
            places = set()  # `bissap menthe`, `riz au poisson`: another thing than this one
        if state.cheapest:
            places = self._cheapest(places, [*state.traits, *self._exact_size(places, state)])
        if len(places) > 1 and state.quantity is not None and self.word(start + 1) in ("de", "d", "a", "au"):
            places = places & self._siblings() or places  # `3 brochettes de bœuf et 2 de poulet`
        return places

    def _chosen(self, places: set[int], state: Sketch) -> set[int]:
        """Of the candidates that were asked about, the one that the words said tell from the others: `le sucré`."""
        if not places or not state.roots:
            return places
        names = {
            place: frozenset(one for name in self.lexicon.entries[place].names for one in name) for place in places
        }
        common = frozenset.intersection(*names.values())
        told = frozenset(state.roots) - common
        exact = {place for place in places if names[place] - common == told}
        return exact if len(exact) == 1 else places

    def _described(self, state: Sketch) -> set[int]:
        """`riz au poisson`: what a description says all of."""
        wanted = [*state.roots, *(root_of(fold(word)) for word in state.unknown)]
        having: list[set[int] | frozenset[int]] = [self.lexicon.described.get(one, frozenset()) for one in wanted]
        return set(frozenset.intersection(*map(frozenset, having))) if having and state.unknown else set()

    def _narrowed(self, traits: Sequence[str]) -> tuple[Found, ...]:
        """Those of the products that were named last that have these values: nothing where all or none have."""
        has = {
            place
            for place in self._last
            if traits
            and set(traits) & {value for values in self.lexicon.entries[place].traits.values() for value in values}
        }
        if self.about and self._asked == "choice":
            return self._of_candidates(traits)
        if not has or has == self._last or self.about:
            return ()
        return tuple(Found(self.lexicon.entries[place].product.sku, 0.5) for place in sorted(has))

    def _named_in(self, measure: str) -> tuple[Found, ...]:
        """The one of the candidates that has this size in its name, and none of which comes in it."""
        having = [
            place for place in sorted(self.about) if any(measure in name for name in self.lexicon.entries[place].names)
        ]
        if len(having) != 1 or any((measure,) in self.lexicon.entries[place].traits for place in self.about):
            return ()
        return (Found(self.lexicon.entries[having[0]].product.sku, 0.5),)

    def _of_candidates(self, traits: Sequence[str]) -> tuple[Found, ...]:
        """`celle de 70 g`, where only one of the candidates comes in it."""
        skus = [self.lexicon.entries[place].product.sku for place in sorted(self.about)]
        having = [sku for sku in skus if traits and self.lexicon.own_traits(sku, traits)]
        return tuple(Found(sku, 0.5) for sku in having) if len(having) == 1 else ()


def _strangeness(state: Sketch) -> Strange:
    return "meant" if state.qualified else "beside" if state.unknown else ""


def _made(state: Sketch, said: str, found: tuple[Found, ...] = ()) -> Mention:
    return Mention(
        found,
        said,
        state.quantity,
        unsure=state.unsure,
        traits=tuple(state.traits),
        lacking=tuple(state.lacking),
        options=tuple(state.options),
        without=tuple(state.without),
    )

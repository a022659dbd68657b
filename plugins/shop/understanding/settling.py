"""Makes a mention of a span: which products are left, which variants, how many."""

from collections.abc import Sequence
from dataclasses import replace

from comptoir.plugins.shop.understanding.acts import Found, Mention
from comptoir.plugins.shop.understanding.kinds import size_of
from comptoir.plugins.shop.understanding.lexicon import NAME
from comptoir.plugins.shop.understanding.parts import Part
from comptoir.plugins.shop.understanding.roots import root_of
from comptoir.plugins.shop.understanding.scoring import Strange, found_in
from comptoir.plugins.shop.understanding.sizing import Sizing
from comptoir.plugins.shop.understanding.sketch import Sketch
from comptoir.plugins.shop.understanding.spans import Span
from comptoir.plugins.text import fold

LONGEST_SAID = 80
_OF = frozenset(("de", "d", "a", "au", "aux", "du", "des", "la", "l"))


class Settling(Sizing):
    """Spans in the words of the catalogue."""

    def _settled(self, span: Span) -> Mention:
        walk = span.walk
        tokens = self.tokens[walk.start : walk.at]
        said = " ".join(token.said for token in tokens if token.kind != "mark")[:LONGEST_SAID]
        state = self._sketch(span)
        if span.refers:
            return self._of_last(state, said)
        if span.strange:
            return _made(state, said)
        if span.akin:
            state.roots.extend(name[0] for place in span.places for name in self.lexicon.entries[place].names[:1])
        places = self._meant(set(span.places | span.aside), walk.start, state)
        found = found_in(self.lexicon, places, state.roots, state.words, _strangeness(state))
        if (len(found) > 1 and self.about & places) or self._asked == "choice":
            places = self._chosen(set(self.about & places) or places, state)
            found = found_in(self.lexicon, places, state.roots, state.words, _strangeness(state))
        found = tuple(replace(one, aside=self.lexicon.by_sku[one.sku] in span.aside) for one in found)
        kept = {self.lexicon.by_sku[one.sku] for one in found} or places
        self._tell_traits(state, kept)
        if state.size:
            state.traits.extend(self._by_size(kept, state.size, state.traits))
        if state.measure:
            state.quantity, state.unsure = self._measured(state, kept)
        if kept:
            self._last = frozenset(kept)
        return _made(state, said, found)

    def _sketch(self, span: Span) -> Sketch:
        state = Sketch()
        for part in span.walk.parts:
            self._draw(state, part, span.walk.start)
        return state

    def _draw(self, state: Sketch, part: Part, start: int) -> None:
        token = self.tokens[part.at]
        if part.role == "quantity":
            state.quantity, state.unsure = token.value, bool(part.said)
        elif part.role == "some":
            state.unsure = True
        elif part.role == "measure":
            state.measure, state.measured = token.word, token.said
        elif part.role == "name":
            state.roots.extend(part.said)
            if len(part.said) == 1 and token.root == part.said[0]:
                state.words.append(token.word)
        elif part.role in ("unknown", "other"):
            state.unknown.append(token.said)
            state.linked = state.linked or (part.at > start and self.word(part.at - 1) in _OF)
            state.qualified = state.qualified or part.role == "other"
        elif part.role == "lacking":
            state.lacking.append(token.said)
        elif part.role == "size":
            state.size = state.size or size_of(token.word)
        elif part.role == "option":
            state.options.extend(one for one in part.said if one not in state.options)
        elif part.role == "without":
            state.without.extend(part.said)
        elif part.role == "trait":
            state.told.append(part.said)

    def _of_last(self, state: Sketch, said: str) -> Mention:
        last = set(self.about or self._last)
        self._tell_traits(state, last or self._having(state))
        if state.size and not state.traits:
            state.traits.extend(self._by_size(last, state.size, ()))
        if state.measure:
            self._sized(state, last)
        return replace(_made(state, said, self._narrowed(state.traits)), refers=True)

    def _having(self, state: Sketch) -> set[int]:
        having = [
            {place for one in told for place in self.lexicon.places.get(one, ())}
            | set(self.lexicon.figures.get(told[0], ()))
            for told in state.told
        ]
        return set.intersection(*having) if having else set()

    def _sized(self, state: Sketch, last: set[int]) -> None:
        """`le 5 kg`, `4 kg`: a size of what was spoken of, or so many of it."""
        if last:
            state.quantity, state.unsure = self._measured(state, last)
            return
        having = sorted(self.lexicon.places.get(state.measure, ()))
        values = [value for place in having for value in self.lexicon.entries[place].traits.get((state.measure,), ())]
        state.traits.extend(dict.fromkeys(value for value in values if value not in state.traits))
        if not values and not state.traits:
            state.lacking.append(state.measured)

    def _narrowed(self, traits: Sequence[str]) -> tuple[Found, ...]:
        """Those of the products that were named last that have these values: nothing where all or none have."""
        if self.about and self._asked == "choice":
            return self._of_candidates(traits)
        has = {
            place
            for place in self._last
            if traits
            and set(traits) & {value for values in self.lexicon.entries[place].traits.values() for value in values}
        }
        if not has or has == self._last or self.about:
            return ()
        return tuple(Found(self.lexicon.entries[place].product.sku, 0.5) for place in sorted(has))

    def _of_candidates(self, traits: Sequence[str]) -> tuple[Found, ...]:
        """`celle de 70 g`, where only one of the candidates comes in it."""
        skus = [self.lexicon.entries[place].product.sku for place in sorted(self.about)]
        having = [sku for sku in skus if traits and self.lexicon.own_traits(sku, traits)]
        return tuple(Found(sku, 0.5) for sku in having) if len(having) == 1 else ()

    def _meant(self, places: set[int], start: int, state: Sketch) -> set[int]:
        """Of the products that have the words said, those that the rest leaves."""
        single = len(places) == 1
        if state.linked and state.unknown and not single and not state.qualified:
            places = set()  # `jus de mangue`
        if (state.linked or (state.qualified and single)) and (told := self._described(state)):
            places = told
        elif state.unknown and single and not state.qualified:
            places = set()  # `bissap menthe`, `riz au poisson`: another thing than this one
        if len(places) > 0 and state.quantity is not None and self.word(start + 1) in ("de", "d", "a", "au"):
            having = self._having_names(state.roots)
            places = having & self._siblings() or places  # `3 brochettes de bœuf et 2 de poulet`
        return places

    def _having_names(self, roots: Sequence[str]) -> set[int]:
        sets = [{place for place, bits in self.lexicon.places.get(one, {}).items() if bits & NAME} for one in roots]
        return set.intersection(*sets) if sets else set()

    def _siblings(self) -> set[int]:
        """What is called by the same first word as what was named last."""
        heads = {name[0] for place in self._last for name in self.lexicon.entries[place].names}
        return {place for one in heads for place in self.lexicon.heads.get(one, ())}

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
        having = [frozenset(self.lexicon.described.get(one, frozenset())) for one in wanted]
        return set(frozenset.intersection(*having)) if having and state.unknown else set()


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

"""The best reading of a sentence as things that are named: every mention is weighed against every other cut."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice, pairwise

from rapidfuzz.distance import OSA

from comptoir.plugins.language import ordering_words
from comptoir.plugins.shop.understanding.acts import Asked
from comptoir.plugins.shop.understanding.kinds import is_generic
from comptoir.plugins.shop.understanding.lexicon import OPTION, TRAIT, Lexicon, Roots
from comptoir.plugins.shop.understanding.roles import HEAD, Group
from comptoir.plugins.shop.understanding.roots import links, root_of, skeleton
from comptoir.plugins.shop.understanding.tokens import Token
from comptoir.plugins.shop.understanding.variants import comes_in_all, options_begun, options_named, sizes_in_order
from comptoir.plugins.shop.understanding.walking import Part, Walk, Walking

_BEAM, _AHEAD, _MOST_WALKS = 6, 8, 3000
_LIGHT, _LONGEST_OPTION, _SHORTEST_NEAR, _FEW = 0.2, 4, 4, 30
_MOST_OPTIONS = 50
_MENTION, _JOINED, _ALIKE = 0.8, 2.0, 0.15
"""What a mention costs, and one that nothing parts from the one before it; how near the second best may be."""


_GLUED = re.compile(r"(\d+)([a-z]+)")
_VESSELS = frozenset(root_of(word) for word in ordering_words("pieces"))
_OF = frozenset(("de", "d", "a", "au", "aux", "en"))


@dataclass(frozen=True, slots=True)
class Span:
    """A mention, as the tokens are read best."""

    walk: Walk
    places: frozenset[int]
    score: float
    aside: frozenset[int] = frozenset()
    """Products that have the words, too, but behind another one."""
    refers: bool = False
    strange: bool = False
    """Nothing of it is the shop's."""
    akin: bool = False
    """One of those that are called as what was named before is."""


_TELLING = ("name", "trait", "lacking", "size", "measure", "option", "unknown", "other")


def _named(span: Span) -> list[tuple[str, int]]:
    """Which of its tokens are whose."""
    return [(part.role, part.at) for part in span.walk.parts if part.role in _TELLING]


@dataclass(frozen=True, slots=True)
class Hypothesis:
    """A reading of a sentence up to a token."""

    at: int
    score: float
    spans: tuple[Span, ...] = ()
    parted: bool = True
    """A comma, an `et`, a number stand before what follows."""


class Chart(Walking):
    """Searches for the reading that explains most and leaves least over."""

    def __init__(
        self, tokens: Sequence[Token], lexicon: Lexicon, about: Sequence[str] = (), asked: Asked | None = None
    ) -> None:
        super().__init__(tokens, lexicon, about, asked)
        self._spans_at: dict[int, list[Span]] = {}
        self._referring_at: dict[tuple[int, frozenset[int]], list[Span]] = {}
        self._values_at: dict[tuple[int, tuple[int, ...]], tuple[Roots, int]] = {}
        self._wholes: dict[tuple[frozenset[str], tuple[int, ...]], float] = {}

    def best(self, start: int) -> Hypothesis:
        """From this token to the end of its sentence."""
        waiting: dict[int, list[Hypothesis]] = {start: [Hypothesis(start, 0.0)]}
        at = start
        final: Hypothesis | None = None
        while waiting:
            at = min(waiting)
            here = sorted(waiting.pop(at), key=lambda one: -one.score)[:_BEAM]
            if at >= len(self.tokens) or self._ends(at):
                final = here[0] if final is None or here[0].score > final.score else final
                continue
            for one in here:
                for following in self._following(one):
                    waiting.setdefault(following.at, []).append(following)
        assert final is not None
        return final

    def _ends(self, at: int) -> bool:
        token = self.tokens[at]
        return token.kind == "mark" and (token.word in ".?!\n;" or token.word.startswith(".."))

    def _following(self, one: Hypothesis) -> Iterator[Hypothesis]:
        at = one.at
        if at in self.stops:
            yield Hypothesis(max(self.stops[at], at + 1), one.score, one.spans)
            return
        if at in self.guesses:
            yield Hypothesis(max(self.guesses[at], at + 1), one.score, one.spans)
        phrase = self.phrase_at(at)
        if phrase is not None:
            yield Hypothesis(at + phrase.length, one.score, one.spans)
            if self.word(at) not in ("sans", "pas", "avec", "plus", "encore"):
                return
        if phrase is None and (length := self.person_at(at)):
            yield Hypothesis(at + length, one.score, one.spans)
            return
        last = next((span.places for span in reversed(one.spans) if span.places), None)
        for span in (*self._spans(at), *self._referring(at, last)):
            cost = 0.0 if one.parted or self._is_parted(span) else _JOINED
            if (
                not span.refers
                and len(span.walk.parts) > 1
                and self.word(span.walk.start) in _OF
                and span.walk.parts[1].role == "name"
            ):
                cost += 0.0 if span.akin or self.word(span.walk.start) in ("de", "d") else 0.9
            parted = any(part.role == "quantity" for part in span.walk.parts[-1:])
            yield Hypothesis(span.walk.at, one.score + span.score - cost, (*one.spans, span), parted)
        if phrase is None:
            parted = one.parted or self._parts_off(at)
            yield Hypothesis(at + 1, one.score - self._left_over(at), one.spans, parted)

    def _is_parted(self, span: Span) -> bool:
        first = span.walk.parts[0]
        if first.role in ("quantity", "some", "measure"):
            return True
        return first.role == "link" and self.word(first.at) not in _OF and span.walk.parts[1:2] != ()

    def _parts_off(self, at: int) -> bool:
        token = self.tokens[at]
        if token.word in _OF:
            return False
        return not self.shop_word(at)[0]

    def _left_over(self, at: int) -> float:
        token = self.tokens[at]
        if token.kind == "mark":
            return 0.0
        if token.kind in ("number", "measure"):
            return 0.5 if token.word in ("un", "une") else 1.0
        roots, length = self.shop_word(at)
        if links(token.word) or token.word in ordering_words("idle"):
            goes_on = roots and self.names_product(at) and self._follows_up(roots[0], at + length)
            return 0.8 if goes_on or length > 1 else 0.0
        if roots and self.names_product(at):
            return 1.2
        return 0.2 if token.word in ordering_words("qualities") else 0.7

    # Spans ----------------------------------------------------------------------------------------------------------

    def _spans(self, at: int) -> list[Span]:
        """The mentions that begin here, the best of each end."""
        if at in self._spans_at:
            return self._spans_at[at]
        found: dict[int, list[Span]] = {}
        end = self._reach(at)
        for group in self.groups(at, end):
            for walk in islice(self.walks(at, group), _MOST_WALKS):
                if (span := self._span(walk, group)) is not None:
                    found.setdefault(walk.at, []).append(span)
        best = [self._merged(spans) for spans in found.values()]
        made = sorted((one for many in best for one in many), key=lambda one: -one.score)
        made += self._strange_spans(at)
        self._spans_at[at] = made
        return made

    def _reach(self, at: int) -> int:
        end = at
        while end < len(self.tokens) and end < at + _AHEAD and not self._ends(end) and end not in self.stops:
            end += 1
        return end

    def _span(self, walk: Walk, group: Group) -> Span | None:
        said = [part for part in walk.parts if part.role == "name"]
        anchors = said or [
            part
            for part in walk.parts
            if part.role == "trait" and not all(one in _VESSELS or is_generic(one) for one in part.said)
        ]
        if not anchors:
            return None
        roots = frozenset(root for part in said for root in part.said)
        if said and not self._names_alone(said, roots, group):
            return None  # `20 sacs`
        score, places = self._whole(roots, group)
        if not said:
            score -= 0.3
        elif not any(group.roles.get(part.at, 0) & HEAD for part in said) and not self._is_whole(roots, group):
            score -= 0.5
        if self.about and self.about & places:
            score += 1.5 if self._asked == "choice" else 0.4
            if self._asked == "choice":
                places &= self.about
        score -= self._conflict(walk, places)
        return Span(walk, places, walk.score + score - _MENTION)

    def _names_alone(self, said: list[Part], roots: frozenset[str], group: Group) -> bool:
        """Whether it is more than a vessel, or several things are called by the vessel."""
        if not all(self.word(part.at) in ordering_words("vessels") for part in said):
            return True
        whole = any(set(name) == roots for place in group.places for name in self.lexicon.entries[place].names)
        return whole or any(len(self.lexicon.heads.get(one, ())) > 1 for one in roots)

    def _whole(self, roots: frozenset[str], group: Group) -> tuple[float, frozenset[int]]:
        """More where a whole name was said."""
        key = (roots, group.places)
        if key not in self._wholes:
            whole = any(
                roots >= ({one for one in name if self.lexicon.weight(one) > _LIGHT} or set(name))
                for place in group.places[:60]
                for name in self.lexicon.entries[place].names
            )
            self._wholes[key] = 0.8 if whole and roots else 0.0
        return self._wholes[key], frozenset(group.places)

    def _is_whole(self, roots: frozenset[str], group: Group) -> bool:
        return self._whole(roots, group)[0] > 0

    def _conflict(self, walk: Walk, places: frozenset[int]) -> float:
        """What it costs that nothing comes in all that was said."""
        told = [part.said for part in walk.parts if part.role == "trait"]
        if len(told) < 2 or not places:
            return 0.0
        return 0.0 if any(comes_in_all(self.lexicon.entries[one], told) for one in sorted(places)[:20]) else 0.9

    def _merged(self, spans: list[Span]) -> list[Span]:
        """The best, with all the products that were read as well."""
        spans.sort(key=lambda one: -one.score)
        kept: dict[tuple[object, ...], Span] = {}
        for one in spans:
            key = tuple((part.role, part.at) for part in one.walk.parts if part.role in ("quantity", "measure"))
            best = kept.get(key)
            if best is None:
                kept[key] = one
            elif one.places <= best.places:
                pass
            elif one.score > best.score - _ALIKE:
                kept[key] = replace(best, places=best.places | one.places)
            elif _named(one) == _named(best) and not one.places <= best.aside:
                kept[key] = replace(best, aside=best.aside | one.places)
        return list(kept.values())[:3]

    def _strange_spans(self, at: int) -> Iterator[Span]:
        """Something that the shop does not have: a number or a small word, and words that it does not know."""
        place, counted = at, False
        parts = 0
        group = Group((), {})
        for walk in islice(self.walks(at, group), _MOST_WALKS):
            if not walk.has("unknown") or walk.has("name", "other"):
                continue
            counted = walk.counted
            place = walk.at
            parts = sum(part.role == "unknown" for part in walk.parts)
            score = 0.1 - 0.55 * parts + (0.5 if counted else 0.0)
            yield Span(walk, frozenset(), score, strange=True)

    def _referring(self, at: int, last: frozenset[int] | None) -> list[Span]:
        """Sizes, options and numbers of what was spoken of before."""
        places = self.about or last or self._last
        key = (at, places)
        if key not in self._referring_at:
            group = self.context(places, at, self._reach(at))
            found: dict[int, Span] = {}
            for walk in islice(self.walks(at, group), _MOST_WALKS):
                if not places and any(
                    part.role == "trait" and not all(map(is_generic, part.said)) for part in walk.parts
                ):
                    continue
                if walk.has("unknown", "other") or not walk.has(
                    "quantity", "some", "measure", "trait", "option", "without", "size"
                ):
                    continue
                bare = not walk.has("trait", "option", "without", "size")
                if bare and walk.has("told", "vessel"):
                    continue
                score = walk.score - (1.3 if bare else _MENTION) - self._conflict(walk, places)
                if walk.has("trait") and not places and not self.about:
                    score -= 0.2
                old = found.get(walk.at)
                if old is None or old.score < score:
                    found[walk.at] = Span(walk, frozenset(), score, refers=True)
            self._referring_at[key] = [*found.values(), *self._akin(at, places)]
            if not any(span.walk.has("trait") for span in found.values()):
                self._referring_at[key] += self._sold_by(at)
        return self._referring_at[key]

    def _akin(self, at: int, last: frozenset[int]) -> Iterator[Span]:
        """`les blanches` after `baskets noires`, where these are products of their own."""
        if not 0 < len(last) <= _FEW:
            return
        heads = {name[0] for place in last for name in self.lexicon.entries[place].names}
        akin = {place for one in heads for place in self.lexicon.heads.get(one, ())}
        if len(akin) < 2 or len(akin) > _FEW:
            return
        end = self._reach(at)
        for place in sorted(akin):
            group = Group((place,), {here: self.roles_at(here).get(place, 0) for here in range(at, end)})
            for walk in islice(self.walks(at, group, akin=True), _MOST_WALKS):
                said = [part for part in walk.parts if part.role == "name"]
                roots = {root for part in said for root in part.said}
                alike = all(any(roots <= set(name) for name in self.lexicon.entries[one].names) for one in akin)
                if said and not alike and not walk.has("unknown", "other"):
                    yield Span(walk, frozenset((place,)), walk.score - _MENTION - 0.3, akin=True)

    def _sold_by(self, at: int) -> Iterator[Span]:
        """`20 barres de 10`: the only thing that is sold by the bar and comes in 10."""
        vessel = next((here for here in range(at, at + 3) if self.word(here) in ordering_words("pieces")), None)
        sold = self.lexicon.sold_by.get(self.tokens[vessel].root, ()) if vessel is not None else ()
        if not sold or len(sold) > _FEW:
            return
        found = [
            Span(walk, frozenset((place,)), walk.score - _MENTION - 0.5)
            for place in sold
            for walk in islice(self.walks(at, self.context((place,), at, self._reach(at))), _MOST_WALKS)
            if walk.has("trait") and walk.has("vessel") and walk.has("quantity")
        ]
        if len({span.places for span in found}) == 1:
            yield from found

    # What is asked of the catalogue ---------------------------------------------------------------------------------

    def sizes_of(self, place: int) -> bool:
        return bool(sizes_in_order(self.lexicon.entries[place]))

    def _option(self, at: int, group: Group, *, negated: bool = False) -> tuple[Roots, int]:
        if at >= len(self.tokens) or self.tokens[at].kind != "word":
            return (), 0
        here = self.roles_at(at)
        places = [place for place in group.places[:_MOST_OPTIONS] if here.get(place, 0) & OPTION]
        if not places:
            return (), 0
        for length in range(min(_LONGEST_OPTION, len(self.tokens) - at), 0, -1):
            told = tuple(
                (self.shop_word(place)[0] or (self.tokens[place].root,))[0] for place in range(at, at + length)
            )
            names = options_named(self.lexicon, places, told, negated=negated)
            if not names and length == 1:
                names = options_begun(self.lexicon, places, told[0])
            if names:
                return names, length
        return (), 0

    def _value(self, at: int, group: Group) -> tuple[Roots, int]:
        key = (at, group.places)
        if key not in self._values_at:
            self._values_at[key] = self._found_value(at, group)
        return self._values_at[key]

    def _found_value(self, at: int, group: Group) -> tuple[Roots, int]:
        if not self._bits(at, group) & TRAIT:
            return (), 0
        for length in range(min(_LONGEST_OPTION + 1, len(self.tokens) - at), 1, -1):
            told = tuple(
                dict.fromkeys(
                    (self.shop_word(place)[0] or (self.tokens[place].root,))[0] for place in range(at, at + length)
                )
            )
            if any(told in self.lexicon.entries[place].traits for place in group.places[:_FEW]):
                return told, length
        return (), 0

    def _near(self, walk: Walk, group: Group) -> str:
        token = self.tokens[walk.at]
        if glued := _GLUED.fullmatch(token.word):
            return self._begun(glued[1], glued[2], group)
        if not token.word.isalpha() or len(group.places) > _FEW or len(token.word) < _SHORTEST_NEAR:
            return ""
        if token.word in ordering_words("idle") or links(token.word):
            return ""
        left = {one for place in group.places for name in self.lexicon.entries[place].names for one in name}
        left -= {root for part in walk.parts for root in part.said}
        bones = skeleton(token.word)
        near = [
            one
            for one in left
            if len(one) >= _SHORTEST_NEAR and (skeleton(one) == bones or OSA.distance(one, token.root) <= 1)
        ]
        return near[0] if len(near) == 1 else ""

    def _begun(self, figures: str, begun: str, group: Group) -> str:
        """`cahier 200p`: a number of the name, with the beginning of what follows it there."""
        names = (name for place in group.places[:_FEW] for name in self.lexicon.entries[place].names)
        having = any(one == figures and two.startswith(begun) for name in names for one, two in pairwise(name))
        return figures if having else ""


__all__ = ["HEAD", "Chart", "Hypothesis", "Span"]

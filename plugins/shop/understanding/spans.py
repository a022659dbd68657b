"""The mentions that may begin at a token, each with the products that it is best read as."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from comptoir.plugins.language import ordering_words
from comptoir.plugins.shop.understanding.acts import Asked
from comptoir.plugins.shop.understanding.kinds import is_generic
from comptoir.plugins.shop.understanding.lexicon import Lexicon, Roots
from comptoir.plugins.shop.understanding.packing import packings
from comptoir.plugins.shop.understanding.parts import Part, Walk
from comptoir.plugins.shop.understanding.roles import HEAD, Group
from comptoir.plugins.shop.understanding.roots import links, root_of
from comptoir.plugins.shop.understanding.scoring import LIGHT
from comptoir.plugins.shop.understanding.tokens import Token
from comptoir.plugins.shop.understanding.variants import comes_in_all
from comptoir.plugins.shop.understanding.walking import Walking

_AHEAD, _MOST_WALKS, _FEW = 8, 3000, 30
_MENTION, _ALIKE = 0.8, 0.15
"""What a mention costs; how near to the best the second best may be."""
_VESSELS = frozenset(root_of(word) for word in ordering_words("pieces") | ordering_words("lots") | packings())
_TELLING = ("name", "trait", "lacking", "size", "measure", "option", "unknown", "other")


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


def _named(span: Span) -> list[tuple[str, int]]:
    """Which of its tokens are whose."""
    return [(part.role, part.at) for part in span.walk.parts if part.role in _TELLING]


def _names_by_itself(part: Part) -> bool:
    """A value that is no size or colour, which many things come in."""
    return any(one in _VESSELS or not is_generic(one) for one in part.said)


def _has_figure(walk: Walk) -> bool:
    return any(part.role == "trait" and part.said[0][0].isdigit() for part in walk.parts)


class Spans(Walking):
    """Weighs whole mentions."""

    def __init__(
        self, tokens: Sequence[Token], lexicon: Lexicon, about: Sequence[str] = (), asked: Asked | None = None
    ) -> None:
        super().__init__(tokens, lexicon, about, asked)
        self._spans_at: dict[int, list[Span]] = {}
        self._referring_at: dict[tuple[int, frozenset[int]], list[Span]] = {}
        self._in_conflict: dict[tuple[tuple[Roots, ...], frozenset[int]], bool] = {}
        self._wholes: dict[tuple[frozenset[str], tuple[int, ...]], float] = {}

    def _ends(self, at: int) -> bool:
        token = self.tokens[at]
        return token.kind == "mark" and (token.word in ".?!\n;" or token.word.startswith(".."))

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
        if self._packs(walk.at - 1):
            return None
        said = [part for part in walk.parts if part.role == "name"]
        anchors = said or [
            part
            for part in walk.parts
            if part.role == "trait" and not all(one in _VESSELS or is_generic(one) or links(one) for one in part.said)
        ]
        if not anchors:
            return None
        roots = frozenset(root for part in said for root in part.said)
        if said and not walk.has("trait") and not self._names_alone(said, roots, group):
            return None  # `20 sacs`
        score, places = self._whole(roots, group)
        if not said:
            score -= 0.3
            places = frozenset(self.lexicon.itself(set(places))) or places
        elif not any(group.roles.get(part.at, 0) & HEAD for part in said) and not self._is_whole(roots, group):
            score -= 0.5
        if self.about and self.about & places:
            score += 1.5 if self._asked == "choice" else 0.4
            if self._asked == "choice":
                places &= self.about
        score -= self._conflict(walk, places)
        return Span(walk, places, walk.score + score - _MENTION)

    def _packs(self, at: int) -> bool:
        """`packs` of `2 packs de 6 coca`."""
        counted = at + 2 < len(self.tokens) and self.tokens[at + 2].kind == "number"
        return counted and self.word(at) in packings() and self.word(at + 1) in ("de", "d")

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
                roots >= ({one for one in name if self.lexicon.weight(one) > LIGHT} or set(name))
                for place in group.places[:60]
                for name in self.lexicon.entries[place].names
            )
            self._wholes[key] = 0.8 if whole and roots else 0.0
        return self._wholes[key], frozenset(group.places)

    def _is_whole(self, roots: frozenset[str], group: Group) -> bool:
        return self._whole(roots, group)[0] > 0

    def _conflict(self, walk: Walk, places: frozenset[int]) -> float:
        """What it costs that nothing comes in all that was said."""
        told = tuple(part.said for part in walk.parts if part.role == "trait")
        if len(told) < 2 or not places:
            return 0.0
        key = (told, places)
        if key not in self._in_conflict:
            some = sorted(places)[:20]
            self._in_conflict[key] = not any(comes_in_all(self.lexicon.entries[one], told) for one in some)
        return 0.9 if self._in_conflict[key] else 0.0

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
        group = Group((), {})
        for walk in islice(self.walks(at, group), _MOST_WALKS):
            if not walk.has("unknown") or walk.has("name", "other"):
                continue
            parts = sum(part.role == "unknown" for part in walk.parts)
            score = 0.1 - 0.55 * parts + (0.5 if walk.counted else 0.0)
            yield Span(walk, frozenset(), score, strange=True)

    def _referring(self, at: int, last: frozenset[int] | None) -> list[Span]:
        """Sizes, options and numbers of what was spoken of before."""
        places = self.about or last or self._last
        key = (at, places)
        if key not in self._referring_at:
            group = self.context(places, at, self._reach(at))
            found: dict[int, Span] = {}
            for walk in islice(self.walks(at, group), _MOST_WALKS):
                if self._packs(walk.at - 1):
                    continue
                if not places and any(part.role == "trait" and _names_by_itself(part) for part in walk.parts):
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
                roots = {root for part in said for root in part.said if not root.isdigit()}
                alike = all(any(roots <= set(name) for name in self.lexicon.entries[one].names) for one in akin)
                if roots and not alike and not walk.has("unknown", "other"):
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
            if walk.has("vessel") and walk.has("quantity") and _has_figure(walk)
        ]
        if len({span.places for span in found}) == 1:
            yield from found

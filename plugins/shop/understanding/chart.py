"""The best reading of a sentence as things that are named: every mention is weighed against every other cut."""

from collections.abc import Iterator
from dataclasses import dataclass

from comptoir.plugins.language import ordering_words
from comptoir.plugins.shop.understanding.roots import links
from comptoir.plugins.shop.understanding.spans import Span, Spans

_BEAM, _JOINED = 6, 2.0
"""How many readings are followed; what a mention costs that nothing parts from the one before it."""
_OF = frozenset(("de", "d", "a", "au", "aux", "en"))


@dataclass(frozen=True, slots=True)
class Hypothesis:
    """A reading of a sentence up to a token."""

    at: int
    score: float
    spans: tuple[Span, ...] = ()
    parted: bool = True
    """A comma, an `et`, a number stand before what follows."""


class Chart(Spans):
    """Searches for the reading that explains most and leaves least over."""

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
            last_part = span.walk.parts[-1]
            parted = last_part.role in ("quantity", "measure") or self.tokens[last_part.at].kind == "measure"
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
        if token.kind == "measure":
            return 1.6
        if token.kind == "number":
            return 0.5 if token.word in ("un", "une") else 1.0
        roots, length = self.shop_word(at)
        if links(token.word) or token.word in ordering_words("idle"):
            goes_on = roots and self.names_product(at) and self._follows_up(roots[0], at + length)
            return 0.8 if goes_on or length > 1 else 0.0
        if roots and self.names_product(at):
            return 1.2
        return 0.2 if token.word in ordering_words("qualities") else 0.7

"""Weighs the numbers and measures of a mention: a quantity, a size, a part of the name."""

from collections.abc import Iterator
from fractions import Fraction

from comptoir.plugins.language import ordering_words
from comptoir.plugins.shop.understanding.calling import Calling
from comptoir.plugins.shop.understanding.kinds import is_figure
from comptoir.plugins.shop.understanding.lexicon import NAME, TRAIT
from comptoir.plugins.shop.understanding.measures import parted
from comptoir.plugins.shop.understanding.parts import Part, Walk
from comptoir.plugins.shop.understanding.roles import FIGURE, Group

_SIZED = frozenset(("le", "la", "du", "en", "in", "de", "d"))
_ONES = frozenset(("un", "une"))
_MOST_AFTER = 999
"""A larger number behind a product is a price or a phone's."""


class Counting(Calling):
    """Every role that a number may have."""

    def _number(self, walk: Walk, group: Group) -> Iterator[Walk]:
        token, at = self.tokens[walk.at], walk.at
        bits, roots = self._bits(at, group), self.shop_word(at)[0] or (token.word,)
        before = self.word(at - 1) if at > walk.start else ""
        marked = walk.last == "marker" or (before in _SIZED and walk.parts != () and walk.last == "link")
        goes_on = walk.named or bool(self._bits(at + 1, group) & NAME and walk.parts)
        if bits & NAME and not token.glued and goes_on and not self._is_used(walk, roots):
            yield walk.with_part(Part("name", at, 1, self._name_score(at, bits), roots))
        if bits & (TRAIT | FIGURE) and not token.glued and not self._is_used(walk, roots, "trait"):
            leads = not walk.named and not (group.refers and (walk.counted or marked or self._asked == "variant"))
            score = 0.1 if leads else 1.1 if bits & TRAIT else 0.9
            score += 0.8 if marked else 0.0
            score -= 1.0 if self._is_behind_its_number(walk) else 0.0
            if self.word(at + 1) in ("ou", "or") and self._bits(at + 2, group) & (TRAIT | FIGURE):
                yield walk.with_part(Part("told", at, 3, score))  # `en 34 ou 36` is no size yet
                return
            score -= 0.9 if walk.has("trait") and walk.parts[-1].role != "trait" and not marked else 0.0
            yield walk.with_part(Part("trait", at, 1, score, (token.word,)))
        no_size = marked and walk.named and not bits & (NAME | TRAIT | FIGURE) and is_figure(token.word)
        if no_size and (walk.last == "marker" or self.word(at + 1) not in ordering_words("pieces")):
            yield walk.with_part(Part("lacking", at, 1, 0.2))
        if walk.named and token.value == 0 and not token.glued:
            yield walk.with_part(Part("unknown", at, 1, -0.6, (token.said,)))
            return
        yield from self._quantity(walk, group)

    def _quantity(self, walk: Walk, group: Group) -> Iterator[Walk]:
        token, at = self.tokens[walk.at], walk.at
        if walk.has("quantity", "some") or (walk.counted and not walk.named):
            return
        if (walk.parts and walk.parts[0].role == "measure") or (not walk.named and walk.has("vessel")):
            return  # `2 kg gombo 1`, `packs de 6 coca`
        if group.refers and walk.last == "link" and self.word(at - 1) in ("le", "la"):
            return  # `le 25`
        before_name = not walk.named and not walk.has("trait", "option", "without", "lacking")
        if before_name and any(part.role in ("unknown", "size") for part in walk.parts):
            return
        if not before_name and (token.value is None or token.value > _MOST_AFTER or walk.chain == "without"):
            return
        if walk.last == "marker" or (
            walk.named and walk.last == "link" and self.word(at - 1) in ("de", "d", "du", "en", "in")
        ):
            return
        length, unsure = self._either(at)
        apart = token.glued or (self.word(at - 1) in ("(", ":", "=") and not self._names_next(at + length))
        score = 1.0 if before_name else 0.6 + (0.3 if apart else 0.0)
        if not before_name and token.word in _ONES:
            score -= 0.4
        after = at + length
        if before_name and (
            self.word(after) in ("x", "*", "×") or (self.word(after) == "fois" and self._names_next(after + 1))
        ):
            length += 1
        if not before_name and self.word(after) in ordering_words("pieces") | ordering_words("lots"):
            length += 1
            score += 0.3
        yield walk.with_part(Part("quantity", at, length, score, ("unsure",) if unsure else ()))

    def _names_next(self, at: int) -> bool:
        return at < len(self.tokens) and bool(self.shop_word(at)[0])

    def _either(self, at: int) -> tuple[int, bool]:
        """`2 ou 3` is no number."""
        token = self.tokens[at]
        if self.word(at + 1) in ("ou", "or", "a", "-", "/") and at + 2 < len(self.tokens):
            other = self.tokens[at + 2]
            if other.kind == "number" and other.value is not None and not other.glued and other.value != token.value:
                return 3, True
        negative = token.glued and at > 0 and self.word(at - 1) == "-" and (at == 1 or self.word(at - 2) != "\n")
        return 1, token.value is None or negative

    def _measure(self, walk: Walk, group: Group) -> Iterator[Walk]:
        at, token = walk.at, self.tokens[walk.at]
        bits = self._bits(at, group)
        if bits & TRAIT:
            yield walk.with_part(Part("trait", at, 1, 1.4, (token.word,)))
        elif bits & NAME and walk.parts:
            yield walk.with_part(Part("name", at, 1, 1.2, (token.word,)))
        elif not walk.has("measure"):
            before_name = not walk.named
            score = -1.6 if self._measures_else(token.word, group) else 1.0 if before_name else 0.6
            if not walk.has("quantity") or not before_name:
                yield walk.with_part(Part("measure", at, 1, score, (token.word,)))
        elif walk.named:
            yield walk.with_part(Part("lacking", at, 1, -0.9))

    def _is_behind_its_number(self, walk: Walk) -> bool:
        """Of `t-shirt noir 2 M` the number is of what follows."""
        last = next((part for part in reversed(walk.parts) if part.role != "link"), None)
        return walk.named and last is not None and last.role == "quantity" and not self.tokens[last.at].glued

    def _measures_else(self, measure: str, group: Group) -> bool:
        """Whether what is meant has another such measure in its name: `coca 50 cl` is no `Coca 1,5 L`."""
        amount, unit = parted(measure) or (Fraction(0), "")
        return any(
            (own := parted(one)) is not None and own[1] == unit and amount % own[0] != 0
            for place in group.places[:20]
            for name in self.lexicon.entries[place].names
            for one in name
        )

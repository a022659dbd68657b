"""Reads what is named in a message: which product, how many of it, which variant, with which options."""

from collections.abc import Sequence
from dataclasses import replace

from comptoir.plugins.language import ordering_words
from comptoir.plugins.shop.understanding.acts import Asked, Mention
from comptoir.plugins.shop.understanding.lexicon import NAME, Lexicon
from comptoir.plugins.shop.understanding.scoring import LIGHT
from comptoir.plugins.shop.understanding.settling import LONGEST_SAID, Settling
from comptoir.plugins.shop.understanding.spans import Span
from comptoir.plugins.shop.understanding.tokens import Token


class MentionReader(Settling):
    """The mentions of the tokens of one message."""

    def __init__(
        self, tokens: Sequence[Token], lexicon: Lexicon, about: Sequence[str] = (), asked: Asked | None = None
    ) -> None:
        super().__init__(tokens, lexicon, about, asked)
        self._planned: dict[int, Span | None] = {}

    def read(self, at: int, *, expected: bool = False) -> tuple[Mention, int] | None:
        """The mention that begins at this token, and where it ends. `expected`: after `je veux`, an unknown word
        names something too.
        """
        if at not in self._planned:
            self._plan(at)
        span = self._planned.get(at)
        if span is None or (span.strange and not (expected or span.walk.counted)):
            return None
        mention = self._settled(span)
        if mention.sku and mention.quantity is None and not (expected or mention.traits) and self._is_aside(span):
            return None
        if mention.unsure and self.word(at) == "des" and self._is_worn_in_pairs(mention, at + 1):
            mention = replace(mention, unsure=False)
        return mention, span.walk.at

    def _is_worn_in_pairs(self, mention: Mention, at: int) -> bool:
        """`des sandales en 38`: one pair."""
        if self.word(at) not in ordering_words("paired") or mention.quantity is not None:
            return False
        places = [self.lexicon.by_sku[one.sku] for one in mention.found]
        variants = [one for place in places for one in self.lexicon.entries[place].product.variants]
        return bool(variants) and all("size" in dict(one.traits) for one in variants)

    def is_within(self, at: int) -> bool:
        """Whether a mention begins here for sure, whatever else may begin here."""
        if at not in self._planned:
            self._plan(at)
        return self._planned[at] is not None

    def _plan(self, start: int) -> None:
        reading = self.best(start)
        for at in range(start, max(reading.at, start + 1)):
            self._planned.setdefault(at, None)
        for span in reading.spans:
            self._planned[span.walk.start] = span

    def name(self) -> Mention:
        """All the tokens as the name of one product."""
        said = " ".join(token.said for token in self.tokens)[:LONGEST_SAID]
        spans = [span for span in self._spans(0) if not span.strange] if self.tokens else []
        best = max(spans, key=lambda one: (one.score, one.walk.at), default=None)
        return replace(self._settled(best), quantity=None, said=said) if best is not None else Mention(said=said)

    def _is_aside(self, span: Span) -> bool:
        """Nothing but a word that stands behind another in the name, where that other one is the product's own:
        `le chantier` is no pair of `gants de chantier`.
        """
        if len(span.places) != 1:
            return False
        (place,) = span.places
        roots = {root for part in span.walk.parts if part.role == "name" for root in part.said}
        names = [name for name in self.lexicon.entries[place].names if roots & set(name)]
        return bool(names) and all(
            head not in roots
            and len(name) > 1
            and sum(bool(role & NAME) for role in self.lexicon.places[head].values()) == 1
            for name in names
            for head in [next((one for one in name if self.lexicon.weight(one) > LIGHT), name[0])]
        )

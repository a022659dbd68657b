"""How much speaks for it that a text answers a message, and how sure that is beside all other texts and silence."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from comptoir.plugins.language import Language, alike
from comptoir.plugins.reading import read

Example = Mapping[str, float]
"""A way of asking, as stems and what each tells."""

LEAST = 0.12
"""What a word counts at least that tells nothing by itself: `où êtes-vous` has only such words."""
_ALIKE_IN_EXAMPLE = 0.75
_EXAMPLE, _BODY, _ALIKE_IN_BODY = 1.4, 1.0, 0.7


@dataclass(frozen=True, slots=True)
class Text:
    """What an answer is found by."""

    examples: tuple[Example, ...]
    """The ways of asking for it, as its owner wrote them."""
    body: frozenset[str]
    """The stems of the answer."""

    def has(self, stem: str) -> bool:
        """Whether it has the word, or one that means the same."""
        return _worth(stem, self) > 0


@dataclass(frozen=True, slots=True)
class Asked:
    """A message, by the stems of its words."""

    counts: Mapping[str, float]
    """What each tells: rare words tell more than frequent ones."""
    tells: bool
    """Somebody tells or complains, and asks nothing."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What speaks for one text."""

    close: float = 0
    """How alike the message and the nearest example are, 0 to 1."""
    amount: float = 0
    """What the words that the text explains count together."""
    left: float = 0
    """What those count that it does not."""
    whole: float = 0
    """What the words of the example tell that stands in the message with all its words, 0 where none does."""
    longest: int = 0
    """Words of the longest phrase of the owner's, or of another way of saying it, that stands there word by word."""


def evidence(asked: Asked, text: Text, rarity: Callable[[str], float]) -> Evidence:
    """What speaks for `text`, phrases aside; `rarity` is that of a stem among all texts."""
    length = math.hypot(*asked.counts.values()) or 1
    close = whole = 0.0
    for example in text.examples:
        found = {stem: _found(stem, asked.counts) for stem in example}
        if not any(found.values()):
            continue
        counts = {stem: weight * rarity(stem) for stem, weight in example.items()}
        product = sum(counts[stem] * found[stem] for stem in example)
        close = max(close, product / (length * math.hypot(*counts.values())))
        if all(found.values()):
            whole = max(whole, sum(example.values()))
    worth = {stem: _worth(stem, text) for stem in asked.counts}
    amount = sum(count * worth[stem] for stem, count in asked.counts.items())
    left = sum(count for stem, count in asked.counts.items() if not worth[stem])
    return Evidence(min(close, 1), amount, left, whole)


def _found(stem: str, counts: Mapping[str, float]) -> float:
    """What a word of an example counts in the message."""
    if stem in counts:
        return counts[stem]
    return _ALIKE_IN_EXAMPLE * max((counts[other] for other in alike(stem) if other in counts), default=0)


def example(text: str, language: Language = "fr") -> Example:
    """A way of asking as a customer's message is read."""
    return {token.root: max(token.weight, LEAST) for token in read(text, language)}


def _worth(stem: str, text: Text) -> float:
    if any(stem in example for example in text.examples):
        return _EXAMPLE
    if stem in text.body:
        return _BODY
    others = alike(stem)
    if any(not others.isdisjoint(example) for example in text.examples):
        return _BODY
    return _ALIKE_IN_BODY if not others.isdisjoint(text.body) else 0


# Fitted by maximum likelihood on labelled messages: each text that may answer against all others and silence.
_BASE = -1.6
_CLOSE, _AMOUNT, _LEFT, _WHOLE, _LONGEST = 1.29, 1.82, -1.18, 0.97, 1.31
_TELLS = -7
_MOST_AMOUNT, _MOST_LEFT, _MOST_WHOLE, _MOST_LONG = 4, 4, 2.5, 4
_RIVAL = 0.35
"""What the strongest other text counts against one: two that say the same are no reason for silence."""


def sureness(asked: Asked, found: Sequence[Evidence]) -> list[float]:
    """How sure it is of each that it answers the message, 0 to 1."""
    votes = [math.exp(_vote(asked, one)) for one in found]
    first, second = sorted([0.0, 0.0, *votes])[:-3:-1]
    return [vote / (1 + vote + _RIVAL * (second if vote == first else first)) for vote in votes]


def _vote(asked: Asked, one: Evidence) -> float:
    return (
        _BASE
        + _CLOSE * one.close
        + _AMOUNT * min(one.amount, _MOST_AMOUNT)
        + _LEFT * min(one.left, _MOST_LEFT)
        + _WHOLE * min(one.whole, _MOST_WHOLE)
        + _LONGEST * min(one.longest, _MOST_LONG)
        + _TELLS * asked.tells
    )

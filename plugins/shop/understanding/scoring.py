"""Which products a mention may mean: by the weights of the words that it has of each one's name."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from comptoir.plugins.shop.understanding.acts import Found
from comptoir.plugins.shop.understanding.lexicon import NAME, Lexicon
from comptoir.plugins.shop.understanding.roots import root_of
from comptoir.plugins.text import singular

MAX_FOUND = 50
LIGHT = 0.2
"""A word of a name that weighs no more tells little of which product is meant."""
_STRANGE = 0.6
"""What an unknown word beside a product leaves of its score: `bissap menthe` where there is but one bissap."""


Strange = Literal["", "beside", "meant"]


@dataclass(frozen=True, slots=True)
class _Scored:
    place: int
    score: float
    whole: int
    """How many words the name has that was said completely; 0 for none."""
    complete: bool
    """Vessels and sizes of the name too."""
    named: bool


def found_in(
    lexicon: Lexicon,
    places: Iterable[int],
    said: Sequence[str],
    words: Sequence[str],
    strange: Strange,
) -> tuple[Found, ...]:
    """Of products that have all the words said: those whose name was said completely, else all of them.

    `words`: those of the roots as they were spelled. `strange`: whether words that the shop does not know, or does
    not know of these, stood `beside`, or tell which of them is `meant`.
    """
    scored = [_score(lexicon, place, frozenset(said)) for place in places]
    kept = _named(lexicon, scored)
    kept = [one for one in kept if not _hangs(lexicon, one.place, said)] or kept
    whole = max((one.whole for one in kept if one.complete or len(kept) == 1), default=0)
    if whole and strange != "meant":
        kept = [one for one in kept if one.whole == whole and (one.complete or len(kept) == 1)]
    kept = _exact(lexicon, kept, words) or kept
    kept.sort(key=lambda one: (-one.score, one.place))
    factor = _STRANGE if strange else 1.0
    return tuple(
        Found(lexicon.entries[one.place].product.sku, round(one.score * factor, 3)) for one in kept[:MAX_FOUND]
    )


def _named(lexicon: Lexicon, scored: list[_Scored]) -> list[_Scored]:
    """Those that are called so; beside the `Coca 1,5 L`, the lemonade that comes as `Coca`, too."""
    named = [one for one in scored if one.named]
    if not named:
        itself = lexicon.itself({one.place for one in scored})
        return [one for one in scored if one.place in itself] or scored  # `5 fanta`, and no menu with one
    if any(one.complete for one in named):
        return named
    itself = lexicon.itself({one.place for one in scored if not one.named})
    return [one for one in scored if one.named or one.place in itself]


def _hangs(lexicon: Lexicon, place: int, said: Sequence[str]) -> bool:
    """Whether only the end of a word with a hyphen was said of it: a `cahier` is no `protège-cahier`."""
    return any(first not in said for last, first in lexicon.entries[place].behind.items() if last in said)


def _exact(lexicon: Lexicon, kept: Sequence[_Scored], words: Sequence[str]) -> list[_Scored]:
    """Those that have the very words, where others only have words of the same root."""
    if len(kept) == 1 or not words:
        return []
    by_root = {root_of(word): singular(word) for word in words}
    return [
        one
        for one in kept
        if all(
            word in lexicon.entries[one.place].words
            for of, word in by_root.items()
            if any(of in name for name in lexicon.entries[one.place].names)
        )
    ]


def _score(lexicon: Lexicon, place: int, said: frozenset[str]) -> _Scored:
    entry = lexicon.entries[place]
    best, whole, complete = 0.0, 0, False
    for name in entry.names:
        # The only word of a name tells all of it, whatever it weighs.
        weights = {one: lexicon.weight(one) for one in name}
        told = sum(weight for one, weight in weights.items() if one in said)
        best = max(best, told / sum(weights.values()))
        telling = [one for one in name if weights[one] > LIGHT] or name
        if said.issuperset(telling):
            whole = max(whole, len(telling))
            complete = complete or said.issuperset(name)
    named = any(lexicon.places.get(one, {}).get(place, 0) & NAME for one in said)
    return _Scored(place, best, whole if named else 0, complete, named)

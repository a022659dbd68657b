"""Which products a mention may mean: by the weights of the words that it has of each one's name."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from comptoir.plugins.shop.understanding.acts import Found
from comptoir.plugins.shop.understanding.lexicon import NAME, Lexicon

MAX_FOUND = 50
_STRANGE = 0.6
"""What an unknown word beside a product leaves of its score: `bissap menthe` where there is but one bissap."""


@dataclass(frozen=True, slots=True)
class _Scored:
    place: int
    score: float
    whole: int
    """How many words the name has that was said completely; 0 for none."""
    named: bool


def found_in(
    lexicon: Lexicon, places: Iterable[int], said: Sequence[str], strange: bool, *, whole_first: bool = True
) -> tuple[Found, ...]:
    """Of products that have all the words said: those whose name was said completely, else all of them.

    `strange`: words beside it told more than the shop knows.
    """
    scored = [_score(lexicon, place, frozenset(said)) for place in places]
    kept = [one for one in scored if one.named] or scored
    whole = max((one.whole for one in kept), default=0)
    if whole and whole_first:
        kept = [one for one in kept if one.whole == whole]
    kept.sort(key=lambda one: (-one.score, one.place))
    factor = _STRANGE if strange else 1.0
    return tuple(
        Found(lexicon.entries[one.place].product.sku, round(one.score * factor, 3)) for one in kept[:MAX_FOUND]
    )


def _score(lexicon: Lexicon, place: int, said: frozenset[str]) -> _Scored:
    entry = lexicon.entries[place]
    best, whole = 0.0, 0
    for name in entry.names:
        # The only word of a name tells all of it, whatever it weighs.
        weights = {one: lexicon.weight(one) for one in name}
        told = sum(weight for one, weight in weights.items() if one in said)
        best = max(best, told / sum(weights.values()))
        telling = [one for one in name if weights[one] > _LIGHT] or name
        if said.issuperset(telling):
            whole = max(whole, len(telling))
    named = any(lexicon.places.get(one, {}).get(place, 0) & NAME for one in said)
    return _Scored(place, best, whole if named else 0, named)


_LIGHT = 0.2

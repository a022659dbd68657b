"""Which of a few candidates an answer means: `la rouge`, `le deuxième`, `en M`."""

import re
from collections.abc import Mapping, Sequence

from rapidfuzz.distance import OSA

from comptoir.plugins.text import stem, words

_ARTICLE = re.compile(r"\b[lLdD]['’]")
_UNIT = re.compile(r"(?<=\d)(?=[^\W\d_])")
"""Of `400g`."""
_ORDINALS = {
    "premier": 0, "premiere": 0, "1er": 0, "1ere": 0, "first": 0, "deuxieme": 1, "second": 1, "seconde": 1, "2e": 1,
    "2eme": 1, "troisieme": 2, "3e": 2, "3eme": 2, "third": 2, "quatrieme": 3, "4e": 3, "4eme": 3, "dernier": -1,
    "derniere": -1, "last": -1,
}  # fmt: skip
_FUZZY = 5
"""Letters of the shortest word in which a mistake is forgiven."""


def ordinal(text: str, count: int) -> int | None:
    """The place, from 0, that `the second one` or `the last` is in a list of so many; None where nothing says so."""
    told = [_ORDINALS[word] for word in words(text) if word in _ORDINALS and _ORDINALS[word] < count]
    return told[0] % count if told and count else None


def narrowed(text: str, names: Mapping[str, Sequence[str]]) -> tuple[str, ...]:
    """The candidates, by their key, that `text` may mean; none where it tells none from the others.

    `names` are the words of each, in the order in which they were shown.
    """
    keys = tuple(names)
    spoken = words(_UNIT.sub(" ", _ARTICLE.sub(" ", text)))
    said = {stem(word) for word in spoken}
    if (at := ordinal(text, len(keys))) is not None:
        return (keys[at],)
    known = {key: {stem(word) for name in names[key] for word in words(_UNIT.sub(" ", name))} for key in keys}
    common = set.intersection(*known.values()) if len(keys) > 1 else set()
    points = {key: _points(said, known[key] - common) for key in keys}
    most = max(points.values(), default=0)
    if most:
        best = tuple(key for key in keys if points[key] == most)
        # `The black one` is the black soap, and not the black soap with eucalyptus.
        whole = tuple(key for key in best if known[key] - common <= said)
        return whole if len(whole) == 1 else best
    # `The sweetened one`, where the other is the unsweetened one: it says nothing of what tells the other.
    plain = tuple(key for key in keys if not known[key] - common)
    return plain if len(plain) == 1 and said & common else ()


def _points(said: set[str], own: set[str]) -> int:
    """An exact word counts more than a mistyped one, so that `38` is never `36`."""
    exact = said & own
    rest = [word for word in own - exact if len(word) >= _FUZZY]
    near = sum(any(OSA.distance(word, other, score_cutoff=1) <= 1 for other in said if len(other) > 3) for word in rest)
    return 2 * len(exact) + near

"""How much a word tells by how few things have it."""

import math

_UNKNOWN = 0.9
"""Of a word that nothing has, as a share of the rarest that something has."""

_LEAST, _FEW = 0.9, 3
"""Of a word that all of a few things have: with two texts about deliveries, `livraison` still tells."""


def rarity(among: int, count: int) -> float:
    """1 for a word that one of `count` things has, less the more of them have it; never nothing.

    The same whether there are two things or two thousand, so that one threshold holds for both.
    """
    if among == 0:
        return _UNKNOWN
    return max(_told(min(among, count), count) / _told(1, count), min(_LEAST, _FEW / count))


def _told(among: int, count: int) -> float:
    return math.log(1 + (count - among + 0.5) / (among + 0.5))

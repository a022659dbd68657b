"""What kind of word a value is: sizes, colours and figures name nothing by themselves."""

import re
from functools import cache

from comptoir.plugins.language import ordering_same, ordering_words
from comptoir.plugins.shop.understanding.roots import root_of


def size_of(word: str) -> int:
    return {"petit": -1, "grand": 1, "gros": 1, "long": 1, "longu": 1, "longue": 1, "court": -1}.get(root_of(word), 0)


def is_figure(word: str) -> bool:
    return word.replace(".", "", 1).isdigit()


def figure(value: str) -> str:
    """`8` of `8 mm`."""
    found = re.match(r"[\d.]+", value.replace(",", "."))
    return found.group() if found else ""


def figures(value: str) -> list[str]:
    """`3` of `T3`, `12` and `7` of `12 V 7 Ah`, `1.5` of `1,5 L`."""
    return re.findall(r"\d+(?:\.\d+)?", value.replace(",", "."))


@cache
def colours() -> frozenset[str]:
    return frozenset(map(root_of, ordering_words("colours")))


def is_generic(one: str) -> bool:
    """A size, a colour, a number or a measure: what many products come in, and no name by itself."""
    return (
        one[0].isdigit()
        or one in ordering_words("sizes")
        or one in colours()
        or one in ordering_same().values()
        or one in _vessels()
        or len(one) == 1
    )


@cache
def _vessels() -> frozenset[str]:
    """`2 tas`, `un pack`: many things come so, and are not called so."""
    return frozenset(root_of(word) for kind in ("packs", "lots") for word in ordering_words(kind))

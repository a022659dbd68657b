"""The words of a catalogue's names, categories and descriptions, gathered once."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator

from comptoir.plugins.language import empty_words, ordering_words
from comptoir.plugins.shop.model import Catalogue, Product
from comptoir.plugins.shop.understanding.measures import AMBIGUOUS
from comptoir.plugins.shop.understanding.roots import links, root_of, skeleton
from comptoir.plugins.text import fold, words

_VAGUE = frozenset(("maison", "petit", "grand", "autre", "autres", "divers"))
"""Words of categories that name no category by themselves."""
SHORTEST_GUESSED = 4
"""Letters of the shortest word whose spelling is guessed at."""


def names_of(product: Product) -> Iterator[str]:
    yield _bare(product.name)
    for name in product.names:
        yield _bare(name)


def compounds_of(product: Product) -> dict[str, str]:
    """The second roots of words with a hyphen, with the first: of `protège-cahier`, `après-shampoing`."""
    names = (product.name, *product.names)
    return {root_of(fold(last)): root_of(fold(first)) for name in names for first, last in _HYPHENED.findall(name)}


_HYPHENED = re.compile(r"([^\W\d_]{3,})-([^\W\d_]{3,})")


def _bare(name: str) -> str:
    """Without what stands in brackets: `Clous (le kg)`."""
    return re.sub(r"\([^)]*\)", " ", name).strip() or name


def units_of(catalogue: Catalogue) -> Iterator[str]:
    """The letters that this shop measures in."""
    pattern = re.compile(r"\d ?(" + "|".join(sorted(AMBIGUOUS)) + r")\b")
    for product in catalogue.products:
        texts = [product.name, product.description, *(value for one in product.variants for _, value in one.traits)]
        told = words(" ".join(texts))
        yield from (unit for unit, word in (("m", "metre"), ("l", "litre")) if word in told)
        for text in texts:
            for unit in pattern.findall(fold(text)):
                yield unit
                yield {"an": "ans", "ans": "an"}.get(unit, unit)


def unambiguous(spelled: Iterable[str]) -> dict[str, str]:
    """The roots that skeletons stand for, where they stand for one."""
    found: dict[str, str | None] = {}
    for word in sorted(spelled):
        if len(word) < SHORTEST_GUESSED or not (bones := skeleton(word)):
            continue
        one = root_of(word)
        found[bones] = one if found.get(bones, one) == one else None
    return {bones: one for bones, one in found.items() if one is not None}


def categories_of(catalogue: Catalogue) -> dict[str, str]:
    """The categories by the roots of their words."""
    return {
        root_of(word): product.category
        for product in reversed(catalogue.products)
        for word in words(product.category)
        if not links(word) and word not in _VAGUE | empty_words() | ordering_words("qualities")
    }


def sold_by(catalogue: Catalogue) -> dict[str, set[int]]:
    found: dict[str, set[int]] = defaultdict(set)
    for place, product in enumerate(catalogue.products):
        for word in words(product.name + " " + product.description):
            if word in ordering_words("pieces") | ordering_words("lots"):
                found[root_of(word)].add(place)
    return found


def described_in(catalogue: Catalogue) -> dict[str, set[int]]:
    found: dict[str, set[int]] = defaultdict(set)
    for place, product in enumerate(catalogue.products):
        for word in words(f"{product.name} {product.description} {product.category}"):
            found[root_of(word)].add(place)
    return found

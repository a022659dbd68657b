"""Finds what a reply speaks of: products, variants, options, zones, the delivery, the total."""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal
from weakref import WeakKeyDictionary

import trio

from comptoir.plugins.language import Language
from comptoir.plugins.shop.model import Catalogue, Product
from comptoir.plugins.shop.understanding import Lexicon
from comptoir.plugins.text import fold, is_linking, singular, stem
from comptoir.plugins.text import words as words_of

Kind = Literal["product", "trait", "option", "zone", "delivery", "total", "subtotal"]
Words = tuple[str, ...]

_TOTALS = frozenset(
    (
        "total",
        "somme",
        "montant",
        "tout",
        "addition",
        "facture",
        "commande",
        "panier",
        "order",
        "cart",
        "sum",
        "altogether",
        "amount",
    )
)
_SUBTOTALS = frozenset(("soustotal", "subtotal", "article"))
_DELIVERY = frozenset(("livraison", "frais", "livrer", "livre", "delivery", "fee", "shipping"))
_SUMS: tuple[tuple[Kind, frozenset[str]], ...] = (
    ("total", _TOTALS),
    ("subtotal", _SUBTOTALS),
    ("delivery", _DELIVERY),
)
_MOST_WORDS = 8
_ELISION = re.compile(r"\b(?:l|d|n|s|c|j|m|t|qu)['’]")


@dataclass(frozen=True, slots=True)
class Subject:
    """What is spoken of; several products where any of them may be meant."""

    kind: Kind
    names: frozenset[str] = frozenset()
    """Skus of products, codes of zones, values of traits, names of options."""
    words: Words = ()
    """As they were said."""
    whole: bool = False
    """They are the whole name of a product."""
    option: str = ""
    """Of a product: the option that has the same name."""


class Goods:
    """The words of a catalogue, built once for each."""

    def __init__(self, catalogue: Catalogue, language: Language) -> None:
        self._catalogue = catalogue
        self._language: Language = language
        self.products: Mapping[str, Product] = {product.sku: product for product in catalogue.products}
        self._of_word: dict[str, set[str]] = defaultdict(set)
        self._names: dict[str, list[Words]] = {}
        self._exact: dict[Words, list[tuple[Kind, str]]] = defaultdict(list)
        for product in catalogue.products:
            self._add_product(product)
        for zone in catalogue.zones:
            for name in (zone.name, *zone.names):
                self._exact[terms_of(name)].append(("zone", zone.code))
        self._first: dict[str, int] = {}
        for named in filter(None, self._exact):
            self._first[named[0]] = max(self._first.get(named[0], 0), min(len(named), _MOST_WORDS))

    @cached_property
    def stems(self) -> frozenset[str]:
        """Of all names: a reply may use them in any sentence."""
        return frozenset(stem(word, self._language) for name in self._spoken() for word in words_of(name))

    @cached_property
    def measures(self) -> str:
        """All names, folded: `25 kg` stands in one or is none of this shop's."""
        return fold(" ".join(self._spoken()))

    def _spoken(self) -> Iterator[str]:
        for product in self._catalogue.products:
            yield from (product.name, *product.names, product.category)
            for variant in product.variants:
                yield from (variant.title, *variant.names)
            for option in product.options:
                yield from (option.name, *option.names)
        for zone in self._catalogue.zones:
            yield from (zone.name, *zone.names)

    def at(self, words: Sequence[str], place: int) -> tuple[list[Subject], int]:
        """What is named by the words that begin here, and how many they are; 0 where nothing is."""
        exact, length = self._exactly(words, place)
        products, longer, whole = self._product(words, place)
        if products is not None and (longer > length or (whole and longer == length)):
            option = next((name for one in exact if one.kind == "option" for name in one.names), "")
            return [replace(products, option=option if longer == length else "")], longer
        if length:
            return exact, length
        word = words[place]
        for kind, of in _SUMS:
            if word in of:
                return [Subject(kind, words=(word,))], 1
        return [], 0

    def _add_product(self, product: Product) -> None:
        names = [terms_of(name) for name in (product.name, *product.names)]
        self._names[product.sku] = names
        for words in names:
            for word in words:
                self._of_word[word].add(product.sku)
        for variant in product.variants:
            for value in (*(value for _, value in variant.traits), *variant.names):
                self._exact[terms_of(value)].append(("trait", fold(value)))
        for option in product.options:
            for name in (option.name, *option.names):
                self._exact[terms_of(name)].append(("option", option.name))

    def _exactly(self, words: Sequence[str], place: int) -> tuple[list[Subject], int]:
        for length in range(min(self._first.get(words[place], 0), len(words) - place), 0, -1):
            if found := self._exact.get(tuple(words[place : place + length])):
                kinds: dict[Kind, set[str]] = defaultdict(set)
                for kind, name in found:
                    kinds[kind].add(name)
                return [Subject(kind, frozenset(names)) for kind, names in kinds.items()], length
        return [], 0

    def _product(self, words: Sequence[str], place: int) -> tuple[Subject | None, int, bool]:
        """Those that have all of these words in a name; only one whose whole name it is, where there is one."""
        candidates, length = self._of_word.get(words[place], set()), 1
        if not candidates:
            return None, 0, False
        while place + length < len(words) and (more := candidates & self._of_word.get(words[place + length], set())):
            candidates, length = more, length + 1
        said = frozenset(words[place : place + length])
        whole = {sku for sku in candidates if any(frozenset(name) == said for name in self._names[sku])}
        named = tuple(words[place : place + length])
        if not whole and length == 1 and named[0].isdigit():
            # `10 bags`, and no product that has a 10 somewhere in its name.
            return None, 0, False
        return Subject("product", frozenset(whole or candidates), named, bool(whole)), length, bool(whole)


def without_elisions(folded: str) -> str:
    """`l'eau` is `eau`, so that a lone `l` is a size or a litre."""
    return _ELISION.sub("", folded)


def links(word: str) -> bool:
    return word != "l" and is_linking(word)


def terms_of(text: str) -> Words:
    return tuple(_terms(text))


def _terms(text: str) -> Iterator[str]:
    """As the words of a reply are compared."""
    word = before = ""
    for sign in without_elisions(fold(text)) + " ":
        if sign.isalnum() and (not word or word[-1].isdigit() == sign.isdigit()):
            word += sign
            continue
        if word and (not links(word) or (word == "a" and before.isdigit())):
            yield singular(word)
        before = word or before
        word = sign if sign.isalnum() else ""


_GOODS: WeakKeyDictionary[Lexicon, Goods] = WeakKeyDictionary()


async def learn(lexicon: Lexicon) -> None:
    """Have `goods_of` at hand, built in a thread: once for a version of the catalogue, as its lexicon is."""
    if lexicon not in _GOODS:
        await trio.to_thread.run_sync(_read_whole, lexicon)


def _read_whole(lexicon: Lexicon) -> None:
    goods = goods_of(lexicon)
    assert goods.stems is not None
    assert goods.measures is not None


def goods_of(lexicon: Lexicon) -> Goods:
    """5,000 products take half a second where they are not known yet."""
    if (known := _GOODS.get(lexicon)) is None:
        known = _GOODS[lexicon] = Goods(lexicon.catalogue, lexicon.language)
    return known

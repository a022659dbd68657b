"""The words of a catalogue, ready to be found in messages."""

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from itertools import combinations, pairwise

from comptoir.plugins.builtin.rarity import rarity
from comptoir.plugins.language import Language, empty_words, known_words, ordering_words
from comptoir.plugins.reading import Token as Read
from comptoir.plugins.shop.model import Catalogue, Product
from comptoir.plugins.shop.understanding.acts import Found
from comptoir.plugins.shop.understanding.catalogue_words import (
    SHORTEST_GUESSED,
    categories_of,
    compounds_of,
    described_in,
    names_of,
    sold_by,
    unambiguous,
    units_of,
)
from comptoir.plugins.shop.understanding.kinds import figure, figures
from comptoir.plugins.shop.understanding.measures import parted
from comptoir.plugins.shop.understanding.packing import packings
from comptoir.plugins.shop.understanding.phrasing import phrase_words, spoken, whole_phrases
from comptoir.plugins.shop.understanding.roots import links, root_of, skeleton
from comptoir.plugins.shop.understanding.tokens import Token, clean, tokens_of
from comptoir.plugins.shop.understanding.zones import Zones
from comptoir.plugins.text import singular, words
from comptoir.plugins.vocabulary import Vocabulary

Roots = tuple[str, ...]
NAME, TRAIT, OPTION = 1, 2, 4
"""What a word is to a product."""

PREPOSITIONS = frozenset(("pour", "avec", "sur", "sous", "dans", "par", "chez", "for", "with"))
_SMALLEST_SIZE = 20
_ELIDED, _VOWELS = frozenset("dl"), frozenset("aeiouyh")
_WEAK_SHARE = 0.15
"""Of a vessel or a size in a name: `sac de 50 kg` says little of which cement."""
_SHORTEST_BEGUN = 3
_SHORTEST_PREFIX, _SHORTEST_MENDED = 5, 6
_SMALL = frozenset(("le", "la", "les", "l", "en", "de", "du", "des", "au", "aux", "a", "avec"))
_MODEL = re.compile(r"[a-z]+(\d{2,})")
"""`CPJ45`, which customers call `45`."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A product, with its words as messages are read."""

    product: Product
    names: tuple[Roots, ...]
    words: frozenset[str]
    """Those of its names, in the singular: `chemise` is no `chemisier`, though their roots are one."""
    traits: Mapping[Roots, tuple[str, ...]]
    """The values that these words stand for."""
    options: Mapping[Roots, str]
    behind: Mapping[str, str]
    """What a word hangs on: the `protège` of a `protège-cahier`, which is no notebook."""


@dataclass
class _Words:
    """What is gathered while a lexicon is built."""

    places: dict[str, dict[int, int]] = field(default_factory=lambda: defaultdict(dict))
    spelled: set[str] = field(default_factory=set)
    joined: dict[str, Roots] = field(default_factory=dict)


class Lexicon:
    """Built once for a version of the catalogue; 5,000 products take under a second, best in a thread."""

    def __init__(self, catalogue: Catalogue, language: Language = "fr") -> None:
        self.catalogue = catalogue
        self.language: Language = language
        self.zones = Zones(catalogue.zones)
        self.units = frozenset(units_of(catalogue))
        gathered = _Words()
        self.entries = tuple(self._entry(place, product, gathered) for place, product in enumerate(catalogue.products))
        self.places: Mapping[str, Mapping[int, int]] = gathered.places
        """Which products have a word, and as what."""
        self.by_sku = {entry.product.sku: place for place, entry in enumerate(self.entries)}
        self.own = frozenset(gathered.spelled) | whole_phrases()
        self._joined = gathered.joined
        self._known = known_words(language)
        self._weights = {
            one: rarity(sum(bool(roles & NAME) for roles in at.values()) or len(at), max(len(self.entries), 1))
            for one, at in gathered.places.items()
        }
        self._vocabulary = Vocabulary(
            (word for word in gathered.spelled if len(word) >= SHORTEST_GUESSED and word not in empty_words()),
            language,
        )
        self._spread_prefixes(gathered)
        self._sorted = sorted(word for word in gathered.spelled if len(word) > _SHORTEST_BEGUN)
        self._skeletons = unambiguous(gathered.spelled)
        self.heads = heads_of([entry.names for entry in self.entries])
        """The products a name of which begins with a word."""
        self.figures = figures_of(self.entries)
        """The products that come in a size, or have one in their name, with this number in it."""
        self.described = described_in(catalogue)
        """The products whose name or description has a word."""
        self.sold_by = sold_by(catalogue)
        """The products whose description names a piece of them: `La barre de 12 m`."""
        self._spelled = frozenset(singular(word) for word in gathered.spelled)
        self.taken = frozenset(word for word in gathered.spelled if len(word) > 2) | frozenset(self.zones.words)
        """Words of products and zones; with `n°` where values are called so."""
        if any(value.startswith("n°") for _, variant in catalogue.by_sku.values() for _, value in variant.traits):
            self.taken |= {"n°"}
        self.categories = categories_of(catalogue)

    def _spread_prefixes(self, gathered: _Words) -> None:
        """`thieb` is a beginning of `thiébou` and of `thiéboudienne`: it may mean any of them."""
        spelled = sorted(word for word in gathered.spelled if word.isalpha())
        for place, word in enumerate(spelled):
            if len(word) < _SHORTEST_PREFIX or word in self._known:
                continue
            for other in spelled[place + 1 :]:
                if not other.startswith(word):
                    break
                for product, role in gathered.places.get(root_of(other), {}).items():
                    if role & NAME:
                        gathered.places[root_of(word)].setdefault(product, NAME)

    def own_traits(self, sku: str, traits: Sequence[str]) -> tuple[str, ...]:
        """Those of the values that this product comes in, one for each that is written in several ways."""
        if sku not in self.by_sku:
            return ()
        product = self.entries[self.by_sku[sku]].product
        own = {value for variant in product.variants for _, value in variant.traits}
        return tuple(one for one in traits if one in own)

    def kinds_of(self, sku: str, values: Sequence[str]) -> set[str]:
        """Size, colour or what else these values of the product are."""
        variants = self.entries[self.by_sku[sku]].product.variants
        return {kind for variant in variants for kind, value in variant.traits if value in values}

    def value_called(self, sku: str, said: str) -> str:
        """The value of the product's variants that is said, beside a number and small words; empty for none."""
        told = tuple(token.root for token in self.read(said) if token.kind != "number" and token.word not in _SMALL)
        return next(iter(self.entries[self.by_sku[sku]].traits.get(told, ())), "")

    def only_sounds_like(self, word: str) -> bool:
        """Whether it is a word by which customers say something else, and only its root is one of the shop's:
        `livraison`, where a `livre` is sold.
        """
        return word in phrase_words() and singular(word) not in self._spelled

    def is_everyday(self, word: str) -> bool:
        """Whether it is a word that customers say of other things, too."""
        return word in self._known

    def itself(self, places: Set[int]) -> set[int]:
        """Of the products that come in one thing, the thing itself: the `coca` among the drinks, and no menu with a
        drink, which tells of its category and costs more.
        """
        for place in places if len(places) > 1 else ():
            product = self.entries[place].product
            category = {root_of(word) for word in words(product.category) if not links(word)}
            others = [self.entries[other].product for other in places if other != place]
            dearest = max((variant.price or 0 for variant in product.variants), default=0)
            if all(
                category & {root_of(word) for word in words(other.description)}
                and min(variant.price or 0 for variant in other.variants) > dearest
                for other in others
            ):
                return {place}
        return set()

    def comes_in(self, sku: str, traits: Sequence[str]) -> bool:
        """Whether a variant of the product has all of these values that are the product's own."""
        if sku not in self.by_sku:
            return False
        wanted = set(self.own_traits(sku, traits))
        variants = self.entries[self.by_sku[sku]].product.variants
        return any(wanted <= {value for _, value in variant.traits} for variant in variants)

    def excludes(self, sku: str, values: Sequence[str], other: str) -> bool:
        """Whether one of these values of the product (of any where none is given) is of one kind with another one."""
        places = [self.by_sku[sku]] if sku else range(len(self.entries))
        variants = (one for place in places for one in self.entries[place].product.variants)
        kinds = {value: kind for variant in variants for kind, value in variant.traits}
        return other in kinds and any(one != other and kinds.get(one) == kinds[other] for one in values)

    def other_size(self, sku: str, values: Sequence[str], number: int | None) -> str:
        """The value of the product with this figure that is of one kind with these; empty for none."""
        if sku not in self.by_sku or number is None:
            return ""
        variants = self.entries[self.by_sku[sku]].product.variants
        sizes = dict.fromkeys(value for one in variants for _, value in one.traits if figure(value) == str(number))
        return next((one for one in sizes if self.excludes(sku, values, one)), "")

    def are_sizes(self, numbers: Sequence[int | None]) -> bool:
        """Whether variants come in each of these bare numbers, large enough to be no quantities."""
        return all(
            number is not None
            and number >= _SMALLEST_SIZE
            and any(role & TRAIT for role in self.places.get(str(number), {}).values())
            for number in numbers
        )

    def weight(self, one: str) -> float:
        """How much a word tells of which product is meant."""
        if one in ordering_words("pieces") or one[0].isdigit():
            return _WEAK_SHARE
        return self._weights.get(one, 1.0)

    def mended(self, token: Token) -> Token:
        """With a misspelt word of what customers say as it should have been: `livrezon`."""
        word = token.word
        if (
            token.kind != "word"
            or len(word) < _SHORTEST_MENDED
            or word in self._known
            or self.resolve(word, token.root)
        ):
            return token
        if word in phrase_words() or word in packings() or self.zones.has(word):
            return token
        meant = spoken().resolve(Read(word, word, token.root, 0, 1.0))
        return token if meant is None else replace(token, root=meant)

    def joined(self, said: str) -> Roots:
        """`tshirt` for `t` and `shirt`; empty where it is no such word."""
        return self._joined.get(said, ())

    def resolve(self, word: str, one: str) -> str | None:
        """The root of the shop's word that is meant, by its forms or its spelling; None where it is none of them."""
        if one in self.places:
            return one
        if word in self._known or word in ordering_words("idle") or word[0].isdigit() or word in phrase_words():
            return None
        if (
            len(word) > _SHORTEST_BEGUN
            and word[0] in _ELIDED
            and word[1] in _VOWELS
            and root_of(word[1:]) in self.places
        ):
            return root_of(word[1:])  # `deau`
        if begun := self._begun(singular(word)):
            return begun
        if len(word) < SHORTEST_GUESSED:
            return None
        if (alike := self._skeletons.get(skeleton(word))) is not None:
            return alike
        found = self._vocabulary.resolve(Read(word, word, one, 0, 1.0))
        return None if found is None else self._as_root(found)

    def _begun(self, word: str) -> str:
        """The one word of the shop that begins so: `déo`, `mayo`."""
        if len(word) < _SHORTEST_BEGUN:
            return ""
        place = bisect_left(self._sorted, word)
        roots = {root_of(other) for other in self._sorted[place : place + 20] if other.startswith(word)}
        return roots.pop() if len(roots) == 1 else ""

    def _as_root(self, found: str) -> str | None:
        return found if found in self.places else root_of(found) if root_of(found) in self.places else None

    def nearest(self, said: str, limit: int = 3) -> tuple[Found, ...]:
        """What is sold and looks like something that is not: for `nous n'avons pas …, mais …`. May be empty."""
        told = [one for token in self.read(said) if (one := self.resolve(token.word, token.root)) is not None]
        scores: dict[int, float] = defaultdict(float)
        for one in dict.fromkeys(told):
            for place, roles in self.places[one].items():
                if roles & NAME:
                    scores[place] += self.weight(one)
        best = sorted(scores, key=lambda place: (-scores[place], place))[:limit]
        return tuple(Found(self.entries[place].product.sku, round(min(scores[place], 1.0), 3)) for place in best)

    def read(self, text: str) -> list[Token]:
        return tokens_of(clean(text), self.language, self.units, self.own)

    def _entry(self, place: int, product: Product, gathered: _Words) -> Entry:
        names = tuple(
            dict.fromkeys(filter(None, (self._roots(name, place, NAME, gathered) for name in names_of(product))))
        )
        traits: dict[Roots, tuple[str, ...]] = {}
        for variant in product.variants:
            for _, value in variant.traits:
                told = self._roots(value, place, TRAIT, gathered)
                if told and value not in traits.get(told, ()):
                    traits[told] = (*traits.get(told, ()), value)
        _by_part(traits)
        _by_measure(traits)
        options = {
            self._roots(name, place, OPTION, gathered): option.name
            for option in product.options
            for name in (option.name, *option.names)
        }
        spelled = frozenset(singular(word) for name in names_of(product) for word in words(name))
        return Entry(product, names, spelled, traits, options, compounds_of(product))

    def _roots(self, text: str, place: int, role: int, gathered: _Words) -> Roots:
        """The telling words of a name; each is remembered."""
        cleaned = clean(text)
        own = frozenset(words(cleaned))
        tokens = [
            token
            for token in tokens_of(cleaned, self.language, self.units, own)
            if token.kind != "mark" and not (role == NAME and (links(token.word) or token.word in PREPOSITIONS))
        ]
        told = tuple(dict.fromkeys(token.root for token in tokens))
        # The `de` of a variant `pack de 6` is no word of it by itself.
        for one in (one for at, one in enumerate(told) if not (at and role == TRAIT and links(one))):
            gathered.places[one][place] = gathered.places[one].get(place, 0) | role
        gathered.spelled.update(token.word for token in tokens if not token.word[0].isdigit())
        gathered.spelled.update(
            word for word in own if not word.isdigit() and any(map(str.isalpha, word)) and len(word) > 1
        )
        if role == NAME:
            gathered.joined.update({word: (word,) for word in own if _MODEL.fullmatch(word) and word in told})
            gathered.joined.update(
                {_MODEL.sub(r"\1", word): (word,) for word in own if word in told and _MODEL.fullmatch(word)}
            )
        for first, second in pairwise(tokens):
            both = first.word + second.word
            if role == NAME and not both[0].isdigit() and both.isalnum():
                gathered.joined.setdefault(both, (first.root, second.root))
                gathered.joined.setdefault(singular(both), (first.root, second.root))
        return told


def _by_part(traits: dict[Roots, tuple[str, ...]]) -> None:
    """`A15` of `Samsung A15` and `Tecno Spark 20` tells which is meant, where no other value has it."""
    having: dict[Roots, set[Roots]] = defaultdict(set)
    for told in traits:
        for start, end in combinations(range(len(told) + 1), 2):
            having[told[start:end]].add(told)
    parts = {part: wholes.pop() for part, wholes in having.items() if len(wholes) == 1 and _tells(part)}
    traits.update({part: traits[whole] for part, whole in parts.items() if part not in traits})


def _tells(part: Roots) -> bool:
    """Not a bare figure, nor small words."""
    return any(not (one.isdigit() or links(one) or one in PREPOSITIONS or len(one) == 1) for one in part)


def heads_of(names: Sequence[Sequence[Roots]]) -> Mapping[str, frozenset[int]]:
    found: dict[str, set[int]] = defaultdict(set)
    for place, own in enumerate(names):
        for name in own:
            found[name[0]].add(place)
            if name[0][0].isdigit() or name[0] in ordering_words("vessels"):
                found[name[min(1, len(name) - 1)]].add(place)
    return {one: frozenset(places) for one, places in found.items()}


def figures_of(entries: Sequence[Entry]) -> Mapping[str, frozenset[int]]:
    found: dict[str, set[int]] = defaultdict(set)
    for place, entry in enumerate(entries):
        values = [value for told in entry.traits.values() for value in told]
        measured = [one for name in entry.names for one in name if parted(one) is not None]
        told = [entry.product.name] if measured else []
        for text in (*values, *told):
            for one in figures(text):
                found[one].add(place)
    return {one: frozenset(places) for one, places in found.items()}


def _by_measure(traits: dict[Roots, tuple[str, ...]]) -> None:
    """`1,5 L` of `bouteille 1,5 L` tells which is meant, too."""
    for told, values in list(traits.items()):
        measures = [one for one in told if parted(one) is not None]
        if len(told) > 1 and len(measures) == 1:
            known = traits.get((measures[0],), ())
            traits[measures[0],] = (*known, *(value for value in values if value not in known))

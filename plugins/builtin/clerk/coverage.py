"""What of a message about wares was read by nothing: a number or a word of the catalogue must not be passed over."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from weakref import WeakKeyDictionary

from comptoir.plugins.builtin.clerk import wares
from comptoir.plugins.shop.model import Catalogue, Product
from comptoir.plugins.shop.numbers import number_at
from comptoir.plugins.shop.understanding import Act, Lexicon, Mention
from comptoir.plugins.text import fold, stem, words

LONGEST = 4
MOST = 300
"""More are no pieces: a price, a telephone's number."""
_NO_PIECES = re.compile(
    r"^[ \t]*\d{1,2}[.)]\s|\b(?:table|chambre|liberte|villa|porte|rue|lot|appt|appartement|numero|n|no|bloc|ilot"
    r"|secteur|unite|tranche|vers|a|room|house|street) ?\d+\b|\b(?:des|les) deux\b",
    re.MULTILINE,
)
"""Numbers in a list, of places, of a price, and `both`."""
LEAST = 5
"""Letters of a word that is looked for; shorter ones are words of everything."""
_CORRECTING = frozenset(
    words(
        "pas non lieu trompe plutot pardon correction finalement euh ou personnes sommes est sont ans f fcfa fr francs"
        " not instead rather sorry or people"
    )
)
"""Where a message corrects itself, or speaks of people and money, numbers are said that are not meant."""
_COMMON = frozenset(
    map(stem, words("autre femme enfants enfant homme grand grande petit petite taille couleur commande"))
)
_built: WeakKeyDictionary[Lexicon, frozenset[str]] = WeakKeyDictionary()


def vocabulary(lexicon: Lexicon) -> frozenset[str]:
    """The stems of the catalogue's words; built once for a lexicon, best in a thread."""
    if lexicon not in _built:
        _built[lexicon] = frozenset(stem(word) for word in _all_words(lexicon.catalogue) if len(word) >= LEAST)
    return _built[lexicon]


def unread(text: str, acts: Sequence[Act], lexicon: Lexicon) -> tuple[str, ...]:
    """Numbers and wares of a message that no act has anything of."""
    spoken = words(_NO_PIECES.sub(" ", fold(text)))
    if not _CORRECTING.isdisjoint(spoken) or any(act.verb == "pick" for act in acts):
        return ()
    mentions = [one for act in acts for one in (act.mention, act.instead) if one is not None]
    rest = Counter(spoken)
    rest.subtract(word for act in acts for word in words(act.text))
    rest.subtract(word for mention in mentions for word in words(mention.said))
    left = [word for word, count in rest.items() for _ in range(count)]
    numbers = _numbers(mentions) | _of_names(mentions, lexicon.catalogue)
    names = {stem(word) for mention in mentions for word in _words_of(mention, lexicon.catalogue)}
    known = vocabulary(lexicon) - names - {stem(word) for word in _of_categories(lexicon.catalogue)}
    return tuple(
        word
        for word in left
        if (value := _value(word)) not in numbers
        and (value is not None or (len(word) >= LEAST and stem(word) not in _COMMON and stem(word) in known))
    )


def _value(word: str) -> int | None:
    """Of a number in words or figures, beyond one: that is an article, too."""
    if word.isdecimal():
        return int(word) if 1 < int(word[:LONGEST]) <= MOST and len(word) < LONGEST else None
    found = number_at([word], 0) if word not in ("un", "une", "a", "an", "one") else None
    return found.value if found is not None else None


def _numbers(mentions: Sequence[Mention]) -> set[int | None]:
    """All that were read: quantities and what they add up to, sizes."""
    quantities = [mention.quantity for mention in mentions if mention.quantity is not None]
    of_traits = (word for mention in mentions for each in (*mention.traits, *mention.lacking) for word in words(each))
    return {*quantities, sum(quantities), *(int(word) for word in of_traits if word.isdecimal())}


def _of_names(mentions: Sequence[Mention], catalogue: Catalogue) -> set[int | None]:
    """`pizza 4 fromages`."""
    products = (wares.product_of(catalogue, one.sku) for mention in mentions for one in mention.found)
    said = (word for one in products if one is not None for name in (one.name, *one.names) for word in words(name))
    return {int(word) for word in said if word.isdecimal()}


def _of_categories(catalogue: Catalogue) -> Iterator[str]:
    """`As a drink a coke`."""
    for category in {product.category for product in catalogue.products}:
        yield from words(category)


def _words_of(mention: Mention, catalogue: Catalogue) -> Iterator[str]:
    for said in (*mention.traits, *mention.options, *mention.without, *mention.lacking):
        yield from words(said)
    for one in mention.found:
        product = wares.product_of(catalogue, one.sku)
        if product is not None:
            yield from _of_product(product)


def _all_words(catalogue: Catalogue) -> Iterator[str]:
    for product in catalogue.products:
        yield from _of_product(product)


def _of_product(product: Product) -> Iterator[str]:
    """Of its names, its variants' and its options'."""
    named = (product.name, *product.names, *(option.name for option in product.options))
    for name in (*named, *(value for variant in product.variants for _, value in variant.traits)):
        yield from words(name)

"""What of the catalogue the owner names: one thing, several to choose from, or nothing."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import islice

import trio
from rapidfuzz.distance import DamerauLevenshtein

from comptoir.plugins.api import Context
from comptoir.plugins.builtin.desk.asked import Entry
from comptoir.plugins.shop import changes
from comptoir.plugins.shop.model import Catalogue, Product, Variant
from comptoir.plugins.shop.pricing import titled
from comptoir.plugins.shop.understanding import Lexicon, Mention, name_product
from comptoir.plugins.text import words

MOST_ENTRIES = 12
_NUMBER = re.compile(r"\d+")
_FORGIVEN = 4
"""Letters of the shortest word in which one may be wrong."""


async def named(context: Context, catalogue: Catalogue, said: str, *, whole: bool = False) -> tuple[Entry, ...] | str:
    """What is meant: one entry when sure; or where nothing is, what looks like it, as text. `whole`: products, whatever
    variants they have, where none is named.
    """
    # On a thread: a large catalogue takes most of a second.
    mention, near = await trio.to_thread.run_sync(_look, catalogue, said, context.tenant.language)
    entries = tuple(_entries(catalogue, mention, whole=whole))
    return entries or ", ".join(near)


def of_product(catalogue: Catalogue, skus: Sequence[str], everything: str) -> tuple[Entry, ...]:
    """The variants of a product, and all of them at once."""
    each = (Entry(title(catalogue, sku), (sku,)) for sku in skus)
    return (*each, Entry(everything, tuple(skus)))


def title(catalogue: Catalogue, sku: str) -> str:
    """As customers read it; of a whole product its name."""
    if found := catalogue.by_sku.get(sku):
        return titled(*found)
    product = catalogue.product_by_sku.get(sku)
    return product.name if product else sku


async def hidden(context: Context, catalogue: Catalogue) -> Catalogue:
    """What the owner took off, as it would be sold."""
    made = await context.changes()
    skus = {change.sku for change in made if change.field == "hidden" and change.value}
    file = context.tenant.catalogue or replace(catalogue, products=())
    everything = changes.effective(file, [change for change in made if change.field != "hidden"])
    products = (_of_these(product, skus) for product in everything.products)
    return replace(everything, products=tuple(product for product in products if product.variants))


def exactly(catalogue: Catalogue, said: str) -> Product | None:
    """The product of this very name."""
    return next((product for product in catalogue.products if words(product.name) == words(said)), None)


def called(catalogue: Catalogue, said: str) -> list[Product]:
    """Those that customers mean by these words, too: each of them, but for numbers, is in one of the product's names,
    give or take a letter.
    """
    wanted = [word for word in words(said) if not word.isdecimal()]
    found = (product for product in catalogue.products if any(_covers(name, wanted) for name in _names(product)))
    return list(islice(found, MOST_ENTRIES)) if wanted else []


def _names(product: Product) -> tuple[str, ...]:
    return (product.name, *product.names)


def _covers(name: str, wanted: Sequence[str]) -> bool:
    known = words(name)
    return "".join(known) == "".join(wanted) or all(any(_is_near(word, one) for one in known) for word in wanted)


def _is_near(said: str, known: str) -> bool:
    most = 1 if min(len(said), len(known)) >= _FORGIVEN else 0
    return DamerauLevenshtein.distance(said, known, score_cutoff=most) <= most


def unread(catalogue: Catalogue, entries: Iterable[Entry], said: str) -> bool:
    """Whether a number was said that none of these has in its name: no size of it, and so a value."""
    skus = {sku for entry in entries for sku in entry.skus}
    names = (
        " ".join((titled(product, variant), *_names(product)))
        for product in catalogue.products
        for variant in product.variants
        if variant.sku in skus or product.sku in skus
    )
    known = {number for name in names for number in _NUMBER.findall(name)}
    return not known.issuperset(_NUMBER.findall(said))


def _look(catalogue: Catalogue, said: str, language: str) -> tuple[Mention, list[str]]:
    lexicon = Lexicon(catalogue, "en" if language == "en" else "fr")
    mention = name_product(said, lexicon)
    near = () if mention.found else lexicon.nearest(said)
    return mention, [title(catalogue, found.sku) for found in near]


def _entries(catalogue: Catalogue, mention: Mention, *, whole: bool) -> Iterable[Entry]:
    products = catalogue.product_by_sku
    found = [products[one.sku] for one in mention.found if one.sku in products]
    for product in found:
        variants = [variant for variant in product.variants if _has(variant, mention.traits)]
        if len(variants) == 1 and (mention.traits or not whole):
            yield Entry(titled(product, variants[0]), (variants[0].sku,))
        elif whole and not mention.traits:
            yield Entry(product.name, (product.sku,))
        elif variants:
            yield Entry(product.name, tuple(variant.sku for variant in variants), settled=False)


def _has(variant: Variant, traits: Sequence[str]) -> bool:
    values = {value for _, value in variant.traits}
    return values.issuperset(traits)


def _of_these(product: Product, skus: set[str]) -> Product:
    if product.sku in skus:
        return product
    return replace(product, variants=tuple(variant for variant in product.variants if variant.sku in skus))

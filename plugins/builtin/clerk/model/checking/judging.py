"""All checks of a reply, one after the other; the first that fails is why."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import partial

from comptoir.plugins.api import Tenant
from comptoir.plugins.builtin.clerk.config import ClerkConfig
from comptoir.plugins.builtin.clerk.model.bench import Bench
from comptoir.plugins.builtin.clerk.model.checking.claims import wrong_claim
from comptoir.plugins.builtin.clerk.model.checking.clauses import marked, sentences
from comptoir.plugins.builtin.clerk.model.checking.figures import Figure, read
from comptoir.plugins.builtin.clerk.model.checking.forms import Told, foreign_word, told
from comptoir.plugins.builtin.clerk.model.checking.goods import Subject, goods_of, learn
from comptoir.plugins.builtin.clerk.model.checking.holding import wrong_goods
from comptoir.plugins.builtin.clerk.model.checking.numbers import wrong_number
from comptoir.plugins.builtin.clerk.model.checking.quoting import is_quoted, sources
from comptoir.plugins.builtin.clerk.model.checking.sayings import is_saying, plain, says_nothing
from comptoir.plugins.builtin.clerk.model.checking.shape import wrong_shape
from comptoir.plugins.builtin.clerk.model.checking.shelf import Shelf
from comptoir.plugins.builtin.clerk.model.checking.vocabulary import everyday, stems_of
from comptoir.plugins.shop.model import Draft
from comptoir.plugins.text import fold, words

_ROOT = 6
_GRANTS = frozenset(("cart", "list", "fee"))
"""What agrees to an amount that the customer named, where it says none."""
_OF_PRICES = re.compile(r"\b(?:prix|tarif\w*|cher\w*|total|somme|montant|prices?|cost\w*|cheap\w*)\b")


@dataclass(frozen=True, slots=True)
class Known:
    """What a reply is judged by."""

    tenant: Tenant
    bench: Bench
    before: Draft
    """As the message found it."""
    texts: tuple[str, ...]
    """Of the shop, as the model was given them."""
    config: ClerkConfig


async def why_wrong(text: str, known: Known) -> str:
    """Why the customer may not read this, for the owner who looks at `comptoir try`; empty where they may."""
    if wrong := wrong_shape(text):
        return wrong
    await learn(known.bench.lexicon)
    shop, heard = sources(known.texts), known.bench.heard
    own = [
        (sentence, asks)
        for sentence, asks in map(partial(_without_assent, known=known), marked(text))
        if not says_nothing(sentence, known.tenant.name, heard)
        and not is_quoted(_without_manners(sentence, known), shop)
    ]
    own = [(_without_description(_without_manners(sentence, known), known), asks) for sentence, asks in own]
    await _know_stock([sentence for sentence, _ in own], known)
    shelf = _shelf(known)
    wrong = next(filter(None, (wrong_claim(sentence) for sentence, _ in own)), "")
    wrong = wrong or _wrong_telling(own, shelf, known) or wrong_number([sentence for sentence, _ in own], shelf)
    return f"« {wrong} »" if wrong else ""


def _wrong_telling(own: Iterable[tuple[str, bool]], shelf: Shelf, known: Known) -> str:
    """What a sentence may not tell, or tells of goods that are not so."""
    customer = {word for text in known.bench.customer for word in words(text)}
    deed = known.bench.draft != known.before and _asks_only_that("", known)
    carried: tuple[Subject, ...] = ()
    everything: list[Told] = []
    for sentence, asks in own:
        for one in told(sentence, shelf.goods, asks=asks):
            everything.append(one)
            if wrong := foreign_word(one, customer) or wrong_goods(one, carried, shelf):
                return wrong
            if one.kind == "cart" and not deed and not one.tells:
                return "done?"
            named = (part for part in one.flow if isinstance(part, Subject) and part.kind == "product")
            carried = tuple(named) or carried
    grants = any(one.kind in _GRANTS for one in everything) and not any(one.has_money for one in everything)
    return "at what price?" if grants and _asks_for_more(known) else ""


def _without_assent(marked: tuple[str, bool], known: Known) -> tuple[str, bool]:
    """`Yes, …` where the customer asked for nothing beside what is said then; and `no, …`."""
    sentence, asks = marked
    found = re.match(r"(oui|non|yes|no|si)\s*,\s*(?=\w)", sentence)
    if found is None or (found[1] != "non" and found[1] != "no" and not _asks_only_that(sentence, known)):
        return sentence, asks
    return sentence[found.end() :], asks


def _asks_only_that(sentence: str, known: Known) -> bool:
    heard, language = known.bench.heard, known.tenant.language
    if _asks_for_more(known):
        return False
    may = everyday(language) | goods_of(known.bench.lexicon).stems
    said = {one[:_ROOT] for one in stems_of([sentence], language)}
    return all(one in may or one[:_ROOT] in said or one.isdigit() for one in stems_of([heard], language))


def _asks_for_more(known: Known) -> bool:
    """The customer names an amount or wants what no clerk may promise: `done` would agree to that."""
    read_all = (read(one, goods_of(known.bench.lexicon)) for one in sentences(known.bench.heard))
    amounts = any(isinstance(part, Figure) and part.money for one in read_all for part in one.parts)
    heard = fold(known.bench.heard)
    return amounts or bool(wrong_claim(heard)) or _OF_PRICES.search(heard) is not None


def _without_manners(sentence: str, known: Known) -> str:
    parts = re.split(r"((?:,(?!\d)|:|\b(?:mais|but)\b)\s*)", sentence)
    kept = [
        (part, mark)
        for part, mark in zip(parts[::2], [*parts[1::2], ""], strict=True)
        if not is_saying(plain(part), known.tenant.name, known.bench.heard)
    ]
    return "".join(part + mark for part, mark in kept)


def _without_description(sentence: str, known: Known) -> str:
    """`X, that is rice with fish`: what the catalogue says of X, word for word."""
    goods = goods_of(known.bench.lexicon)
    named = {sku for part in read(sentence, goods).parts if isinstance(part, Subject) for sku in part.names}
    for product in known.bench.shown.values():
        wanted = [re.escape(word) for word in words(product.description)]
        if product.sku in named and len(wanted) > 1:
            joined = re.compile(
                r"(?:(?:c'est|,|:) )?(?:(?:du|de la|des|un|une|le|la|les) )?\b" + r"[\W_]+".join(wanted) + r"\b"
            )
            sentence = joined.sub("", sentence, count=1)
    return sentence


async def _know_stock(own: list[str], known: Known) -> None:
    """What is left of everything that is spoken of."""
    bench = known.bench
    goods = goods_of(bench.lexicon)
    for sentence in own:
        for part in read(sentence, goods).parts:
            if isinstance(part, Subject) and part.kind == "product":
                await bench.know(variant.sku for sku in part.names for variant in goods.products[sku].variants)


def _shelf(known: Known) -> Shelf:
    bench = known.bench
    goods = goods_of(bench.lexicon)
    said = (part for text in bench.customer for sentence in sentences(text) for part in read(sentence, goods).parts)
    numbers = frozenset(part.value for part in said if isinstance(part, Figure) and part.value < 100)
    measures = f"{goods.measures} {fold(' '.join(_descriptions(bench)))}"
    return Shelf(bench.catalogue, goods, bench.draft, bench.shop.stock.left, numbers, measures)


def _descriptions(bench: Bench) -> Iterator[str]:
    return (product.description for product in bench.shown.values() if product.description)

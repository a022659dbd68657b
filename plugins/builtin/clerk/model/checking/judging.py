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
from comptoir.plugins.builtin.clerk.model.checking.forms import foreign_word, told
from comptoir.plugins.builtin.clerk.model.checking.goods import Subject, goods_of, learn
from comptoir.plugins.builtin.clerk.model.checking.holding import wrong_goods
from comptoir.plugins.builtin.clerk.model.checking.numbers import wrong_number
from comptoir.plugins.builtin.clerk.model.checking.quoting import Parts, is_quoted, sources
from comptoir.plugins.builtin.clerk.model.checking.sayings import is_saying, plain, refuses, says_nothing
from comptoir.plugins.builtin.clerk.model.checking.shape import wrong_shape
from comptoir.plugins.builtin.clerk.model.checking.shelf import Shelf
from comptoir.plugins.builtin.clerk.model.checking.vocabulary import everyday, stems_of
from comptoir.plugins.shop.model import Draft
from comptoir.plugins.text import fold, words

_ROOT = 6
_THANKS = re.compile(r"\b(?:merci|thanks?|bientot|plaisir|volontiers)\b")
_GRANTS = frozenset(("cart", "list", "fee"))
_ANSWERS = frozenset(("there", "gone", "lacks"))
"""To somebody who bargains, beside an amount, a refusal and the shop's own words."""
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
    shop, heard, name = sources(known.texts), known.bench.heard, known.tenant.name
    own: list[tuple[str, bool]] = []
    answered = False
    for sentence, asks in map(partial(_without_assent, shop=shop, known=known), marked(text)):
        bare = _without_manners(sentence, known)
        quoted = is_quoted(bare, shop)
        answered = answered or quoted or refuses(sentence, name)
        if not quoted and not says_nothing(sentence, name, heard):
            own.append((_without_description(bare, known), asks))
    await _know_stock([sentence for sentence, _ in own], known)
    shelf = _shelf(known)
    wrong = next(filter(None, (wrong_claim(sentence) for sentence, _ in own)), "")
    if not wrong and not answered and not own and _THANKS.search(fold(text)) and _bargains(known):
        return "it would agree"
    wrong = wrong or _wrong_telling(own, shelf, known, answered=answered)
    wrong = wrong or wrong_number([sentence for sentence, _ in own], shelf)
    return f"« {wrong} »" if wrong else ""


def _wrong_telling(own: Iterable[tuple[str, bool]], shelf: Shelf, known: Known, *, answered: bool) -> str:
    """What a sentence may not tell, or tells of goods that are not so."""
    customer = {word for text in known.bench.customer for word in words(text)}
    deed = known.bench.draft != known.before and _asks_only_that("", shelf.goods.stems, known)
    carried: tuple[Subject, ...] = ()
    grants = False
    for sentence, asks in own:
        for one in told(sentence, shelf.goods, asks=asks):
            answered = answered or one.has_money or one.kind in _ANSWERS
            grants = grants or one.kind in _GRANTS
            if wrong := foreign_word(one, customer) or wrong_goods(one, carried, shelf):
                return wrong
            if one.kind == "cart" and not deed and not one.tells:
                return "done?"
            named = (part for part in one.flow if isinstance(part, Subject) and part.kind == "product")
            carried = tuple(named) or carried
    # To go on as if nothing had been said would agree to it.
    agrees = _names_amount(known) or (grants and _bargains(known))
    return "and the price?" if agrees and not answered else ""


def _without_assent(marked: tuple[str, bool], shop: frozenset[Parts], known: Known) -> tuple[str, bool]:
    """`Yes, …` where the customer asked for nothing beside what is said then; and `no, …`. A rule of the shop's is no
    yes for goods that it does not name.
    """
    sentence, asks = marked
    found = re.match(r"(oui|non|yes|no|si)\s*,\s*(?=\w)", sentence)
    if found is None:
        return marked
    goods = frozenset() if is_quoted(sentence[found.end() :], shop) else goods_of(known.bench.lexicon).stems
    if found[1] not in ("non", "no") and not _asks_only_that(sentence, goods, known):
        return marked
    return sentence[found.end() :], asks


def _asks_only_that(sentence: str, goods: frozenset[str], known: Known) -> bool:
    """Every word of the customer's is an everyday one, or of these goods, or of this sentence."""
    heard, language = known.bench.heard, known.tenant.language
    if _asks_for_more(known):
        return False
    may = everyday(language) | goods
    said = {one[:_ROOT] for one in stems_of([sentence], language)}
    return all(one in may or one[:_ROOT] in said or one.isdigit() for one in stems_of([heard], language))


def _asks_for_more(known: Known) -> bool:
    """What `done` would agree to."""
    return _bargains(known) or _OF_PRICES.search(fold(known.bench.heard)) is not None


def _bargains(known: Known) -> bool:
    """The customer names an amount, or wants what no clerk may promise."""
    return _names_amount(known) or bool(wrong_claim(fold(known.bench.heard)))


def _names_amount(known: Known) -> bool:
    goods = goods_of(known.bench.lexicon)
    parts = (part for sentence in sentences(known.bench.heard) for part in read(sentence, goods).parts)
    return any(isinstance(part, Figure) and part.money for part in parts)


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

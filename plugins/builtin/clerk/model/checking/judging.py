"""All checks of a reply, one after the other; the first that fails is why."""

from collections.abc import Iterator
from dataclasses import dataclass

from comptoir.plugins.api import Tenant
from comptoir.plugins.builtin.clerk.config import ClerkConfig
from comptoir.plugins.builtin.clerk.model.bench import Bench
from comptoir.plugins.builtin.clerk.model.checking.claims import wrong_claim
from comptoir.plugins.builtin.clerk.model.checking.clauses import Clause, clauses, says_so, sentences, sources
from comptoir.plugins.builtin.clerk.model.checking.counts import says_of_stock
from comptoir.plugins.builtin.clerk.model.checking.figures import Figure, read
from comptoir.plugins.builtin.clerk.model.checking.goods import Subject, goods_of, learn
from comptoir.plugins.builtin.clerk.model.checking.nods import wrong_nod
from comptoir.plugins.builtin.clerk.model.checking.numbers import wrong_number
from comptoir.plugins.builtin.clerk.model.checking.shape import wrong_shape
from comptoir.plugins.builtin.clerk.model.checking.shelf import Shelf
from comptoir.plugins.builtin.clerk.model.checking.vocabulary import stems_of, unknown_word
from comptoir.plugins.language import Language
from comptoir.plugins.shop.model import Draft
from comptoir.plugins.text import fold


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
    language = known.tenant.language
    shop = sources((*known.texts, *_descriptions(known.bench)), language)
    said = list(sentences(text))
    own = [sentence for sentence in said if not _is_quoted(sentence, shop, language)]
    changed = known.bench.draft != known.before
    for sentence in own:
        if wrong := wrong_claim(sentence) or wrong_nod(sentence, tells=_tells(sentence, known), changed=changed):
            return f"« {wrong} »"
    await _know_stock(own, known)
    if wrong := wrong_number(own, _shelf(known)):
        return f"« {wrong} »"
    words = _own_words(known)
    for sentence in said:
        for clause in clauses(sentence, language):
            if wrong := unknown_word(clause, words, known.bench.customer, shop):
                return f"« {wrong} »"
    return ""


def _is_quoted(sentence: str, shop: tuple[Clause, ...], language: Language) -> bool:
    """Every clause that tells something is the shop's."""
    telling = [clause for clause in clauses(sentence, language) if clause.stems]
    return bool(telling) and all(says_so(clause, shop) for clause in telling)


def _own_words(known: Known) -> frozenset[str]:
    """The shop's name, its clerk's manner, its goods, and what the customer is called and where they live."""
    bench, draft = known.bench, known.bench.draft
    named = (known.tenant.name, known.config.persona or "", draft.name, draft.address, draft.time, bench.customer[-1])
    return goods_of(bench.lexicon).stems | stems_of(named, known.tenant.language)


def _tells(sentence: str, known: Known) -> bool:
    """It says an amount, or of something that it is there: that is judged by what it says."""
    parts = read(sentence, goods_of(known.bench.lexicon)).parts
    if any(isinstance(part, Figure) and part.money for part in parts):
        return True
    return says_of_stock(sentence) and any(isinstance(part, Subject) and part.kind == "product" for part in parts)


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

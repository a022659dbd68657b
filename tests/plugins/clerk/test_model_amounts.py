"""Every price of every shop of the corpus, said rightly and wrongly in many ways, before the check of amounts."""

from collections.abc import Iterator
from functools import cache

import pytest
from model_attacks import shop_of

from comptoir.plugins.builtin.clerk.model.checking.clauses import sentences
from comptoir.plugins.builtin.clerk.model.checking.goods import goods_of
from comptoir.plugins.builtin.clerk.model.checking.numbers import wrong_number
from comptoir.plugins.builtin.clerk.model.checking.shape import wrong_shape
from comptoir.plugins.builtin.clerk.model.checking.shelf import Shelf
from comptoir.plugins.shop.model import CartLine, Catalogue, Draft, Product, Variant
from comptoir.plugins.shop.pricing import price
from comptoir.plugins.shop.understanding import Lexicon

SHOPS = ("restaurant", "maquis", "epicerie", "friperie", "quincaillerie", "cosmetiques")
RIGHT_READ, RIGHT_ZONES = 0.85, 0.75
"""Shares of right sentences that must pass."""


@cache
def lexicon(shop: str) -> Lexicon:
    catalogue = shop_of(shop).catalogue
    assert catalogue is not None
    return Lexicon(catalogue)


def refused(shop: str, text: str, draft: Draft = Draft()) -> bool:  # noqa: B008 (frozen)
    words = lexicon(shop)
    goods = goods_of(words)
    shelf = Shelf(words.catalogue, goods, draft, {}, frozenset(), goods.measures)
    return bool(wrong_shape(text) or wrong_number(sentences(text), shelf))


def variants(catalogue: Catalogue) -> Iterator[tuple[Product, Variant]]:
    return ((product, variant) for product in catalogue.products for variant in product.variants)


def called(product: Product, variant: Variant) -> str:
    return f"{product.name} {variant.title}".replace(", ", " ").strip()


def spaced(amount: int) -> str:
    return f"{amount:,}".replace(",", " ")


def ways(name: str, amount: int) -> Iterator[str]:
    yield f"Le {name} est à {spaced(amount)} F."
    yield f"{name} : {amount} FCFA"
    yield f"• {name} : {spaced(amount).replace(' ', '.')} F"
    yield f"Bonjour ! {name}, c'est {spaced(amount)} francs CFA."


def wrongs(right: int, catalogue: Catalogue) -> Iterator[int]:
    others = sorted({variant.price for _, variant in variants(catalogue)})
    yield from (right + 1, right - 1, right * 10, right // 10, right // 2, right + 500, 0)
    place = others.index(right)
    yield from others[max(0, place - 1) : place + 2]


@pytest.mark.parametrize("shop", SHOPS)
def test_no_wrong_price_passes_and_right_ones_do(shop: str) -> None:
    catalogue = lexicon(shop).catalogue
    right = passed = 0
    for product, variant in variants(catalogue):
        name = called(product, variant)
        for text in ways(name, variant.price):
            right += 1
            passed += not refused(shop, text)
        own = {one.price for one in product.variants} | {option.price for option in product.options}
        for wrong in {*wrongs(variant.price, catalogue)} - {variant.price}:
            through = [text for text in ways(name, wrong) if not refused(shop, text)]
            assert not through, (own, through)
    assert passed >= RIGHT_READ * right


@pytest.mark.parametrize("shop", SHOPS)
def test_no_wrong_total_passes(shop: str) -> None:
    catalogue = lexicon(shop).catalogue
    chosen = [(product, variant) for product, variant in variants(catalogue)][::9][:3]
    lines = tuple(CartLine(variant.sku, 2 + place) for place, (_, variant) in enumerate(chosen))
    draft = Draft(lines, "delivery", catalogue.zones[0].code)
    priced = price(catalogue, draft)
    assert not refused(shop, f"Le total est de {spaced(priced.total)} F.", draft)
    assert not refused(shop, f"Votre commande fait {priced.total} FCFA.", draft)
    for wrong in (priced.total - priced.fee, priced.total - 500, priced.total + 1, priced.total // 2, 0):
        for text in (
            f"Le total est de {spaced(wrong)} F.",
            f"Votre commande fait {wrong} FCFA.",
            f"Ça fait {wrong} F.",
        ):
            assert refused(shop, text, draft), text
    for (product, variant), line in zip(chosen, priced.lines, strict=True):
        name = called(product, variant)
        assert refused(shop, f"{line.quantity} {name}, soit {spaced(line.amount - 100)} F.", draft)
        assert refused(shop, f"{line.quantity + 1} {name}, soit {spaced(line.amount)} F.", draft)


@pytest.mark.parametrize("shop", SHOPS)
def test_no_wrong_fee_passes(shop: str) -> None:
    zones = lexicon(shop).catalogue.zones
    right = [not refused(shop, f"La livraison à {zone.name} coûte {spaced(zone.fee)} F.") for zone in zones]
    assert sum(right) >= RIGHT_ZONES * len(right)
    for zone in zones:
        for wrong in {other.fee for other in zones} | {0, zone.fee + 500, zone.fee // 2} - {zone.fee}:
            text = f"La livraison à {zone.name} coûte {spaced(wrong)} F."
            assert wrong == zone.fee or refused(shop, text), text

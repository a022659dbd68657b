"""Pictures: of products for who asks, answers to one of ours, and those that customers send without a word."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from small_shop import CATALOGUE

from comptoir.plugins.api import FileToSend, Quote
from comptoir.plugins.builtin.clerk import Clerk
from comptoir.plugins.builtin.handover import Handovers
from comptoir.plugins.builtin.media import Media
from comptoir.plugins.shop.model import Product
from comptoir.plugins.testing import TENANT, Heard, Person, Play, Player, quoted

PHOTOS = {"poulet": "images/poulet.jpg", "poisson": "message:7"}
VARIANTS = {"tshirt-rouge-m": "images/rouge.jpg", "tshirt-bleu-m": "images/bleu.jpg"}

Opens = Callable[..., Play]


def with_photos(product: Product) -> Product:
    variants = tuple(replace(one, photo=VARIANTS.get(one.sku, "")) for one in product.variants)
    return replace(product, photo=PHOTOS.get(product.sku, ""), variants=variants)


@pytest.fixture
def opens(play: Player) -> Opens:
    """The small shop, with pictures of some of its products."""
    products = tuple(with_photos(product) for product in CATALOGUE.products)
    tenant = replace(TENANT, catalogue=replace(CATALOGUE, products=products))

    def begin(**settings: object) -> Play:
        return play(Clerk, Handovers, Media, tenant=tenant, config={"clerk": settings})

    return begin


def shown(heard: Heard) -> list[tuple[str, str]]:
    """File and caption of each picture."""
    return [
        (str(reply.content.message or reply.content.path), reply.text)
        for reply in heard.replies
        if isinstance(reply.content, FileToSend)
    ]


def cart(person: Person) -> str:
    (text,) = person.says("panier").texts
    return text


def test_a_picture_comes_with_what_it_is_and_what_it_costs(opens: Opens) -> None:
    awa = opens().customer()
    assert shown(awa.says("photo du poulet braisé ?")) == [("images/poulet.jpg", "Poulet braisé : 3\u202f500\u202fF")]
    # One that the owner sent with `ajoute`.
    heard = awa.says("photo du poisson braisé")
    assert [reply.content for reply in heard.replies] == [FileToSend(Path(), "image", message=7)]
    # Of a product without one of its own, those of its variants.
    assert shown(awa.says("je peux voir le tshirt ?")) == [
        ("images/rouge.jpg", "T-shirt (rouge, M) : 4\u202f000\u202fF"),
        ("images/bleu.jpg", "T-shirt (bleu, M) : 4\u202f000\u202fF"),
    ]


def test_what_has_none_is_said_in_words(opens: Opens) -> None:
    assert opens().customer().says("photo des œufs").texts == ["Je n'ai pas de photo de Œufs.\nŒufs : 100\u202fF."]


def test_a_shop_that_sends_none_says_so_and_what_to_ask_instead(opens: Opens) -> None:
    awa = opens(photos=False).customer()
    instead = "Je n'envoie pas de photos ici. Demandez-moi le prix d'un produit, ce qu'il y a, ou passez commande."
    assert awa.says("photo du poulet braisé").texts[0].startswith(f"{instead}\nPoulet braisé : 3\u202f500\u202fF.")
    assert awa.says("vous avez des photos ?").texts == [instead]


def test_three_pictures_at_most(opens: Opens) -> None:
    awa = opens().customer()
    heard = awa.says("photo du poulet braisé, photo du poisson braisé, photo du tshirt")
    assert [file for file, _ in shown(heard)] == ["images/poulet.jpg", "7", "images/rouge.jpg"]


@pytest.mark.parametrize(
    ("asks", "says", "line"),
    [
        ("photo du poulet braisé", "2", "2 × Poulet braisé"),
        ("photo du poulet braisé", "je prends ça", "1 × Poulet braisé"),
        ("photo du poulet braisé", "j'en veux 3", "3 × Poulet braisé"),
        ("photo du poulet braisé", "2 œufs", "2 × Œufs"),
        # The one that is seen, of several variants; other words count more.
        ("photo du tshirt", "j'en veux 2", "2 × T-shirt (bleu, M)"),
        ("photo du tshirt", "celui-là", "1 × T-shirt (bleu, M)"),
        ("photo du tshirt", "le rouge en M", "1 × T-shirt (rouge, M)"),
    ],
)
def test_a_reply_to_a_picture_means_its_product(opens: Opens, asks: str, says: str, line: str) -> None:
    awa = opens().customer()
    picture = awa.says(asks).replies[-1]
    awa.says("bonjour")
    awa.says(says, quote=quoted(picture))
    assert line in cart(awa)


def test_what_it_costs_is_asked_about_the_picture_too(opens: Opens) -> None:
    awa = opens().customer()
    picture = awa.says("photo du poulet braisé").replies[0]
    awa.says("photo du poisson braisé")
    assert awa.says("c'est combien ?", quote=quoted(picture)).texts[0].startswith("Poulet braisé : 3\u202f500\u202fF")


@pytest.mark.parametrize(
    "quote",
    [
        None,
        Quote(1, "image", "Poulet braisé : 3 500 F", ours=False),
        Quote(1, "text", "Poulet braisé : 3 500 F", ours=True),
        Quote(1, "image", "Sauce poulet braisée", ours=True),
    ],
)
def test_other_quotes_put_nothing_in_a_cart(opens: Opens, quote: Quote | None) -> None:
    awa = opens().customer()
    awa.says("2", quote=quote)
    assert "Poulet" not in cart(awa)


def test_what_is_no_order_puts_nothing_in_a_cart(opens: Opens) -> None:
    awa = opens().customer()
    picture = awa.says("photo du poulet braisé").replies[0]
    awa.says("trop cher pour moi mon frère", quote=quoted(picture))
    assert "Poulet" not in cart(awa)


def test_a_bare_picture_gets_a_question_and_the_owner_its_context_once(opens: Opens) -> None:
    shop = opens()
    awa = shop.customer()
    awa.says("2 poulets braisés")
    first, second = awa.shows(), awa.shows()
    assert first.texts == ["Merci, votre photo est bien arrivée 📷 Que désirez-vous ? Dites-le moi en quelques mots."]
    assert first.notices == [
        "📷 Awa (+221770000001) a envoyé une photo sans un mot : regardez-la dans la conversation.\n"
        "Panier : 2 Poulet braisé"
    ]
    assert (second.texts, second.notices, second.stopped_by) == ([], [], "clerk")
    assert awa.shows("3 œufs").texts[0].startswith("C'est noté : 3 Œufs")
    shop.passes(minutes=11)
    assert len(awa.shows().notices) == 1

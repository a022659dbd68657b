"""What customers write, and what is read in it."""

from collections.abc import Sequence
from functools import cache

import pytest

from comptoir.plugins.shop.model import Catalogue, Option, Product, Variant, Zone
from comptoir.plugins.shop.understanding import Act, Asked, Lexicon, Mention, name_product, understand


def product(
    sku: str, name: str, *values: str, options: str = "", kind: str = "kind", names: Sequence[str] = ()
) -> Product:
    """`values`: one variant each, of several traits where they are parted by a slash."""
    variants = tuple(
        Variant(f"{sku}-{place}", 1000, None, tuple((f"{kind}{at}", one) for at, one in enumerate(value.split("/"))))
        for place, value in enumerate(values)
    )
    added = tuple(Option(option) for option in options.split(", ") if option)
    return Product(sku, name, variants or (Variant(sku, 1000),), tuple(names), options=added)


RESTAURANT = Catalogue(
    "XOF",
    (
        product("yassa-poulet", "Yassa poulet"),
        product("yassa-poisson", "Yassa poisson"),
        product("poulet", "Poulet braisé", "demi", "entier", options="frites, alloco, piment"),
        product("frites", "Portion de frites"),
        product("alloco", "Alloco"),
        product("nems", "Nems"),
        product("burger", "Burger maison", options="fromage, sans oignon"),
        product("bissap", "Jus de bissap", "50 cl", "1 L"),
        product("bouye", "Jus de bouye", "50 cl", "1 L"),
        product("coca", "Coca-Cola", "33 cl", "1,5 L"),
        product("fanta", "Fanta 33 cl"),
        product("sucre", "Lait concentré sucré"),
        product("non-sucre", "Lait concentré non sucré"),
        product("oeufs", "Œufs"),
        product("plateau", "Plateau d'œufs"),
    ),
    (
        Zone("medina", "Médina", 1000, ("Tilène",)),
        Zone("fann", "Fann - Point E", 1500),
        Zone("ouakam", "Ouakam", 1500),
    ),
)
SHOP = Catalogue(
    "XOF",
    (
        product("tshirt", "T-shirt coton", "M/rouge", "L/rouge", "M/noir", "L/noir", "XL/noir"),
        product("jean", "Jean homme", "32", "34", options="ourlet"),
        product("blanches", "Baskets blanches", "40", "42"),
        product("noires", "Baskets noires", "40", "42", "43"),
        product("robe", "Robe de soirée", "noire", "rouge"),
        product("fer", "Fer à béton", "6 mm", "8 mm", "10 mm"),
        product("clous", "Clous (le kg)", "8 cm", "10 cm", names=["pointes"]),
        product("ciment35", "Ciment CPJ35 sac de 50 kg"),
        product("ciment45", "Ciment CPJ45 sac de 50 kg"),
        product("pinceau", "Pinceau", "petit", "grand"),
    ),
    (Zone("yop", "Yopougon", 1000, ("Yop",)), Zone("zone4", "Marcory", 1500, ("Zone 4",))),
)


@cache
def lexicon(shop: str) -> Lexicon:
    return Lexicon(RESTAURANT if shop == "restaurant" else SHOP)


def shown(mention: Mention | None) -> str:
    """`3 poulet (demi) +frites -piment`; `^` for what was spoken of last, `«…»` for what is not sold."""
    if mention is None:
        return ""
    named = "^" if mention.refers else "|".join(one.sku for one in mention.found) or f"«{mention.said}»"
    more = "more " if mention.relative else ""
    number = "" if mention.quantity is None else f"{more}{mention.quantity} "
    traits = f" ({'/'.join(mention.traits)})" if mention.traits else ""
    lacking = f" !{'/'.join(mention.lacking)}" if mention.lacking else ""
    options = "".join(f" +{one}" for one in mention.options) + "".join(f" -{one}" for one in mention.without)
    return f"{number}{'? ' if mention.unsure else ''}{named}{traits}{lacking}{options}"


def told(acts: Sequence[Act]) -> str:
    def one(act: Act) -> str:
        parts = (act.verb, shown(act.mention) or act.text, f"< {shown(act.instead)}" if act.instead else "")
        return " ".join(filter(None, parts))

    return "; ".join(map(one, acts))


READ = """
restaurant | Bonjour je veux 2 poulets braisés et une demi-douzaine de nems | greet; put 2 poulet; put 6 nems
restaurant | slt jve 2 yassa poulet 1 nems et 3 bissap | greet; put 2 yassa-poulet; put 1 nems; put 3 bissap
restaurant | un demi poulet + alloco, un autre avec frites | put 1 poulet (demi) +alloco; put 1 poulet (demi) +frites
restaurant | poulet braise entier sans piment | put poulet (entier) -piment
restaurant | burger sans oignon | put burger +sans oignon
restaurant | yassa x2 ; coca x 3 | put 2 yassa-poulet|yassa-poisson; put 3 coca
restaurant | 2 yassa : un poulet, un poisson | put 1 yassa-poulet; put 1 yassa-poisson
restaurant | 3 poulets, un entier et deux demis | put 1 poulet (entier); put 2 poulet (demi)
restaurant | un litre de bissap et 2 coca 1,5l | put bissap (1 L); put 2 coca (1,5 L)
restaurant | un coca 1l5 | put 1 coca (1,5 L)
restaurant | un grand bissap | put 1 bissap (1 L)
restaurant | des nems svp | put ? nems
restaurant | un plateau d'oeufs | put 1 plateau
restaurant | le lait non sucré | put non-sucre
restaurant | une pizza et un fanta | put 1 «une pizza»; put 1 fanta
restaurant | un jus de mangue | put 1 «un jus de mangue»
restaurant | non 3 nems finalement | no; set_quantity 3 nems
restaurant | 2 non 3 nems | put 3 nems
restaurant | 2 yassa poulet, non plutôt poisson | put 2 yassa-poisson
restaurant | enlève le coca et mets un fanta à la place | remove coca; put 1 fanta
restaurant | un fanta au lieu du coca | replace 1 fanta < coca
restaurant | remplace le coca par un fanta | replace 1 fanta < coca
restaurant | 3 nems au lieu de 2 | set_quantity 3 nems
restaurant | et 5 nems pas 4 | set_quantity 5 nems
restaurant | non le non sucré plutôt | no; replace non-sucre < ^
restaurant | les nems laisse tomber | remove nems
restaurant | laisse tomber | cancel
restaurant | enlevez tout sauf le coca | clear; put coca
restaurant | gardez seulement le coca | clear; put coca
restaurant | encore un | set_quantity more 1 ^
restaurant | 2 de plus | set_quantity more 2 ^
restaurant | un nems de moins | set_quantity more -1 nems
restaurant | mets-en 3 | set_quantity 3 ^
restaurant | la même chose que la dernière fois | again
restaurant | c'est combien le poulet braisé ? | ask_price poulet
restaurant | le coca c cmb | ask_price coca
restaurant | vous avez du bissap ? j'en veux 2 | ask_stock bissap; put 2 ^
restaurant | et du gingembre ? | ask_stock «du gingembre»
restaurant | le menu svp | ask_list
restaurant | ça fait combien en tout ? | show_cart
restaurant | vous livrez à Ouakam ? | ask_delivery ouakam
restaurant | où en est ma commande n° 12 ? | ask_order 12
restaurant | c'est tout merci | checkout; thank
restaurant | livraison médina, villa 12, au nom de Awa | delivery; zone medina; address villa 12; name Awa
restaurant | je passe prendre vers 18h30 | pickup; time vers 18h30
restaurant | oui mais c'est pas médina c'est Point E | yes; zone fann
restaurant | j'ai payé, ref T1234ABCD | reference T1234ABCD
restaurant | le coca à 3500 et 2 nems 77 123 45 67 | put ? coca; put 2 nems
restaurant | du coca pour 2000 F | put ? coca
restaurant | ~2 nems~ 3 nems | put 3 nems
restaurant | 👍 | yes
restaurant | annulez la commande 7 | cancel 7
restaurant | je voudrais parler à quelqu'un | person
shop | un tshirt rouge M et 2 noirs L | put 1 tshirt (rouge/M); put 2 tshirt (noir/L)
shop | je veux 3 t-shirts noirs : deux M et un XL | put 2 tshirt (noir/M); put 1 tshirt (noir/XL)
shop | les baskets noires en 42 et les blanches en 40 | put noires (42); put blanches (40)
shop | baskets noires pointure 45 c'est dispo ? | ask_stock noires !45
shop | mettez 43 au lieu de 42 | replace ^ (43) < ^ (42)
shop | c'est XL pas L | replace ^ (XL) < ^ (L)
shop | un jean en 32 ou 34 avec ourlet | put 1 jean +ourlet
shop | 10 ciment 45, 5 fer de 8, 2 kg de pointes de 10 | put 10 ciment45; put 5 fer (8 mm); put 2 clous (10 cm)
shop | fer 10 : 15 barres | put 15 fer (10 mm)
shop | un pinceau petit et un grand | put 1 pinceau (petit); put 1 pinceau (grand)
shop | livrez a Zone 4 | delivery; zone zone4
"""


@pytest.mark.parametrize("row", READ.strip().splitlines())
def test_a_message_is_read(row: str) -> None:
    shop, text, expected = (part.strip() for part in row.split(" | "))
    assert told(understand(text, lexicon(shop))) == expected


ANSWERS = """
zone | c'est à la medina | | zone medina
zone | j'habite Tilene svp | | zone medina
zone | pikine | | zone «pikine»
zone | ouakam cité avion villa 8 | | zone ouakam; address cité avion villa 8
address | derrière le marché, maison verte | | address derrière le marché, maison verte
address | rue 22 angle 27, au nom de Awa | | address rue 22 angle 27; name Awa
address | c'est combien la livraison ? | | ask_delivery
address | ajoutez 2 nems | | put more 2 nems
name | c'est Awa Diop | | name Awa Diop
name | Rose s'il vous plaît | | name Rose
name | annulez | | cancel
confirm | oui c'est bon | | yes
confirm | ça va | | yes
confirm | non c'est pas ça | | no
confirm | oui et rajoutez un coca | | yes; put more 1 coca
variant | l'entier | poulet | put ^ (entier)
variant | 1 litre | bissap | put ^ (1 L)
choice | le poisson | yassa-poulet,yassa-poisson | put yassa-poisson
choice | le sucré | sucre,non-sucre | put sucre
choice | une pizza menthe | yassa-poulet,yassa-poisson | put 1 «une pizza menthe»
choice | bissap menthe | yassa-poulet,yassa-poisson | put «bissap menthe»
choice | le deuxième | yassa-poulet,yassa-poisson | pick 2
quantity | 4 | nems | set_quantity 4 ^
stock | laissez alors | nems | no
delivery | je viens chercher | | pickup
delivery | chez moi | | delivery
time | vers 13h | | time vers 13h
"""


@pytest.mark.parametrize("row", ANSWERS.strip().splitlines())
def test_a_bare_answer_is_read_by_its_question(row: str) -> None:
    asked, text, about, expected = (part.strip() for part in row.replace("| |", "| - |").split(" | "))
    question: Asked = asked  # type: ignore[assignment]
    skus = () if about == "-" else tuple(about.split(","))
    assert told(understand(text, lexicon("restaurant"), question, skus)) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("tshirt rouge M", "tshirt (rouge/M)"),
        ("fer 8", "fer (8 mm)"),
        ("gravier", "«gravier»"),
        ("baskets", "blanches|noires"),
    ],
)
def test_a_name_alone_has_no_quantity(text: str, expected: str) -> None:
    assert shown(name_product(text, lexicon("shop"))) == expected


def test_words_that_two_products_begin_with_pick_none() -> None:
    (act,) = understand("1 jus", lexicon("restaurant"))
    assert act.mention is not None
    assert {one.sku for one in act.mention.found} == {"bissap", "bouye"}
    assert not act.mention.sku


def test_what_is_called_so_first_of_all_is_put_and_what_has_the_word_behind_may_be_taken_away() -> None:
    (put,), (removed,) = (understand(text, lexicon("restaurant")) for text in ("1 poulet", "enlevez le poulet"))
    assert put.mention is not None
    assert removed.mention is not None
    assert put.mention.sku == "poulet"
    assert {one.sku for one in removed.mention.found} == {"yassa-poulet", "poulet"}


def test_what_is_not_sold_has_neighbours() -> None:
    assert [one.sku for one in lexicon("restaurant").nearest("jus de mangue")] == ["bissap", "bouye"]


@pytest.mark.parametrize(
    "text",
    [
        "a" * 100_000, "poulet " * 20_000, "9" * 100_000, "😀" * 50_000, "p\u200bo\u200bulet " * 5_000, "\ud800", "",
        "\x00\x01", "e" + "\u0301" * 20_000, "au nom de " * 300, "rue a, " * 300, "2 " * 1_000, "." * 2_000,
        ", ".join("2 nems" for _ in range(500)), "non " * 500, "1/0 yassa", "²³¹ coca", "٣ coca",
    ],
)  # fmt: skip
@pytest.mark.parametrize("asked", [None, "address", "name", "zone", "confirm", "choice"])
def test_whatever_comes_the_reading_ends_and_is_bounded(text: str, asked: Asked | None) -> None:
    acts = understand(text, lexicon("restaurant"), asked, ("yassa-poulet", "yassa-poisson"))
    assert 0 < len(acts) <= 20
    assert all(len(act.text) <= 2_000 for act in acts)


@pytest.mark.parametrize(
    ("text", "quantity", "unsure"),
    [
        ("1000000000 nems", 10**9, False),
        ("9" * 30 + " nems", 10**9, False),
        ("-5 nems", None, True),
        ("2 ou 3 nems", None, True),
    ],
)
def test_strange_quantities_are_told_and_never_guessed(text: str, quantity: int | None, unsure: bool) -> None:
    (act,) = understand(text, lexicon("restaurant"))
    assert act.mention is not None
    assert (act.mention.sku, act.mention.quantity, act.mention.unsure) == ("nems", quantity, unsure)

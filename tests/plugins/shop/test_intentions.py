"""What customers intend with what they write: an order, something that was or may be, one of two, a part of it."""

import pytest
from small_shop import CATALOGUE, Customer

from comptoir.plugins.builtin.clerk.hearing import understood
from comptoir.plugins.shop.understanding import Lexicon

LEXICON = Lexicon(CATALOGUE)


def told(*messages: str) -> tuple[Customer, str]:
    """A customer after these messages, and what was said to the last."""
    awa, said = Customer(), ""
    for text in messages:
        said = awa.does(*understood(text, LEXICON, awa.sale), text=text)
    return awa, said


def after(*messages: str) -> str:
    """What is in the cart, and what is asked then."""
    awa, _ = told(*messages)
    lines = [" ".join((str(pieces), "+".join((sku, *options)))) for sku, pieces, options in awa.lines]
    return " ".join(filter(None, (", ".join(lines) or "-", f"?{awa.asked}" if awa.asked else "")))


TOLD = """
hier j'ai pris 2 poulets c'était bon
la dernière fois vous avez oublié mon poulet
j'avais commandé 2 poulets la semaine passée et c'était froid
mon mari a mangé 2 poulets braisés chez vous
je passerai demain peut-être prendre 2 poulets
la prochaine fois je prendrai 3 poulets
j'aimerais bien 2 poulets mais j'ai pas d'argent
quand j'aurai l'argent je prendrai 2 poulets
je vais voir pour le poulet braisé
j'ai pris 2 poulets, 6 oeufs et 1 poisson braisé hier
vous m'avez livré 2 poulets au lieu de 3
si j'en prends 3 poulets vous livrez ?
si vous aviez du poisson j'en aurais pris 3
yesterday I had 2 poulets, it was great
bonjour, j'avais pris 2 poulets hier et il manquait 6 oeufs
mes enfants ont adoré les 2 poulets
je pensais prendre 2 poulets mais bon
je n'ai pas reçu mes 2 poulets
"""


@pytest.mark.parametrize("text", TOLD.strip().splitlines())
def test_what_was_or_may_be_is_no_order(text: str) -> None:
    assert after(text) == "-"


ORDERED = """
ma cousine a pris 3 poulets hier, moi je veux 6 oeufs | 6 oeufs ?delivery
j'ai déjà pris 2 poulets, ajoute 6 oeufs | 6 oeufs ?delivery
on m'a dit que vos poulets sont bons, j'en veux 2 | 2 poulet ?delivery
2 poulets, la dernière fois c'était trop bon | 2 poulet ?delivery
je voulais 2 poulets svp | 2 poulet ?delivery
j'aurais voulu 2 poulets | 2 poulet ?delivery
j'ai dit 2 poulets | 2 poulet ?delivery
j'ai oublié 6 oeufs | 6 oeufs ?delivery
il me faudra 2 poulets demain à midi | 2 poulet ?delivery
2 poulets // non j'ai pris 3 poulets | 3 poulet ?delivery
2 poulets // vous avez oublié 6 oeufs | 2 poulet, 6 oeufs ?delivery
j'hésite entre poulet et poisson | - ?choice
j'hésite entre poulet et poisson // poisson | 1 poisson ?delivery
si je prends 2 poulets c'est combien ? | -
soit 1 poulet soit 1 poisson | - ?choice
donne moi du poulet sinon du poisson | - ?choice
1 tshirt M rouge ou bleu | - ?variant
1 poulet comme hier | 1 poulet ?delivery
je ne sais pas si je prends poulet ou poisson | - ?choice
2 poulets ou poissons // poisson | 2 poisson ?delivery
1 poulet, 1 poisson // change le poisson par un deuxième poulet | 2 poulet ?delivery
"""


@pytest.mark.parametrize("row", ORDERED.strip().splitlines())
def test_what_is_wanted_now_is_ordered_and_one_of_two_is_asked(row: str) -> None:
    said, came = row.split(" | ")
    assert after(*said.split(" // ")) == came


PARTS = """
2 poulets dont 1 avec frites | 1 poulet, 1 poulet+frites
2 poulets (dont 1 avec frites) | 1 poulet, 1 poulet+frites
2 poulets avec frites sur un seul | 1 poulet, 1 poulet+frites
2 poulets, frites seulement sur un | 1 poulet, 1 poulet+frites
2 poulets, piment sur l'un des deux | 1 poulet, 1 poulet+piment
3 poulets avec frites et piment sur un seul | - ?quantity
2 poulets // 1 avec frites | 1 poulet, 1 poulet+frites
2 poulets // frites sur un seul | 1 poulet, 1 poulet+frites
2 poulets // l'un avec frites l'autre sans | 1 poulet, 1 poulet+frites
2 poulets // les 2 avec frites | 2 poulet+frites
2 poulets // avec frites | 2 poulet+frites
2 poulets // et 1 avec frites | 2 poulet, 1 poulet+frites
2 poulets // 1 avec frites // 2 avec frites | 1 poulet, 1 poulet+frites ?choice
2 poulets // 1 avec frites // 1 avec frites | 1 poulet, 1 poulet+frites
1 poulet // 1 avec frites | 1 poulet+frites
1 poulet // avec 2 frites | 1 poulet ?quantity
2 poulets avec frites // enlève les frites sur un | 1 poulet, 1 poulet+frites
3 poulets avec frites // sans frites pour un | 1 poulet, 2 poulet+frites
2 poulets avec frites // 1 sans frites | 1 poulet, 1 poulet+frites
2 poulets // 1 sans oignon | 2 poulet
2 poulets // ajoute des frites | 2 poulet+frites
2 poulets et 1 poisson, frites sur un poulet | 1 poisson, 1 poulet, 1 poulet+frites
je voudrais passer une commande : 2 poulets (dont 1 avec frites) | 1 poulet, 1 poulet+frites
"""


@pytest.mark.parametrize("row", PARTS.strip().splitlines())
def test_extras_are_on_the_pieces_that_were_said(row: str) -> None:
    said, came = row.split(" | ")
    cart, _, asked = after(*said.split(" // ")).partition(" ?")
    asks = "" if asked == "delivery" else f" ?{asked}"
    assert ", ".join(sorted(cart.split(", "), key=lambda one: one.split()[1:])) + asks == came


OURS = "Chez nous, Poulet braisé est à 3\u202f500\u202fF."
PRICES = """
1 poulet à 3000 | 1 poulet ?delivery | differs
je prends 2 poulets à 3000 francs | 2 poulet ?delivery | differs
je veux 2 poulets pour 6000 | 2 poulet ?delivery | differs
1 poulet à 3000 et 6 oeufs | 1 poulet, 6 oeufs ?delivery | differs
le poulet c'est 3000 non ? | - | differs
on m'a dit que le poulet est à 3000 | - | differs
faites moi le poulet à 3000 | - ?quantity | differs
1 poulet // c'est 3000 non ? | 1 poulet ?delivery | differs
1 poulet // à 3000 ? | 1 poulet ?delivery | differs
1 poulet // et c'est 900 non ? | 1 poulet ?delivery | differs
c'est trop cher, 3000 le poulet | - | differs
1 poulet à 3500 | 1 poulet ?delivery | is right
2 poulets à 7000 | 2 poulet ?delivery | is right
2 poulets avec frites à 4000 | 2 poulet+frites ?delivery | is right
c'est bien 3500 le poulet ? | - | is right
2 poulets livrés à la villa 3000 | 2 poulet ?zone | is right
2 poulets, j'ai un billet de 10000 | 2 poulet ?delivery | is right
du poulet pour 7000f | - ?quantity | is right
"""


@pytest.mark.parametrize("row", PRICES.strip().splitlines())
def test_a_price_that_is_not_the_shops_is_said_back(row: str) -> None:
    messages, came, price = row.split(" | ")
    assert after(*messages.split(" // ")) == came
    assert (OURS in told(*messages.split(" // "))[1]) == (price == "differs")


PLACES = """
2 poulets livrer à Médina Gounass | - | - | zone
2 poulets livrer à Médina Gounass // oui | medina | - | address
2 poulets livrer à Médina Gounass // non | - | - | zone
2 poulets livraison à Ouest foire medina | - | - | zone
2 poulets livraison à Poisso | - | - | zone
2 poulets livraison médina Gounass villa 12 | medina | Gounass villa 12 | name
2 poulets livraison médina, villa 12 | medina | villa 12 | name
2 poulets // livraison // Médina Gounass | medina | Gounass | name
2 poulets livraison médina // rue 5 // non pas médina plateau | plateau | rue 5 | name
livrez à la médina villa 12 derrière la mosquée 2 poulets et 6 oeufs | medina | villa 12 derrière la mosquée | name
2 oeufs livraison médina // rue 22 villa 5 et ajoutez 1 poulet | medina | rue 22 villa 5 | name
2 oeufs livraison médina // derrière le marchand de poulet | medina | derrière le marchand de poulet | name
2 oeufs livraison médina // c'est combien la livraison ? | medina | - | address
2 oeufs livraison médina // 📍 | medina | - | address
2 oeufs livraison médina // 12 | medina | - | address
"""


@pytest.mark.parametrize("row", PLACES.strip().splitlines())
def test_it_goes_where_they_said_and_nothing_is_lost_in_the_address(row: str) -> None:
    messages, zone, address, asked = row.split(" | ")
    awa, _ = told(*messages.split(" // "))
    assert (awa.sale.draft.zone or "-", awa.sale.draft.address or "-", awa.asked) == (zone, address, asked)
    assert sum(pieces for _, pieces, _ in awa.lines) == (8 if "6 oeufs" in row else 3 if "1 poulet" in row else 2)

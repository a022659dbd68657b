"""What a customer shows of a transfer: it waits for the owner's word, and nothing else makes it paid."""

from dataclasses import replace

import pytest
from small_shop import CATALOGUE

from comptoir.plugins.api import Context, Message, Plugin, Quote, ReceivedFile, Verdict
from comptoir.plugins.builtin.clerk import Clerk
from comptoir.plugins.builtin.clerk.config import ClerkConfig
from comptoir.plugins.builtin.clerk.payment import TEXTS, take_claim, take_picture, take_reference
from comptoir.plugins.shop.model import CartLine, Catalogue, Draft, MarkPayment, PlaceOrder, Product, Variant
from comptoir.plugins.testing import TENANT, Person, Play, Player

SHOP = replace(TENANT, catalogue=Catalogue("XOF", (Product("riz", "Riz", (Variant("riz", 500),)),)))
RECEIPT = ReceivedFile("image/jpeg", 9, kept=True)
WAVE = ClerkConfig(payment="Payez {total} par Wave, référence {number}.")


class Cashier(Plugin):
    """`achète` orders; what begins with `ref ` is a reference; the rest is offered as a picture and as a claim."""

    name = "clerk"
    texts = TEXTS
    wave = WAVE

    async def message(self, context: Context, message: Message) -> Verdict:
        if message.text == "achète":
            catalogue = await context.catalogue()
            assert catalogue is not None
            draft = Draft((CartLine("riz", 2),), "pickup", name="Awa")
            context.do(PlaceOrder(draft, catalogue.version, 1000, "Merci", prepaid=True))
        elif message.text.startswith("paie "):
            number, state = message.text.split()[1:]
            context.do(MarkPayment(int(number), "paid" if state == "oui" else "open"))
        elif message.text.startswith("ref "):
            taken = await take_reference(context, message.text[4:], self.wave, message.text)
            context.explain(str(taken))
        else:
            taken = await take_picture(context, message, self.wave) or await take_claim(context, message, self.wave)
            context.explain(str(taken))
        return Verdict.STOP


@pytest.fixture
def shop(play: Player) -> Play:
    return play(Cashier, tenant=SHOP)


def state(play: Play, number: int = 1) -> tuple[str, str]:
    order = play.shop.placed[number]
    return order.state, order.payment


def sends(person: Person, caption: str = "", quote: Quote | None = None) -> bool:
    return person.says(caption, "image", content=RECEIPT, quote=quote).explained[-1] == "True"


def test_a_reference_waits_for_the_owners_word(shop: Play) -> None:
    awa = shop.customer()
    awa.says("achète")
    heard = awa.says("ref T-1234 ABCD")
    assert "vérifions" in heard.texts[0]
    assert "T-1234 ABCD" in heard.notices[0]
    assert state(shop) == ("new", "to_check")
    shop.owner().says("paie 1 oui")
    assert state(shop) == ("confirmed", "paid")


def test_a_reference_that_was_given_before_is_not_taken_again(shop: Play) -> None:
    awa, binta = shop.customer(), shop.customer("Binta", "+221770000002")
    awa.says("achète")
    binta.says("achète")
    awa.says("ref T1234ABCD")
    heard = binta.says("ref t1234-abcd")
    assert "déjà été donnée" in heard.texts[0]
    assert heard.notices[0].startswith("Commande n° 2 : attention, ")
    assert "déjà servi" in heard.notices[0]
    assert state(shop, 2) == ("new", "open")


def test_a_screenshot_is_one_where_something_is_to_be_paid(shop: Play) -> None:
    awa = shop.customer()
    assert not sends(awa), "nothing was ordered"
    awa.says("achète")
    assert not sends(awa, "vous avez ce modèle ?")
    assert not sends(awa, "", Quote(1, "image", "Riz", ours=True)), "that is about the product in the picture"
    assert state(shop) == ("new", "open")
    assert sends(awa, "voici le reçu")
    assert state(shop) == ("new", "to_check")
    shop.owner().says("paie 1 oui")
    assert not sends(awa), "it is paid"


def test_a_picture_long_after_the_order_is_no_payment(shop: Play) -> None:
    awa = shop.customer()
    awa.says("achète")
    shop.passes(days=8)
    assert not sends(awa)


def test_of_several_orders_the_named_one_is_paid_else_the_one_that_nothing_was_shown_for(shop: Play) -> None:
    awa = shop.customer()
    for _ in range(3):
        awa.says("achète")
    awa.says("ref commande 1 : AAA111")
    assert [state(shop, number)[1] for number in (1, 2, 3)] == ["to_check", "open", "open"]
    awa.says("ref BBB222")
    assert [state(shop, number)[1] for number in (1, 2, 3)] == ["to_check", "open", "to_check"]


@pytest.mark.parametrize(
    ("said", "claims"),
    [
        ("J'ai déjà payé !", True),
        ("paiement fait svp", True),
        ("je vais payer demain", False),
        ("comment je paye ?", False),
    ],
)
def test_who_says_that_they_have_paid_is_asked_for_the_reference(shop: Play, said: str, claims: bool) -> None:
    awa = shop.customer()
    awa.says("achète")
    texts = awa.says(said).texts
    assert any("référence du transfert" in text for text in texts) is claims
    assert state(shop) == ("new", "open"), "saying so is not paying"


def test_without_a_text_about_paying_nothing_is_taken_for_a_payment(play: Player) -> None:
    class Cash(Cashier):
        wave = ClerkConfig()

    made = play(Cash, tenant=SHOP)
    awa = made.customer()
    awa.says("achète")
    assert not sends(awa, "paiement")


@pytest.fixture
def awa(play: Player) -> Person:
    """She has an order at a real clerk's that is to be paid."""
    made = play(Clerk, tenant=replace(TENANT, catalogue=CATALOGUE), config={"clerk": {"payment": WAVE.payment}})
    awa = made.customer("Awa Diop")
    awa.says("2 poulets braisés, je passe les prendre")
    awa.says("oui")
    return awa


@pytest.mark.parametrize(
    ("said", "reference"),
    [
        ("WV123456789", "WV123456789"),
        ("PP240101.1234.A12345", "PP240101.1234.A12345"),
        ("TID: WV123456789", "WV123456789"),
        ("T_ABC-12 34.56", "T_ABC-12 34.56"),
        ("c'est TX99AB77 svp", "TX99AB77"),
    ],
)
def test_a_reference_may_be_all_that_they_write(awa: Person, said: str, reference: str) -> None:
    heard = awa.says(said)
    assert "vérifions" in heard.texts[0]
    assert f"Référence : {reference}\n" in heard.notices[0]


@pytest.mark.parametrize("said", ["2 poulets", "10000fcfa", "14h30-15h00", "rue 22 angle 27", "771234567", "2000"])
def test_other_figures_are_no_reference(awa: Person, said: str) -> None:
    awa.says(said)
    assert state(awa.play) == ("confirmed", "open")


def test_figures_alone_are_one_for_who_was_just_asked_for_it(awa: Person) -> None:
    awa.says("j'ai payé")
    awa.says("123456789012")
    assert state(awa.play) == ("confirmed", "to_check")


@pytest.mark.parametrize("said", ["c'est payé, ref TX12345ABC", "J'ai payé par Wave. Référence : TX12345ABC"])
def test_a_reference_in_the_sentence_that_says_it_is_paid_is_not_asked_for(awa: Person, said: str) -> None:
    heard = awa.says(said)
    assert "vérifions" in heard.texts[0]
    assert "TX12345ABC" in heard.notices[0]
    assert state(awa.play) == ("confirmed", "to_check")
    assert "Nous vérifions votre paiement de la commande n° 1" in awa.says("c'est payé !").texts[0]

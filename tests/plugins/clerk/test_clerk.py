"""The clerk as a customer meets it: read, asked, ordered, told, and handed over."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from small_shop import CATALOGUE

from comptoir.plugins.api import Handover, Place, Plugin, ReceivedFile
from comptoir.plugins.builtin.answers import Answers
from comptoir.plugins.builtin.clerk import Clerk
from comptoir.plugins.builtin.handover import Handovers
from comptoir.plugins.shop.model import ChangeProduct, MoveOrder, ShopEffect
from comptoir.plugins.testing import TENANT, Person, Play, Player
from comptoir.plugins.testing.selling import Doing

SHOP = replace(TENANT, catalogue=CATALOGUE)
ALL_AT_ONCE = "Bonjour, 2 poulets braisés, livraison à la Médina, rue 22 angle 27, au nom de Awa Diop"

Opens = Callable[..., Play]


@pytest.fixture
def opens(play: Player) -> Opens:
    """A shop with these settings; other plugins stand behind the clerk."""

    def begin(*others: type[Plugin], answers: object = (), **settings: object) -> Play:
        config = {"clerk": settings, "answers": {"entries": answers}} if answers else {"clerk": settings}
        return play(Clerk, *others, tenant=SHOP, config=config)

    return begin


def says(person: Person, *texts: str) -> str:
    """What is said to the last of them."""
    return "\n".join([person.says(text).texts for text in texts][-1])


def owner_does(shop: Play, effect: ShopEffect) -> None:
    shop.shop.do(Doing(shop.owner().contact, shop.now, None, "owner"), effect)


def asked(person: Person) -> str:
    state = person.play.state("clerk", "sale", person)
    assert isinstance(state, dict)
    return str(state["asked"]["kind"])  # type: ignore[call-overload, index]  # as `Sale.as_json` writes it


def test_a_sale_from_hello_to_the_receipt(opens: Opens) -> None:
    shop = opens(payment="Payez {total} par Wave, référence {number}.")
    awa = shop.customer()
    assert says(awa, "bonjour") == "Bonjour Awa 👋 Ici Chez Awa. Que désirez-vous ?"
    summary = says(awa, ALL_AT_ONCE)
    assert "*Total : 8\u202f000\u202fF*" in summary
    assert shop.shop.placed == {}
    heard = awa.says("oui")
    (order,) = shop.shop.placed.values()
    assert (order.priced.total, order.state, order.customer) == (8000, "confirmed", "Awa Diop")
    assert heard.texts == [
        "✅ Commande n° 1 confirmée, merci Awa Diop !\n• 2 × Poulet braisé : 7\u202f000\u202fF\n"
        "Livraison à Médina : 1\u202f000\u202fF\nAdresse : rue 22 angle 27\nNom : Awa Diop\n*Total : 8\u202f000\u202fF*"
        "\n\nPayez 8\u202f000\u202fF par Wave, référence 1."
    ]
    assert "Commande n° 1 · Awa Diop, +221770000001" in heard.notices[0]


def test_an_order_that_is_paid_first_stays_new(opens: Opens) -> None:
    shop = opens(prepaid=True)
    awa = shop.customer()
    assert "dès votre paiement" in says(awa, ALL_AT_ONCE, "oui")
    assert shop.shop.placed[1].state == "new"


def test_the_name_on_whatsapp_is_taken_and_shown(opens: Opens) -> None:
    awa = opens().customer("Awa Ndiaye")
    assert "Nom : Awa Ndiaye" in says(awa, "2 poulets braisés, je passe les prendre")
    nobody = opens().customer("🌹")
    says(nobody, "2 poulets braisés, je passe les prendre")
    assert asked(nobody) == "name"


def test_nothing_that_a_customer_writes_changes_a_price(opens: Opens) -> None:
    shop = opens()
    awa = shop.customer()
    said = says(awa, "je veux 2 poulets braisés à 500 F, je passe les prendre", "c'est gratuit hein, total 0 F")
    assert "Total : 7\u202f000\u202fF" in said or "7\u202f000\u202fF" in says(awa, "mon panier ?")
    says(awa, "prix poulet 10")
    assert {variant.price for variant in CATALOGUE.products[0].variants} == {3500}
    for text in ("oui", "oui", "oui"):
        says(awa, text)
    assert all(order.priced.total == 7000 for order in shop.shop.placed.values())


def test_a_price_that_the_owner_changes_is_shown_before_anything_is_ordered(opens: Opens) -> None:
    shop = opens()
    awa = shop.customer()
    says(awa, ALL_AT_ONCE)
    owner_does(shop, ChangeProduct("poulet", "price", 4000))
    said = says(awa, "oui")
    assert shop.shop.placed == {}
    assert "prix a changé" in said
    assert "9\u202f000\u202fF" in said
    says(awa, "oui")
    assert shop.shop.placed[1].priced.total == 9000


def test_a_shared_location_is_the_address(opens: Opens) -> None:
    shop = opens()
    awa = shop.customer()
    says(awa, "2 poulets braisés", "livraison", "médina")
    assert asked(awa) == "address"
    heard = awa.says("", "location", content=Place(14.68, -17.45))
    assert "position partagée" in heard.texts[0]
    says(awa, "oui")
    assert shop.shop.placed[1].draft.spot is not None


def test_a_location_without_a_sale_is_left_to_others(opens: Opens) -> None:
    awa = opens().customer()
    assert awa.says("", "location", content=Place(14.68, -17.45)).stopped_by is None


def test_a_question_that_another_plugin_answers_and_then_ours_again(opens: Opens) -> None:
    shop = opens(Answers, answers=({"words": ["wifi"], "text": "Le wifi est gratuit."},))
    awa = shop.customer()
    says(awa, "2 poulets braisés")
    assert says(awa, "le wifi c'est gratuit ?") == "Le wifi est gratuit."
    again = shop.passes(seconds=10)
    assert again.texts == ["On vous livre, ou vous venez chercher la commande ?"]


def test_a_question_that_nobody_answers_goes_to_the_owner_and_the_sale_goes_on(opens: Opens) -> None:
    shop = opens(Handovers)
    awa = shop.customer()
    says(awa, "2 poulets braisés")
    heard = awa.says("vous prenez orange money ?")
    assert "je passe votre question" in heard.texts[0]
    assert heard.texts[0].endswith("On vous livre, ou vous venez chercher la commande ?")
    assert "orange money" in heard.notices[0]
    assert not any(isinstance(effect, Handover) for effect in heard.effects)
    assert shop.passes(seconds=10).texts == []


@pytest.mark.parametrize("said", ["vous prenez orange money {}\n{} ?", "je veux parler à quelqu'un {}\n{}"])
def test_their_words_pass_for_no_notice_of_ours(opens: Opens, said: str) -> None:
    awa = opens().customer("Awa {number}")
    says(awa, "2 poulets braisés")
    (notice,) = awa.says(said.format("{number}", "🙋 Moussa attend")).notices
    assert notice.startswith(("❓ Awa (number) ", "🙋 Awa (number) "))
    assert "(number) 🙋 Moussa attend" in notice


def test_after_two_messages_that_are_not_understood_a_person_goes_on(opens: Opens) -> None:
    shop = opens(Handovers)
    awa = shop.customer()
    says(awa, "2 poulets braisés")
    assert "pas bien compris" in says(awa, "xyzzy plugh")
    heard = awa.says("frotz gnusto")
    assert awa.chat.conversation.state == "pending"
    assert "2 Poulet braisé" in heard.notices[0]


def test_a_slip_of_the_finger_is_no_message(opens: Opens) -> None:
    shop = opens(Handovers)
    awa = shop.customer()
    says(awa, "2 poulets braisés")
    for _ in range(3):
        assert awa.says("...").texts == []
    assert awa.chat.conversation.state == "open"


def test_what_is_no_sale_is_left_to_others(opens: Opens) -> None:
    awa = opens().customer()
    for text in ("vous ouvrez à quelle heure ?", "xyzzy"):
        heard = awa.says(text)
        assert (heard.texts, heard.stopped_by) == ([], None)


def test_what_is_not_sold_may_be_another_plugins_word(opens: Opens) -> None:
    entry = {"words": ["réserver"], "text": "Réservez au 33 800 00 00."}
    awa = opens(Answers, answers=(entry,)).customer()
    assert says(awa, "je voudrais réserver une table pour samedi") == "Réservez au 33 800 00 00."
    assert "nous n'avons pas" in says(awa, "vous avez du caviar ?")


@pytest.mark.parametrize(
    "text",
    [
        "mouais faut voir", "oui attends", "ok on verra", "oui peut-être", "oui non", "non oui", "oui mais non", "oui?",
        "ok ?", "c'est bon ou pas", "pourquoi oui", "si je dis oui vous livrez quand ?", "oui si vous livrez",
        "oui c'est cher", "ok bye", "oui oui mais le total est faux", "oui 2", "oui à 2000", "ok pour 2000f",
        "d'accord mais 2000", "oui au prix de ma soeur", "c'est pas bon", "oui xyzzy",
    ],
)  # fmt: skip
def test_no_order_is_placed_on_a_yes_with_anything_else(opens: Opens, text: str) -> None:
    shop = opens()
    awa = shop.customer()
    says(awa, ALL_AT_ONCE, text)
    assert shop.shop.placed == {}


@pytest.mark.parametrize(
    "text",
    [
        "oui", "Ouiii", "ok", "oui c'est bon merci", "c'est ça", "je confirme", "ok d'accord chef", "parfait", "👍",
        "oui pas de souci", "wi c bon", "c'est bon envoyez", "oui merci beaucoup madame", "ok ça marche",
        "oui médina c'est bon", "oui 2 poulets braisés c'est ça",
    ],
)  # fmt: skip
def test_an_order_is_placed_on_a_yes_however_it_is_said(opens: Opens, text: str) -> None:
    shop = opens()
    awa = shop.customer()
    says(awa, ALL_AT_ONCE, text)
    assert len(shop.shop.placed) == 1


def test_what_seems_to_change_the_order_and_was_not_read_is_asked_about(opens: Opens) -> None:
    shop = opens(Handovers)
    awa = shop.customer()
    says(awa, "2 poulets braisés")
    assert "Je n'ai pas compris « finalement glorp plutôt »" in says(awa, "finalement glorp plutôt")
    assert asked(awa) == "choice"
    says(awa, "rien")
    assert asked(awa) == "delivery"


def test_a_wish_for_whoever_prepares_it_is_noted(opens: Opens) -> None:
    shop = opens()
    awa = shop.customer()
    assert "À noter : bien cuit hein" in says(awa, "2 poulets braisés, je passe les prendre", "bien cuit hein")
    says(awa, "oui")
    assert shop.shop.placed[1].draft.note == "bien cuit hein"


def test_one_hello_is_enough(opens: Opens) -> None:
    awa = opens().customer()
    assert says(awa, "bonjour, 2 poulets braisés").startswith("Bonjour Awa")
    assert not says(awa, "slt, et 3 oeufs").startswith("Bonjour")


def test_who_wants_a_person_gets_one(opens: Opens) -> None:
    for others in ((), (Handovers,)):
        awa = opens(*others).customer()
        says(awa, "2 poulets braisés")
        awa.says("je veux parler à quelqu'un")
        assert awa.chat.conversation.state == "pending"


def test_the_state_of_an_order_is_told_to_whose_it_is(opens: Opens) -> None:
    shop = opens()
    awa, moussa = shop.customer(), shop.customer("Moussa", "+221770000002")
    says(awa, ALL_AT_ONCE, "oui")
    assert says(awa, "ma commande est où ?") == "Commande n° 1 (8\u202f000\u202fF) : confirmée."
    assert "pas de commande" in says(moussa, "ma commande est où ?")
    assert "8\u202f000" not in says(moussa, "et ma commande 1 ?")


def test_a_customer_cancels_their_own_order_after_a_yes(opens: Opens) -> None:
    shop = opens()
    awa = shop.customer()
    says(awa, ALL_AT_ONCE, "oui")
    assert "Annuler la commande n° 1" in says(awa, "annulez ma commande")
    assert shop.shop.placed[1].state == "confirmed"
    says(awa, "non")
    assert shop.shop.placed[1].state == "confirmed"
    heard = [awa.says(text) for text in ("annulez ma commande", "oui")][-1]
    assert shop.shop.placed[1].state == "cancelled"
    assert "annulée" in heard.texts[0]
    assert "annulée" in heard.notices[0]


def test_only_the_order_that_is_meant_is_cancelled(opens: Opens) -> None:
    shop = opens()
    awa = shop.customer()
    says(awa, ALL_AT_ONCE, "oui", "3 oeufs, même adresse", "oui")
    assert "Je ne trouve pas de commande n° 7" in says(awa, "annuler la commande 7")
    assert "n° 2" in says(awa, "annuler")
    assert "n° 1" in says(awa, "la 1")
    says(awa, "oui")
    assert [order.state for order in shop.shop.placed.values()] == ["cancelled", "confirmed"]


def test_a_yes_that_comes_later_cancels_nothing(opens: Opens) -> None:
    shop = opens()
    awa = shop.customer()
    says(awa, ALL_AT_ONCE, "oui", "annulez ma commande", "xyzzy", "oui")
    assert shop.shop.placed[1].state == "confirmed"


def test_where_it_goes_is_changed_by_a_person_too(opens: Opens) -> None:
    awa = opens().customer()
    assert "déjà passée" in says(awa, ALL_AT_ONCE, "oui", "finalement livrez moi au plateau")
    assert awa.chat.conversation.state == "pending"


def test_an_order_that_is_being_made_is_cancelled_by_a_person_only(opens: Opens) -> None:
    shop = opens()
    awa = shop.customer()
    says(awa, ALL_AT_ONCE, "oui")
    owner_does(shop, MoveOrder(1, "preparing"))
    assert "en préparation" in says(awa, "annulez ma commande")
    assert shop.shop.placed[1].state == "preparing"
    assert awa.chat.conversation.state == "pending"


def test_changing_an_order_that_is_placed_goes_to_a_person(opens: Opens) -> None:
    shop = opens()
    awa = shop.customer()
    says(awa, ALL_AT_ONCE, "oui")
    assert "déjà passée" in says(awa, "enlevez un poulet braisé de ma commande")
    assert awa.chat.conversation.state == "pending"
    assert shop.shop.placed[1].priced.total == 8000


def test_a_second_order_in_the_chat(opens: Opens) -> None:
    shop = opens()
    awa = shop.customer()
    says(awa, ALL_AT_ONCE, "oui", "je veux aussi 6 œufs, même adresse")
    says(awa, "oui")
    assert [order.priced.total for order in shop.shop.placed.values()] == [8000, 1600]
    assert shop.shop.placed[2].draft.address == "rue 22 angle 27"


def test_a_cart_left_for_days_is_asked_about(opens: Opens) -> None:
    shop = opens()
    awa = shop.customer()
    says(awa, "2 poulets braisés")
    shop.passes(days=3)
    assert "Vous aviez commencé un panier" in says(awa, "bonjour")
    says(awa, "non")
    assert "vide" in says(awa, "mon panier")


def test_the_last_piece_is_sold_once(opens: Opens) -> None:
    shop = opens()
    texts = "2 tshirt rouge M, je passe les prendre", "oui"
    first, second = shop.customer(), shop.customer("Moussa", "+221770000002")
    for text in texts:
        for customer in (first, second):
            says(customer, text)
    assert len(shop.shop.placed) == 1
    assert asked(second) == "stock"


@pytest.mark.parametrize("texts", [("je viens",), ("pas de poulet",), ("vous avez des œufs ?", "je viens")])
def test_what_was_read_is_never_met_with_silence(opens: Opens, texts: tuple[str, ...]) -> None:
    assert says(opens().customer(), *texts)


def test_a_yes_to_what_is_there_asks_how_many(opens: Opens) -> None:
    awa = opens().customer()
    assert "combien" in says(awa, "vous avez des œufs ?", "oui")
    assert "6 Œufs" in says(awa, "6")


@pytest.mark.parametrize(("kind", "text"), [("edit", "3 poulets braisés"), ("deletion", "")])
def test_a_message_that_is_changed_later_is_asked_about(opens: Opens, kind: str, text: str) -> None:
    shop = opens()
    awa = shop.customer()
    says(awa, ALL_AT_ONCE)
    assert "que faut-il changer" in awa.says(text, kind).texts[0]
    says(awa, "oui")
    assert shop.shop.placed == {}
    says(awa, "rien")
    says(awa, "oui")
    assert len(shop.shop.placed) == 1


@pytest.mark.parametrize(
    "text",
    [
        "je suis allergique aux arachides, le poulet braisé je peux ?",
        "le poulet braisé c'est bon pour femme enceinte ?", "je peux rendre un t-shirt ?",
        "le t-shirt est garanti ?", "le poulet braisé c'est halal ?",
    ],
)  # fmt: skip
def test_what_no_price_list_answers_is_never_answered_with_a_yes(opens: Opens, text: str) -> None:
    shop = opens(Handovers)
    awa = shop.customer()
    heard = awa.says(text)
    assert not any("Oui" in said or "noté" in said for said in heard.texts)
    assert awa.chat.conversation.state == "pending"


def test_a_complaint_is_for_a_person(opens: Opens) -> None:
    awa = opens().customer()
    awa.says("réclamation, ma commande est froide")
    assert awa.chat.conversation.state == "pending"


def test_a_shop_that_neither_delivers_nor_is_come_to_is_a_mistake(play: Player) -> None:
    nowhere = replace(SHOP, catalogue=replace(CATALOGUE, zones=()))
    shop = play(Clerk, tenant=nowhere, config={"clerk": {"pickup": False}})
    assert [mistake.key for mistake in shop.mistakes] == [("pickup",)]


def test_a_name_that_is_not_in_the_team_is_a_mistake(play: Player) -> None:
    assert [mistake.key for mistake in play(Clerk, tenant=SHOP, config={"clerk": {"to": ["Bintou"]}}).mistakes]


def test_groups_and_the_shops_own_people_are_not_sold_to(opens: Opens) -> None:
    shop = opens()
    group = shop.customer("Moussa", "group:120363")
    assert group.says("2 poulets braisés", sender="+221770000002").texts == []
    assert shop.owner().says("2 poulets braisés").texts == []


def test_a_shop_without_a_catalogue_has_no_clerk(play: Player) -> None:
    heard = play(Clerk).customer().says("2 poulets braisés")
    assert (heard.texts, heard.stopped_by) == ([], None)


def test_pictures_and_recordings_are_heard_too(opens: Opens) -> None:
    awa = opens().customer()
    picture = awa.says("", "image", content=ReceivedFile("image/jpeg", 10))
    assert picture.stopped_by == "clerk"
    assert picture.notices
    assert awa.says("2 poulets braisés", "image", content=ReceivedFile("image/jpeg", 10)).texts[0].startswith("C'est")


def test_a_number_for_an_address_is_no_number_of_pieces(opens: Opens) -> None:
    awa = opens().customer()
    says(awa, "2 poulets braisés", "livraison à la Médina", "12")
    assert asked(awa) == "address"
    assert "• 2 × Poulet braisé" in says(awa, "rue 22")

"""The owner's desk: who may give orders, what becomes of them, and that a yes is to the question just asked."""

from dataclasses import replace
from datetime import timedelta

import pytest
from counter import SHOP, Counter, opened

from comptoir.plugins.api import Handover, Member, Quote, ReceivedFile
from comptoir.plugins.shop.model import AddProduct, ChangeProduct, MarkPayment, MoveOrder
from comptoir.plugins.testing import Player


@pytest.fixture
def counter(play: Player) -> Counter:
    return opened(play)


def test_an_order_moves_on_and_its_customer_is_told(counter: Counter) -> None:
    counter.awa.says("achète")
    heard = counter.owner.says("1 prête")
    assert heard.texts == ["Commande n° 1 (Awa) : prête."]
    assert [chat for chat, _ in heard.answers] == [counter.awa.contact.chat]
    assert counter.play.shop.placed[1].state == "ready"
    again = counter.owner.says("1 prête")
    assert "déjà prête" in again.texts[0]
    assert again.answers == (), "the customer is not told twice"
    assert counter.says("1 en préparation") == "Commande n° 1 (Awa) : en préparation.", "a slip can be mended"
    counter.says("1 annulée")
    assert "ne change plus" in counter.says("1 prête")
    assert counter.play.shop.placed[1].state == "cancelled"


def test_a_number_that_no_order_has_changes_nothing_and_shows_those_there_are(counter: Counter) -> None:
    counter.awa.says("achète")
    heard = counter.owner.says("7 prête")
    assert "Il n'y a pas de commande 7" in heard.texts[0]
    assert "1 · Awa · 7 000 F · confirmée" in heard.texts[0].replace("\u202f", " ")
    assert heard.answers == ()
    assert "aucune conversation 1" in counter.says("1 c'est noté")
    assert "Pour la commande 1, un de ces mots" in counter.says("1 c'est noté")


def test_a_state_below_a_quoted_notice_is_about_its_order(counter: Counter) -> None:
    counter.awa.says("achète")
    assert "Quelle commande ?" in counter.says("prête")
    heard = counter.owner.says("prête", quote=Quote(1, "text", "🛒 Commande n° 1 · Awa", ours=True))
    assert heard.texts == ["Commande n° 1 (Awa) : prête."]


@pytest.mark.parametrize(
    "notice",
    [
        "📷 Commande 1 (+221770000002) a envoyé une photo sans un mot",
        "❓ Moussa (+221770000002) demande, pendant sa commande : « 1 poulet ? »",
        "Commande n° 2 : attention, commande 1 (+221770000002) donne une référence qui a déjà servi : T1",
    ],
)
def test_what_a_customer_wrote_into_a_notice_is_no_order(counter: Counter, notice: str) -> None:
    counter.awa.says("achète")
    heard = counter.owner.says("annulée", quote=Quote(1, "text", notice, ours=True))
    assert heard.answers == ()
    assert counter.play.shop.placed[1].state == "confirmed"


def test_a_customer_who_writes_commands_is_a_customer(counter: Counter) -> None:
    counter.awa.says("achète")
    for text in ("prix thiof 1", "oui", "1 prête", "1 payée", "stock thiof 0", "pause", "aide", "4 fin", "commandes"):
        heard = counter.awa.says(text)
        assert heard.texts == ["réponse de client"], text
    assert counter.play.shop.placed[1].state == "confirmed"
    assert counter.price("thiof") == 4000


def test_the_owner_among_customers_in_a_group_gives_no_orders(counter: Counter) -> None:
    assert counter.owner.says("prix thiof", sender="+221338000000").texts == ["réponse de client"]


def test_the_teams_own_group_gives_orders_as_the_team_does(play: Player) -> None:
    team = (*SHOP.team, Member("Cuisine", "group:120363001"))
    counter = opened(play, replace(SHOP, team=team))
    counter.awa.says("achète")
    kitchen = counter.play.colleague("Cuisine")
    assert kitchen.says("1 prête", sender="+221770000055").texts == ["Commande n° 1 (Awa) : prête."]
    assert kitchen.says("pause", sender="+221770000055").texts == ["Seul le responsable peut faire cela."]


@pytest.mark.parametrize(
    "text",
    ["1 payée", "1 pas payée", "prix thiof 1", "stock thiof 0", "ajoute gâteau 100", "retire thiof", "pause", "hier"],
)
def test_the_team_moves_orders_but_prices_stock_and_money_are_the_owners(counter: Counter, text: str) -> None:
    counter.awa.says("achète")
    heard = counter.fatou.says(text)
    assert heard.texts == ["Seul le responsable peut faire cela."]
    kinds = (MarkPayment, ChangeProduct, AddProduct)
    assert not any(isinstance(effect, kinds) for effect in heard.effects)
    assert counter.fatou.says("1 prête").texts == ["Commande n° 1 (Awa) : prête."]
    assert counter.fatou.says("stock thiof").texts == ["Thiof : pas compté"]
    assert "prix" not in counter.fatou.says("aide").texts[0]


def test_a_new_price_is_asked_back_and_counts_after_a_yes(counter: Counter) -> None:
    asked = counter.says("prix thiof 4 500").replace("\u202f", " ")
    assert asked == "Thiof : 4 000 F → 4 500 F\nC'est bon ? Répondez OUI pour changer."
    assert counter.price("thiof") == 4000
    counter.says("oui")
    assert counter.price("thiof") == 4500
    assert counter.says("oui") == "Je n'attends pas de réponse de vous."


def test_a_yes_is_to_the_question_just_asked(counter: Counter) -> None:
    counter.says("prix thiof 4500")
    counter.says("commandes")
    assert counter.says("oui") == "Je n'attends pas de réponse de vous.", "something else was said in between"
    counter.says("prix thiof 4500")
    counter.play.passes(minutes=11)
    assert counter.says("oui") == "Je n'attends pas de réponse de vous.", "it is too long ago"
    counter.says("prix thiof 4500\noui")
    assert counter.price("thiof") == 4000, "who writes both at once has seen no question"
    counter.says("non")
    counter.says("prix thiof 4500")
    counter.owner.says("oui", quote=Quote(1, "text", "Jus : 500 F → 50 F", ours=True))
    assert counter.price("thiof") == 4000, "another question is quoted"


def test_a_price_that_moved_since_it_was_asked_is_asked_again(counter: Counter) -> None:
    counter.says("prix thiof 4500")
    colleague = counter.play.owner()
    counter.play.memory.do(colleague.chat, counter.doing, "desk", ChangeProduct("thiof", "price", 3900), spoken=True)
    assert "4 500" in counter.says("oui").replace("\u202f", " ").splitlines()[1]
    assert counter.price("thiof") == 3900
    counter.says("oui")
    assert counter.price("thiof") == 4500


def test_an_ambiguous_name_is_asked_about_by_numbers(counter: Counter) -> None:
    assert counter.says("prix jus 700") == "Lequel ? Répondez par le numéro.\n1. Jus de bissap\n2. Jus de gingembre"
    assert "Jus de gingembre" in counter.says("2")
    counter.says("oui")
    assert (counter.price("jus-bissap"), counter.price("jus-gingembre")) == (500, 700)
    counter.says("prix jus 800")
    assert "Jus de bissap" in counter.says("bissap")


def test_other_words_for_yes_and_no_answer_an_open_question(counter: Counter) -> None:
    assert "Quelle commande ?" in counter.says("annule"), "nothing is asked"
    counter.says("prix thiof 4500")
    assert counter.says("annule") == "D'accord, je ne change rien."
    counter.says("prix thiof 4500")
    counter.says("confirme")
    assert counter.price("thiof") == 4500
    assert counter.says("prix jus 700") == counter.says("oui"), "a yes does not say which"


def test_what_is_only_asked_is_shown_of_all_that_may_be_meant(counter: Counter) -> None:
    assert counter.says("prix jus").replace("\u202f", " ") == "Jus de bissap : 500 F\nJus de gingembre : 600 F"
    assert counter.says("stock tshirt") == "T-shirt (M) : 2\nT-shirt (L) : 0, épuisé"


def test_a_variant_is_asked_for_before_its_stock_changes(counter: Counter) -> None:
    assert "1. T-shirt (M)\n2. T-shirt (L)" in counter.says("stock tshirt 7")
    counter.says("2")
    assert (counter.play.shop.remaining("tshirt-m"), counter.play.shop.remaining("tshirt-l")) == (2, 7)


def test_stock_is_shown_and_set(counter: Counter) -> None:
    assert counter.says("stock").splitlines()[0] == "T-shirt (L) : 0, épuisé"
    assert counter.says("stock poulet 0") == "Poulet braisé : 0, épuisé (avant : 12)"
    assert counter.play.shop.remaining("poulet-braise") == 0
    counter.says("stock poulet illimité")
    assert counter.play.shop.remaining("poulet-braise") is None
    assert "Je ne lis pas ce nombre" in counter.says("stock poulet -3")


def test_a_product_is_added_taken_off_and_put_back(counter: Counter) -> None:
    heard = counter.owner.says("ajoute thiof grillé 3500", "image", content=ReceivedFile("image/jpeg", 9, kept=True))
    assert "Sa photo est gardée." in heard.texts[0]
    assert counter.price("thiof-grille") == 3500
    assert "est déjà au catalogue" in counter.says("ajoute Thiof 100")
    counter.says("retire poulet braisé")
    assert not counter.sells("poulet-braise")
    assert "Je ne trouve pas" in counter.says("prix poulet braisé 1")
    counter.says("remets poulet braisé")
    assert counter.sells("poulet-braise")
    assert "À quel prix" in counter.says("ajoute gâteau")
    assert "Pour ajouter un produit" in counter.owner.says("", "image").texts[0]


def test_a_product_of_a_name_that_is_sold_is_asked_about_first(counter: Counter) -> None:
    asked = counter.says("ajoute poulet 300").replace("\u202f", " ")
    assert asked.splitlines()[:2] == ["Vous vendez déjà :", "Poulet braisé : 3 000 F"]
    assert "« Poulet » à 300 F est-il un autre produit ?" in asked
    assert not counter.sells("poulet")
    counter.says("non")
    for said in ("ajoute 2 poulets 6000", "ajoute tiof 100", "ajoute tshirt 100", "ajoute jus 100"):
        assert "est-il un autre produit ?" in counter.says(said), said
    assert counter.says("oui").startswith("C'est fait : Jus à 100")
    assert counter.price("jus") == 100
    heard = counter.owner.says("ajoute poulet 300", "image", content=ReceivedFile("image/jpeg", 9, kept=True))
    assert "Sa photo" not in heard.texts[0]
    assert "Je n'ai pas pu garder la photo." in counter.says("oui")


def test_who_takes_off_twice_or_adds_what_they_took_off_is_told_so(counter: Counter) -> None:
    counter.says("retire thiof")
    for again in ("retire thiof", "retire tiof", "ajoute thiof 5000"):
        assert "Thiof n'est déjà plus en vente. Pour le remettre : « remets Thiof »." in counter.says(again), again
    assert "Je ne trouve pas" in counter.says("retire yassa")


@pytest.mark.parametrize("said", ["poulet 35 00", "poulet 3500,50", "poulet 35OO"])
def test_a_price_that_cannot_be_read_is_said(counter: Counter, said: str) -> None:
    assert "Je ne lis pas ce prix" in counter.says(f"prix {said}")


def test_a_number_of_pieces_that_cannot_be_read_is_said(counter: Counter) -> None:
    for said in ("poulet 12,5", "poulet 1000000000000", "poulet 12 plats", "poulet 5 thiof 3"):
        assert "Je ne lis pas ce nombre" in counter.says(f"stock {said}")
    assert "Poulet braisé : 10 (avant : 12)" in counter.says("stock poulet dix")


def test_a_price_of_nothing_is_called_free(counter: Counter) -> None:
    assert "Thiof : 4 000 F → gratuit (0 F)" in counter.says("prix thiof 0").replace("\u202f", " ")


def test_the_pause_silences_customers_until_the_owner_says_so(counter: Counter) -> None:
    counter.says("pause")
    assert counter.awa.says("bonjour").texts == []
    assert "depuis 23/11 12:00" in counter.says("pause")
    assert "En pause" in counter.says("aujourd'hui")
    counter.says("reprends")
    assert counter.awa.says("bonjour").texts == ["réponse de client"]


def test_words_that_are_no_command_bring_one_list(counter: Counter) -> None:
    listed = counter.says("aide")
    for word in ("12 prête", "prix Thiof 4000", "4 Bonjour", "pause", "liste"):
        assert word in listed
    assert counter.says("vous livrez où ?") == f"Je n'ai pas compris « vous livrez où ? ».\n{listed}"
    assert counter.says("Bonjour") == listed
    assert counter.says("merci") == ""


def test_where_the_chat_is_held_commands_are_done_and_nothing_else_is_answered(counter: Counter) -> None:
    counter.awa.says("achète")
    counter.owner.answered_by_hand()
    assert counter.says("1 prête") == "Commande n° 1 (Awa) : prête."
    assert counter.says("Merci de votre message, nous vous répondrons bientôt.") == ""


def test_conversations_are_answered_at_the_same_desk(counter: Counter) -> None:
    counter.awa.says("bonjour")
    counter.play.memory.do(counter.awa.chat, counter.doing, "till", Handover("asked"), spoken=True)
    heard = counter.owner.says("réponds 1 Oui, il en reste")
    assert heard.answers == ((counter.awa.contact.chat, "Oui, il en reste"),)
    assert "avec le responsable" in counter.says("liste")
    notice = Quote(1, "text", "🙋 Awa attend une personne : conversation 1, +221770000001", ours=True)
    heard = counter.owner.says("oui, prête demain", quote=notice)
    assert heard.answers == ((counter.awa.contact.chat, "oui, prête demain"),)
    posing = replace(notice, text="🙋 Conversation 3 attend une personne : conversation 1, +221770000002")
    assert counter.owner.says("oui, prête demain", quote=posing).answers == (), "it may be either"
    words = replace(notice, text="❓ Moussa (+221770000002) demande, pendant sa commande : « la conversation 1 ? »")
    assert counter.owner.says("oui, prête demain", quote=words).answers == (), "a customer's words"
    counter.says("1 fin")
    assert counter.awa.chat.conversation.state == "closed"


def test_the_figures_come_every_day_also_to_an_owner_who_never_wrote(play: Player) -> None:
    counter = opened(play, summary_at="20h")
    counter.awa.says("achète")
    told = counter.play.passes(days=1).told
    assert [one.to for one in told] == ["owner"]
    assert "Du 22/11 20:00 au 23/11 20:00\nCommandes : 1\nVentes : 7 000 F" in told[0].text.replace("\u202f", " ")
    assert [one.text.splitlines()[1] for one in counter.play.passes(days=2).told] == ["Commandes : 0"] * 2


def test_payment_is_the_owners_word(counter: Counter) -> None:
    counter.awa.says("achète")
    heard = counter.owner.says("1 payée")
    assert heard.texts == ["Commande n° 1 (Awa) : payée."]
    assert MoveOrder(1, "confirmed") not in heard.effects
    assert counter.play.shop.placed[1].payment == "paid"
    counter.says("1 pas payée")
    assert counter.play.shop.placed[1].payment == "open"
    counter.play.now += timedelta(days=1)
    assert "dont 0 F payés" in counter.says("hier").replace("\u202f", " ")

"""What a colleague's words ask for: pure, so that each of them can stand in a table."""

import pytest

from comptoir.plugins.builtin.desk.commands import (
    AboutPrice,
    AboutStock,
    AddToShop,
    Command,
    Figures,
    Hide,
    Pause,
    Pick,
    Plain,
    SetOrder,
    SetQuoted,
    Settable,
    ShowOrder,
    Unknown,
    Wrong,
)
from comptoir.plugins.builtin.desk.reading import read_commands
from comptoir.plugins.builtin.handover.commands import Command as OfConversation


def read(text: str, *, joined: bool = False) -> tuple[Command, ...]:
    return read_commands(text, ["Fatou"], "XOF", joined=joined)


@pytest.mark.parametrize(
    ("text", "to"),
    [
        ("12 prête", "ready"),
        ("12 PRETE", "ready"),
        ("12prete", "ready"),
        ("n°12 prêtes", "ready"),
        ("Commande 12 est prête.", "ready"),
        ("la 12 prête svp", "ready"),
        ("12 ready", "ready"),
        ("12 en préparation", "preparing"),
        ("12 en preparaton", "preparing"),
        ("12 en route", "delivering"),
        ("12 livré", "delivered"),
        ("12 annulée", "cancelled"),
        ("annule la commande 12", "cancelled"),
        ("12 confirmé", "confirmed"),
        ("12 payée", "paid"),
        ("12 pas payée", "open"),
        ("12 not paid", "open"),
        ("marque la 12 comme livrée", "delivered"),
        ("mets 12 en livraison", "delivering"),
    ],
)
def test_a_number_with_a_state_is_an_order(text: str, to: Settable) -> None:
    assert read(text) == (SetOrder(12, to),)


@pytest.mark.parametrize(
    "said",
    [
        "oui",
        "c'est prêt",
        "payez svp",
        "payez",
        "livrer",
        "confirmez",
        "annulez",
        "ok",
        "merci c'est noté",
        "prête demain",
    ],
)
def test_a_number_with_other_words_is_said_in_that_conversation(said: str) -> None:
    assert read(f"12 {said}") == (OfConversation(12, "say", said),)


@pytest.mark.parametrize(
    "text", ["10:30", "2h", "77 123 45 67", "+221771234567", "3.500", "bonjour", "c'est combien ?"]
)
def test_what_is_no_command_is_none(text: str) -> None:
    assert read(text) == (Unknown(text),)


@pytest.mark.parametrize(
    ("text", "command"),
    [
        ("12", Pick(12)),
        ("commande n° 12", ShowOrder(12)),
        ("prête", SetQuoted("ready")),
        ("stock", AboutStock("")),
        ("stock poulet", AboutStock("poulet")),
        ("Stock du poulet : 0", AboutStock("poulet", 0)),
        ("stock poulet 1 000", AboutStock("poulet", 1000)),
        ("stock tshirt 38 100", AboutStock("tshirt 38", 100)),
        ("stock eau 1,5 L 10", AboutStock("eau 1,5 L", 10)),
        ("stock poulet illimité", AboutStock("poulet", "uncounted")),
        ("plus de poulet", AboutStock("poulet", 0)),
        ("il n'y a plus de poulet", AboutStock("poulet", 0)),
        ("le poulet est fini", AboutStock("poulet", 0)),
        ("plus d'eau 1,5 L", AboutStock("eau 1,5 L", 0)),
        ("thiof en rupture", AboutStock("thiof", 0)),
        ("c'est fini", Unknown("c'est fini")),
        ("mets le prix du poulet à 3500", AboutPrice("poulet", 3500)),
        ("stock poulet -3", Wrong("stock", "poulet -3")),
        ("stock poulet +3", Wrong("stock", "poulet +3")),
        ("stock 5", Wrong("stock", "5")),
        ("prix poulet", AboutPrice("poulet")),
        ("prix du poulet à 3 500 F CFA", AboutPrice("poulet", 3500)),
        ("prix poulet 3.500 svp", AboutPrice("poulet", 3500)),
        ("prix eau 1,5 L 600", AboutPrice("eau 1,5 L", 600)),
        ("prix poulet -5", Wrong("price", "poulet -5")),
        ("prix", Wrong("price", "")),
        ("prix poulet 3000 -> 3500", AboutPrice("poulet", 3500)),
        ("prix poulet 3500 F au lieu de 3000", AboutPrice("poulet", 3500)),
        ("prix poulet=3500", AboutPrice("poulet", 3500)),
        ("il n'y a plus que 2 poulets", AboutStock("poulets", 2)),
        ("il me reste 3 thiof", AboutStock("thiof", 3)),
        ("supprime thiof du menu", Hide("thiof", hidden=True)),
        ("remets thiof en vente", Hide("thiof", hidden=False)),
        ("ajoute yassa - 3500 F", AddToShop("yassa", 3500)),
        ("ajoute yassa 3500 stock 5", AddToShop("yassa", None)),
        ("12 payée par wave", SetOrder(12, "paid")),
        ("12 payée en espèces", SetOrder(12, "paid")),
        ("la 12 est partie", SetOrder(12, "delivering")),
        ("prix poulet 35 00", Wrong("price", "poulet 35 00")),
        ("prix poulet 3 50 0", Wrong("price", "poulet 3 50 0")),
        ("prix poulet 3500,50 F", Wrong("price", "poulet 3500,50 F")),
        ("prix poulet 99999999999999", Wrong("price", "poulet 99999999999999")),
        ("prix poulet 0", AboutPrice("poulet", 0)),
        ("prix tshirt 38 4000", AboutPrice("tshirt 38", 4000)),
        ("prix eau 1,5", AboutPrice("eau 1,5")),
        ("prix poulet trois mille cinq cents francs", AboutPrice("poulet", 3500)),
        ("prix pack de dix", AboutPrice("pack de dix")),
        ("stock poulet vingt-cinq pièces", AboutStock("poulet", 25)),
        ("stock poulet 10000000000", Wrong("stock", "poulet 10000000000")),
        ("ajoute thiof 3500,50", AddToShop("thiof", None)),
        ("ajoute thiof grillé 3500", AddToShop("thiof grillé", 3500)),
        ("ajoute thiof", AddToShop("thiof", None)),
        ("retire le thiof", Hide("thiof", hidden=True)),
        ("remets thiof", Hide("thiof", hidden=False)),
        ("PAUSE", Pause(on=True)),
        ("reprends", Pause(on=False)),
        ("Aujourd’hui", Figures("today")),
        ("bilan d'hier", Figures("yesterday")),
        ("aide", Plain("help")),
        ("comandes", Plain("orders")),
        ("liste", Plain("conversations")),
        ("oui", Plain("yes")),
        ("ok", Plain("agreed")),
        ("réponds 4 Oui, il en reste", OfConversation(4, "say", "Oui, il en reste")),
        ("4 fin", OfConversation(4, "close")),
        ("4 fatou", OfConversation(4, "assign", "Fatou")),
    ],
)
def test_a_command_is_read(text: str, command: Command) -> None:
    assert read(text) == (command,)


@pytest.mark.parametrize("text", ["12 et 13 prêtes", "12, 13 prêtes", "12 prête, 13 prête", "12 prête et 13 prête"])
def test_several_orders_stand_in_a_line(text: str) -> None:
    assert read(text) == (SetOrder(12, "ready"), SetOrder(13, "ready"))


def test_several_goods_stand_in_a_line() -> None:
    assert read("stock poulet 5 et thiof 3") == (AboutStock("poulet", 5), AboutStock("thiof", 3))
    assert read("Prix : poulet 3500, thiof 4 500 F") == (AboutPrice("poulet", 3500), AboutPrice("thiof", 4500))
    assert read("stock eau 1,5 L 10") == (AboutStock("eau 1,5 L", 10),)
    assert read("prix riz et poisson 2000") == (AboutPrice("riz et poisson", 2000),)


def test_a_line_that_is_more_than_orders_is_an_answer() -> None:
    assert read("12 prête et 13 demain") == (OfConversation(12, "say", "prête et 13 demain"),)
    assert read("12 prête, voir 13 livrée") == (OfConversation(12, "say", "prête, voir 13 livrée"),)


def test_each_line_is_a_command_but_what_follows_an_answer_belongs_to_it() -> None:
    assert read("12 prête\n13 livrée") == (SetOrder(12, "ready"), SetOrder(13, "delivered"))
    assert read("12 prête\n4 Bonjour\nprix 3500 F\nnon") == (
        SetOrder(12, "ready"),
        OfConversation(4, "say", "Bonjour\nprix 3500 F\nnon"),
    )


def test_messages_that_were_joined_are_commands_of_their_own() -> None:
    assert read("4 Bonjour\nvoici le menu\n12 prête", joined=True) == (
        OfConversation(4, "say", "Bonjour\nvoici le menu"),
        SetOrder(12, "ready"),
    )


def test_no_message_brings_commands_without_end() -> None:
    assert len(read("12 prête\n" * 1000)) == 20

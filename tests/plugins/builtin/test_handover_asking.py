"""Which words ask for a person, which ask something, and which nobody expects an answer to."""

import pytest

from comptoir.plugins.builtin.handover.asking import asks_for_a_person, asks_something, is_pleasantry
from comptoir.plugins.builtin.handover.commands import Command, Request, read_request
from comptoir.plugins.builtin.handover.rating import read_rating


@pytest.mark.parametrize(
    "text",
    [
        "parler à quelqu'un",
        "je veux parler a quelquun",
        "je peux parlé a kelkun svp",
        "Un humain svp",
        "je veu un umain",
        "je voudrais parler au patron",
        "Bonjour, le patron est là ?",
        "passez moi le responsable",
        "je veux parler de ma commande à quelqu’un",
        "appelez-moi svp",
        "je ne veux pas parler à un robot",
        "dama bëgg wax ak nit",
        "mettez moi en relation avec un agent",
        "besoin d'un conseiller",
        "je veux parler au maneger",
        "un ajent svp",
        "un agent",
        "parler",
        "je veux parler svp",
        "une humaine svp",
        "I want to talk to someone",
        "human please",
        "La patronne est là ? je veux lui parler",
    ],
)
def test_these_ask_for_a_person(text: str) -> None:
    assert asks_for_a_person(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "perruque cheveux humains",
        "je veux des cheveux humains",
        "je veux une perruque cheveux humain",
        "une personne",
        "pour deux personnes",
        "vous avez un agent wave à Thiès ?",
        "je veux parler de la livraison",
        "il n'y a personne",
        "je veux acheter un patron de couture",
        "je veux commander pour quelqu'un",
        "perruque humaine",
        "je veux manger",
        "Manger",
        "bonjour, on veut passer manger ce soir",
        "j'ai besoin d'argent",
        "je veux l'argent",
        "je voudrais un ménager pour la cuisine",
        "vous me conseillez quoi ? j'ai besoin de conseilles",
        "je suis serveur, avez-vous besoin de quelqu'un ?",
    ],
)
def test_these_do_not(text: str) -> None:
    assert not asks_for_a_person(text)


@pytest.mark.parametrize(
    "text", ["c'est combien", "bonjour vous avez du savon", "livraison ?", "Nanga def", "how much"]
)
def test_these_are_questions(text: str) -> None:
    assert asks_something(text)


@pytest.mark.parametrize("text", ["je prends la robe", "merci beaucoup", "à 15h"])
def test_these_are_none(text: str) -> None:
    assert not asks_something(text)


def test_pleasantries_want_no_answer() -> None:
    assert is_pleasantry("Ok d'accord, merci beaucoup 🙏")
    assert not is_pleasantry("ok pour la robe")


@pytest.mark.parametrize(
    ("text", "request_"),
    [
        ("4 Oui, il en reste", Command(4, "say", "Oui, il en reste")),
        ("#4: Oui\nà demain", Command(4, "say", "Oui\nà demain")),
        ("n°12 Fin.", Command(12, "close")),
        ("4 robot", Command(4, "release")),
        ("4 moi", Command(4, "take")),
        ("4 fatou", Command(4, "assign", "Fatou")),
        ("4 Fatou arrive", Command(4, "say", "Fatou arrive")),
        ("Liste", "list"),
        ("aide !", "help"),
        ("4fin", Command(4, "close")),
        ("#12robot", Command(12, "release")),
        ("4", None),
        ("4oui", None),
        ("2h", None),
        ("10:30 demain", None),
        ("77 123 45 67", None),
        ("bonjour", None),
    ],
)
def test_commands(text: str, request_: Request | None) -> None:
    assert read_request(text, ["Fatou", "Modou"]) == request_


@pytest.mark.parametrize(
    ("text", "rating"),
    [
        ("5", 5), ("4/5", 4), ("Merci\n3", 3), ("⭐⭐⭐⭐", 4), ("cinq !", 5), ("note : 2", 2), ("5️⃣", 5),
        ("1 étoile", 1),
        ("6", None), ("10", None), ("3 robes", None), ("0", None), ("merci", None),
    ],
)  # fmt: skip
def test_ratings(text: str, rating: int | None) -> None:
    assert read_rating(text) == rating

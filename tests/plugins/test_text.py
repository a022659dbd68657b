"""Text as people write it."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from comptoir.plugins.text import fold, singular, terms, words


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("HORAIRES", "horaire"),
        ("où êtes-vous ?", "OU ETES VOUS"),
        ("gâteaux", "gateau"),
        ("journaux", "journal"),
        ("tuyaux", "tuyau"),
        ("bijoux", "bijou"),
        ("cheveux", "cheveu"),
        ("l’adresse", "adresse"),
        ("les prix des poulets", "prix poulet"),
        ("bœufs", "boeuf"),
        ("ouverts\u00a0!", "ouvert"),
        ("e\u0301te\u0301", "été"),
        ("ＭＥＮＵ", "menu"),
    ],
)
def test_two_ways_of_writing_one_thing(one: str, other: str) -> None:
    assert terms(one) == terms(other)


@pytest.mark.parametrize(
    ("one", "other"), [("prix", "pris"), ("address", "addres"), ("bus", "bu"), ("mat", "math"), ("riz", "ris")]
)
def test_two_things(one: str, other: str) -> None:
    assert terms(one) != terms(other)


def test_linking_words_go_but_only_whole_ones() -> None:
    assert terms("le prix de la livraison d'un lalo") == ["prix", "livraison", "lalo"]
    assert words("Le prix, svp !") == ["le", "prix", "svp"]


def test_other_scripts_stay() -> None:
    assert words("مرحبا بكم") == ["مرحبا", "بكم"]
    assert words("👋🏾 …") == []


@settings(max_examples=2_000)
@given(st.text())
def test_folding_twice_changes_nothing_more(text: str) -> None:
    once = words(text)
    assert words(" ".join(once)) == once


@given(st.text(alphabet="abcdeéiouxslt", max_size=12))
def test_a_plural_is_never_longer(word: str) -> None:
    assert len(singular(fold(word))) <= len(fold(word))

"""What customers write brings the entry that they mean."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from comptoir.plugins.builtin.answers import MAX_PATTERNS, Answers, AnswersConfig
from comptoir.plugins.builtin.entries import Entries
from comptoir.plugins.builtin.ranking import ENTRIES as ON_THE_SHELF
from comptoir.plugins.builtin.ranking import rank
from comptoir.plugins.testing import Person, Player

ENTRIES = {
    "hours": ["horaire", "heures d'ouverture", "ouvert"],
    "price": ["prix", "combien"],
    "delivery price": ["prix de la livraison"],
    "delivery": ["livraison", "livrer"],
    "also hours": ["horaire"],
    "cake": ["gâteau d'anniversaire"],
}


def customer(play: Player, **settings: Any) -> Person:
    entries = [{"words": phrases, "text": text} for text, phrases in ENTRIES.items()]
    return play(Answers, config={"answers": {"entries": entries} | settings}).customer()


@pytest.mark.parametrize(
    ("asked", "answer"),
    [
        ("Quels sont vos HORAIRES ?", ["hours"]),
        ("heure ouverture", ["hours"]),
        ("Les heures de l’ouverture svp", ["hours"]),
        ("c'est combien ?", ["price"]),
        ("le prix de la livraison ?", ["delivery price"]),
        ("livraison : quel prix", ["delivery price"]),
        ("des gateaux d anniversaires", ["cake"]),
        ("prixunic", []),
        ("", []),
        ("ouvert ? le prix ? vous pouvez livrer ?", ["hours\n\nprice"]),
        ("prix prix prix", ["price"]),
        ("bonjour", []),
        ("merci beaucoup", []),
    ],
)
def test_words_bring_their_answer(play: Player, asked: str, answer: list[str]) -> None:
    heard = customer(play).says(asked)
    assert heard.texts == answer
    assert heard.stopped_by == ("answers" if answer else None)


@pytest.mark.parametrize(
    ("asked", "answer"),
    [
        ("c koi vos oraires", "hours"),  # by ear
        ("vous ouvrez à quelle heure", "hours"),  # other words for the same
        ("orairess", "hours"),
        ("cmb", "price"),
        ("ñaata la", "price"),  # Wolof
        ("c combi1 svp", "price"),
        ("vous livrez ?", "delivery"),
        ("livrézon possible", "delivery"),
        ("jveu me faire livrer", "delivery"),
        ("gato danniversaire", "cake"),
    ],
)
def test_mistakes_and_other_words_are_understood(play: Player, asked: str, answer: str) -> None:
    assert customer(play).says(asked).texts == [answer]


@pytest.mark.parametrize(
    "told", ["j'ai déjà payé la livraison", "Je passerai à l'ouverture", "votre livreur est un voleur, c'est une honte"]
)
def test_who_only_tells_something_gets_no_answer(play: Player, told: str) -> None:
    assert customer(play).says(told).texts == []


def test_what_is_neither_asked_nor_similar_brings_nothing(play: Player) -> None:
    awa = customer(play)
    for text in ("vous vendez des voitures ?", "il fait beau", "la lavraisine", "prisonnier"):
        assert awa.says(text).texts == []


def test_a_pattern_finds_what_words_cannot(play: Player) -> None:
    entries = [
        {"name": "commande", "patterns": [r"\bcmd-?\d{4}\b"], "text": "suivi"},
        {"words": ["cmd"], "text": "commander"},
    ]
    awa = play(Answers, config={"answers": {"entries": entries}}).customer()
    assert awa.says("ou en est CMD-2041 ?").texts == ["suivi"]
    assert awa.says("cmd 20").texts == ["commander"]


@pytest.mark.parametrize(
    ("table", "expected"),
    [
        ({"entries": [{"text": "x"}]}, "words\n  Field required"),
        ({"entries": [{"words": ["a(?=b)", "!"], "text": "x"}]}, "a word that customers write"),
        ({"entries": [{"patterns": ["(?=b)"], "text": "x"}]}, "a pattern without lookahead"),
        ({"entries": [{"patterns": ["a"] * 20, "text": "x"}] * (MAX_PATTERNS // 20 + 1)}, "at most 200 in all"),
    ],
)
def test_a_mistake_is_told(table: dict[str, Any], expected: str) -> None:
    with pytest.raises(ValidationError, match=expected):
        AnswersConfig.model_validate(table)


def test_it_says_which_words_matched_which_entry(play: Player) -> None:
    entries = [{"name": "port", "words": ["prix de la livraison"], "text": "x"}]
    explained = play(Answers, config={"answers": {"entries": entries}}).customer().says("pri de livrézon ?").explained
    assert explained == ["« pri livrezon » : port (« prix de la livraison »)"]


def test_otherwise_once_a_day_and_not_after_a_greeting(play: Player) -> None:
    awa = customer(play, otherwise="Une personne vous répond.")
    heard = [awa.says("hein").texts for _ in range(3)]
    assert heard == [["Une personne vous répond."], [], []]
    awa.play.passes(days=1)
    assert awa.says("hein").texts == ["Une personne vous répond."]
    awa.play.passes(days=1)
    assert awa.says("", "reaction").texts == []


def test_otherwise_in_a_group_only_for_a_question_in_words(play: Player) -> None:
    """Who named the shop in a question awaits a word; under a picture or a poll for others it would be in the way."""
    awa = customer(play, otherwise="Une personne vous répond.")
    for kind in ("poll", "image", "location"):
        assert awa.says("chez Awa ou ailleurs", kind, sender="+221771000001").texts == []
    assert awa.says("c'est combien ?", "image", sender="+221771000001").texts == ["price"]
    assert awa.says("hein", sender="+221771000001").texts == ["Une personne vous répond."]


def test_otherwise_is_said_of_a_picture_and_not_of_a_call(play: Player) -> None:
    awa = customer(play, otherwise="?")
    assert awa.says("", "call").texts == []
    assert awa.says("", "image").texts == ["?"]


def test_a_long_text_is_read(play: Player) -> None:
    assert customer(play).says("bla " * 4_000 + "horaires").texts == ["hours"]


@given(st.text(max_size=300))
def test_nothing_said_breaks_the_choice(text: str) -> None:
    entries = Entries([(phrases, text) for text, phrases in ENTRIES.items()])
    ranked = rank(text, entries, None)
    matches = {one.answer: one.matches for one in ranked if isinstance(one.answer, int)}
    assert all(len(entries.together(text, entry, matches)) <= 2 for entry in matches)
    assert any(one.answer == 1 for one in rank(f"{text} prix", entries, None))


def test_its_entries_are_shared_only_while_it_runs(play: Player) -> None:
    awa = customer(play)
    assert ON_THE_SHELF.of(awa.play.tenant) is not None
    awa.play.stop()
    assert ON_THE_SHELF.of(awa.play.tenant) is None

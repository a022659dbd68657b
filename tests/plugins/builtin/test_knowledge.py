"""The tenant's own texts answer questions, by the passage that fits."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comptoir.plugins.builtin.knowledge import Knowledge
from comptoir.plugins.builtin.knowledge.index import Index
from comptoir.plugins.builtin.knowledge.passages import MAX_ANSWER, MAX_PASSAGE, Passage, cut, shorten
from comptoir.plugins.builtin.ranking import PASSAGES, rank
from comptoir.plugins.testing import Person, Player
from comptoir.plugins.testing.play import TENANT

DELIVERY = """# Livraison

## Dans Dakar

Nous livrons à Dakar en 24 h, pour 1 500 F. Commandez avant 16 h.

## En région

Le colis part chaque soir par le car vers Thiès, Mbour et Saint-Louis, pour **2 500 F**.

# Garantie

Une lampe cassée dans l'année est [remplacée](https://example.org/garantie), avec le ticket.
"""


def customer(play: Player, files: dict[str, bytes] | None = None, **settings: object) -> Person:
    tenant = replace(TENANT, files={"knowledge/livraison.md": DELIVERY.encode()} if files is None else files)
    return play(Knowledge, tenant=tenant, config={"knowledge": settings}).customer()


@pytest.mark.parametrize(
    ("asked", "title"),
    [
        ("vous envoyez à Thiès ?", "En région"),
        ("le colis pr mbour part kan", "En région"),
        ("livrez-vous dans Dakar ?", "Dans Dakar"),
        ("ma lampe est cassée", "Garantie"),
        ("la garentie c quoi", "Garantie"),
        ("vous livrez ?", "Dans Dakar"),
    ],
)
def test_the_passage_that_fits_answers(play: Player, asked: str, title: str) -> None:
    heard = customer(play).says(asked)
    assert heard.texts
    assert heard.texts[0].startswith(f"*{title}*\n\n")
    assert heard.stopped_by == "knowledge"


@pytest.mark.parametrize(
    "asked",
    [
        "bonjour",
        "il pleut ce soir à Paris",
        "un ticket pour le concert de rap ?",
        "vous vendez des pizzas ?",
        "j'ai reçu le colis",
        "",
        "où êtes-vous ?",
        "👋🏾",
    ],
)
def test_what_no_passage_tells_brings_nothing(play: Player, asked: str) -> None:
    heard = customer(play).says(asked)
    assert (heard.texts, heard.stopped_by) == ([], None)


def test_the_whole_answer(play: Player) -> None:
    awa = customer(play, intro="Voici, {name} :")
    passage = "Le colis part chaque soir par le car vers Thiès, Mbour et Saint-Louis, pour *2 500 F*."
    expected = f"Voici, Awa :\n\n*En région*\n\n{passage}"
    heard = awa.says("vous envoyez à Thiès ?")
    assert heard.texts == [expected]
    assert heard.explained == ["« envoyez, thies » se trouve dans livraison.md « En région »"]
    assert customer(play, titles=False).says("ma lampe est cassée").texts == [
        "Une lampe cassée dans l'année est remplacée (https://example.org/garantie), avec le ticket."
    ]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "cp1252", "utf-16"])
def test_files_as_other_systems_write_them(play: Player, encoding: str) -> None:
    text = "Été\r\n===\r\n\r\nL’été, la boutique ferme à midi.\r\n"
    awa = customer(play, {"knowledge/horaires.txt": text.encode(encoding), "knowledge/.x.swp": b"\0", "wording/a": b""})
    assert awa.says("vous fermez l'été ?").texts == ["*Été*\n\nL’été, la boutique ferme à midi."]


def test_without_texts_it_says_so_in_try(play: Player) -> None:
    heard = customer(play, {}).says("vous livrez ?")
    assert (heard.texts, heard.explained) == ([], ["il n'y a pas de texte dans knowledge/"])


def test_what_it_knows_is_shared_only_while_it_runs(play: Player) -> None:
    awa = customer(play)
    tenant = awa.play.tenant
    assert PASSAGES.of(tenant) is not None
    awa.play.stop()
    assert PASSAGES.of(tenant) is None


ASKED = """## Piment

Le piment est servi à part.

Questions : Ça pique ? Un plat pour mon petit,
la bouche brûle ?
"""


def test_what_customers_ask_finds_a_passage_and_is_not_told(play: Player) -> None:
    awa = customer(play, {"knowledge/plats.md": f"{ASKED}\n\n{DELIVERY}".encode()})
    for asked in ("esk sa pique ?", "ça brûle la bouche ?"):
        assert awa.says(asked).texts == ["*Piment*\n\nLe piment est servi à part."], asked


# --- passages


def test_headings_paragraphs_and_what_is_no_heading() -> None:
    text = "avant\n\n# A\n\nun\n\n```\n# code\n```\n\n## B #\ndeux\n<!-- caché\n# x -->\n\n"
    text += "C\n---\n\n- a\n* b\n\n---\n\nfin"
    assert [(one.title, one.within, one.text) for one in cut("a_b.md", text)] == [
        ("", "a b", "avant"),
        ("A", "a b", "un\n\n# code"),
        ("B", "a b A", "deux"),
        ("C", "a b A", "• a\n• b\n\nfin"),
    ]


def test_long_sections_become_several_passages_of_one_title() -> None:
    sentence = "Le colis part chaque soir vers la gare. "
    found = list(cut("a.md", f"# T\n\n{sentence * 100}\n\nfin"))
    assert len(found) > 2
    assert {one.title for one in found} == {"T"}
    assert all(len(one.text) <= MAX_PASSAGE for one in found)
    assert all(one.text.endswith(("gare.", "fin")) for one in found)


def test_an_answer_ends_with_a_sentence() -> None:
    assert shorten("Court.") == "Court."
    long = shorten("Une phrase assez longue. " * 100)
    assert len(long) <= MAX_ANSWER
    assert long.endswith("longue.")
    assert shorten("mot " * 1_000).endswith("mot…")


@given(st.text(max_size=400))
def test_no_text_breaks_the_cutting(text: str) -> None:
    assert all(one.text.strip() and len(one.text) <= MAX_PASSAGE for one in cut("a.md", text))


# --- the index


def best(index: Index, asked: str) -> str | None:
    """The title of the passage that answers, if one does."""
    fitting = [one.answer for one in rank(asked, None, index) if one.fits]
    return fitting[0].title if fitting and isinstance(fitting[0], Passage) else None


def test_one_threshold_holds_for_few_passages_and_for_many() -> None:
    few = best(Index(cut("a.md", DELIVERY)), "vous envoyez à Thiès ?")
    others = "".join(f"# Sujet {number}\n\nLe numéro {number} est sur l'étagère.\n\n" for number in range(300))
    many = best(Index([*cut("a.md", DELIVERY), *cut("b.md", others)]), "vous envoyez à Thiès ?")
    assert few == many == "En région"


def test_two_passages_are_enough_to_answer_from() -> None:
    index = Index(cut("livraison.md", DELIVERY.split("# Garantie", maxsplit=1)[0]))
    assert len(index) == 2
    for asked, title in (("livrez vous à Dakar", "Dans Dakar"), ("vous envoyez en région ?", "En région")):
        assert best(index, asked) == title
    assert best(index, "c combien la livraison")
    assert best(index, "vous vendez des pizzas à Lyon ?") is None


@given(st.text(max_size=200))
def test_no_question_breaks_the_search(text: str) -> None:
    rank(text + ' " OR stems MATCH * NEAR(', None, INDEX)


INDEX = Index(cut("a.md", DELIVERY))

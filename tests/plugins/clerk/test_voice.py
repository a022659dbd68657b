"""Voice notes: acknowledged at once, read back, and in the cart after a yes; else a person listens."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from small_shop import CATALOGUE

from comptoir.plugins.builtin.clerk import Clerk
from comptoir.plugins.builtin.clerk.voice import MAX_SAID
from comptoir.plugins.builtin.handover import Handovers
from comptoir.plugins.builtin.media import Media
from comptoir.plugins.testing import TENANT, Person, Play, Player

HEARD = "🎤 Bien reçu Awa, j'écoute votre message vocal…"
READ_BACK = "J'ai compris : « {} ». C'est bien ça ?\nRépondez OUI, ou écrivez ce que vous désirez."
LISTENED_TO = "Merci Awa, votre message vocal est bien arrivé"

Opens = Callable[..., Play]


@pytest.fixture
def opens(play: Player) -> Opens:
    """A shop that can put recordings into words, with the plugins that also speak of voice notes behind the clerk."""

    def begin(*, transcribed: bool = True) -> Play:
        return play(Clerk, Handovers, Media, tenant=replace(TENANT, catalogue=CATALOGUE), transcribed=transcribed)

    return begin


def cart(person: Person) -> str:
    (text,) = person.says("panier").texts
    return text


def records(person: Person, *said: str) -> None:
    for text in said:
        person.speaks()
        person.is_transcribed(text)


def test_a_voice_note_enters_the_cart_after_a_yes(opens: Opens) -> None:
    awa = opens().customer()
    assert awa.speaks().texts == [HEARD]
    assert awa.is_transcribed("deux poulets braisés").texts == [READ_BACK.format("deux poulets braisés")]
    assert "2 × Poulet braisé" not in cart(awa)
    records(awa, "deux poulets braisés")
    assert awa.says("oui").texts[0].startswith("C'est noté : 2 Poulet braisé.")
    assert "2 × Poulet braisé : 7\u202f000\u202fF" in cart(awa)


def test_what_they_write_instead_counts(opens: Opens) -> None:
    awa = opens().customer()
    records(awa, "deux poissons braisés")
    awa.says("non, 3 poulets braisés")
    assert "3 × Poulet braisé" in cart(awa)
    # Nothing waits for a yes any more.
    awa.says("oui")
    assert "Poisson" not in cart(awa)


def test_a_yes_with_more_takes_both(opens: Opens) -> None:
    awa = opens().customer()
    records(awa, "deux poulets braisés")
    awa.says("oui, et aussi 3 œufs")
    assert ("2 × Poulet braisé" in cart(awa), "3 × Œufs" in cart(awa)) == (True, True)


def test_a_yes_to_what_was_heard_confirms_no_order(opens: Opens) -> None:
    shop = opens()
    awa = shop.customer()
    awa.says("2 poulets braisés, je passe les prendre, au nom de Awa Diop")
    records(awa, "plutôt trois poulets braisés")
    assert "3 × Poulet braisé : 10\u202f500\u202fF" in awa.says("oui").texts[0]
    assert shop.shop.placed == {}
    awa.says("oui")
    assert shop.shop.placed[1].priced.total == 10_500


def test_two_notes_running_are_one_thing_said(opens: Opens) -> None:
    shop = opens()
    awa = shop.customer()
    assert [awa.speaks().texts, awa.speaks().texts] == [[HEARD], []]
    shop.passes(minutes=2)
    assert awa.speaks().texts == [HEARD]
    awa.is_transcribed("deux poulets braisés")
    assert awa.is_transcribed("et trois œufs").texts == [READ_BACK.format("deux poulets braisés\net trois œufs")]
    awa.says("oui")
    assert ("2 × Poulet braisé" in cart(awa), "3 × Œufs" in cart(awa)) == (True, True)


def test_what_was_heard_wrong_is_asked_for_again_once_and_then_for_a_person(opens: Opens) -> None:
    awa = opens().customer()
    records(awa, "de poule")
    assert awa.says("non").texts == ["Désolé ! Redites-le moi, ou écrivez-le en quelques mots, s'il vous plaît."]
    records(awa, "deux pools")
    handed = awa.says("non")
    assert handed.texts[0].startswith(LISTENED_TO)
    assert "« deux pools »" in handed.notices[0]


@pytest.mark.parametrize("said", ["je veux parler à quelqu'un", "mon frère a perdu son téléphone hier soir"])
def test_what_was_said_and_is_no_order_is_for_a_person(opens: Opens, said: str) -> None:
    """The other plugins only see the yes to it."""
    awa = opens().customer()
    records(awa, said)
    handed = awa.says("oui")
    assert (len(handed.texts), handed.stopped_by) == (1, "clerk")
    (notice,) = handed.notices
    assert said in notice
    assert awa.chat.conversation.state == "pending"


def test_a_yes_that_comes_late_answers_something_else(opens: Opens) -> None:
    shop = opens()
    awa = shop.customer()
    records(awa, "deux poulets braisés")
    shop.passes(minutes=31)
    awa.says("oui")
    assert "Poulet" not in cart(awa)


@pytest.mark.parametrize("before", [(), ("3 œufs",)])
def test_a_voice_note_that_they_delete_is_sold_no_more(opens: Opens, before: tuple[str, ...]) -> None:
    shop = opens()
    awa = shop.customer()
    for text in before:
        awa.says(text)
    records(awa, "deux poulets braisés")
    assert len(awa.says(kind="deletion").texts) == 1
    assert shop.state("clerk", "voice", awa) is None
    awa.says("oui")
    assert "Poulet" not in cart(awa)


def test_what_was_read_back_is_forgotten_where_a_person_has_the_chat(opens: Opens) -> None:
    """What they delete then comes to no plugin's ears."""
    awa = opens().customer()
    records(awa, "deux poulets braisés")
    awa.answered_by_hand()
    awa.says(kind="deletion")
    awa.is_closed()
    awa.says("oui")
    assert "Poulet" not in cart(awa)


def test_what_nobody_has_said_is_not_spoken_of_when_a_message_is_deleted(opens: Opens) -> None:
    assert opens().customer().says(kind="deletion").texts == []


def test_what_they_said_passes_for_no_notice_of_ours(opens: Opens) -> None:
    """On a line, and nothing in it is filled in."""
    awa = opens().customer("Awa {number}")
    records(awa, "🙋 Commande {number} : payée", "Commande {number}")
    awa.says("non")
    records(awa, "Commande {number}", "Conversation {number}")
    (notice,) = awa.says("non").notices
    assert notice.startswith("🙋 Awa (number) attend une personne : conversation 1, ")
    assert "\n« Commande (number) Conversation (number) »\n" in notice


@pytest.mark.parametrize(("said", "shown"), [("", "🎤 1:05"), ("a" * (MAX_SAID + 1), "aaa")])
def test_what_cannot_be_read_back_is_for_a_person(opens: Opens, said: str, shown: str) -> None:
    awa = opens().customer()
    awa.says("2 poulets braisés")
    awa.speaks(seconds=65)
    handed = awa.is_transcribed(said)
    assert [text[: len(LISTENED_TO)] for text in handed.texts] == [LISTENED_TO]
    (notice,) = handed.notices
    assert "message vocal (1:05) à écouter dans la conversation" in notice
    assert (shown in notice, "2 Poulet braisé" in notice) == (True, True)
    assert awa.chat.conversation.state == "pending"


@pytest.mark.parametrize(("transcribed", "kept"), [(False, True), (True, False)])
def test_where_nothing_can_be_put_into_words_a_person_listens_at_once(
    opens: Opens, transcribed: bool, kept: bool
) -> None:
    handed = opens(transcribed=transcribed).customer().speaks(kept=kept)
    assert [text[: len(LISTENED_TO)] for text in handed.texts] == [LISTENED_TO]
    assert len(handed.notices) == 1


def test_where_a_person_has_come_meanwhile_nothing_is_read_back(opens: Opens) -> None:
    awa = opens().customer()
    awa.speaks()
    awa.answered_by_hand()
    assert awa.is_transcribed("deux poulets braisés").texts == []
    awa.is_closed()
    awa.says("oui")
    assert "Poulet" not in cart(awa)

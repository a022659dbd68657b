"""Phones and customers that answer by themselves, against the unmodified client library where it matters."""

from pathlib import Path

import pytest
import trio.testing
from neonize_client import link, neonize

from comptoir.lab import Lab
from comptoir.lab.automatic import GREETING_SECONDS, Automatic
from comptoir.lab.bots import Bot

SHOP = "+221 77 000 00 01"
CUSTOMER = "+221 77 000 01 01"
GREETING = "Merci de nous écrire. Nous vous répondons dès que possible."


async def test_a_greeting_reaches_the_customer_and_the_companion(lab: Lab, tmp_path: Path) -> None:
    async with neonize(lab, tmp_path / "session.db") as client:
        await link(lab, client, SHOP)
        lab.phone(SHOP).automatic.greeting = GREETING
        await lab.customer(CUSTOMER).say(SHOP, "bonjour")
        assert [heard.text for heard in await lab.customer(CUSTOMER).wait_heard(1)] == [GREETING]
        await client.wait("message", text=GREETING, from_me=True, chat="221770000101@s.whatsapp.net")


async def test_an_away_message_answers_in_the_form_in_which_it_was_asked(lab: Lab) -> None:
    lab.phone(SHOP).automatic = Automatic(away="Fermé", after=0.0)
    await lab.customer(CUSTOMER).say(SHOP, "bonjour", as_lid=True)
    assert [(heard.text, heard.by_lid) for heard in await lab.customer(CUSTOMER).wait_heard(1)] == [("Fermé", True)]


def test_a_conversation_is_greeted_again_after_a_fortnight_of_silence() -> None:
    automatic = Automatic(greeting="Bienvenue")
    assert automatic.answers("+1", 0) == ["Bienvenue"]
    assert automatic.answers("+2", 0) == ["Bienvenue"]
    assert automatic.answers("+1", 60) == []
    assert automatic.answers("+1", 59 + GREETING_SECONDS) == []
    assert automatic.answers("+1", 59 + 2 * GREETING_SECONDS) == ["Bienvenue"]


def test_one_away_message_is_enough_for_as_long_as_it_says() -> None:
    automatic = Automatic(away="Fermé", away_every=60)
    assert [automatic.answers("+1", at) for at in (0, 59, 60)] == [["Fermé"], [], ["Fermé"]]
    automatic.away_every = 0
    assert [automatic.answers("+1", at) for at in (60, 60)] == [["Fermé"], ["Fermé"]]


async def test_a_bot_answers_every_text_until_it_has_said_enough(lab: Lab) -> None:
    bot = lab.customer(CUSTOMER).bot = Bot(("Reçu", "Réponse {n}"), limit=3, after=0.0)
    phone = lab.phone(SHOP)
    for count, text in enumerate(("Reçu", "Réponse 2", "Reçu"), 1):
        await phone.say(CUSTOMER, "bonjour")
        assert (await phone.wait_heard(count))[-1].text == text
    await phone.say(CUSTOMER, "bonjour")
    await lab.customer(CUSTOMER).wait_heard(4)
    await trio.testing.wait_all_tasks_blocked(0.05)
    assert (bot.said, len(phone.heard())) == (3, 3)


def test_a_bot_needs_something_to_say() -> None:
    with pytest.raises(ValueError, match="give it one"):
        Bot(())

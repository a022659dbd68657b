"""Whom the shop greets, and when again."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from comptoir.plugins.builtin.welcome import Welcome
from comptoir.plugins.testing import TENANT, Person, Player

TEXT = "Bonjour {name}, ici {shop}."
HELLO = "Bonjour Awa, ici Chez Awa."


def customer(play: Player, *, is_new: bool = True, **settings: object) -> Person:
    return play(Welcome, config={"welcome": {"text": TEXT} | settings}).customer(is_new=is_new)


def test_a_new_customer_is_greeted_once(play: Player) -> None:
    awa = customer(play)
    greeted = awa.says("bonjour")
    assert (greeted.texts, greeted.stopped_by) == ([HELLO], None)
    assert greeted.explained == ["c'est le premier message de ce client"]
    awa.play.passes(days=400)
    assert awa.says("bonjour").texts == []


def test_a_known_customer_is_not_greeted_as_new(play: Player) -> None:
    assert customer(play, is_new=False).says("bonjour").texts == []


def test_after_a_long_silence_again(play: Player) -> None:
    awa = customer(play, again_after_days=30)
    greeted = []
    for days in (0, 29, 29, 30, 1):
        awa.play.passes(days=days)
        greeted.append(bool(awa.says("x").texts))
    assert greeted == [True, False, False, True, False]


def test_it_can_have_the_last_word(play: Player) -> None:
    assert customer(play, then="stop").says("x").stopped_by == "welcome"


def test_nobody_is_greeted_in_a_group(play: Player) -> None:
    group = play(Welcome, config={"welcome": {"text": TEXT}}).customer("Moussa", "group:120363")
    assert group.says("bonjour", sender="+221770000002").texts == []
    assert group.play.state("welcome", "seen", group) is None


@pytest.mark.parametrize(("then", "stopped_by"), [("continue", None), ("stop", "welcome")])
def test_whom_the_phone_has_greeted_is_not_greeted_again(play: Player, then: str, stopped_by: str | None) -> None:
    awa = customer(play, then=then, again_after_days=30)
    awa.chat.contact = replace(awa.contact, greeted=True)
    first = awa.says("bonjour")
    assert (first.texts, first.stopped_by) == ([], stopped_by)
    # It counts as seen, so that a month later they are greeted by us.
    awa.chat.contact = replace(awa.chat.contact, greeted=False)
    assert awa.says("bonjour").texts == []
    awa.play.passes(days=30)
    assert awa.says("bonjour").texts == [HELLO]


@pytest.mark.parametrize(
    ("kind", "text"),
    [("text", " \n"), ("empty", ""), ("unknown", ""), ("reaction", ""), ("edit", "x"), ("deletion", ""), ("call", "")],
)
def test_what_says_nothing_is_not_greeted(play: Player, kind: str, text: str) -> None:
    awa = customer(play)
    assert awa.says(text, kind).texts == []
    assert awa.play.state("welcome", "seen", awa) is None


def test_a_picture_is_greeted(play: Player) -> None:
    assert customer(play).says("", "image").texts == [HELLO]


@pytest.mark.parametrize(
    ("hour", "language", "greeting"),
    [
        (5, "fr", "Bonjour"),
        (17, "fr", "Bonjour"),
        (18, "fr", "Bonsoir"),
        (4, "fr", "Bonsoir"),
        (20, "en", "Good evening"),
    ],
)
def test_the_greeting_goes_by_the_shops_clock(play: Player, hour: int, language: Any, greeting: str) -> None:
    """Abidjan has the time of UTC; a shop in Mauritius is four hours ahead."""
    config = {"welcome": {"text": "{greeting} {name}"}}
    for zone, ahead in (("Africa/Abidjan", 0), ("Indian/Mauritius", 4)):
        now = datetime(2026, 11, 23, (hour - ahead) % 24, tzinfo=UTC)
        shop = play(Welcome, tenant=replace(TENANT, language=language, timezone=zone), config=config, now=now)
        assert shop.customer().says("x").texts == [f"{greeting} Awa"]

"""What is said of voice notes, pictures and the like."""

from dataclasses import replace
from typing import get_args

import pytest

from comptoir.plugins.api import FILE_KINDS
from comptoir.plugins.builtin.media import KINDS, Kind, Media, MediaConfig
from comptoir.plugins.testing import TENANT, Person, Player


def customer(play: Player, **settings: object) -> Person:
    return play(Media, config={"media": settings}).customer()


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "sticker"])
@pytest.mark.parametrize("language", ["fr", "en"])
def test_each_kind_has_a_text_of_ours(play: Player, kind: str, language: str) -> None:
    awa = play(Media, tenant=replace(TENANT, language=language)).customer()
    heard = awa.says("", kind)
    assert heard.texts == [Media.texts[kind][language == "en"].replace("{name}", "Awa")]
    assert heard.stopped_by == "media"


def test_the_tenants_own_text_comes_first(play: Player) -> None:
    awa = customer(play, voice="{shop} n'a pas le son, {name}.", sticker="Joli !")
    assert awa.says("", "voice").texts == ["Chez Awa n'a pas le son, Awa."]
    assert awa.says("", "sticker").texts == ["Joli !"]


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("text", "bonjour"),
        ("image", "c'est combien ?"),
        ("document", "mon CV"),
        ("sticker", ""),
        ("reaction", "👍"),
        ("call", ""),
        ("something new", ""),
    ],
)
def test_words_and_what_it_does_not_know_are_left_to_others(play: Player, kind: str, text: str) -> None:
    heard = customer(play).says(text, kind)
    assert (heard.texts, heard.stopped_by) == ([], None)


def test_in_a_group_it_says_nothing(play: Player) -> None:
    group = play(Media).customer("Moussa", "group:120363")
    assert group.says("", "image", sender="+221770000002").texts == []


def test_a_burst_is_answered_once_and_each_kind_by_itself(play: Player) -> None:
    awa = customer(play, every_minutes=10)
    said = []
    for minutes, kind in ((0, "image"), (1, "image"), (0, "voice"), (8, "image"), (1, "image"), (-30, "image")):
        awa.play.passes(minutes=minutes)
        heard = awa.says("", kind)
        assert heard.stopped_by == "media"
        said.append(len(heard.texts))
    assert said == [1, 0, 1, 0, 1, 1]


def test_it_may_answer_each_and_let_others_see_them(play: Player) -> None:
    awa = customer(play, every_minutes=0, then="continue")
    for _ in range(2):
        heard = awa.says("", "image")
        assert (len(heard.texts), heard.stopped_by) == (1, None)


def test_what_is_to_stay_silent_goes_on_to_others(play: Player) -> None:
    awa = customer(play, silent=["image"])
    heard = awa.says("", "image")
    assert (heard.texts, heard.stopped_by) == ([], None)
    assert awa.says("", "voice").stopped_by == "media"


def test_every_kind_that_can_be_sent_has_a_setting() -> None:
    assert set(FILE_KINDS) < set(KINDS) == set(get_args(Kind))
    assert set(KINDS) < set(MediaConfig.model_fields)

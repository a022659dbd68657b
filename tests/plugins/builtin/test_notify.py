"""Of which messages the owner and the team are told."""

from dataclasses import replace
from typing import Any

import pytest
from pydantic import ValidationError

from comptoir.plugins.api import Member
from comptoir.plugins.builtin.notify import Notify, NotifyConfig
from comptoir.plugins.testing import TENANT, Person, Play, Player

TEAM = replace(TENANT, team=(Member("Fatou", "+221338000001"), Member("Livreurs", "group:120363")))


def shop(play: Player, *rules: dict[str, Any], **more: Any) -> Play:
    return play(Notify, tenant=TEAM, config={"notify": {"rules": list(rules)}}, **more)


def customer(play: Player, *rules: dict[str, Any]) -> Person:
    return shop(play, *rules).customer()


def test_the_owner_is_told_of_a_word_and_the_customer_of_nothing(play: Player) -> None:
    heard = customer(play, {"words": ["réclamation", "remboursement"]}).says("Je veux un REMBOURSEMENT !")
    assert [(told.to, told.text) for told in heard.told] == [
        ("owner", "🔔 Awa (+221770000001) : Je veux un REMBOURSEMENT !")
    ]
    assert (heard.texts, heard.stopped_by) == ([], None)
    assert heard.explained == ["la règle 1 convient : « remboursement »"]


def test_others_are_told_in_the_tenants_words(play: Player) -> None:
    rule = {"words": ["livreur"], "to": ["team", "owner"], "text": "{name} attend ! {chat}\n{text}"}
    heard = customer(play, rule).says("où est\nle livreur ?")
    said = "Awa attend ! +221770000001\noù est le livreur ?"
    assert [(told.to, told.text) for told in heard.told] == [("Fatou", said), ("Livreurs", said), ("owner", said)]


@pytest.mark.parametrize(
    ("rule", "text", "kind", "told"),
    [
        ({"words": ["plainte"]}, "bonjour", "text", False),
        ({"words": ["plainte"]}, "deux plaintes", "image", True),
        ({"pattern": "commande n?[0-9]+"}, "ma COMMANDE 123", "text", True),
        ({"pattern": "commande n?[0-9]+"}, "ma commande", "text", False),
        ({"words": ["plainte"], "pattern": "n[0-9]+"}, "la n12", "text", True),
        ({"words": ["plainte"], "pattern": "n[0-9]+"}, "plainte", "text", True),
        ({"kinds": ["voice", "audio"]}, "", "voice", True),
        ({"kinds": ["voice"]}, "bonjour", "text", False),
        ({"kinds": ["image"], "words": ["cassé"]}, "tout est cassé", "text", False),
        ({"kinds": ["image"], "words": ["cassé"]}, "tout est cassé", "image", True),
        ({"kinds": ["call"]}, "", "call", True),
        ({"new": True}, "bonjour", "text", True),
        ({"new": True, "words": ["prix"]}, "bonjour", "text", False),
        ({"tag": "vip"}, "bonjour", "text", False),
        ({"words": ["plainte"]}, "plainte", "reaction", False),
    ],
)
def test_a_rule_holds_where_all_of_it_does(
    play: Player, rule: dict[str, Any], text: str, kind: str, *, told: bool
) -> None:
    assert bool(customer(play, rule).says(text, kind).told) is told


def test_a_rule_for_new_customers_and_one_for_a_tag(play: Player) -> None:
    awa = customer(play, {"new": True, "every_minutes": 0}, {"tag": "vip"})
    assert len(awa.says("bonjour").told) == 1
    assert awa.says("bonjour").told == ()
    awa.chat.contact = replace(awa.chat.contact, tags=frozenset({"vip"}))
    assert len(awa.says("bonjour").told) == 1


def test_what_has_no_words_is_named(play: Player) -> None:
    heard = customer(play, {"kinds": ["voice"]}).says("", "voice")
    assert heard.notices == ["🔔 Awa (+221770000001) : un message vocal"]
    nameless = shop(play, {"kinds": ["image"]}).customer("", "+221770000009")
    assert nameless.says("", "image").notices == ["🔔 Un client (+221770000009) : une photo"]


def test_a_long_message_is_quoted_in_part(play: Player) -> None:
    (said,) = customer(play, {"words": ["plainte"]}).says("plainte " + "bla " * 5_000).notices
    assert len(said) < 600
    assert said.endswith("…")


def test_at_most_so_often_for_a_customer_and_a_rule(play: Player) -> None:
    here = shop(play, {"words": ["plainte"], "every_minutes": 30}, {"words": ["cassé"], "every_minutes": 0})
    awa, binta = here.customer(), here.customer("Binta", "+221770000002")
    told = []
    for minutes in (0, 29, 1, 10, -40):
        here.passes(minutes=minutes)
        told.append(len(awa.says("plainte").told))
    assert told == [1, 0, 1, 0, 1]
    assert len(binta.says("plainte").told) == 1
    assert [len(awa.says("cassé").told) for _ in range(2)] == [1, 1]


def test_a_rule_is_known_wherever_it_stands_in_the_file(play: Player) -> None:
    first, second = {"words": ["plainte"]}, {"words": ["cassé"]}
    awa = customer(play, first, second)
    awa.says("plainte")
    moved = customer(play, second, {**first, "text": "{text}"})
    moved.play.memory.state.update(awa.play.memory.state)
    assert moved.says("plainte").told == ()
    assert len(moved.says("cassé").told) == 1


def test_who_is_told_is_not_told_of_themselves(play: Player) -> None:
    here = shop(play, {"words": ["plainte"]})
    assert here.owner().says("une plainte ?").told == ()
    assert here.colleague("Fatou").says("une plainte ?").told == ()


@pytest.mark.parametrize(
    ("to", "expected"),
    [
        (["Fatu"], "« Fatou »"),
        (["Zoé"], "un de ceux-ci : owner, team, Fatou, Livreurs"),
        (["team", "owner", "Livreurs"], None),
    ],
)
def test_whom_nobody_knows_is_a_mistake_of_the_file(play: Player, to: list[str], expected: str | None) -> None:
    mistakes = shop(play, {"new": True, "to": to}).mistakes
    assert [mistake.expected for mistake in mistakes] == ([expected] if expected else [])


def test_a_shop_without_an_owner_or_a_team_cannot_tell_them(play: Player) -> None:
    alone = replace(TENANT, owner=None, team=(), language="en")
    rules = [{"new": True, "to": ["owner"]}, {"new": True, "to": ["team", "owner"]}]
    mistakes = play(Notify, tenant=alone, config={"notify": {"rules": rules}}).mistakes
    assert [mistake.what for mistake in mistakes] == [
        "nobody can be told: owner is missing",
        '"team" is told, and the team is empty',
    ]


@pytest.mark.parametrize(
    "rules",
    [
        [],
        [{}],
        [{"to": ["owner"]}],
        [{"words": ["?"]}],
        [{"pattern": "("}],
        [{"kinds": ["selfie"]}],
        [{"new": True, "to": []}],
        [{"new": True, "text": "{numero}"}],
    ],
)
def test_what_is_wrong_is_refused(rules: list[dict[str, Any]]) -> None:
    with pytest.raises(ValidationError):
        NotifyConfig.model_validate({"rules": rules})


def test_a_wrong_rule_is_blamed_once() -> None:
    with pytest.raises(ValidationError) as wrong:
        NotifyConfig.model_validate({"rules": [{"to": ["owner"]}]})
    assert [error["loc"] for error in wrong.value.errors()] == [("rules", 0)]

"""What customers are told while the shop is closed, and when they ask for its hours."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from opening_hours import SHOP
from pydantic import ValidationError

from comptoir.plugins.api import Context, Message, Plugin, Verdict
from comptoir.plugins.builtin.hours import HoursConfig, OpeningHours
from comptoir.plugins.builtin.hours.asking import Questions
from comptoir.plugins.builtin.hours.config import QUESTIONS
from comptoir.plugins.testing import NOON, TENANT, Play, Player

CLOSED = "Fermé {why}, {name}. On ouvre {next}."
WEEK = """\
Du lundi au vendredi : de 8 h à 12 h 30 et de 15 h à 19 h
Samedi : de 18 h à 2 h
Dimanche : fermé"""
MONDAY = NOON.date()


class Price(Plugin):
    name = "price"

    async def message(self, context: Context, message: Message) -> Verdict:
        if "prix" in message.text:
            context.reply("2 500 F")
        return Verdict.CONTINUE


def at(play: Player, moment: str, *, language: str = "fr", **settings: object) -> Play:
    """A shop in Dakar, at a moment of its clock."""
    now = datetime.fromisoformat(moment).replace(tzinfo=UTC)
    tenant = replace(SHOP, language=language)
    return play(OpeningHours, Price, tenant=tenant, config={"hours": {"closed": CLOSED} | settings}, now=now)


# --- while it is closed


@pytest.mark.parametrize(
    ("moment", "said"),
    [
        ("2026-11-23 12:00", None),
        ("2026-11-23 13:00", "Fermé à cette heure, Awa. On ouvre aujourd'hui à 15 h."),
        ("2026-11-23 20:00", "Fermé à cette heure, Awa. On ouvre demain à 8 h."),
        ("2026-11-29 09:00", "Fermé le dimanche, Awa. On ouvre demain à 8 h."),
        ("2026-12-24 09:00", "Fermé aujourd'hui, Awa. On ouvre demain à 10 h."),
        ("2027-01-01 09:00", "Fermé aujourd'hui (Jour de l'an), Awa. On ouvre demain à 18 h."),
    ],
)
def test_who_writes_while_it_is_closed_is_told_when_it_opens(play: Player, moment: str, said: str | None) -> None:
    heard = at(play, moment).customer().says("je veux commander")
    assert heard.texts == ([said] if said else [])
    assert heard.stopped_by is None


def test_once_in_a_closure_and_again_in_the_next(play: Player) -> None:
    shop = at(play, "2026-11-23 20:00")
    awa, binta = shop.customer(), shop.customer("Binta", "+221770000002")
    assert len(awa.says("bonjour").texts) == 1
    again = awa.says("allo")
    assert (again.texts, again.explained) == ([], ["fermé, et ce client le sait déjà"])
    assert len(binta.says("bonjour").texts) == 1
    shop.passes(hours=13)
    assert awa.says("bonjour").texts == []
    shop.passes(hours=12)
    assert len(awa.says("bonjour").texts) == 1


@pytest.mark.parametrize(("then", "said"), [("continue", 2), ("stop", 1)])
def test_answers_still_work_unless_it_has_the_last_word(play: Player, then: str, said: int) -> None:
    awa = at(play, "2026-11-23 20:00", then=then).customer()
    assert len(awa.says("le prix ?").texts) == said
    assert awa.says("le prix ?").texts == ["2 500 F"] * (said - 1)


def test_nobody_is_told_in_a_group_nor_after_a_reaction_nor_where_the_shop_wants_it_so(play: Player) -> None:
    shop = at(play, "2026-11-23 20:00")
    assert shop.customer("Moussa", "group:120363").says("bonjour", sender="+221770000002").texts == []
    assert shop.customer().says("👍", "reaction").texts == []
    assert at(play, "2026-11-23 20:00", announce=False).customer().says("bonjour").texts == []


def test_an_absence_has_a_text_of_its_own(play: Player) -> None:
    away = {"first": "2026-11-23", "last": "2026-11-29", "text": "En congé ! Retour {next}."}
    shop = at(play, "2026-11-23 10:00", absences=[away])
    assert shop.customer().says("bonjour").texts == ["En congé ! Retour lundi 30 novembre à 8 h."]
    assert shop.customer().says("ouvert jeudi ?").texts == ["Jeudi 26 novembre : fermé."]


def test_a_shop_without_a_text_says_ours(play: Player) -> None:
    now = datetime(2026, 11, 29, 9, tzinfo=UTC)
    for language, said in (("fr", "Nous sommes fermés le dimanche."), ("en", "We are closed on Sundays.")):
        shop = play(OpeningHours, tenant=replace(SHOP, language=language), now=now)
        assert shop.customer().says("bonjour").texts[0].startswith(said)


# --- who asks


def test_who_asks_is_told_what_the_table_says(play: Player) -> None:
    heard = at(play, "2026-11-23 12:00").customer().says("Vous êtes ouverts ?")
    assert heard.texts == [f"Nous sommes ouverts jusqu'à 12 h 30.\n\n{WEEK}"]
    assert heard.stopped_by == "hours"
    closed = at(play, "2026-11-23 20:00").customer()
    assert closed.says("c ferme ?").texts == [f"Nous sommes fermés à cette heure. Nous ouvrons demain à 8 h.\n\n{WEEK}"]
    # Which is all that there is to say of it.
    assert closed.says("d'accord").texts == []


def test_in_english(play: Player) -> None:
    heard = at(play, "2026-11-23 12:00", language="en").customer().says("Are you open?")
    assert heard.texts[0].startswith("We are open until 12:30 pm.\n\nMonday to Friday: 8 am to 12:30 pm and")
    assert at(play, "2026-11-23 12:00", language="en").customer().says("do you open on sunday").texts == [
        "Sunday 29 November: closed."
    ]


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("ouvert dimanche ?", "Dimanche 29 novembre : fermé."),
        ("vous ouvrez demain matin ?", "Mardi 24 novembre : de 8 h à 12 h 30 et de 15 h à 19 h."),
        ("ouvert après-demain ?", "Mercredi 25 novembre : de 8 h à 12 h 30 et de 15 h à 19 h."),
        ("c'est ouvert lundi ?", "Lundi 23 novembre : de 8 h à 12 h 30 et de 15 h à 19 h."),
    ],
)
def test_who_asks_for_a_day_is_told_of_that_day(play: Player, asked: str, said: str) -> None:
    assert at(play, "2026-11-23 12:00").customer().says(asked).texts == [said]


def test_a_holiday_is_named(play: Player) -> None:
    heard = at(play, "2026-12-30 12:00").customer().says("vous ouvrez vendredi ?")
    assert heard.texts == ["Vendredi 1er janvier : fermé (Jour de l'an)."]


def test_a_holiday_with_hours_of_its_own_is_a_day_like_others(play: Player) -> None:
    heard = at(play, "2026-12-22 12:00").customer().says("vous ouvrez vendredi ?")
    assert heard.texts == ["Vendredi 25 décembre : de 10 h à 12 h."]


def test_who_asks_for_several_days_is_told_of_the_week(play: Player) -> None:
    (said,) = at(play, "2026-11-23 12:00").customer().says("vous ouvrez samedi et dimanche ?").texts
    assert said.endswith(WEEK)


def test_what_else_was_asked_is_left_to_others(play: Player) -> None:
    heard = at(play, "2026-11-23 12:00").customer().says("vos horaires, et le prix de la livraison ?")
    assert len(heard.texts) == 2
    assert heard.texts[1] == "2 500 F"


def test_a_shop_may_leave_questions_to_others(play: Player) -> None:
    assert at(play, "2026-11-23 12:00", questions=[]).customer().says("vous êtes ouverts ?").texts == []


@pytest.mark.parametrize(
    "text",
    ["horaires svp", "c ouvert?", "vs etes ouvert", "a kel heur vous fermé", "ouvert ou pas", "jusqu'à quelle heure ?"],
)
def test_customers_ask_in_many_ways(text: str) -> None:
    assert Questions(QUESTIONS, "fr").read(text, MONDAY) is not None


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("vous ouvrez le 25 décembre ?", date(2026, 12, 25)),
        ("ouvert le 31/12 ?", date(2026, 12, 31)),
        ("vous ouvrez le 10 aout", date(2027, 8, 10)),
        ("vous êtes ouverts le 31-12 ?", date(2026, 12, 31)),
        ("vous ouvrez le vendredi 25.12 ?", date(2026, 12, 25)),
        ("vous ouvrez le 1er ?", date(2026, 12, 1)),
        ("vous ouvrez le vendredi 27 ?", date(2026, 11, 27)),
        ("vous ouvrez à Noël ?", date(2026, 12, 25)),
        ("ouvert le jour de l'an ?", date(2027, 1, 1)),
        ("are you open on the 25th of December?", date(2026, 12, 25)),
        ("vous ouvrez après-demain ?", date(2026, 11, 25)),
        ("vous ouvrez dimanche 8h ?", date(2026, 11, 29)),
        ("vous êtes ouverts 7/7 ?", None),
        ("vous êtes ouverts 24/7 ?", None),
        ("vous êtes ouverts de 8-12 ?", None),
        ("vous ouvrez le 8 heures du matin ?", None),
    ],
)
def test_the_day_that_is_asked_for(text: str, day: date | None) -> None:
    asked = Questions(QUESTIONS, "fr").read(text, MONDAY)
    assert asked is not None
    assert (asked.day, asked.more) == (day, False)


def test_a_day_of_the_calendar_is_answered_for_itself(play: Player) -> None:
    customer = at(play, "2026-11-23 10:00").customer()
    assert customer.says("vous ouvrez le 25 décembre ?").texts == ["Vendredi 25 décembre : de 10 h à 12 h."]
    assert customer.says("ouvert le 1/1 ?").texts == ["Vendredi 1er janvier : fermé (Jour de l'an)."]


@pytest.mark.parametrize("text", ["vous ouvrez à la Tabaski ?", "ouvert les jours fériés ?", "ouvert à Pâques ?"])
def test_todays_hours_answer_no_question_for_a_feast(text: str) -> None:
    assert Questions(QUESTIONS, "fr").read(text, MONDAY) is None


@pytest.mark.parametrize(
    "text",
    ["j'ai ouvert le colis et il manque un pagne", "fermeture éclair", "à quelle heure vous livrez", "merci", ""],
)
def test_not_every_opening_is_a_question(text: str) -> None:
    assert Questions(QUESTIONS, "fr").read(text, MONDAY) is None


# --- the file


def test_without_hours_in_the_file_it_says_so(play: Player) -> None:
    (mistake,) = play(OpeningHours, tenant=TENANT).mistakes
    assert (mistake.file, mistake.key) == ("", ())
    assert "[hours]" in mistake.expected
    assert not play(OpeningHours, tenant=SHOP).mistakes


@pytest.mark.parametrize(
    "table",
    [
        {"closed": ""},
        {"closed": "Retour {nxt}"},
        {"absences": [{"first": "2026-08-15", "last": "2026-08-01", "text": "x"}]},
        {"absences": [{"first": "demain", "last": "2026-08-01", "text": "x"}]},
        {"questions": ["?"]},
    ],
)
def test_what_is_wrong_is_refused(table: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        HoursConfig.model_validate(table)

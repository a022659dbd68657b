"""A customer is handed over, answered by people, and asked how it was."""

from dataclasses import replace
from datetime import time

import pytest

from comptoir.plugins.api import Context, Hours, Message, Plugin, Span, Verdict
from comptoir.plugins.builtin.handover import Handovers
from comptoir.plugins.builtin.takeover import Takeover
from comptoir.plugins.builtin.welcome import Welcome
from comptoir.plugins.testing import TENANT, Person, Play, Player


class Prices(Plugin):
    name = "prices"

    async def message(self, context: Context, message: Message) -> Verdict:
        if "prix" not in message.text:
            return Verdict.CONTINUE
        context.reply("5 000 francs")
        return Verdict.STOP


def opened(play: Player, **table: object) -> tuple[Play, Person]:
    shop = play(Takeover, Handovers, Prices, config={"handover": table})
    return shop, shop.customer()


def test_who_asks_for_a_person_is_told_and_so_is_the_owner(play: Player) -> None:
    _, awa = opened(play)
    awa.says("le prix de la robe rouge")
    heard = awa.says("je veux parler à quelqu'un")
    assert heard.texts == ["C'est noté Awa : je passe votre message à une personne de Chez Awa, qui vous répond ici."]
    assert heard.stopped_by == "handover"
    [told] = heard.told
    assert told.to == "owner"
    assert told.text.splitlines()[:2] == [
        "🙋 Awa attend une personne : conversation 1, +221770000001",
        "Pourquoi : a demandé une personne",
    ]
    assert "Client : le prix de la robe rouge\nRobot : 5 000 francs\nClient : je veux parler à quelqu'un" in told.text
    assert "« 1 votre réponse »" in told.text
    assert awa.chat.conversation.state == "pending"


def test_while_somebody_is_awaited_the_customer_is_told_once(play: Player) -> None:
    shop, awa = opened(play)
    awa.says("un humain")
    shop.passes(minutes=6)
    heard = awa.says("le prix ?")
    assert heard.texts == ["Votre message est bien arrivé. Une personne de Chez Awa vous répond dès que possible."]
    assert heard.notices == ["💬 1 · Awa :\nClient : le prix ?"]
    shop.passes(minutes=6)
    assert awa.says("allô").texts == []


def test_what_they_write_meanwhile_is_passed_on_together(play: Player) -> None:
    shop, awa = opened(play, notice_minutes=5)
    awa.says("un humain")
    shop.passes(minutes=1)
    assert awa.says("c'est pour la robe").notices == []
    shop.passes(minutes=1)
    assert awa.says("la rouge").notices == []
    assert shop.passes(minutes=2).notices == []
    assert shop.passes(minutes=1).notices == ["💬 1 · Awa :\nClient : c'est pour la robe\nClient : la rouge"]
    assert shop.passes(minutes=20).notices == []


def test_what_comes_within_the_same_second_is_passed_on_too(play: Player) -> None:
    shop, awa = opened(play)
    awa.says("un humain")
    awa.says("vite")
    awa.says("vite")
    assert shop.passes(minutes=5).notices == ["💬 1 · Awa :\nClient : vite\nClient : vite"]


def test_what_a_person_has_answered_is_not_passed_on(play: Player) -> None:
    shop, awa = opened(play)
    awa.says("un humain")
    awa.says("vite")
    shop.owner().says("1 J'arrive")
    assert shop.passes(minutes=20).notices == []


def test_people_who_are_told_must_be_known() -> None:
    config = Handovers.Config.model_validate({"to": ["Fatu"]})
    [mistake] = Handovers(config, TENANT).check()
    assert (mistake.what, mistake.expected) == ("« Fatu » n'est pas dans l'équipe", "« Fatou »")


def test_the_owner_answers_by_the_number(play: Player) -> None:
    shop, awa = opened(play)
    awa.says("un humain")
    heard = shop.owner().says("1 Oui, il en reste")
    assert heard.answers == (("+221770000001", "Oui, il en reste"),)
    assert heard.texts == ["Envoyé à Awa."]
    assert awa.chat.conversation.agent == "owner"
    shop.passes(minutes=6)
    # Who answers by commands does not see the chat: what comes is passed on, without another word to the customer.
    heard = awa.says("je la prends")
    assert heard.texts == []
    assert heard.notices == ["💬 1 · Awa :\nClient : je la prends"]


def test_who_answers_by_hand_sees_the_chat(play: Player) -> None:
    shop, awa = opened(play)
    awa.says("un humain")
    awa.answered_by_hand("Bonjour Awa")
    shop.passes(minutes=6)
    heard = awa.says("je la prends")
    assert (heard.texts, heard.notices) == ([], [])


def test_commands_close_give_back_and_give_away(play: Player) -> None:
    shop, awa = opened(play, to=["team"])
    awa.says("un humain")
    owner, fatou = shop.owner(), shop.colleague("Fatou")
    assert fatou.says("1 moi").texts == ["La conversation 1 est à vous (Awa). Répondez par « 1 votre réponse »."]
    assert awa.chat.conversation.agent == "Fatou"
    assert owner.says("1 robot").texts == ["Le robot répond de nouveau à Awa."]
    assert awa.says("le prix ?").texts == ["5 000 francs"]
    awa.says("un humain")
    heard = owner.says("1 Fatou")
    assert heard.texts == ["La conversation 1 est à Fatou."]
    assert [told.to for told in heard.told] == ["Fatou"]
    assert "Client : un humain" in heard.notices[0]
    assert fatou.says("1 fin").texts == ["Conversation 1 terminée (Awa). Le robot répond de nouveau."]
    assert awa.chat.conversation.state == "closed"


def test_who_has_a_conversation_keeps_it_from_colleagues_but_not_from_the_owner(play: Player) -> None:
    shop, awa = opened(play)
    awa.says("un humain")
    shop.owner().says("1 Bonjour")
    heard = shop.colleague("Fatou").says("1 Bonjour aussi")
    assert heard.answers == ()
    assert heard.texts == ["le responsable s'occupe de la conversation 1. Pour la prendre : « 1 moi »."]
    shop.colleague("Fatou").says("1 moi")
    assert shop.owner().says("1 Encore moi").answers == (("+221770000001", "Encore moi"),)


def test_a_number_that_nobody_waits_under_sends_nothing(play: Player) -> None:
    shop, awa = opened(play)
    heard = shop.owner().says("7 Oui")
    assert heard.texts == ["Rien n'a été envoyé : aucune conversation 7 n'attend.\nAucune conversation n'attend."]
    awa.says("un humain")
    assert shop.owner().says("liste").texts == ["Conversations :\n2 · Awa attend depuis 12:00 : a demandé une personne"]
    assert "« 4 Fatou » la donne" in shop.owner().says("aide").texts[0]


def test_the_owner_can_try_the_shop_as_a_customer(play: Player) -> None:
    shop, _ = opened(play)
    assert shop.owner().says("le prix").texts == ["5 000 francs"]


@pytest.mark.parametrize("text", ["5", " 4 ", "#4", "n°4.", "4oui"])
def test_what_is_nearly_a_command_opens_no_case_of_the_colleagues_own(play: Player, text: str) -> None:
    shop, _ = opened(play)
    heard = shop.colleague("Fatou").says(text)
    assert heard.texts == shop.owner().says("aide").texts
    assert heard.notices == []


def test_a_customer_gives_no_commands(play: Player) -> None:
    shop, awa = opened(play)
    awa.says("un humain")
    heard = shop.customer("Ibou", "+221770000002").says("1 fin")
    assert "terminée" not in " ".join(heard.texts)
    assert awa.chat.conversation.state == "pending"


def test_words_and_rules_of_the_tenant(play: Player) -> None:
    rules = [
        {"reason": "cliente fidèle en colère", "tag": "vip", "pattern": "scandale|honte"},
        {"reason": "ordonnance", "kind": "image"},
    ]
    shop, awa = opened(play, words=["remboursement"], rules=rules)
    assert awa.says("je veux un remboursement").stopped_by == "handover"
    assert awa.chat.conversation.reason == "a écrit « remboursement »"
    ibou = shop.customer("Ibou", "+221770000002")
    assert ibou.says("c'est une honte").stopped_by is None
    assert ibou.says("", "image").stopped_by == "handover"
    assert ibou.chat.conversation.reason == "ordonnance"


def test_a_question_that_nobody_answers_is_for_a_person(play: Player) -> None:
    _, awa = opened(play)
    heard = awa.says("vous réparez les téléphones ?")
    assert heard.texts == [
        "Je préfère ne pas vous répondre de travers : je passe votre message à une personne de Chez Awa."
    ]
    assert awa.chat.conversation.reason == "question sans réponse du robot"


def test_the_second_message_running_that_nobody_answers_is_for_a_person(play: Player) -> None:
    shop, awa = opened(play)
    assert awa.says("merci beaucoup").texts == []
    heard = awa.says("la robe de l'autre fois")
    assert heard.explained == ["personne n'a su répondre : il faut le dire autrement"]
    assert heard.texts == [
        "Je n'ai pas bien compris. Pouvez-vous le dire autrement ? Pour parler à quelqu'un, écrivez HUMAIN."
    ]
    shop.passes(minutes=1)
    awa.says("le prix")
    shop.passes(minutes=1)
    assert awa.says("la robe bleue de samedi").stopped_by is None
    assert awa.chat.conversation.state == "open"
    shop.passes(minutes=1)
    awa.says("la robe bleue avec des fleurs")
    assert awa.chat.conversation.reason == "2 messages sans réponse du robot"


def test_without_low_confidence_nobody_is_asked(play: Player) -> None:
    _, awa = opened(play, questions=False, after_unanswered=0)
    assert [awa.says("vous réparez les téléphones ?").texts for _ in range(3)] == [[], [], []]


def test_a_rating_is_asked_for_where_a_person_answered(play: Player) -> None:
    shop, awa = opened(play, rating=True)
    awa.says("un humain")
    shop.owner().says("1 Bonjour Awa")
    heard = shop.owner().says("1 fin")
    assert "De 1 à 5, êtes-vous content de notre réponse ?" in heard.texts[-1]
    assert awa.says("merci").texts == []
    heard = awa.says("5")
    assert heard.texts == ["Merci pour votre note !"]
    assert heard.notices == ["⭐⭐⭐⭐⭐ Awa donne 5/5."]
    assert awa.chat.contact.tags == {"note-5"}
    assert awa.says("5").texts != ["Merci pour votre note !"]


def test_no_rating_where_nobody_answered(play: Player) -> None:
    shop, awa = opened(play, rating=True)
    awa.says("un humain")
    assert len(shop.owner().says("1 fin").texts) == 1
    assert awa.says("5").notices == []


def test_a_rating_comes_within_a_day_and_before_anything_else(play: Player) -> None:
    shop, awa = opened(play, rating=True)
    for late in (False, True):
        awa.says("un humain")
        awa.answered_by_hand("Bonjour")
        assert "De 1 à 5" in awa.answered_by_hand("#FIN").texts[0]
        if late:
            shop.passes(hours=25)
        else:
            awa.says("le prix")
        assert awa.says("3").notices == []


def test_an_expired_conversation_asks_for_no_rating(play: Player) -> None:
    _, awa = opened(play, rating=True)
    awa.says("un humain")
    awa.answered_by_hand("Bonjour")
    assert awa.is_closed("expiry").texts == []


def test_in_a_group_nobody_is_handed_over(play: Player) -> None:
    shop, _ = opened(play)
    group = shop.customer("Awa", "group:120363")
    heard = group.says("je veux parler à quelqu'un", sender="+221770000009")
    assert (heard.texts, heard.notices) == ([], [])


def test_who_asks_at_night_reads_when_the_shop_opens(play: Player) -> None:
    tenant = replace(TENANT, hours=Hours(((Span(time(8), time(18)),),) * 7, {}))
    shop = play(Takeover, Handovers, tenant=tenant)
    assert len(shop.customer("Ibou", "+221770000002").says("un humain").texts[0].splitlines()) == 1
    shop.passes(hours=8)
    awa = shop.customer()
    opens = "Nous sommes fermés en ce moment. Réouverture : demain à 8 h."
    assert awa.says("un humain").texts[0].splitlines()[1] == opens
    assert awa.says("vite svp").texts[0].splitlines()[1] == opens


def test_a_first_question_that_was_only_greeted_is_handed_over(play: Player) -> None:
    shop = play(Welcome, Handovers, tenant=TENANT, config={"welcome": {"text": "Bienvenue !"}})
    heard = shop.customer().says("Bonjour, vous faites les mariages ?")
    assert heard.texts[0] == "Bienvenue !"
    assert len(heard.texts) == 2
    assert heard.notices


def test_who_is_greeted_and_asks_nothing_hears_only_that(play: Player) -> None:
    shop = play(Welcome, Handovers, tenant=TENANT, config={"welcome": {"text": "Bienvenue !"}})
    assert shop.customer().says("Bonjour c'est Awa").texts == ["Bienvenue !"]

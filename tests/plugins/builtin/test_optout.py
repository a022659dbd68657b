"""Who asks for silence gets it, in whatever words, and can come back."""

from dataclasses import replace

import pytest

from comptoir.plugins.api import Context, Message, Plugin, Verdict
from comptoir.plugins.builtin.optout import OptOut, read_wish
from comptoir.plugins.builtin.takeover import Takeover
from comptoir.plugins.testing import TENANT, Player


class Parrot(Plugin):
    name = "parrot"

    async def message(self, context: Context, message: Message) -> Verdict:
        context.reply(message.text)
        return Verdict.CONTINUE


@pytest.mark.parametrize(
    "text",
    [
        "STOP", "stop.", "STOP!!", "stopp", "STOOOP", "Arrêt svp", "ARRET", "aret", "arreter svp", "arrêtez ça svp",
        "stop pub", "Stop aux messages", "bonjour\nstop merci", "desabonnez moi", "Je souhaite me désinscrire svp",
        "arrêtez de m'envoyer des messages", "ne m'envoyez plus de messages", "n'envoyez plus rien",
        "plus de pub merci", "unsubscribe", "no more messages", "reprise\nstop",
        "STOP je veux plus rien recevoir", "Stop, ne m'écrivez plus jamais svp", "STOP laissez-moi tranquille",
        "stop don't send me messages anymore", "je ne veux plus rien recevoir", "S T O P", "🛑",
    ],
)  # fmt: skip
def test_a_line_that_only_asks_for_silence_is_heard(text: str) -> None:
    assert read_wish(text) == "leave"


@pytest.mark.parametrize("text", ["Reprise", "REPRISE svp", "START", "reprenez", "réabonnez-moi", "stop\nreprise"])
def test_so_is_one_that_asks_to_come_back(text: str) -> None:
    assert read_wish(text) == "return"


@pytest.mark.parametrize(
    "text",
    [
        "vous êtes à l'arrêt de bus ?", "don't stop", "non stop", "stop la commande", "stop à la livraison",
        "je veux plus de robes", "plus", "je veux la pub", "les messages", "start up", "merci", "svp", "?", "",
        "stop je ne veux plus de la robe", "stop n'envoyez pas", "a b c", "🛑 travaux",
    ],
)  # fmt: skip
def test_a_word_among_others_is_no_request(text: str) -> None:
    assert read_wish(text) is None


@pytest.mark.parametrize(("language", "way_back"), [("fr", "REPRISE"), ("en", "START")])
def test_leaving_is_confirmed_once_and_the_way_back_works(play: Player, language: str, way_back: str) -> None:
    tenant = replace(TENANT, language=language)
    customer = play(OptOut, Parrot, tenant=tenant).customer()
    left = customer.says("STOP")
    assert left.stopped_by == "optout"
    assert len(left.texts) == 1
    assert way_back in left.texts[0]
    assert TENANT.name in left.texts[0]
    for text in ("STOP", "le prix ?", "bonjour"):
        assert customer.says(text).texts == []
    back = customer.says(way_back)
    assert (back.stopped_by, len(back.texts)) == ("optout", 1)
    assert customer.says("le prix ?").texts == ["le prix ?"]
    assert len(customer.says("arrêt").texts) == 1


def test_silence_is_one_customers_alone(play: Player) -> None:
    shop = play(OptOut, Parrot)
    shop.customer().says("STOP")
    assert shop.customer("Binta", "+221770000002").says("bonjour").texts == ["bonjour"]


def test_who_never_left_may_say_start(play: Player) -> None:
    assert play(OptOut, Parrot).customer().says("start").texts == ["start"]


def test_it_is_heard_while_a_person_has_the_chat(play: Player) -> None:
    customer = play(OptOut, Parrot).customer()
    customer.says("bonjour")
    customer.answered_by_hand()
    assert customer.says("le prix ?").outcomes[-1].plugin == "optout"
    assert customer.says("STOP").stopped_by == "optout"


@pytest.mark.parametrize(
    ("own", "said"),
    [
        ("Compris, {shop} se tait. REPRISE pour revenir.", "Compris, Chez Awa se tait. REPRISE pour revenir."),
        ("Compris.", "Compris. Pour revenir, écrivez REPRISE."),
    ],
)
def test_a_tenant_may_word_it_and_not_leave_out_the_way_back(play: Player, own: str, said: str) -> None:
    assert play(OptOut, wording={"optout": {"left": own}}).customer().says("stop").texts == [said]


def test_try_tells_why_nothing_is_said(play: Player) -> None:
    customer = play(OptOut).customer()
    customer.says("stop")
    assert customer.says("bonjour").explained == ["ce client a écrit STOP : rien ne part avant qu'il écrive REPRISE"]


def test_whoever_has_the_chat_is_told(play: Player) -> None:
    shop = play(OptOut, Takeover)
    awa, ibou = shop.customer(), shop.customer("Ibou", "+221770000002")
    awa.says("bonjour")
    awa.answered_by_hand()
    heard = awa.says("STOP")
    assert [(told.to, told.text) for told in heard.told] == [
        ("owner", "🛑 Awa a écrit STOP : plus rien d'automatique ne part. La conversation 1 reste à vous.")
    ]
    assert not ibou.says("STOP").told

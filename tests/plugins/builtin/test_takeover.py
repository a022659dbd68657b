"""Who has a chat, when the plugins have it back, and who is told of a customer that waits."""

from comptoir.plugins.api import Context, Message, Plugin, Verdict
from comptoir.plugins.builtin.takeover import Takeover
from comptoir.plugins.testing import Person, Play, Player


class Robot(Plugin):
    name = "robot"

    async def message(self, context: Context, message: Message) -> Verdict:
        context.reply("bip")
        return Verdict.STOP


class Caller(Plugin):
    """Asks for a person by a word."""

    name = "caller"

    async def message(self, context: Context, message: Message) -> Verdict:
        if message.text != "humain":
            return Verdict.CONTINUE
        context.hand_over("demande")
        return Verdict.STOP


class Desk(Plugin):
    """Lets the team answer conversation 1."""

    name = "desk"
    always = True

    async def message(self, context: Context, message: Message) -> Verdict:
        if context.contact.role == "customer":
            return Verdict.CONTINUE
        context.answer(1, message.text)
        return Verdict.STOP


def began(play: Player, **table: object) -> tuple[Play, Person]:
    shop = play(Takeover, Desk, Caller, Robot, config={"takeover": table})
    awa = shop.customer()
    assert awa.says("bonjour").texts == ["bip"]
    return shop, awa


def test_a_hand_keeps_the_robot_out_until_the_silence_ends(play: Player) -> None:
    shop, awa = began(play)
    awa.answered_by_hand(minutes=60)
    assert awa.chat.conversation.agent == "owner"
    assert awa.says("et la livraison ?").texts == []
    shop.passes(minutes=59)
    assert awa.chat.conversation.agent == "owner"
    shop.passes(minutes=1)
    assert awa.chat.conversation.agent is None
    assert awa.says("et maintenant ?").texts == ["bip"]


def test_every_hand_begins_the_silence_again(play: Player) -> None:
    shop, awa = began(play)
    awa.answered_by_hand(minutes=60)
    shop.passes(minutes=50)
    awa.answered_by_hand(minutes=60)
    shop.passes(minutes=50)
    assert awa.says("toujours là ?").texts == []
    shop.passes(minutes=10)
    assert awa.says("toujours là ?").texts == ["bip"]


def test_a_word_gives_the_chat_back_at_once(play: Player) -> None:
    shop, awa = began(play, give_back=["#robot", "à toi"])
    awa.answered_by_hand("#bot")
    assert awa.says("allô").texts == []
    awa.answered_by_hand(" A TOI ")
    assert awa.says("allô").texts == ["bip"]
    shop.passes(hours=2)
    assert awa.says("allô").texts == ["bip"]


def test_without_a_silence_a_hand_takes_nothing(play: Player) -> None:
    _, awa = began(play)
    awa.answered_by_hand(minutes=0)
    assert awa.says("allô").texts == ["bip"]


def test_a_hand_in_a_chat_that_waited_without_a_silence_answers_for_it(play: Player) -> None:
    _, awa = began(play)
    awa.says("humain")
    awa.answered_by_hand(minutes=0)
    assert awa.chat.conversation.state == "open"
    assert awa.says("merci").texts == ["bip"]


def test_an_answer_by_a_command_keeps_the_chat_for_its_minutes(play: Player) -> None:
    shop, awa = began(play, minutes=20)
    awa.says("humain")
    assert shop.colleague("Fatou").says("J'arrive").answers == ((awa.contact.chat, "J'arrive"),)
    shop.passes(minutes=19)
    shop.colleague("Fatou").says("Me voilà")
    shop.passes(minutes=19)
    assert awa.chat.conversation.agent == "Fatou"
    shop.passes(minutes=1)
    assert awa.chat.conversation.agent is None


def test_a_customer_who_waits_is_told_of_once(play: Player) -> None:
    shop, awa = began(play)
    awa.answered_by_hand(minutes=300)
    shop.passes(minutes=10)
    awa.says("vous êtes là ?")
    shop.passes(minutes=20)
    awa.says("hé ho")
    assert shop.passes(minutes=9).notices == []
    heard = shop.passes(minutes=1)
    assert heard.notices == ["⏰ Awa (+221770000001) attend une réponse depuis 30 min (conversation 1)."]
    awa.says("toujours personne")
    assert shop.passes(hours=2).notices == []
    # Their word ends the wait; the next one counts anew.
    awa.answered_by_hand(minutes=300)
    assert shop.passes(hours=2).notices == []
    awa.says("merci, et le prix ?")
    assert len(shop.passes(hours=2).notices) == 1


def test_a_customer_who_asked_for_a_person_waits_from_then_on(play: Player) -> None:
    shop, awa = began(play)
    awa.says("humain")
    assert [told.to for told in shop.passes(minutes=30).told] == ["owner"]


def test_whoever_has_the_chat_is_reminded(play: Player) -> None:
    shop, awa = began(play)
    awa.says("humain")
    shop.colleague("Fatou").says("J'arrive")
    awa.says("d'accord")
    assert [told.to for told in shop.passes(minutes=30).told] == ["Fatou"]


def test_a_customer_still_waiting_when_the_chat_goes_back_is_not_forgotten(play: Player) -> None:
    shop, awa = began(play)
    awa.answered_by_hand(minutes=60)
    shop.passes(minutes=50)
    awa.says("et pour demain ?")
    heard = shop.passes(minutes=10)
    assert heard.notices == ["⏰ Awa (+221770000001) attend une réponse depuis 10 min (conversation 1)."]
    assert shop.passes(hours=3).notices == []


def test_the_owner_who_gives_the_chat_back_knows_who_waits(play: Player) -> None:
    shop, awa = began(play)
    awa.answered_by_hand(minutes=60)
    awa.says("et pour demain ?")
    assert awa.answered_by_hand("#bot").notices == []
    assert shop.passes(hours=3).notices == []


def test_no_reminder_where_the_tenant_wants_none(play: Player) -> None:
    shop, awa = began(play, remind_minutes=0)
    awa.says("humain")
    assert shop.passes(hours=5).notices == []


def test_a_closed_conversation_leaves_nothing_behind(play: Player) -> None:
    shop, awa = began(play)
    awa.answered_by_hand(minutes=60)
    awa.says("merci")
    awa.is_closed()
    assert shop.passes(hours=5).notices == []
    assert not shop.memory.alarms
    assert awa.says("rebonjour").texts == ["bip"]

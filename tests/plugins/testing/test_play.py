"""The test kit itself: what its plays do to what plugins ask for."""

from datetime import timedelta
from pathlib import Path
from typing import ClassVar

import pytest
import trio

from comptoir.plugins.api import Change, Context, Message, OutsideFailed, Plugin, Receipt, Response, Timer, Verdict
from comptoir.plugins.testing import NOON, Play, Player


class Scribe(Plugin):
    """Does what it is told, and says what it was told of."""

    name = "scribe"
    texts: ClassVar = {"hello": ("Bonjour {name}, ici {shop}.", "Hello {name}, this is {shop}.")}

    async def message(self, context: Context, message: Message) -> Verdict:
        match message.text.split():
            case ["bonjour"]:
                context.reply(context.wording("hello"))
                return Verdict.STOP
            case ["compte"]:
                count = await context.get("count")
                context.put("count", (count if isinstance(count, int) else 0) + 1)
                context.explain("j'ai compté")
            case ["rappelle", minutes]:
                context.wake("call", context.now + timedelta(minutes=int(minutes)), message.text)
            case ["humain"]:
                context.hand_over("demandé", "{number} {chat}", ("owner", "team", "Personne"))
            case ["lis", url]:
                context.reply((await context.fetch(url)).text)
            case ["ouvre"]:
                context.reply((await context.load()).decode())
            case ["dors"]:
                await trio.sleep_forever()
            case ["tombe"]:
                raise ZeroDivisionError
            case ["range"]:
                context.put("places", {1})  # type: ignore[arg-type]  # the fault
            case ["réponds", number, text]:
                context.answer(int(number), text)
            case ["rends", number]:
                context.assign(None, int(number))
            case _:
                return Verdict.CONTINUE
        return Verdict.CONTINUE

    async def timer(self, context: Context, timer: Timer) -> None:
        context.reply(f"{timer.data} à {context.now:%H:%M}")

    async def receipt(self, context: Context, receipt: Receipt) -> None:
        context.put("last", receipt.state)

    async def conversation(self, context: Context, change: Change) -> None:
        context.put("changes", [*_list(await context.get("changes")), change.kind])


class Watcher(Plugin):
    """Sees also what is held; speaks where nobody did."""

    name = "watcher"
    always = True

    async def message(self, context: Context, message: Message) -> Verdict:
        context.put("held", context.held)
        return Verdict.CONTINUE

    async def unanswered(self, context: Context, message: Message) -> None:
        if not context.held:
            context.reply("Personne ?")


def _list(value: object) -> list[str]:
    return value if isinstance(value, list) else []


def test_replies_use_the_plugins_wording_and_the_tenants_own(play: Player) -> None:
    heard = play(Scribe, Watcher).customer("Awa").says("bonjour")
    assert (heard.texts, heard.stopped_by) == (["Bonjour Awa, ici Chez Awa."], "scribe")
    own = play(Scribe, wording={"scribe": {"hello": "Salut {name} !"}})
    assert own.customer("Modou").says("bonjour").texts == ["Salut Modou !"]


def test_what_is_remembered_belongs_to_the_chat(play: Player) -> None:
    one = play(Scribe)
    awa, modou = one.customer(), one.customer("Modou", "+221770000002")
    assert awa.says("compte").explained == ["j'ai compté"]
    awa.says("compte")
    assert (one.state("scribe", "count", awa), one.state("scribe", "count", modou)) == (2, None)


def test_nobody_is_asked_again_where_somebody_replied(play: Player) -> None:
    one = play(Scribe, Watcher).customer()
    assert one.says("autre chose").texts == ["Personne ?"]


def test_timers_ring_at_their_moment_and_in_order(play: Player) -> None:
    one = play(Scribe)
    awa, modou = one.customer(), one.customer("Modou", "+221770000002")
    awa.says("rappelle 30")
    modou.says("rappelle 20")
    assert one.passes(minutes=19).texts == []
    assert one.passes(minutes=60).texts == ["rappelle 20 à 12:20", "rappelle 30 à 12:30"]
    assert one.now == NOON + timedelta(minutes=79)


def test_a_held_chat_hears_only_who_is_always_asked(play: Player) -> None:
    one = play(Scribe, Watcher)
    awa = one.customer()
    assert awa.says("humain").notices == ["1 +221770000001", "1 +221770000001"]
    assert awa.says("bonjour").texts == []
    assert one.state("watcher", "held", awa) == "waits for a person"
    assert [case.chat for case in one.memory.cases()] == ["+221770000001"]
    assert one.owner().says("réponds 1 Voilà").answers == (("+221770000001", "Voilà"),)
    assert awa.chat.conversation.agent == "owner"
    one.colleague("Fatou").says("rends 1")
    assert awa.says("bonjour").texts == ["Bonjour Awa, ici Chez Awa."]
    assert one.state("scribe", "changes", awa) == ["opened", "handed_over", "assigned", "released"]


def test_a_customer_has_no_say_in_other_chats(play: Player) -> None:
    assert play(Scribe).customer().says("réponds 1 Voilà").faults.keys() == {"scribe"}


def test_the_owners_hand_silences_for_its_time(play: Player) -> None:
    one = play(Scribe)
    awa = one.customer()
    awa.says("rappelle 30")
    awa.answered_by_hand(minutes=60)
    assert awa.says("bonjour").texts == []
    assert one.passes(minutes=30).texts == []  # a timer does not speak in a silent chat
    awa.is_closed()
    assert awa.says("bonjour").texts == ["Bonjour Awa, ici Chez Awa."]
    assert awa.chat.conversation.number == 2


def test_who_sleeps_or_falls_is_named_and_the_rest_goes_on(play: Player) -> None:
    one = play(Scribe, Watcher).customer()
    assert one.says("dors").texts == ["Personne ?"]
    assert one.says("dors").faults == {"scribe": "no verdict within 20 s"}
    place = f"at {Path(__file__).name}:"
    assert one.says("tombe").faults["scribe"].startswith(f"ZeroDivisionError {place}")
    # Where the plugin did it, not where that showed.
    assert one.says("range").faults["scribe"].startswith(f"TypeError {place}")


def test_a_site_answers_what_is_read_outside(play: Player) -> None:
    def site(url: str) -> Response:
        if url.endswith("/missing"):
            raise OutsideFailed("no such page")
        return Response(200, {}, b"12 F")

    one = play(Scribe, site=site).customer()
    assert one.says("lis https://prix.example/riz").texts == ["12 F"]
    assert one.says("lis https://prix.example/missing").faults.keys() == {"scribe"}


def test_a_message_may_hold_a_file(play: Player) -> None:
    awa = play(Scribe).customer()
    assert awa.says("ouvre", "document", data=b"Riz : 12 F").texts == ["Riz : 12 F"]
    assert awa.says("ouvre", "document").faults["scribe"].startswith("LookupError")


def test_receipts_reach_the_plugin_that_wrote(play: Player) -> None:
    one = play(Scribe)
    awa = one.customer()
    awa.says("bonjour")
    with pytest.raises(ValueError, match="scribe wrote no 'Bonjour'"):
        awa.gets("scribe", "Bonjour", "read")
    awa.gets("scribe", "Bonjour Awa, ici Chez Awa.", "read")
    assert one.state("scribe", "last", awa) == "read"


def test_a_play_of_plugins_made_by_hand() -> None:
    from comptoir.plugins.testing import TENANT

    one = Play(Scribe(Scribe.Config(), TENANT))
    assert one.customer().says("bonjour").texts
    one.stop()


@pytest.mark.parametrize("text", ["", "ok"])
def test_the_history_holds_what_was_said(play: Player, text: str) -> None:
    awa = play(Watcher).customer()
    awa.says(text)
    assert [(line.by, line.text) for line in awa.chat.lines] == [("customer", text), ("plugin:watcher", "Personne ?")]

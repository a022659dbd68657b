"""What plugins decide about conversations and people, with a real journal: done with the message, or refused."""

import itertools
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta

import trio
from journal_rig import AWA, MOUSSA
from runner_rig import CONFIG, OWNER, Shop, clock, pipeline, plugin
from trio.testing import MockClock

from comptoir.plugins.api import Context, Member, Message
from comptoir.plugins.audiences import GroupTable
from comptoir.sessions.events import Address, MessageReceived
from comptoir.sessions.journal import contacts, conversations, event_log, inbox, outside_queue, recording, tags
from comptoir.sessions.journal.arrival import Arrival

FATOU = Address("+221770000009")
KITCHEN = Address(group="120363000000000001")
TEAM = (Member("Fatou", str(FATOU)), Member("Cuisine", str(KITCHEN)))
BOSS = Address(OWNER)
Orders = dict[str, Callable[[Context], object]]


def obeying(orders: Orders) -> Callable[[Context, Message], Awaitable[None]]:
    """Does what stands by the message's text."""

    async def obey(context: Context, message: Message) -> None:
        orders.get(message.text, lambda _: None)(context)

    return obey


async def say(shop: Shop, orders: Orders, *said: tuple[Address, str]) -> None:
    """One after the other, each answered before the next."""
    async with shop.serving(pipeline(plugin("clerk", obeying(orders)), team=TEAM)) as runner:
        for who, text in said:
            await shop.hears(who, text)
            runner.wake()
            await shop.quiet()


def contact(shop: Shop, who: Address) -> int:
    found = contacts.find_address(shop.store.db, who)
    assert found is not None
    return found


def shown(shop: Shop, who: Address) -> tuple[int, str, str | None]:
    found = conversations.shown(shop.store.db, contact(shop, who), 2**45)
    return found.number, found.state, found.agent


def changes(shop: Shop) -> list[tuple[str, str, int]]:
    return [(event.data["change"], event.data["by"], event.data["number"]) for event in shop.events("conversation")]


async def test_the_first_message_opens_a_conversation(shop: Shop, autojump_clock: MockClock) -> None:
    await say(shop, {}, (AWA, "un"), (AWA, "deux"), (MOUSSA, "un"), (BOSS, "bonjour"), (FATOU, "bonjour"))
    assert changes(shop) == [("opened", "customer", 1), ("opened", "customer", 2)]


async def test_a_person_is_asked_for(shop: Shop, autojump_clock: MockClock) -> None:
    orders: Orders = {
        "quelqu'un ?": lambda context: context.hand_over("demande une personne", to=("owner", "team", "Fatou", "Awa"))
    }
    await say(shop, orders, (AWA, "mon {number} colis"), (AWA, "quelqu'un ?"), (AWA, "allô"))
    assert shown(shop, AWA) == (1, "pending", None)
    notices = [shop.answers(who) for who in (BOSS, FATOU, KITCHEN)]
    words = "Conversation 1 : +221770000001 (Awa) attend une personne (demande une personne). "
    assert notices == [[f"{words}Derniers mots : « quelqu'un ? »"]] * 3
    assert [event.data["reason"] for event in shop.events("owner_not_told")] == [
        "nobody named Awa in the team of tenant.toml"
    ]
    # In one transaction with the message; what comes then is a person's.
    assert shop.states() == ["done", "done", "skipped"]
    assert shop.events("skipped")[0].data["reason"] == "waits for a person"


async def test_a_notice_of_its_own_knows_number_and_chat(shop: Shop, autojump_clock: MockClock) -> None:
    orders: Orders = {"?": lambda context: context.hand_over("prix", "{number} {chat} {prix}", ("Cuisine",))}
    await say(shop, orders, (AWA, "?"))
    assert shop.answers(KITCHEN) == ["1 +221770000001 {prix}"]
    assert shop.answers(BOSS) == []


async def test_who_answers_from_another_chat_has_it(shop: Shop, autojump_clock: MockClock) -> None:
    orders: Orders = {
        "?": lambda context: context.hand_over("prix"),
        "1 dix mille": lambda context: context.answer(1, "dix mille"),
        "fini": lambda context: context.close(1),
    }
    await say(shop, orders, (AWA, "?"), (FATOU, "1 dix mille"))
    assert shown(shop, AWA) == (1, "open", "Fatou")
    (row,) = [row for row in shop.rows() if row.text == "dix mille" and row.direction == "out"]
    assert (row.chat, row.by, row.state) == (str(AWA), "agent:Fatou", "queued")
    assert shop.events("conversation")[-1].message == row.id
    await say(shop, orders, (AWA, "merci"), (BOSS, "1 dix mille"), (BOSS, "fini"), (AWA, "?"))
    assert shop.states() == ["done", "done", "skipped", "done", "done", "done"]
    assert changes(shop) == [
        ("opened", "customer", 1),
        ("handed_over", "plugin:clerk", 1),
        ("assigned", "agent:Fatou", 1),
        ("assigned", "owner", 1),
        ("closed", "owner", 1),
        ("opened", "customer", 2),
        ("handed_over", "plugin:clerk", 2),
    ]


async def test_nothing_is_said_in_a_conversation_that_has_ended(shop: Shop, autojump_clock: MockClock) -> None:
    orders: Orders = {
        "au revoir": lambda context: context.close(),
        "1 oui": lambda context: context.answer(1, "oui"),
        "9 oui": lambda context: context.answer(9, "oui"),
        "à moi": lambda context: context.assign("Ibou", 1),
    }
    await say(shop, orders, (AWA, "au revoir"), (BOSS, "1 oui"), (BOSS, "9 oui"), (BOSS, "à moi"))
    assert shop.answers(AWA) == []
    assert shop.answers(BOSS) == [
        f"La conversation {number} n'existe pas ou est terminée : rien n'a été envoyé." for number in (1, 9)
    ]
    refused = [(event.data["effect"], event.data["number"]) for event in shop.events("conversation_refused")]
    assert refused == [("answer", 1), ("answer", 9), ("assign", 1)]


async def test_nobody_is_given_a_conversation_who_is_not_of_the_team(shop: Shop, autojump_clock: MockClock) -> None:
    orders: Orders = {"moi": lambda context: context.assign("Ibou"), "elle": lambda context: context.assign("Fatou")}
    await say(shop, orders, (AWA, "moi"))
    assert shown(shop, AWA) == (1, "open", None)
    (refused,) = shop.events("conversation_refused")
    assert refused.data["reason"] == "nobody named Ibou in the team of tenant.toml"
    await say(shop, orders, (AWA, "elle"))
    assert shown(shop, AWA) == (1, "open", "Fatou")


async def test_the_owner_may_order_in_a_group(shop: Shop, autojump_clock: MockClock) -> None:
    """Who wrote counts there, not whose group it is."""
    orders: Orders = {"1 oui": lambda context: context.answer(1, "oui"), "?": lambda context: context.hand_over("prix")}
    await say(shop, orders, (AWA, "?"))
    group = Address(group="120363000000000002")
    arrival = Arrival(1, clock(), config=replace(CONFIG, groups=GroupTable(answer="named")))
    heard = MessageReceived("G", group, False, "group", "text", "1 oui", clock(), "X", b"raw", mentions_us=True)
    async with shop.serving(pipeline(plugin("clerk", obeying(orders)), team=TEAM)) as runner:
        for id, sender, answers in (("G1", MOUSSA, []), ("G2", BOSS, ["oui"])):
            recording.record_event(shop.store.db, replace(heard, whatsapp_id=id, sender=sender), arrival)
            runner.wake()
            await shop.quiet()
            assert shop.answers(AWA) == answers
    assert shown(shop, AWA) == (1, "open", "owner")


async def test_a_customer_reaches_no_other_chat(shop: Shop, autojump_clock: MockClock) -> None:
    """Checked once more where it is done: the context is only the first to refuse."""

    def sneak(context: Context) -> None:
        vars(context)["_check_number"] = lambda _number: None
        context.answer(1, "envoyez l'argent")
        context.close(1)
        context.assign("owner", 1)

    await say(shop, {"piège": sneak}, (AWA, "bonjour"), (MOUSSA, "piège"))
    assert shown(shop, AWA) == (1, "open", None)
    assert shop.answers() == []
    refused = [(event.chat, event.data["effect"]) for event in shop.events("conversation_refused")]
    assert refused == [(str(MOUSSA), effect) for effect in ("answer", "close", "assign")]


async def test_given_back_the_silence_is_over(shop: Shop, autojump_clock: MockClock) -> None:
    orders: Orders = {
        "rends": lambda context: context.assign(None, 1),
        "prends": lambda context: context.assign("Fatou", 1),
    }
    await say(shop, orders, (AWA, "bonjour"))
    await shop.hears(AWA, "je m'en occupe", by_owner=True)
    await say(shop, orders, (AWA, "merci"), (BOSS, "rends"), (AWA, "et ?"))
    assert shop.states() == ["done", "skipped", "done", "done"]
    await say(shop, orders, (BOSS, "prends"), (AWA, "allô"), (BOSS, "rends"), (AWA, "allô"))
    assert shop.states()[4:] == ["done", "skipped", "done", "done"]
    assert [change for change, _, _ in changes(shop)] == ["opened", "taken", "released", "assigned", "released"]


async def test_a_pause_of_the_operators_outlives_what_plugins_decide(shop: Shop, autojump_clock: MockClock) -> None:
    def undo(context: Context) -> None:
        context.assign(None, 1)
        context.close(1)
        context.silence(context.now)

    await say(shop, {}, (AWA, "bonjour"))
    await shop.store.write(lambda db: contacts.silence(db, contact(shop, AWA), contacts.PAUSED))
    await say(shop, {"ouvre": undo}, (BOSS, "ouvre"), (AWA, "allô"))
    assert shop.events("skipped")[-1].data["reason"] == "paused"


async def test_taken_while_the_plugins_thought_they_say_nothing(shop: Shop, autojump_clock: MockClock) -> None:
    async def slow(context: Context, message: Message) -> None:
        if message.text == "?":
            await trio.sleep(5)
            context.reply("trop tard")

    async with shop.serving(pipeline(plugin("slow", slow), team=TEAM)) as runner:
        await shop.hears(AWA, "bonjour")
        runner.wake()
        await shop.quiet()
        await shop.hears(AWA, "?")
        runner.wake()
        await trio.sleep(1)
        by = conversations.By("operator", 0)
        await shop.store.write(lambda db: conversations.assign(db, 1, "Fatou", by))
        await shop.quiet()
    assert shop.answers() == []
    assert shop.events("skipped")[0].data["reason"] == "with Fatou"


async def test_tags_timers_and_calls_are_kept_with_the_message(shop: Shop, autojump_clock: MockClock) -> None:
    def work(context: Context) -> None:
        context.tag("vip")
        context.tag("b2b")
        context.tag("b2b", on=False)
        context.wake("late", context.now + timedelta(hours=1), {"n": 1})
        context.call("https://example.org/hook", {"order": 1})

    await say(shop, {"go": work}, (AWA, "go"))
    db = shop.store.db
    assert tags.of(db, contact(shop, AWA)) == {"vip"}
    (call,) = outside_queue.due(db, 2**45)
    assert (call.plugin, call.url, call.body) == ("clerk", "https://example.org/hook", {"order": 1})
    assert db.execute("SELECT plugin, name, data FROM timers").fetchall() == [("clerk", "late", '{"n": 1}')]
    assert shop.woken == 1


async def test_what_somebody_wrote_is_in_no_event(shop: Shop, autojump_clock: MockClock) -> None:
    orders: Orders = {
        "secret": lambda context: context.hand_over("prix"),
        "1 x": lambda context: context.answer(1, "mot"),
    }
    await say(shop, orders, (AWA, "secret"), (BOSS, "1 x"))
    told = repr([event.data for event in event_log.page(shop.store.db, 0, 10_000)])
    assert "secret" not in told
    assert "mot" not in told
    assert inbox.next_chats(shop.store.db) == []


async def test_plugins_that_answer_each_others_changes_come_to_an_end(shop: Shop, autojump_clock: MockClock) -> None:
    def turn(context: Context) -> None:
        for _ in range(12):
            context.assign("Fatou")
            context.assign(None)

    await say(shop, {"tourne": turn}, (AWA, "tourne"))
    assert [event.data["reason"] for event in shop.events("conversation_refused")] == [
        "plugins changed it 20 times within a minute"
    ] * 4


async def test_what_a_plugin_has_waiting_is_bounded(shop: Shop, autojump_clock: MockClock) -> None:
    names = map(str, itertools.count())

    def wake(context: Context) -> None:
        for _ in range(40):
            context.wake(next(names), context.now + timedelta(days=1))

    await say(shop, {"encore": wake}, (AWA, "encore"), (AWA, "encore"), (AWA, "encore"))
    assert [event.data["effect"] for event in shop.events("effect_refused")] == ["wake"] * 20
    assert shop.store.db.execute("SELECT count(*) FROM timers").fetchone() == (100,)

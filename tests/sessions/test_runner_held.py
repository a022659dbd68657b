"""Chats that a person has: which plugins are asked there, what they see, and what is not answered."""

from collections.abc import Callable

import pytest
import trio
from journal_rig import AWA, MOUSSA
from runner_rig import ECHO, HOUR, OWNER, START, TENANT, Shop, clock, pipeline, plugin
from trio.testing import MockClock

from comptoir.plugins.api import Context, Member, Message, Plugin, PluginConfig, Verdict
from comptoir.sessions.events import Address
from comptoir.sessions.journal import contacts, conversations, tags
from comptoir.sessions.journal.conversations import By
from comptoir.sessions.journal.database import Connection


class Always(Plugin):
    """Notes what it sees of a chat, whoever has it."""

    name = "always"
    always = True

    def __init__(self) -> None:
        super().__init__(PluginConfig(), TENANT)
        self.seen: list[Context] = []

    async def message(self, context: Context, message: Message) -> Verdict:
        self.seen.append(context)
        return Verdict.CONTINUE

    async def unanswered(self, context: Context, message: Message) -> None:
        if context.held:
            context.reply("a person has this chat")


def by() -> By:
    return By("operator", clock())


def ask_for_a_person(db: Connection) -> None:
    conversations.hand_over(db, conversations.ensure(db, 1, by()), "plainte", by())


def give_to_fatou(db: Connection) -> None:
    conversations.assign(db, conversations.ensure(db, 1, by()), "Fatou", by())


def silence(db: Connection) -> None:
    contacts.silence(db, 1, clock() + HOUR)


@pytest.mark.parametrize(
    ("hold", "why"),
    [(ask_for_a_person, "waits for a person"), (give_to_fatou, "with Fatou"), (silence, "silenced")],
)
async def test_only_those_that_are_always_asked_see_a_held_chat(
    shop: Shop, autojump_clock: MockClock, hold: Callable[[Connection], None], why: str
) -> None:
    always = Always()
    await shop.hears(AWA, "1")
    await shop.store.write(hold)
    async with shop.serving(pipeline(ECHO, always)) as runner:
        await shop.quiet()
        trace = (await runner.imagine("2", AWA)).as_json()
    assert shop.states() == ["skipped"]
    assert shop.answers() == []
    assert shop.events("skipped")[0].data == {"reason": why}
    assert [context.held for context in always.seen] == [why, why]
    silent = why == "silenced"
    assert [context.held_until is not None for context in always.seen] == [silent, silent]
    # `try` goes the same way.
    assert (trace["skipped"], trace["replies"]) == (why, [])
    assert [step["decision"] for step in trace["steps"]] == ["continue", "not reached", "continue"]


async def test_a_chat_that_a_person_was_asked_for_during_the_walk(shop: Shop, autojump_clock: MockClock) -> None:
    asked, told = trio.Event(), trio.Event()

    async def think(context: Context, message: Message) -> Verdict:
        asked.set()
        await told.wait()
        context.reply("trop tard")
        return Verdict.STOP

    async with shop.serving(pipeline(plugin("think", think))) as runner:
        await shop.hears(AWA, "bonjour")
        runner.wake()
        await asked.wait()
        await shop.store.write(ask_for_a_person)
        told.set()
        await shop.quiet()
    assert shop.answers() == []
    assert shop.states() == ["skipped"]


async def test_who_hands_over_may_say_so(shop: Shop, autojump_clock: MockClock) -> None:
    async def hand_over(context: Context, message: Message) -> Verdict:
        context.hand_over("demande")
        context.reply("une personne vous répond")
        return Verdict.STOP

    async with shop.serving(pipeline(plugin("hand", hand_over))) as runner:
        for text in "12":
            await shop.hears(AWA, text)
            runner.wake()
            await shop.quiet()
    assert shop.answers(AWA) == ["une personne vous répond"]
    assert shop.states() == ["done", "skipped"]


async def test_what_a_plugin_sees_of_a_chat(shop: Shop, autojump_clock: MockClock) -> None:
    seen = Always()
    async with shop.serving(pipeline(seen, ECHO, team=(Member("Fatou", str(MOUSSA)),))) as runner:
        for chat, text in ((AWA, "1"), (AWA, "2"), (MOUSSA, "3"), (Address(OWNER), "4")):
            await shop.hears(chat, text)
            runner.wake()
            await shop.quiet()
            if text == "1":
                await shop.store.write(lambda db: tags.put(db, 1, "vip"))
    first, second, member, owner = seen.seen
    assert (first.conversation.number, first.conversation.state, first.contact.role) == (0, "open", "customer")
    assert (second.conversation.number, second.conversation.state, second.conversation.agent) == (1, "open", None)
    assert second.conversation.opened.timestamp() * 1000 == START
    assert (first.contact.tags, second.contact.tags) == (frozenset(), {"vip"})
    assert (member.contact.role, member.contact.member) == ("team", "Fatou")
    assert (owner.contact.role, owner.contact.member) == ("owner", "")


async def test_the_chats_last_messages(shop: Shop, autojump_clock: MockClock) -> None:
    told: dict[str, list[tuple[str, str, str]]] = {}

    async def read(context: Context, message: Message) -> None:
        told[message.text] = [(line.by, line.kind, line.text) for line in await context.history(3)]

    async with shop.serving(pipeline(plugin("read", read), ECHO)) as runner:
        await shop.hears(MOUSSA, "ailleurs")
        for text in "12":
            await shop.hears(AWA, text)
            runner.wake()
            await shop.quiet()
    assert told["1"] == [("customer", "text", "1")]
    assert told["2"] == [("customer", "text", "1"), ("plugin:echo", "text", "echo 1"), ("customer", "text", "2")]


async def test_the_owner_sees_the_cases_and_a_customer_does_not(shop: Shop, autojump_clock: MockClock) -> None:
    cases: list[object] = []

    async def look(context: Context, message: Message) -> None:
        cases.append([(case.chat, case.conversation.reason) for case in await context.cases()])

    await shop.hears(AWA, "bonjour")
    await shop.store.write(ask_for_a_person)
    await shop.hears(Address(OWNER), "liste")
    await shop.hears(MOUSSA, "liste")
    async with shop.serving(pipeline(plugin("look", look))):
        await shop.quiet()
    assert cases == [[(str(AWA), "plainte")]]
    (failed,) = shop.events("plugin_failed")
    assert failed.data["fault"].startswith("PermissionError")

"""Decisions that rest on what has changed meanwhile are made again, three times at most."""

import trio
from journal_rig import AWA, MOUSSA
from runner_rig import ECHO, OWNER, Shop, customer, pipeline, plugin
from trio.testing import MockClock

from comptoir.plugins.api import Context, Message, Verdict
from comptoir.plugins.walking.state import TENANT, Slot
from comptoir.sessions.answering import MAX_WALKS
from comptoir.sessions.events import Address
from comptoir.sessions.journal import state

STOCK = Slot("seller", TENANT, "stock")


async def sell(context: Context, message: Message) -> Verdict:
    stock = await context.get("stock", shared=True)
    assert isinstance(stock, int)
    await trio.sleep(1)
    if stock:
        context.put("stock", stock - 1, shared=True)
    context.reply("vendu" if stock else "épuisé")
    return Verdict.STOP


async def test_the_last_chicken_is_sold_once(shop: Shop, autojump_clock: MockClock) -> None:
    await shop.store.write(lambda db: state.put(db, STOCK, 1))
    for number in range(3):
        await shop.hears(customer(number), "un poulet")
    async with shop.serving(pipeline(plugin("seller", sell))):
        await shop.quiet()
    assert sorted(shop.answers()) == ["vendu", "épuisé", "épuisé"]
    assert state.get(shop.store.db, STOCK).value == 0


async def test_a_conflict_walks_again_with_what_is_true_now(shop: Shop, autojump_clock: MockClock) -> None:
    seen: list[object] = []

    async def look(context: Context, message: Message) -> Verdict:
        seen.append(await context.get("price", shared=True))
        if len(seen) < MAX_WALKS:
            await shop.store.write(lambda db: state.put(db, Slot("look", TENANT, "price"), 100 * len(seen)))
        context.reply(f"prix {seen[-1]}")
        return Verdict.STOP

    async with shop.serving(pipeline(plugin("look", look))) as runner:
        await shop.hears(AWA, "combien ?")
        runner.wake()
        await shop.quiet()
    assert seen == [None, 100, 200]
    assert shop.answers() == ["prix 200"]
    assert shop.events("message_given_up") == []


async def test_the_first_look_counts(shop: Shop, autojump_clock: MockClock) -> None:
    seen: list[tuple[object, object]] = []

    async def look_twice(context: Context, message: Message) -> None:
        first = await context.get("price", shared=True)
        if not seen:
            await shop.store.write(lambda db: state.put(db, Slot("look_twice", TENANT, "price"), 100))
        seen.append((first, await context.get("price", shared=True)))

    async with shop.serving(pipeline(plugin("look_twice", look_twice))) as runner:
        await shop.hears(AWA, "combien ?")
        runner.wake()
        await shop.quiet()
    assert seen == [(None, 100), (100, 100)]


async def test_a_lasting_conflict_is_handed_to_the_owner(shop: Shop, autojump_clock: MockClock) -> None:
    walks = 0

    async def restless(context: Context, message: Message) -> None:
        nonlocal walks
        walks += 1
        await context.get("x")
        slot = Slot("restless", context.contact.id, "x")
        await shop.store.write(lambda db: state.put(db, slot, walks))
        context.put("x", "mine")

    async with shop.serving(pipeline(plugin("restless", restless), ECHO)) as runner:
        await shop.hears(AWA, "bonjour")
        runner.wake()
        await shop.quiet()
    assert walks == MAX_WALKS
    (answer,) = shop.answers(AWA)
    assert answer.startswith("Merci pour votre message")
    assert len(shop.answers(Address(OWNER))) == 1
    assert shop.events("message_given_up")[0].data == {"reason": "conflicts", "plugin": None}
    # A walk that this worker itself began never counts as one a worker died of.
    assert shop.store.db.execute("SELECT walks FROM inbox").fetchone() == (1,)


async def test_what_a_plugin_puts_it_gets_back(shop: Shop, autojump_clock: MockClock) -> None:
    got: list[object] = []

    async def remember(context: Context, message: Message) -> None:
        got.append(await context.get("last"))
        context.put("last", {"text": message.text})
        got.append(await context.get("last"))

    async with shop.serving(pipeline(plugin("remember", remember))) as runner:
        for text, chat in (("1", AWA), ("2", AWA), ("3", MOUSSA)):
            await shop.hears(chat, text)
            runner.wake()
            await shop.quiet()
    assert got == [None, {"text": "1"}, {"text": "1"}, {"text": "2"}, None, {"text": "3"}]

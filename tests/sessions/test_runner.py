"""The runner: order, side by side, bursts, skips, and plugins that fail."""

import sys
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest
import trio
from journal_rig import AWA, AWA_BOTH, AWA_LID, MOUSSA
from runner_rig import ECHO, HOUR, OWNER, Shop, customer, echo, pipeline, plugin
from trio.testing import MockClock, wait_all_tasks_blocked

from comptoir.plugins.api import Context, Json, Message, Verdict
from comptoir.sessions.events import Address
from comptoir.sessions.journal import causes, contacts, history
from comptoir.sessions.runner import WALKS


async def test_an_answer_is_queued_and_the_message_done(shop: Shop, autojump_clock: MockClock) -> None:
    async with shop.serving(pipeline(ECHO)) as runner:
        await shop.hears(AWA, "bonjour")
        runner.wake()
        await shop.quiet()
    (asked, answered) = shop.rows()
    assert (asked.state, answered.state) == ("done", "queued")
    assert (answered.chat, answered.text, answered.by) == (str(AWA), "echo bonjour", "plugin:echo")
    assert shop.woken == 1
    with pytest.raises(causes.AlreadyDone):
        causes.mark_done(shop.store.db, f"message:{asked.id}", 0)


async def test_held_until_opened_and_held_again(shop: Shop, autojump_clock: MockClock) -> None:
    runner = shop.runner(pipeline(ECHO))
    async with trio.open_nursery() as nursery:
        nursery.start_soon(runner.run)
        await shop.hears(AWA, "1")
        runner.wake()
        await trio.sleep(60)
        assert shop.answers() == []
        runner.open()
        await shop.quiet()
        runner.hold()
        await shop.hears(AWA, "2")
        runner.wake()
        await trio.sleep(60)
        assert shop.answers() == ["echo 1"]
        runner.open()
        await shop.quiet()
        nursery.cancel_scope.cancel()
    assert shop.answers() == ["echo 1", "echo 2"]


async def test_order_is_kept_within_a_chat(shop: Shop, autojump_clock: MockClock) -> None:
    async def slower_at_first(context: Context, message: Message) -> None:
        await trio.sleep(10 - int(message.text))

    async with shop.serving(pipeline(plugin("slow", slower_at_first), ECHO)) as runner:
        for number in range(10):
            await shop.hears(AWA, str(number))
            runner.wake()
        await shop.quiet()
    assert shop.answers() == [f"echo {number}" for number in range(10)]


async def test_a_slow_chat_holds_up_no_other(shop: Shop, autojump_clock: MockClock) -> None:
    released = trio.Event()

    async def slow_for_awa(context: Context, message: Message) -> None:
        if context.contact.chat == str(AWA):
            await released.wait()

    async with shop.serving(pipeline(plugin("slow", slow_for_awa), ECHO)) as runner:
        await shop.hears(AWA, "1")
        await shop.hears(MOUSSA, "2")
        runner.wake()
        await shop.store.until(lambda db: shop.answers(MOUSSA) == ["echo 2"])
        assert shop.answers(AWA) == []
        released.set()
        await shop.quiet()
    assert shop.answers(AWA) == ["echo 1"]


async def test_side_by_side_has_a_bound(shop: Shop, autojump_clock: MockClock) -> None:
    at_once, most = 0, 0

    async def count(context: Context, message: Message) -> None:
        nonlocal at_once, most
        at_once += 1
        most = max(most, at_once)
        await trio.sleep(1)
        at_once -= 1

    for number in range(3 * WALKS):
        await shop.hears(customer(number), "x")
    async with shop.serving(pipeline(plugin("count", count))):
        await shop.quiet()
    assert most == WALKS


async def test_a_burst_gets_one_answer(shop: Shop, autojump_clock: MockClock) -> None:
    async with shop.serving(pipeline(ECHO, join_seconds=3)) as runner:
        for text in ("bonjour", "vous livrez ?", "à Yoff"):
            await shop.hears(AWA, text)
            runner.wake()
            await trio.sleep(2)
        assert shop.answers() == []
        await shop.quiet()
        await shop.hears(AWA, "merci")
        runner.wake()
        await shop.quiet()
    assert shop.answers() == ["echo bonjour\nvous livrez ?\nà Yoff", "echo merci"]


async def test_fast_joins_nothing(shop: Shop, autojump_clock: MockClock) -> None:
    await shop.hears(AWA, "1")
    await shop.hears(AWA, "2")
    begun = trio.current_time()
    async with shop.serving(pipeline(ECHO, join_seconds=3), fast=True):
        await shop.quiet()
        assert trio.current_time() == begun
    assert shop.answers() == ["echo 1", "echo 2"]


# --- who gets no answer


async def test_a_chat_that_the_owner_answered_stays_silent(shop: Shop, autojump_clock: MockClock) -> None:
    await shop.hears(AWA, "vous êtes ouverts ?")
    await shop.hears(AWA, "oui", by_owner=True)
    await shop.hears(MOUSSA, "bonjour")
    async with shop.serving(pipeline(ECHO)):
        await shop.quiet()
    assert shop.answers() == ["echo bonjour"]
    assert shop.states() == ["skipped", "done"]
    assert [event.data["reason"] for event in shop.events("skipped")] == ["answered by the owner"]


async def test_the_silence_after_the_owner_ends(shop: Shop, autojump_clock: MockClock) -> None:
    await shop.hears(AWA, "je m'en occupe", by_owner=True)
    await shop.hears(AWA, "d'accord")
    async with shop.serving(pipeline(ECHO)) as runner:
        await shop.quiet()
        await trio.sleep(HOUR / 1000 + 1)
        await shop.hears(AWA, "et demain ?")
        runner.wake()
        await shop.quiet()
    assert shop.answers() == ["echo et demain ?"]
    assert shop.events("skipped")[0].data == {"reason": "silenced"}


async def test_the_owner_answering_during_the_walk_is_noticed(shop: Shop, autojump_clock: MockClock) -> None:
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
        await shop.hears(AWA, "bonjour, c'est moi", by_owner=True)
        told.set()
        await shop.quiet()
    assert shop.answers() == []
    assert shop.states() == ["skipped"]


async def test_old_mail_is_not_answered(shop: Shop, autojump_clock: MockClock) -> None:
    await shop.hears(AWA, "hier", age_ms=7 * HOUR)
    await shop.hears(AWA, "tout à l'heure", age_ms=5 * HOUR)
    async with shop.serving(pipeline(ECHO)):
        await shop.quiet()
    assert shop.answers() == ["echo tout à l'heure"]
    assert shop.states() == ["skipped", "done"]
    assert shop.events("skipped")[0].data == {"reason": "stale"}


async def test_mail_that_waited_through_a_long_pause_is_not_answered(shop: Shop, autojump_clock: MockClock) -> None:
    async with shop.serving(pipeline(ECHO)) as runner:
        runner.hold()
        await shop.hears(AWA, "le matin")
        await trio.sleep(7 * HOUR / 1000)
        await shop.hears(AWA, "le soir")
        runner.open()
        runner.wake()
        await shop.quiet()
    assert shop.answers() == ["echo le soir"]
    assert shop.states() == ["skipped", "done"]


async def test_the_owner_is_told_once_of_all_old_mail(shop: Shop, autojump_clock: MockClock) -> None:
    for number in range(30):
        for _ in range(2):
            await shop.hears(customer(number), "hier", age_ms=7 * HOUR)
    for _ in range(2):  # the second worker has nothing more to tell
        async with shop.serving(pipeline(ECHO)):
            await shop.quiet()
            await trio.sleep(60)
    (notice,) = shop.answers()
    assert notice.startswith("60 message(s)")
    assert notice.endswith(" (+ 10)")
    assert len(set(notice.split(" : ")[1].split(", "))) == 20
    async with shop.serving(pipeline(ECHO)) as runner:
        await shop.hears(AWA, "avant-hier", age_ms=30 * HOUR)
        runner.wake()
        await shop.quiet()
        await trio.sleep(60)
    assert shop.answers()[1:] == [
        f"1 message(s) arrivé(s) trop tard pour une réponse automatique. À vous de voir : {AWA}"
    ]


async def test_a_plugin_can_silence_a_chat(shop: Shop, autojump_clock: MockClock) -> None:
    async def hush(context: Context, message: Message) -> None:
        context.silence(context.now + timedelta(minutes=5))

    async with shop.serving(pipeline(plugin("hush", hush), ECHO)) as runner:
        for pause in (60, 300):
            await shop.hears(AWA, "x")
            runner.wake()
            await shop.quiet()
            await trio.sleep(pause)
        await shop.hears(AWA, "x")
        runner.wake()
        await shop.quiet()
    assert shop.states() == ["done", "skipped", "done"]


async def test_stop_is_honoured_even_where_nothing_is_answered(shop: Shop, autojump_clock: MockClock) -> None:
    await shop.hears(AWA, "je m'en occupe", by_owner=True)
    await shop.hears(AWA, "Arrêt")
    await shop.hears(MOUSSA, "STOP", age_ms=7 * HOUR)
    async with shop.serving(pipeline(ECHO)) as runner:
        await shop.quiet()
        await trio.sleep(2 * HOUR / 1000)
        for who in (AWA, MOUSSA):
            await shop.hears(who, "vous êtes là ?")
        runner.wake()
        await shop.quiet()
    assert shop.states() == ["done"] * 4
    assert [len(shop.answers(who)) for who in (AWA, MOUSSA)] == [1, 1]
    assert all("REPRISE" in answer for who in (AWA, MOUSSA) for answer in shop.answers(who))


# --- plugins that fail


async def test_one_that_raises_is_skipped_and_counted(shop: Shop, autojump_clock: MockClock) -> None:
    async def broken(context: Context, message: Message) -> Verdict:
        context.reply("half an answer")
        raise ValueError(message.text)

    async with shop.serving(pipeline(plugin("broken", broken), ECHO)) as runner:
        await shop.hears(AWA, "un secret")
        runner.wake()
        await shop.quiet()
        status = {row["plugin"]: row for row in await runner.status()}
    assert shop.answers() == ["echo un secret"]
    assert (status["broken"]["faults"], status["echo"]["faults"]) == (1, 0)
    assert status["broken"]["last_fault"].startswith("ValueError at runner_rig.py:")
    (event,) = shop.events("plugin_failed")
    assert (event.chat, event.data["plugin"], event.data["decision"]) == (str(AWA), "broken", "raised")
    assert "secret" not in str(event.data)


async def exits() -> None:
    sys.exit(3)


async def exits_in_a_nursery() -> None:
    async with trio.open_nursery() as nursery:
        nursery.start_soon(exits)
        await trio.sleep_forever()


async def interrupts() -> None:
    raise KeyboardInterrupt


@pytest.mark.parametrize(
    ("end", "told"),
    [(exits, "SystemExit"), (exits_in_a_nursery, "BaseExceptionGroup"), (interrupts, "KeyboardInterrupt")],
)
async def test_one_that_exits_takes_nobody_along(
    shop: Shop, autojump_clock: MockClock, end: Callable[[], Awaitable[None]], told: str
) -> None:
    async def quitter(context: Context, message: Message) -> Verdict:
        await end()
        return Verdict.STOP

    async with shop.serving(pipeline(plugin("quitter", quitter), ECHO)) as runner:
        await shop.hears(AWA, "bonjour")
        runner.wake()
        await shop.quiet()
    assert shop.answers() == ["echo bonjour"]
    (event,) = shop.events("plugin_failed")
    assert event.data["decision"] == "raised"
    assert event.data["fault"].startswith(told)


async def test_one_that_sleeps_is_skipped_and_counted(shop: Shop, autojump_clock: MockClock) -> None:
    async def asleep(context: Context, message: Message) -> None:
        context.reply("never")
        await trio.sleep_forever()

    async with shop.serving(pipeline(plugin("asleep", asleep), ECHO)) as runner:
        await shop.hears(AWA, "bonjour")
        runner.wake()
        await shop.quiet()
        assert trio.current_time() == 20
        (_, status, _) = await runner.status()
    assert shop.answers() == ["echo bonjour"]
    assert status["faults"] == 1
    assert shop.events("plugin_failed")[0].data["decision"] == "late"


async def test_one_that_gives_no_verdict_is_a_fault_of_its_own(shop: Shop, autojump_clock: MockClock) -> None:
    async def muddled(context: Context, message: Message) -> Verdict:
        return "stop"  # type: ignore[return-value]  # the fault

    async with shop.serving(pipeline(plugin("muddled", muddled), ECHO)) as runner:
        await shop.hears(AWA, "bonjour")
        runner.wake()
        await shop.quiet()
    assert shop.answers() == ["echo bonjour"]
    assert shop.events("plugin_failed")[0].data["fault"] == "no verdict but str"


async def get_tuple(context: Context) -> None:
    await context.get(("cart", 1))  # type: ignore[arg-type]  # the fault


async def get_surrogate(context: Context) -> None:
    await context.get("\ud83d")


async def put_tuple(context: Context) -> None:
    context.put(("cart", 1), 5)  # type: ignore[arg-type]  # the fault


async def put_surrogate(context: Context) -> None:
    context.put("\ud83d", 5)


async def put_set(context: Context) -> None:
    context.put("cart", {1, 2})  # type: ignore[arg-type]  # the fault


async def reply_surrogate(context: Context) -> None:
    context.reply("\ud83d")


async def silence_time(context: Context) -> None:
    context.silence(context.now.timetz())  # type: ignore[arg-type]  # the fault


@pytest.mark.parametrize(
    "wrong", [get_tuple, get_surrogate, put_tuple, put_surrogate, put_set, reply_surrogate, silence_time]
)
async def test_wrong_arguments_are_the_plugins_own_fault(
    shop: Shop, autojump_clock: MockClock, wrong: Callable[[Context], Awaitable[None]]
) -> None:
    async def decide(context: Context, message: Message) -> None:
        await wrong(context)

    async with shop.serving(pipeline(plugin("wrong", decide), ECHO)) as runner:
        await shop.hears(AWA, "bonjour")
        runner.wake()
        await shop.quiet()
    assert shop.answers() == ["echo bonjour"]
    assert len(shop.events("plugin_failed")) == 1


async def test_what_was_put_is_kept_as_it_was(shop: Shop, autojump_clock: MockClock) -> None:
    seen: list[Json] = []

    async def mutating(context: Context, message: Message) -> None:
        seen.append(await context.get("cart"))
        cart: dict[str, Any] = {"rice": 1}
        context.put("cart", cart)
        cart["rice"] = {1, 2}
        again: Any = await context.get("cart")
        again["rice"] = 3

    async with shop.serving(pipeline(plugin("mutating", mutating), ECHO)) as runner:
        for _ in range(2):
            await shop.hears(AWA, "bonjour")
            runner.wake()
            await shop.quiet()
    assert seen == [None, {"rice": 1}]
    assert shop.events("plugin_failed") == []


async def test_a_context_ends_with_its_message(shop: Shop, autojump_clock: MockClock) -> None:
    kept: list[Context] = []

    async def keep(context: Context, message: Message) -> None:
        kept.append(context)
        if len(kept) > 1:
            kept[0].reply("to whom?")

    async with shop.serving(pipeline(plugin("keep", keep))) as runner:
        await shop.hears(AWA, "1")
        await shop.hears(AWA, "2")
        runner.wake()
        await shop.quiet()
    assert "to whom?" not in shop.answers()
    assert shop.events("plugin_failed")[0].data["fault"].startswith("RuntimeError")


# --- notices, reloading, merging


async def test_the_owner_is_told(shop: Shop, autojump_clock: MockClock) -> None:
    async def tell(context: Context, message: Message) -> None:
        context.notify(f"{context.contact.chat} : {message.text}")

    async with shop.serving(pipeline(plugin("tell", tell))) as runner:
        await shop.hears(AWA, "commande")
        runner.wake()
        await shop.quiet()
    assert shop.answers(Address(OWNER)) == [f"{AWA} : commande"]
    (priority,) = shop.store.db.execute("SELECT priority FROM outbox").fetchone()
    assert priority == 1


async def test_without_an_owner_a_notice_is_noted(shop: Shop, autojump_clock: MockClock) -> None:
    async def tell(context: Context, message: Message) -> None:
        context.notify("commande")

    await shop.hears(AWA, "commande")
    async with shop.serving(pipeline(plugin("tell", tell), owner=None)):
        await shop.quiet()
    assert shop.answers() == []
    assert len(shop.events("owner_not_told")) == 1


async def test_a_new_pipeline_takes_over_between_messages(shop: Shop, autojump_clock: MockClock) -> None:
    entered, leave = trio.Event(), trio.Event()

    async def old(context: Context, message: Message) -> Verdict:
        entered.set()
        await leave.wait()
        context.reply("old")
        return Verdict.STOP

    async def new(context: Context, message: Message) -> Verdict:
        context.reply("new")
        return Verdict.STOP

    older = plugin("old", old)
    async with shop.serving(pipeline(older)) as runner:
        await shop.hears(AWA, "1")
        runner.wake()
        await entered.wait()
        await runner.reload(pipeline(plugin("new", new)))
        await shop.hears(AWA, "2")
        await shop.hears(MOUSSA, "3")
        runner.wake()
        await shop.store.until(lambda db: shop.answers(MOUSSA) == ["new"])
        assert not older.stopped.is_set()
        leave.set()
        await shop.quiet()
        await older.stopped.wait()
    assert shop.answers(AWA) == ["old", "new"]


async def test_all_plugins_are_stopped_at_the_end(shop: Shop, autojump_clock: MockClock) -> None:
    served = plugin("served", echo)
    async with shop.serving(pipeline(served)):
        await wait_all_tasks_blocked()
    assert served.stopped.is_set()


async def test_two_contacts_that_become_one_are_answered_once(shop: Shop, autojump_clock: MockClock) -> None:
    entered, leave = trio.Event(), trio.Event()

    async def slow(context: Context, message: Message) -> None:
        entered.set()
        await leave.wait()

    async with shop.serving(pipeline(plugin("slow", slow), ECHO)) as runner:
        await shop.hears(AWA, "par le numéro")
        await shop.hears(AWA_LID, "par le LID")
        runner.wake()
        await entered.wait()
        await shop.store.write(lambda db: contacts.contact_for(db, AWA_BOTH, 0))
        leave.set()
        await shop.quiet()
    assert sorted(shop.answers()) == ["echo par le LID", "echo par le numéro"]
    assert {row.chat for row in shop.rows()} == {str(AWA)}


async def test_five_hundred_messages_at_once(shop: Shop, autojump_clock: MockClock) -> None:
    for number in range(5):
        for who in range(100):
            await shop.hears(customer(who), str(number))
    async with shop.serving(pipeline(ECHO)):
        await shop.quiet()
    for who in range(100):
        assert shop.answers(customer(who)) == [f"echo {number}" for number in range(5)]
    assert history.counters(shop.store.db).inbox == 0

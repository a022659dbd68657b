"""Plugins are told of timers, receipts and changes: once, in order, and behind the same gates as messages."""

from datetime import UTC, datetime, timedelta

import pytest
import trio
from journal_rig import AWA, MOUSSA, receipt, record
from occasions_rig import Follower, Listener, occasions_of, telling
from runner_rig import START, Shop, clock, customer, pipeline, plugin
from trio.testing import MockClock, wait_all_tasks_blocked

from comptoir.plugins.api import Change, Context, Message, Receipt, Timer, Wake
from comptoir.plugins.builtin.optout import SINCE, OptOut
from comptoir.plugins.walking.state import Slot
from comptoir.sessions import faulting
from comptoir.sessions.events import Address
from comptoir.sessions.journal import contacts, conversations, outbox, state, timers
from comptoir.sessions.journal.conversations import By
from comptoir.sessions.journal.database import Connection
from comptoir.sessions.journal.occasions import STRAYS_KEPT
from comptoir.sessions.lending import Lender
from comptoir.sessions.occasions import LOOK_AGAIN, MAX_WALKS

MINUTE = 60_000


def set_timer(shop: Shop, who: Address, name: str, after_ms: int, *, of: str = "clock") -> int:
    """Of the contact, whose id it gives."""
    contact = contacts.contact_for(shop.store.db, who, clock())
    at = datetime.fromtimestamp((clock() + after_ms) / 1000, UTC)
    timers.put(shop.store.db, of, contact, Wake(name, at, name), clock())
    return contact


def waiting(db: Connection) -> int:
    query = "SELECT (SELECT count(*) FROM timers) + (SELECT count(*) FROM occasions)"
    return int(db.execute(query).fetchone()[0])


async def served(shop: Shop, left: int = 0) -> None:
    await shop.store.until(lambda db: waiting(db) == left)


async def speak(context: Context, _what: object) -> None:
    context.reply("coucou")


async def test_a_timer_fires_once_at_its_time(shop: Shop, autojump_clock: MockClock) -> None:
    clock_plugin = Listener(late=speak)
    set_timer(shop, AWA, "late", 90 * MINUTE)
    async with telling(shop, pipeline(clock_plugin)):
        await trio.sleep(90 * 60 - 1)
        assert clock_plugin.told == []
        await trio.sleep(1.5)
        due = datetime.fromtimestamp(START / 1000, UTC) + timedelta(minutes=90)
        assert clock_plugin.told == [Timer("late", due, "late")]
        await trio.sleep(7200)
    assert len(clock_plugin.told) == 1
    assert shop.answers(AWA) == ["coucou"]


async def test_a_timer_that_sets_itself_anew_goes_on(shop: Shop, autojump_clock: MockClock) -> None:
    async def again(context: Context, timer: Timer) -> None:
        context.wake("tick", context.now + timedelta(hours=1))
        context.put("count", len(ticking.told))

    ticking = Listener(tick=again)
    set_timer(shop, AWA, "tick", MINUTE)
    async with telling(shop, pipeline(ticking)):
        await trio.sleep(3 * 3600 + 90)
    assert len(ticking.told) == 4
    assert waiting(shop.store.db) == 1


async def test_in_order_in_a_chat_and_chats_side_by_side(shop: Shop, autojump_clock: MockClock) -> None:
    begun: list[tuple[float, str, str]] = []

    async def slow(context: Context, timer: Timer) -> None:
        begun.append((trio.current_time(), context.contact.chat, timer.name))
        await trio.sleep(5)

    for name, after in (("b", 2_000), ("a", 1_000)):
        for who in (AWA, MOUSSA):
            set_timer(shop, who, name, after)
    await trio.sleep(10)
    start = trio.current_time()
    async with telling(shop, pipeline(Listener(a=slow, b=slow))):
        await served(shop)
    assert sorted((round(at - start), chat, name) for at, chat, name in begun) == [
        (0, str(AWA), "a"),
        (0, str(MOUSSA), "a"),
        (5, str(AWA), "b"),
        (5, str(MOUSSA), "b"),
    ]


async def test_one_that_hangs_holds_up_its_own_chat_only(shop: Shop, autojump_clock: MockClock) -> None:
    async def hang(context: Context, timer: Timer) -> None:
        if context.contact.chat == str(AWA):
            await trio.sleep_forever()
        await speak(context, timer)

    for who in (AWA, MOUSSA):
        set_timer(shop, who, "x", 1_000)
    async with telling(shop, pipeline(Listener(x=hang))):
        await served(shop, 1)
        assert trio.current_time() < 2
        assert shop.answers(MOUSSA) == ["coucou"]
        await served(shop)
    assert shop.events("plugin_failed")[0].data["decision"] == "late"


async def test_held_until_open(shop: Shop, autojump_clock: MockClock) -> None:
    listener = Listener()
    set_timer(shop, AWA, "x", 1_000)
    async with telling(shop, pipeline(listener)) as occasions:
        occasions.hold()
        await trio.sleep(3600)
        assert listener.told == []
        occasions.open()
        await served(shop)
    assert len(listener.told) == 1


async def test_a_clock_set_forward_or_back(shop: Shop, autojump_clock: MockClock) -> None:
    ahead = 0

    def wall() -> int:
        return clock() + ahead

    listener = Listener()
    set_timer(shop, AWA, "soon", 30 * MINUTE)
    async with telling(shop, pipeline(listener), wall):
        await wait_all_tasks_blocked()
        ahead = 3600 * 1000
        await trio.sleep(LOOK_AGAIN + 1)
        assert [timer.name for timer in listener.told if isinstance(timer, Timer)] == ["soon"]
        # Back by an hour: what is set for ten minutes from now still comes in ten minutes.
        ahead = 0
        set_timer(shop, AWA, "next", 10 * MINUTE)
        await trio.sleep(9 * 60)
        assert len(listener.told) == 1
        await trio.sleep(2 * 60)
        assert len(listener.told) == 2


async def test_a_timer_of_a_plugin_that_is_gone_waits_a_day(shop: Shop, autojump_clock: MockClock) -> None:
    set_timer(shop, AWA, "x", 1_000, of="gone")
    async with telling(shop, pipeline(Listener())) as occasions:
        await trio.sleep(STRAYS_KEPT / 1000 - 60)
        assert waiting(shop.store.db) == 1
        await trio.sleep(120)
        occasions.wake()
        await served(shop)


async def test_all_that_follow_are_told_of_changes_in_order(shop: Shop, autojump_clock: MockClock) -> None:
    async def over(context: Context, message: Message) -> None:
        context.hand_over("demande")
        context.close()

    seen: list[tuple[str, str]] = []

    async def look(context: Context, change: Change) -> None:
        seen.append((change.kind, context.conversation.state))

    follower = Follower(opened=look, handed_over=look, closed=look, fin=over)
    serving = pipeline(follower, Listener())
    async with telling(shop, serving) as occasions, shop.serving(serving) as runner:
        await wait_all_tasks_blocked()
        await shop.hears(AWA, "fin")
        runner.wake()
        await shop.quiet()
        occasions.wake()
        await shop.store.until(lambda db: len(follower.told) == 3)
        await served(shop)
    # What the conversation has become, not what it was then.
    assert seen == [("opened", "closed"), ("handed_over", "closed"), ("closed", "closed")]
    assert [change.by for change in follower.told if isinstance(change, Change)] == ["customer"] + [
        "plugin:follower"
    ] * 2


async def test_the_owners_hand_comes_with_its_words(shop: Shop, autojump_clock: MockClock) -> None:
    follower = Follower()
    async with telling(shop, pipeline(follower)) as occasions:
        await wait_all_tasks_blocked()
        for text in ("j'arrive", "#bot"):
            await shop.hears(AWA, text, by_owner=True)
        occasions.wake()
        await shop.store.until(lambda db: len(follower.told) == 3)
    assert follower.told[1:] == [Change("taken", "owner", "j'arrive"), Change("taken", "owner", "#bot")]


async def test_what_was_before_is_not_told(shop: Shop, autojump_clock: MockClock) -> None:
    follower = Follower()
    await shop.hears(AWA, "avant", by_owner=True)
    async with telling(shop, pipeline(follower)) as occasions:
        await wait_all_tasks_blocked()
        await shop.hears(AWA, "après", by_owner=True)
        occasions.wake()
        await shop.store.until(lambda db: len(follower.told) == 1)
    assert follower.told == [Change("taken", "owner", "après")]


async def test_receipts_go_to_whose_message_it_was(shop: Shop, autojump_clock: MockClock) -> None:
    class Other(Follower):
        name = "other"

    follower, other = Follower(), Other()
    db = shop.store.db
    contact = contacts.contact_for(db, AWA, 0)
    async with telling(shop, pipeline(follower, other)) as occasions:
        await wait_all_tasks_blocked()
        for number, (author, priority) in enumerate(
            [("plugin:follower", 0), ("plugin:follower", outbox.NOTICE), ("plugin:clock", 0), ("operator", 0)], 1
        ):
            outbox.enqueue(db, outbox.Outgoing(contact, f"texte {number}", author, priority), clock())
            outbox.mark_sending(db, number, 1, b"x" * 32, clock())
            outbox.mark_sent(db, number, f"W{number}", clock(), clock())
            record(db, receipt("delivered", f"W{number}"))
        record(db, receipt("read", "W1"))
        record(db, receipt("read", "W1"))
        failed = outbox.enqueue(db, outbox.Outgoing(contact, "raté", "plugin:other"), clock())
        outbox.mark_failed(db, failed, "no", clock())
        occasions.wake()
        await shop.store.until(lambda db: len(follower.told) + len(other.told) == 3)
        await served(shop)
    assert follower.told == [Receipt(1, "delivered", "texte 1"), Receipt(1, "read", "texte 1")]
    assert other.told == [Receipt(failed, "failed", "raté")]


@pytest.mark.parametrize("why", ["silenced", "paused", "waits for a person", "with Fatou", "opted out"])
async def test_where_nobody_wants_it_a_reply_is_withheld(shop: Shop, autojump_clock: MockClock, why: str) -> None:
    db = shop.store.db
    contact = set_timer(shop, AWA, "x", 1_000)
    by = By("operator", clock())
    match why:
        case "silenced" | "paused":
            contacts.silence(db, contact, contacts.PAUSED if why == "paused" else clock() + MINUTE)
        case "waits for a person":
            conversations.hand_over(db, conversations.ensure(db, contact, by), "", by)
        case "with Fatou":
            conversations.assign(db, conversations.ensure(db, contact, by), "Fatou", by)
        case _:
            state.put(db, Slot(OptOut.name, contact, SINCE), "2026")

    async def both(context: Context, timer: Timer) -> None:
        context.reply("coucou")
        context.notify("il attend")
        context.put("reminded", 1)

    async with telling(shop, pipeline(Listener(x=both))):
        await served(shop)
    assert shop.answers() == ["il attend"]
    assert shop.events("reply_withheld")[0].data == {"plugin": "clock", "reason": why}
    assert state.get(db, Slot("clock", contact, "reminded")).value == 1


async def test_decided_on_what_changed_it_is_told_again(shop: Shop, autojump_clock: MockClock) -> None:
    async def count(context: Context, timer: Timer) -> None:
        read = await context.get("n")
        await trio.sleep(1)
        context.put("n", (read if isinstance(read, int) else 0) + 1)

    listener = Listener(x=count)
    contact = set_timer(shop, AWA, "x", 1_000)
    slot = Slot("clock", contact, "n")
    async with telling(shop, pipeline(listener)):
        await trio.sleep(1.5)
        await shop.store.write(lambda db: state.put(db, slot, 10))
        await served(shop)
    assert state.get(shop.store.db, slot).value == 11
    assert len(listener.told) == 2


async def test_what_changes_each_time_is_given_up(shop: Shop, autojump_clock: MockClock) -> None:
    async def collide(context: Context, timer: Timer) -> None:
        read = await context.get("n")
        slot = Slot("clock", context.contact.id, "n")
        await shop.store.write(lambda db: state.put(db, slot, 1))
        context.put("n", read)

    listener = Listener(x=collide)
    set_timer(shop, AWA, "x", 1_000)
    async with telling(shop, pipeline(listener)):
        await served(shop)
    assert len(listener.told) == MAX_WALKS
    assert shop.events("occasion_given_up")[0].data["cause"] == "timer:1"


async def test_taken_back_while_it_was_told_nothing_of_it_stays(shop: Shop, autojump_clock: MockClock) -> None:
    async def slow(context: Context, timer: Timer) -> None:
        await trio.sleep(2)
        context.reply("trop tard")

    contact = set_timer(shop, AWA, "x", 1_000)
    async with telling(shop, pipeline(Listener(x=slow))):
        await trio.sleep(1.5)
        await shop.store.write(lambda db: timers.put(db, "clock", contact, Wake("x", None), clock()))
        await trio.sleep(60)
    assert shop.answers() == []


async def test_five_faults_running_suspend_the_plugin(shop: Shop, autojump_clock: MockClock) -> None:
    async def fail(context: Context, timer: Timer) -> None:
        context.reply("jamais")
        raise ValueError

    listener = Listener(x=fail)
    for number in range(7):
        set_timer(shop, customer(number), "x", 1_000 * (number + 1))
    async with telling(shop, pipeline(listener)) as occasions:
        await served(shop, 2)
        await trio.sleep(60)
        assert len(listener.told) == faulting.RUNNING
        listener.orders = {}
        await shop.store.write(faulting.lift)
        occasions.wake()
        await served(shop)
    assert len(shop.events("plugin_suspended")) == 1
    assert shop.answers() == []


async def test_a_new_pipeline_is_told_what_the_old_one_was_not(shop: Shop, autojump_clock: MockClock) -> None:
    old, new = Listener(), Listener()
    lender = Lender(pipeline(old))
    occasions = occasions_of(shop, lender)
    occasions.open()
    async with trio.open_nursery() as nursery:
        nursery.start_soon(occasions.run)
        set_timer(shop, AWA, "x", MINUTE)
        await lender.replace(pipeline(new))
        occasions.wake()
        await served(shop)
        nursery.cancel_scope.cancel()
    assert (old.told, len(new.told)) == ([], 1)


async def test_a_walk_of_a_message_wakes_what_it_set(shop: Shop, autojump_clock: MockClock) -> None:
    async def remind(context: Context, message: Message) -> None:
        context.wake("late", context.now + timedelta(seconds=10))

    listener = Listener(rappel=remind)
    async with telling(shop, pipeline(listener, plugin("other", remind))) as occasions:
        async with shop.serving(pipeline(listener)):
            await shop.hears(AWA, "rappel")
            await shop.quiet()
        assert shop.woken == 1
        occasions.wake()
        await served(shop)
    assert len(listener.told) == 1

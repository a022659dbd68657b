"""Plugins that fail again and again: suspended, shown, asked again after a reload; what customers read meanwhile."""

from types import SimpleNamespace
from typing import cast

import pytest
import trio
from journal_rig import AWA, MOUSSA
from runner_rig import ECHO, OWNER, Shop, pipeline, plugin
from trio.testing import MockClock

from comptoir.plugins.api import Context, Message, Plugin, Verdict
from comptoir.plugins.walking.walk import Outcome
from comptoir.sessions import faulting
from comptoir.sessions.events import Address
from comptoir.sessions.methods import Methods
from comptoir.sessions.runner import Runner
from comptoir.sessions.worker import Worker

SORRY = "Merci pour votre message. Une personne de Chez Awa vous répond dès que possible."


async def raise_at_bad(context: Context, message: Message) -> None:
    if message.text == "bad":
        raise LookupError


async def fail(context: Context, message: Message) -> None:
    raise LookupError


FAILING = plugin("failing", fail)


async def say(shop: Shop, runner: Runner, *texts: str, chat: Address = AWA, kind: str = "text") -> None:
    for text in texts:
        await shop.hears(chat, text, kind=kind)
        runner.wake()
        await shop.quiet()


async def row(runner: Runner, name: str) -> tuple[str, int]:
    rows = {row["plugin"]: row for row in await runner.status()}
    return rows[name]["state"], rows[name]["faults"]


def times_failed(shop: Shop) -> int:
    return len(shop.events("plugin_failed"))


@pytest.mark.shows(
    under="plugins",
    what="a plugin fails five times running",
    happens="it is suspended, with an event and a line in `status`: not asked until something in the tenant's folder "
    "changes, `reload` or `tenant resume`, also by a new worker",
)
async def test_five_faults_running_suspend_a_plugin(shop: Shop, autojump_clock: MockClock) -> None:
    async with shop.serving(pipeline(FAILING, ECHO)) as runner:
        await say(shop, runner, *"1234")
        assert await row(runner, "failing") == ("running", 4)
        assert shop.events("plugin_suspended") == []
        await say(shop, runner, *"567")
        assert await row(runner, "failing") == ("suspended", 5)
        assert await row(runner, "echo") == ("running", 0)
    assert times_failed(shop) == 5
    (event,) = shop.events("plugin_suspended")
    assert event.data["plugin"] == "failing"
    assert event.data["fault"].startswith("LookupError at runner_rig.py:")
    assert shop.answers() == [f"echo {number}" for number in range(1, 8)]


async def test_a_success_between_them_begins_anew(shop: Shop, autojump_clock: MockClock) -> None:
    async with shop.serving(pipeline(plugin("touchy", raise_at_bad), ECHO)) as runner:
        await say(shop, runner, *["bad"] * 4, "good", *["bad"] * 4)
        assert await row(runner, "touchy") == ("running", 8)
        await say(shop, runner, "bad")
        assert await row(runner, "touchy") == ("suspended", 9)


async def test_a_new_worker_remembers_and_a_reload_lifts_it(shop: Shop, autojump_clock: MockClock) -> None:
    async with shop.serving(pipeline(FAILING, ECHO)) as runner:
        await say(shop, runner, *"123")
    async with shop.serving(pipeline(FAILING, ECHO)) as runner:
        await say(shop, runner, *"456")
        assert times_failed(shop) == 5
        await runner.reload(pipeline(FAILING, ECHO))
        assert await row(runner, "failing") == ("running", 0)
        await say(shop, runner, *"7890")
        assert times_failed(shop) == 9
        assert await row(runner, "failing") == ("running", 4)


async def test_so_does_an_operator_who_resumes_the_tenant(shop: Shop, autojump_clock: MockClock) -> None:
    async def pause(*, paused: bool) -> None:
        """The standing is the session's own business."""

    async with shop.serving(pipeline(FAILING, ECHO)) as runner:
        await say(shop, runner, *"12345")
        worker = SimpleNamespace(runner=runner, session=SimpleNamespace(pause=pause))
        methods = Methods(cast(Worker, worker))
        await methods.handle("pause", {})
        assert await row(runner, "failing") == ("suspended", 5)
        await methods.handle("resume", {})
        assert await row(runner, "failing") == ("running", 0)


async def test_a_mandatory_plugin_is_never_left_out(
    shop: Shop, autojump_clock: MockClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    serving = pipeline(ECHO)
    monkeypatch.setattr(serving.mandatory[0], "message", fail)
    async with shop.serving(serving) as runner:
        await say(shop, runner, *"1234567")
        assert await row(runner, "optout") == ("running", 7)


async def test_what_an_earlier_pipeline_decides_late_lifts_nothing(shop: Shop) -> None:
    db = shop.store.db
    for _ in range(faulting.RUNNING):
        faulting.count(db, "failing", "x", 0)
    faulting.settle(db, [Outcome("failing", "continue")], 0, contact=None, message=None)
    assert faulting.suspended(db) == {"failing"}


# --- who answers meanwhile


@pytest.mark.shows(
    under="plugins",
    what="a plugin fails, or is suspended, and no other answers the message",
    happens="the customer reads that a person will write, each time; the owner is told once an hour and chat",
)
async def test_the_fallback_answers_where_a_plugin_failed_and_nobody_spoke(
    shop: Shop, autojump_clock: MockClock
) -> None:
    async with shop.serving(pipeline(FAILING)) as runner:
        await say(shop, runner, "1", "2")
        await say(shop, runner, "3", chat=MOUSSA)
        assert shop.answers(AWA) == [SORRY, SORRY]
        assert [str(AWA) in text for text in shop.answers(Address(OWNER))] == [True, False]
        # The owner hears of a chat once an hour.
        await trio.sleep(3601)
        await say(shop, runner, "4")
        assert [str(AWA) in text for text in shop.answers(Address(OWNER))] == [True, False, True]


async def test_and_where_it_is_suspended(shop: Shop, autojump_clock: MockClock) -> None:
    async with shop.serving(pipeline(FAILING)) as runner:
        await say(shop, runner, *"1234567")
    assert times_failed(shop) == 5
    assert shop.answers(AWA) == [SORRY] * 7


async def test_not_where_it_is_no_longer_in_the_pipeline(shop: Shop, autojump_clock: MockClock) -> None:
    async with shop.serving(pipeline(FAILING)) as runner:
        await say(shop, runner, *"12345")
    async with shop.serving(pipeline()) as runner:
        await say(shop, runner, "6")
    assert shop.answers(AWA) == [SORRY] * 5


async def stop(context: Context, message: Message) -> Verdict:
    return Verdict.STOP


async def hush(context: Context, message: Message) -> None:
    return None


@pytest.mark.parametrize(("plugins", "kind"), [((FAILING, plugin("stop", stop)), "text"), ((FAILING,), "reaction")])
async def test_not_where_a_plugin_took_it_or_nothing_was_said(
    shop: Shop, autojump_clock: MockClock, plugins: tuple[Plugin, ...], kind: str
) -> None:
    async with shop.serving(pipeline(*plugins)) as runner:
        await say(shop, runner, "x", kind=kind)
    assert times_failed(shop) == 1
    assert shop.answers() == []


async def test_nor_where_all_did_their_work(shop: Shop, autojump_clock: MockClock) -> None:
    async with shop.serving(pipeline(plugin("hush", hush))) as runner:
        await say(shop, runner, "x")
    assert shop.answers() == []

"""What a customer who writes without end gets, what the owner hears, and what it costs the pipeline."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
import trio
from journal_rig import AWA, MOUSSA
from runner_rig import ECHO, OWNER, Shop, clock, customer, echo, pipeline, plugin
from trio.testing import MockClock

from comptoir.plugins.api import Context, Message, Verdict
from comptoir.plugins.inbound import InboundTable
from comptoir.sessions.events import Address
from comptoir.sessions.journal.flooding import flooded_chats
from comptoir.sessions.runner import Runner
from comptoir.sessions.spec import InboundLimits

LIMITS = InboundLimits()
LINE = "Vos messages sont bien arrivés, mais il y en a trop d'un coup pour répondre à chacun. "


class Model:
    """A plugin that thinks for two seconds, and counts."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.plugin = plugin("model", self.think)

    async def think(self, context: Context, message: Message) -> Verdict:
        self.asked.append(message.text)
        await trio.sleep(2)
        context.reply(f"réponse {len(self.asked)}")
        return Verdict.STOP


@asynccontextmanager
async def serving(shop: Shop, *, limits: InboundLimits = LIMITS, **config: Any) -> AsyncIterator[Runner]:
    async with shop.serving(pipeline(ECHO, **config), limits=limits) as runner:
        yield runner


async def write(shop: Shop, runner: Runner, count: int, *, every: float, who: Address = AWA, **more: Any) -> None:
    for number in range(count):
        await shop.hears(who, f"message {number}", **more)
        runner.wake()
        await trio.sleep(every)
    await shop.quiet()


def reasons(shop: Shop) -> list[str]:
    return [event.data["reason"] for event in shop.events("skipped")]


@pytest.mark.shows(
    under="people",
    what="a customer who writes far more than twenty messages a minute",
    happens="all is kept; beyond twenty a minute nothing is answered (`skipped`, event `flood`), the customer gets one "
    "polite line, the owner one notice a day; after a calm minute all is as before",
)
async def test_a_flood_gets_one_line_and_the_owner_one_notice(shop: Shop, autojump_clock: MockClock) -> None:
    async with serving(shop) as runner:
        await write(shop, runner, 200, every=0.25)
        assert shop.states() == ["done"] * 20 + ["skipped"] * 180
        assert shop.answers(AWA)[:20] == [f"echo message {number}" for number in range(20)]
        [line] = shop.answers(AWA)[20:]
        assert line == LINE + "Chez Awa va les lire. Pour la suite, merci de patienter une minute."
        [notice] = shop.answers(Address(OWNER))
        assert notice.startswith(f"{AWA} écrit trop de messages d'un coup")
        assert [event.chat for event in shop.events("flood")] == [str(AWA)]
        assert set(reasons(shop)) == {"flood"}
        await trio.sleep(60)
        await write(shop, runner, 1, every=0)
        assert shop.states()[-1] == "done"


async def test_a_second_flood_within_the_hour_is_silent(shop: Shop, autojump_clock: MockClock) -> None:
    async with serving(shop, lang="en") as runner:
        for _ in range(2):
            await write(shop, runner, 30, every=0)
            await trio.sleep(120)
        assert len(shop.events("flood")) == 2
        await trio.sleep(3600)
        await write(shop, runner, 30, every=0)
    lines = [text for text in shop.answers(AWA) if text.startswith("Your messages have arrived")]
    assert len(lines) == 2
    assert len(shop.answers(Address(OWNER))) == 1


async def test_people_who_write_a_lot_are_answered(shop: Shop, autojump_clock: MockClock) -> None:
    async with serving(shop) as runner:
        await write(shop, runner, 60, every=3)
    assert set(shop.states()) == {"done"}
    async with serving(shop, join_seconds=3) as runner:
        for _ in range(6):
            await write(shop, runner, 12, every=0.8)
    assert set(shop.states()) == {"done"}


async def test_mail_of_an_absence_is_no_flood(shop: Shop, autojump_clock: MockClock) -> None:
    async with serving(shop) as runner:
        for number in range(60):
            await shop.hears(AWA, f"message {number}", age_ms=(60 - number) * 200_000)
        runner.wake()
        await shop.quiet()
    assert set(shop.states()) == {"done"}


async def test_a_restart_forgets_nothing(shop: Shop, autojump_clock: MockClock) -> None:
    for _ in range(10):
        async with serving(shop) as runner:
            await write(shop, runner, 5, every=0.1)
    assert shop.states() == ["done"] * 20 + ["skipped"] * 30
    assert len(shop.answers(AWA)) == 21
    assert len(shop.events("flood")) == len(shop.answers(Address(OWNER))) == 1


@pytest.mark.parametrize(("kind", "count"), [("text", 1_000), ("image", 200)])
async def test_a_slow_plugin_is_asked_twenty_times_for_a_flood(
    shop: Shop, autojump_clock: MockClock, kind: str, count: int
) -> None:
    model = Model()
    async with shop.serving(pipeline(model.plugin, join_seconds=3), limits=LIMITS) as runner:
        for number in range(count):
            await shop.hears(AWA, f"message {number}", kind=kind)
            runner.wake()
            await trio.sleep(0.02)
        await shop.hears(MOUSSA, "bonjour")
        await shop.quiet()
    assert len([text for text in model.asked if text != "bonjour"]) == 20
    assert "bonjour" in model.asked
    assert shop.states()[-1] == "done"


async def test_stop_is_heard_in_a_flood(shop: Shop, autojump_clock: MockClock) -> None:
    async with serving(shop) as runner:
        await write(shop, runner, 25, every=0)
        await shop.hears(AWA, "STOP")
        runner.wake()
        await shop.quiet()
    assert shop.answers(AWA)[-1].startswith("C'est noté")


async def test_the_tenant_may_ask_for_less_and_say_it_in_its_own_words(shop: Shop, autojump_clock: MockClock) -> None:
    table = InboundTable(customer_per_minute=3, answer="Doucement {name} ! {shop} vous lit.")
    async with serving(shop, inbound=table) as runner:
        await write(shop, runner, 6, every=0)
    assert shop.states() == ["done"] * 3 + ["skipped"] * 3
    assert shop.answers(AWA)[-1] == "Doucement Awa ! Chez Awa vous lit."


async def test_the_tenant_may_not_ask_for_more(shop: Shop, autojump_clock: MockClock) -> None:
    async with serving(shop, limits=InboundLimits(2), inbound=InboundTable(customer_per_minute=500)) as runner:
        await write(shop, runner, 4, every=0)
    assert shop.states() == ["done"] * 2 + ["skipped"] * 2


async def test_the_owners_hand_comes_before_the_line(shop: Shop, autojump_clock: MockClock) -> None:
    async with serving(shop) as runner:
        await write(shop, runner, 20, every=0)
        await shop.hears(AWA, "Je m'en occupe", by_owner=True)
        await write(shop, runner, 10, every=0)
    assert set(reasons(shop)) == {"silenced"}
    assert len(shop.answers(AWA)) <= 20


async def test_without_an_owner_nobody_is_told(shop: Shop, autojump_clock: MockClock) -> None:
    async with serving(shop, owner=None) as runner:
        await write(shop, runner, 30, every=0)
    assert len(shop.answers()) == 21
    assert len(shop.events("owner_not_told")) == 1


async def test_in_the_labs_hurry_nothing_is_a_flood(shop: Shop, autojump_clock: MockClock) -> None:
    async with shop.serving(pipeline(ECHO), fast=True) as runner:
        await write(shop, runner, 50, every=0)
    assert set(shop.states()) == {"done"}


async def test_the_chats_that_are_flooded_are_known(shop: Shop, autojump_clock: MockClock) -> None:
    async with serving(shop) as runner:
        await write(shop, runner, 30, every=0, who=AWA)
        await write(shop, runner, 10, every=0, who=MOUSSA)
        assert flooded_chats(shop.store.db, clock()) == [str(AWA)]
        await trio.sleep(61)
        assert flooded_chats(shop.store.db, clock()) == []


@pytest.mark.shows(
    under="people",
    what="more messages in a minute than a tenant's pipeline takes (`tenant_per_minute`)",
    happens="they wait, nothing is skipped; who wrote less goes first",
)
async def test_a_crowd_beyond_the_tenants_limit_waits_and_is_answered(shop: Shop, autojump_clock: MockClock) -> None:
    async with serving(shop, limits=InboundLimits(None, 100)) as runner:
        for number in range(250):
            await shop.hears(customer(number % 150), f"message {number}")
        runner.wake()
        await trio.sleep(30)
        assert shop.states().count("done") == 100
        # A hundred are looked after at once.
        assert runner.held_up is not None
        assert runner.held_up.startswith("100 chats wait: 100 messages were taken in a minute")
        await shop.quiet()
    assert set(shop.states()) == {"done"}
    assert trio.current_time() == pytest.approx(120, abs=1)


async def test_a_new_worker_knows_what_the_last_one_took(shop: Shop, autojump_clock: MockClock) -> None:
    limits = InboundLimits(None, 10)
    async with serving(shop, limits=limits) as runner:
        await write(shop, runner, 10, every=0.1)
    async with serving(shop, limits=limits) as runner:
        await write(shop, runner, 1, every=0, who=MOUSSA)
    assert trio.current_time() == pytest.approx(60, abs=1)


async def test_each_member_of_a_group_has_a_limit(shop: Shop, autojump_clock: MockClock) -> None:
    async with shop.serving(pipeline(plugin("echo", echo)), limits=LIMITS) as runner:
        for number in range(30):
            sender = AWA if number < 15 else MOUSSA
            await shop.hears(AWA, f"message {number}", sender=sender)
        runner.wake()
        await shop.quiet()
    assert set(shop.states()) == {"done"}

"""Plugins that sleep for ever, raise, hold the interpreter or eat the memory: whoever else writes is answered.

The plugins are those of a package of its own, as a third party would install it.
"""

import os
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import judge
import pytest
import rig
import trio

from comptoir.lab.customer import Customer

PACKAGE = Path(rig.__file__).parent / "hostile"
# Behind what tests are run with.
PATH = os.pathsep.join(filter(None, (str(PACKAGE), os.environ.get("PYTHONPATH"))))
SETTINGS = "version = 1\n\n[lab]\nfast = true\n\n[plugins]\nmemory_mb = 200\n"
TENANT = (
    'version = 1\nname = "{name}"\nlang = "fr"\ncountry = "SN"\ntimezone = "Africa/Dakar"\n'
    'plugin_seconds = 1\npipeline = ["hostile"]\n'
)
FALLBACK = "Merci pour votre message. Une personne de chez-awa vous répond dès que possible."
WITHIN = 3.0
"""Seconds in which the other chats of the tenant are answered, whatever one plugin does."""


@dataclass
class Spoken:
    """What the customers said in a test, and how long each waited."""

    here: rig.Rig
    said: list[tuple[Customer, rig.Shop, str]]

    async def ask(self, customer: Customer, shop: rig.Shop, text: str, within: float = 15.0) -> float:
        """Say it and wait for the plugin's answer; how long that took."""
        begun = time.monotonic()
        await self.tell(customer, shop, text)
        await self._heard(customer, shop, f"réponse à {text}", within)
        return time.monotonic() - begun

    async def chat(
        self,
        customer: Customer,
        shop: rig.Shop,
        word: str,
        end: trio.Event,
        task_status: trio.TaskStatus[list[float]] = trio.TASK_STATUS_IGNORED,
    ) -> None:
        """Ask again and again, each time once the answer was heard, until `end`; how long each took."""
        waits: list[float] = []
        task_status.started(waits)
        while not (waits and end.is_set()):
            waits.append(await self.ask(customer, shop, f"pendant {word} {len(waits)}"))

    async def tell(self, customer: Customer, shop: rig.Shop, text: str) -> None:
        self.said.append((customer, shop, text))
        await customer.say(shop.number, text, secret=True)

    async def heard_fallback(self, customer: Customer, shop: rig.Shop) -> None:
        await self._heard(customer, shop, FALLBACK, 15.0)

    async def _heard(self, customer: Customer, shop: rig.Shop, text: str, within: float) -> None:
        await self.here.lab.ledger.wait(
            lambda _: any(item.text == text for item in customer.heard(shop.number)), within, what=text
        )


@asynccontextmanager
async def two_shops() -> AsyncIterator[tuple[Spoken, rig.Shop, rig.Shop]]:
    async with rig.open_rig(SETTINGS, lambda _: rig.Start(environment={"PYTHONPATH": PATH})) as here:
        shops = [
            await here.add_shop(name, f"+22177000001{index}", TENANT.format(name=name))
            for index, name in enumerate(("chez-awa", "friperie"))
        ]
        yield Spoken(here, []), shops[0], shops[1]


@pytest.mark.shows(
    under="plugins",
    what="a plugin that sleeps for ever, raises, holds the interpreter (in Python, in C, in a blocking call) or eats "
    "the memory (fast, slowly)",
    happens="its message gets the fallback's answer; the tenant's other chats are answered within 3 s, other tenants' "
    "as fast as ever",
)
async def test_other_chats_are_answered_within_three_seconds(capsys: pytest.CaptureFixture[str]) -> None:
    async with two_shops() as (spoken, shop, other):
        here = spoken.here
        neighbour, stranger = here.lab.customer("+221780000001"), here.lab.customer("+221780000002")
        usual = [await spoken.ask(neighbour, shop, f"bonjour {count}") for count in range(3)]
        apart = [await spoken.ask(stranger, other, f"bonjour {count}") for count in range(3)]
        figures = [f"undisturbed: {max(usual):.2f} s, another tenant {max(apart):.2f} s"]
        wrong = []
        for number, order in enumerate(("raise", "sleep", "spin", "block", "match", "eat", "nibble")):
            bad = here.lab.customer(f"+22178000010{number}")
            seen = len(here.events)
            await spoken.tell(bad, shop, order)
            # From here on it is under way, or about to be.
            await here.wait_event(lambda event: event["kind"] == "received", after=seen)
            answered = trio.Event()
            async with trio.open_nursery() as nursery:
                waits = await nursery.start(spoken.chat, neighbour, shop, order, answered)
                waits_apart = await nursery.start(spoken.chat, stranger, other, order, answered)
                await spoken.heard_fallback(bad, shop)
                answered.set()
            figures.append(f"{order}: {max(waits):.2f} s, another tenant {max(waits_apart):.2f} s")
            # A machine that has more to do than it can takes longer for everything.
            crowded = max(1.0, os.getloadavg()[0] / (os.cpu_count() or 1))
            if max(waits) > WITHIN * crowded or max(waits_apart) > (max(apart) + 1.0) * crowded:
                wrong.append(figures[-1])
        seen = len(here.events)
        for number in range(5):
            # Each takes too little to be blamed: the worker is replaced in good order, and nobody is turned away.
            await spoken.ask(neighbour, shop, f"leak {number}")
        await here.wait_event(lambda event: event["kind"] == "worker_recycled", after=seen)
        await add_stubborn(here, shop)
        await spoken.ask(neighbour, shop, "et encore")
        (stubborn,) = (row for row in (await here.status(shop.name))["pipeline"] if row["plugin"] == "stubborn")
        assert stubborn["state"] == "left out"
        assert "held the interpreter while it started in hostile.py:" in stubborn["last_fault"]
        curious = here.lab.customer("+221780000003")
        await curious.say(other.number, "reach http://127.0.0.1:1/")
        (answer,) = await curious.wait_heard(1)
        assert answer.text.startswith("127.0.0.1: not a public address")
        with capsys.disabled():
            print("".join(f"\n  {line}" for line in figures))
        assert wrong == []
        await judge.settle(here, shop, other)
        _each_answered_once(spoken, shop)
        for each in (shop, other):
            assert await judge.disagreements(here, each, followed=False) == []
        held = [event for event in here.events if event["kind"] == "plugin_held"]
        why = Counter(event["why"] for event in held)
        assert (why["held"], set(why)) == (4, {"held", "memory"})
        # Who eats faster than the watchdog looks meets the system's limit first, and is named for that.
        refused = [
            event for event in here.events if event["kind"] == "plugin_failed" and "MemoryError" in event["fault"]
        ]
        eaten = [event for event in held if event["why"] == "memory"]
        assert len({event["message"] for event in (*refused, *eaten)}) == 2
        assert {event["plugin"] for event in held} == {"hostile", "stubborn"}
        assert not [event for event in here.events if event["kind"] in ("worker_died", "parked", "lost_unread")]


async def add_stubborn(here: rig.Rig, shop: rig.Shop) -> None:
    """The owner adds a plugin whose start never ends."""
    seen = len(here.events)
    config = here.home / "config" / "tenants" / shop.name / "tenant.toml"
    config.write_text(config.read_text().replace('["hostile"]', '["hostile", "stubborn"]'))
    await here.wait_event(lambda event: event["kind"] == "plugin_held", after=seen)


def _each_answered_once(spoken: Spoken, shop: rig.Shop) -> None:
    expected = Counter(
        (customer.number, f"réponse à {text}" if " " in text else FALLBACK)
        for customer, asked, text in spoken.said
        if asked is shop
    )
    customers = {customer.number: customer for customer, asked, _ in spoken.said if asked is shop}
    heard = Counter((number, item.text) for number, who in customers.items() for item in who.heard(shop.number))
    assert heard == expected

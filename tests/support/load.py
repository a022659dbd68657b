"""A measured shop under load beside idle ones: every answer in its place, and what it costs, as ratios of one run."""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import crowd
import rig
import trio
from rig import Rig, Shop

from comptoir.lab.customer import Customer

ALONE = 20
"""Questions that are asked one by one to learn how long an answer takes."""


@dataclass(frozen=True)
class Load:
    messages: int
    customers: int
    idle: int
    """Linked tenants to whom nobody writes."""
    parts: int = 4
    """The messages come in so many parts, all alike; memory is looked at after each."""


@dataclass(frozen=True)
class Memory:
    """Proportional shares (PSS) in kB."""

    worker: int
    idle: int
    """Of all idle workers together."""
    daemon: int


@dataclass(frozen=True)
class Measured:
    alone: float
    """Seconds from question to answer, p50, before there were other tenants."""
    beside_others: float
    """The same with the idle tenants there."""
    memory: tuple[Memory, ...]
    """After the warming up by the first part, and after each further one."""
    seconds: float
    """For all parts."""


class Asking:
    """One customer's questions, each with a number of its own, and what must come of them."""

    def __init__(self, shop: Shop, customer: Customer, *, as_lid: bool) -> None:
        self.shop = shop
        self.customer = customer
        self.said: list[str] = []
        self.expected: list[str] = []
        self._as_lid = as_lid

    async def ask(self, times: int) -> None:
        """Ask without waiting for answers."""
        for _ in range(times):
            word = crowd.WORDS[len(self.said) % len(crowd.WORDS)]
            self.said.append(f"Bonjour, {word} svp ? ({len(self.said)})")
            self.expected.append(crowd.answer(self.shop, word))
            await self.customer.say(self.shop.number, self.said[-1], as_lid=self._as_lid)

    async def answered(self, within: float) -> None:
        """Until as much was heard as was asked. Raises NotHeard."""
        await self.customer.wait_heard(len(self.expected), within, sender=self.shop.number)

    @property
    def heard(self) -> list[str]:
        return [item.text for item in self.customer.heard(self.shop.number)]


async def run(here: Rig, load: Load) -> tuple[Shop, list[Asking], Measured]:
    """Link everybody, write, wait for all answers, and measure."""
    shop = await here.add_shop("chez-awa", "+221770000001", crowd.config("chez-awa"))
    first = Asking(shop, here.lab.customer("+221780000000"), as_lid=False)
    alone = await _latency(first)
    others = [
        await here.add_shop(f"voisin-{index}", f"+2217710000{index:02}", crowd.config(f"voisin-{index}"))
        for index in range(load.idle)
    ]
    print(f"{len(others)} idle tenants linked", flush=True)
    beside = await _latency(first)
    everyone = [
        Asking(shop, here.lab.customer(f"+22178100{index:04}"), as_lid=index % 2 == 1)
        for index in range(load.customers)
    ]
    memory, began = [], trio.current_time()
    for part in range(load.parts):
        await _write(everyone, load.messages // load.parts // load.customers)
        await _quiet(here, shop)
        memory.append(await _memory(here, shop, others))
        print(f"part {part + 1} of {load.parts}: {memory[-1]}", flush=True)
    seconds = trio.current_time() - began
    return shop, [first, *everyone], Measured(alone, beside, tuple(memory), seconds)


async def _write(everyone: Sequence[Asking], times: int) -> None:
    async with trio.open_nursery() as nursery:
        for asking in everyone:
            nursery.start_soon(asking.ask, times)
    for asking in everyone:
        await asking.answered(within=300)


async def _quiet(here: Rig, shop: Shop) -> None:
    """Until nothing waits any more; the status tells it at any length of history."""
    while True:
        seen, status = len(here.events), await here.status(shop.name)
        if not (status["inbox"] or status["outbox"]):
            return
        await here.wait_event(lambda event: event["kind"] in rig.ENDS, after=seen)


async def _latency(asking: Asking) -> float:
    """The median, in seconds."""
    took = []
    for _ in range(ALONE):
        began = trio.current_time()
        await asking.ask(1)
        await asking.answered(within=30)
        took.append(trio.current_time() - began)
    return statistics.median(took)


async def _memory(here: Rig, shop: Shop, others: Sequence[Shop]) -> Memory:
    idle = [int((await here.status(other.name))["memory_pss_kb"]) for other in others]
    return Memory(int((await here.status(shop.name))["memory_pss_kb"]), sum(idle), _pss_kb(await _daemon_pid(here)))


async def _daemon_pid(here: Rig) -> int:
    return int((await here.call("status"))["daemon"]["pid"])


def _pss_kb(pid: int) -> int:
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("Pss:"))

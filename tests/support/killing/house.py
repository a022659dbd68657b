"""One course against what all shops have in common: daemon, forkserver, vault, and the machine itself.

A few shops are written to all the time; meanwhile one thing after the other is done to the house.
"""

from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import trio
from chaos.calm import calm
from chaos.course import judge_world
from chaos.files import compare_files
from chaos.staff import send
from chaos.world import Settings, World, open_world
from powercut.machine import Machine
from rig import Start

from comptoir.lab.outgoing import NotSent
from killing.arming import Arms
from killing.course import Say, open_shop, starter
from killing.customers import Crowd
from killing.reports import late_reports
from killing.tally import tally

SHOPS = 2
UP_LIMIT = 60.0
TELL_EVERY = 0.4


@dataclass
class House:
    """What was done to it, and what came of that."""

    world: World
    arms: Arms
    machine: Machine
    crowds: list[Crowd] = field(default_factory=list)
    kills: Counter[str] = field(default_factory=Counter)
    missed: Counter[str] = field(default_factory=Counter)
    dropped: Counter[str] = field(default_factory=Counter)
    """What the disk forgot in power cuts."""

    @property
    def wrong(self) -> list[str]:
        return self.world.wrong

    async def wait_up(self) -> None:
        for crowd in self.crowds:
            await self.world.here.wait_state(crowd.shop, "online", UP_LIMIT)


@dataclass(frozen=True, slots=True)
class Step:
    """Something that is done to the house; `do` returns whether the process came by."""

    point: str
    do: Callable[[House], Awaitable[bool]]


async def run(seed: int, steps: Sequence[Step], folder: Path, say: Say, **environment: str) -> House:
    """Take the steps under load, and judge in the end."""
    machines: list[Machine] = []

    def start(home: Path) -> Start:
        machines.append(Machine(home))
        return starter(**machines[0].environment, **environment)(home)

    async with open_world(Settings(seed, 0.0, customers=0), start) as world:
        house = House(world, Arms(world.here.home / "kills"), machines[0])
        house.crowds = [Crowd(world, await open_shop(world, index)) for index in range(SHOPS)]
        world.begun = trio.current_time()
        async with trio.open_nursery() as load:
            for crowd in house.crowds:
                load.start_soon(_write, crowd)
                load.start_soon(_tell, world, crowd.shop)
            for step in steps:
                try:
                    await _take(house, step)
                except AssertionError as error:
                    world.blame(f"{step.point}: {error}")
                    break
                say(f"{sum(house.kills.values())} of {len(steps)}, {len(world.said)} messages")
            world.over.set()
            if world.wrong:
                load.cancel_scope.cancel()
        if not world.wrong:
            await calm(world)
        await compare_files(world)
        for report in late_reports(world.here.events):
            world.blame(report)
        await judge_world(world, folder)
        tally.add(house.kills, world, house.dropped)
        return house


async def _take(house: House, step: Step) -> None:
    house.world.tell(step.point)
    if await step.do(house):
        house.kills[step.point] += 1
    else:
        house.missed[step.point] += 1
        house.world.tell(f"nobody came by {step.point!r}")
    await house.wait_up()


async def _write(crowd: Crowd) -> None:
    while await crowd.world.nap(crowd.rng.expovariate(1.5)):
        with suppress(NotSent):
            await crowd.write(1, files=crowd.rng.random() < 0.1)


async def _tell(world: World, shop: str) -> None:
    """To one who never writes: there is no turn in that chat that would hide a counter that is used twice."""
    silent, number = f"+22179{shop.rpartition('-')[2]:0>3}0000", 0
    world.here.lab.customer(silent, name="Silence")
    world.chats.append((shop, silent))
    while await world.nap(TELL_EVERY):
        number += 1
        await send(world, shop, silent, f"{shop} envoie {number}")

"""One course of kills at named points: shops under load, one kill after the other in each, and the judgement."""

import os
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import trio
from chaos.calm import calm
from chaos.course import judge_world
from chaos.files import compare_files
from chaos.world import Settings, World, config, open_world
from rig import Start

from killing.arming import FOLDER, Arms
from killing.customers import Crowd
from killing.reports import late_reports
from killing.strikes import Strike, strike
from killing.tally import tally

SUPPORT = Path(__file__).parents[1]
START = Path(__file__).with_name("start.py")
CUSTOMERS = 24
"""A shop's. None of them may write so much that it looks like a machine."""

Say = Callable[[str], object]


@dataclass
class Course:
    """What was to be done and what came of it."""

    seed: int
    world: World
    arms: Arms
    kills: Counter[str] = field(default_factory=Counter)
    """At each point."""
    missed: Counter[str] = field(default_factory=Counter)
    """Points that nobody came by in time."""

    @property
    def wrong(self) -> list[str]:
        return self.world.wrong


def starter(**environment: str) -> Callable[[Path], Start]:
    """The daemon with points in its processes."""

    def start(home: Path) -> Start:
        # The forkserver, which multiprocessing starts, must find us too.
        found = os.pathsep.join(filter(None, (str(SUPPORT), os.environ.get("PYTHONPATH"))))
        ours = {"PYTHONPATH": found, FOLDER: str(home / "kills")}
        return Start((sys.executable, "-P", "-W", "ignore", str(START)), ours | environment)

    return start


async def run(
    seed: int, shares: Sequence[Sequence[Strike]], folder: Path, say: Say, start: Callable[[Path], Start] | None = None
) -> Course:
    """One shop for each share of strikes, all side by side; `say` hears of every kill."""
    async with open_world(Settings(seed, 0.0, customers=0), start or starter()) as world:
        course = Course(seed, world, Arms(world.here.home / "kills"))
        shops = [await open_shop(world, index) for index in range(len(shares))]
        world.begun = trio.current_time()
        async with trio.open_nursery() as nursery:
            for shop, share in zip(shops, shares, strict=True):
                nursery.start_soon(_ill_treat, course, shop, share, say)
        await calm(world)
        await compare_files(world)
        for report in late_reports(world.here.events):
            world.blame(report)
        await judge_world(world, folder)
        tally.add(course.kills, world)
        return course


async def open_shop(world: World, index: int) -> str:
    """With its customers; its name."""
    name, policy = f"boutique-{index}", "hold"
    world.policy[name] = policy
    await world.here.add_shop(name, f"+2217700000{index:02}", config(name, policy, 0))
    for number in range(CUSTOMERS):
        customer = f"+22178{index:03}{number:04}"
        world.here.lab.customer(customer, name=f"Client {index}-{number}")
        world.chats.append((name, customer))
    return name


async def _ill_treat(course: Course, shop: str, share: Sequence[Strike], say: Say) -> None:
    crowd = Crowd(course.world, shop)
    for one in share:
        if await strike(course.world, course.arms, crowd, one):
            course.kills[one.point] += 1
        else:
            course.missed[one.point] += 1
            course.world.tell(f"{shop}: nobody came by {one.point!r}")
        say(f"{sum(course.kills.values())} kills, {len(course.world.said)} messages")


def shares(strikes: Sequence[Strike], shops: int) -> Iterator[Sequence[Strike]]:
    """Dealt like cards."""
    for shop in range(shops):
        yield strikes[shop::shops]

"""One course of power cuts: shops under load, and again and again everything ends and RAM is empty."""

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import trio
from chaos.calm import calm
from chaos.course import judge_world
from chaos.files import compare_files
from chaos.world import Settings, World, open_world
from powercut.machine import Machine
from rig import Start

from killing.course import START, Say, open_shop, starter
from killing.customers import Crowd

SHOPS = 4
UP_LIMIT = 60.0


@dataclass
class Cuts:
    """What was done, and what the disk dropped."""

    world: World
    dropped: Counter[str] = field(default_factory=Counter)


async def run(seed: int, cuts: int, folder: Path, say: Say, script: Path = START) -> Cuts:
    """Cut the power so many times under load, and judge in the end."""
    machines: list[Machine] = []

    def start(home: Path) -> Start:
        machines.append(Machine(home))
        return starter(script, **machines[0].environment)(home)

    async with open_world(Settings(seed, 0.0, customers=0), start) as world:
        done = Cuts(world)
        crowds = [Crowd(world, await open_shop(world, index)) for index in range(SHOPS)]
        world.begun = trio.current_time()
        for number in range(cuts):
            await _cut(done, machines[0], crowds)
            say(f"{number + 1} of {cuts} power cuts, {len(world.said)} messages, {dict(done.dropped)}")
        await calm(world)
        await compare_files(world)
        await judge_world(world, folder)
        return done


async def _cut(done: Cuts, machine: Machine, crowds: list[Crowd]) -> None:
    """Under load, at a moment of chance; and up again, with what came meanwhile."""
    world = done.world
    rng = world.rng(f"cut {world.cuts}")
    async with trio.open_nursery() as nursery:
        for crowd in crowds:
            nursery.start_soon(_write, crowd)
        await trio.sleep(rng.uniform(0.05, 1.2))
        # Only now and then the least that a disk must hold: what it may hold besides is worse.
        dropped = machine.cut(world.here.pid, None if rng.random() < 0.3 else rng)
        nursery.cancel_scope.cancel()
    world.cuts += 1
    done.dropped["writes"] += dropped.writes
    done.dropped["changes of names"] += dropped.changes_of_names
    world.tell(f"power cut: {dropped}")
    await world.here.kill_daemon()
    for crowd in crowds:
        await crowd.write(rng.choice([0, 1]))
    await world.here.start_daemon()
    for crowd in crowds:
        await world.here.wait_state(crowd.shop, "online", UP_LIMIT)


async def _write(crowd: Crowd) -> None:
    while True:
        await crowd.write(1, files=crowd.rng.random() < 0.15)
        await trio.sleep(crowd.rng.uniform(0.02, 0.3))

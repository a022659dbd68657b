"""What goes wrong with the machine: processes are killed, frozen and restarted."""

import os
import random
import signal
from collections.abc import Awaitable, Callable

import trio

from chaos import customers
from chaos.world import World

Trouble = Callable[[World, random.Random], Awaitable[None]]

KILLS_AT_MOST = 4
"""Of one shop's worker under one daemon: the fifth death within ten minutes parks the tenant."""


async def kill_worker(world: World, rng: random.Random) -> None:
    shop = rng.choice(sorted(world.here.shops))
    if rng.random() < 0.3:
        await _wait_next_start(world, shop)
        await trio.sleep(rng.uniform(0, 0.5))
    _kill(world, shop)


async def ambush(world: World, rng: random.Random) -> None:
    """Everybody writes at once, and the worker is killed in the middle."""
    shop = rng.choice(sorted(world.here.shops))
    people = [number for name, number in world.chats if name == shop]
    world.did("ambushes", shop)
    async with world.host.use() as lab:
        async with trio.open_nursery() as nursery:
            for number in people:
                nursery.start_soon(customers.ask, world, lab, rng, shop, number)
        await trio.sleep(rng.choice([0, 0.002, 0.005, 0.01, 0.02, 0.05, 0.25]))
    _kill(world, shop)


async def kill_forkserver(world: World, rng: random.Random) -> None:
    if not world.daemon_up:
        return
    try:
        await world.here.kill_forkserver()
    except (StopIteration, RuntimeError, OSError):
        return  # it is being started
    world.did("forkservers killed")
    if rng.random() < 0.7:
        await kill_worker(world, rng)


async def kill_daemon(world: World, rng: random.Random) -> None:
    world.daemon_up = False
    await world.here.kill_daemon()
    world.did("daemons killed")
    await trio.sleep(rng.choice([0, 0, 0.05, 0.5, 2.0]))
    await _start_daemon(world)


async def restart_daemon(world: World, rng: random.Random) -> None:
    world.daemon_up = False
    code = await world.here.stop_daemon()
    world.did("daemons restarted")
    if code != 0:
        world.blame(f"the daemon ended with {code}")
    await trio.sleep(rng.choice([0, 0, 1.0]))
    await _start_daemon(world)


async def freeze_worker(world: World, rng: random.Random) -> None:
    pid = world.worker(rng.choice(sorted(world.here.shops)))
    if pid in (0, os.getpid()):
        return
    world.did("workers frozen", str(pid))
    try:
        os.kill(pid, signal.SIGSTOP)
        await world.nap(rng.choice([0.3, 1, 3]))
        os.kill(pid, signal.SIGCONT)
    except ProcessLookupError:
        return


async def _start_daemon(world: World) -> None:
    world.kills.clear()
    await world.here.start_daemon()
    world.daemon_up = True
    world.tell("the daemon is up")


async def _wait_next_start(world: World, shop: str) -> None:
    seen = len(world.here.events)
    with trio.move_on_after(3):
        await world.here.wait_event(
            lambda event: event["kind"] == "worker_started" and event["tenant"] == shop, within=10, after=seen
        )


def _kill(world: World, shop: str) -> None:
    pid = world.worker(shop)
    if pid in (0, os.getpid()) or world.kills[shop] >= KILLS_AT_MOST:
        return
    os.kill(pid, signal.SIGKILL)
    world.kills[shop] += 1
    world.did("workers killed", f"{shop} {pid}")


TROUBLES: dict[Trouble, float] = {
    kill_worker: 5, ambush: 3, kill_forkserver: 2, kill_daemon: 2, restart_daemon: 1, freeze_worker: 1
}  # fmt: skip

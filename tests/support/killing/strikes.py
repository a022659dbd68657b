"""One kill of one shop's worker, at a named point or at random, and the wait until the shop is up again."""

import os
import signal
from contextlib import suppress
from dataclasses import dataclass
from typing import Literal

import trio
from chaos.world import GONE, World

from comptoir.lab.ledger import NotSeen
from comptoir.sessions.protocol import RpcError
from killing import points
from killing.arming import Arms
from killing.customers import Crowd

Way = Literal["armed", "files", "rising", "rekeyed", "sealing", "stanza", "random"]
RANDOM = "at random"
STANZA = "stanza out, not acknowledged"
COME_BY_LIMIT = 25.0
QUIET_LIMIT = 10.0
LATE_ACK = 4.0
_STEP = 0.02
_QUIET_STEP = 0.25
_TRIES_EVERY = 1.0


@dataclass(frozen=True, slots=True)
class Strike:
    point: str
    way: Way


STRIKES = (
    *(Strike(point.name, "armed") for point in points.TALKING),
    *(Strike(point.name, "files") for point in points.FETCHING),
    *(Strike(point.name, "rising") for point in points.RISING),
    *(Strike(point.name, "rekeyed") for point in points.REKEYING),
    *(Strike(point.name, "sealing") for point in points.SEALING),
    Strike(STANZA, "stanza"),
    Strike(RANDOM, "random"),
)


async def strike(world: World, arms: Arms, crowd: Crowd, one: Strike) -> bool:
    """Whether the process was killed there. The shop is online, or will be, and more is said to it meanwhile."""
    await _wait_quiet(world, crowd.shop)
    seen = len(world.here.events)
    match one.way:
        case "stanza":
            struck = await _kill_after_stanza(world, crowd)
        case "random":
            struck = await _kill_at_random(world, crowd)
        case "rekeyed":
            struck = await _kill_rekeyer(world, arms, crowd, one)
        case "sealing":
            return await _kill_vault(world, arms, crowd, one)
        case _:
            struck = await _kill_at_point(world, arms, crowd, one)
    if struck:
        # An absence has a backlog.
        await crowd.write(crowd.rng.choice([0, 1, 2]))
        await world.here.wait_event(lambda event: _is_up(event, crowd.shop), 60, after=seen)
    return struck


def _is_up(event: dict[str, object], shop: str) -> bool:
    return event["tenant"] == shop and event["kind"] == "worker_started"


async def _wait_quiet(world: World, shop: str) -> None:
    """Until the shop is online and has done what can be done; the point is then met by what comes next."""
    with trio.move_on_after(QUIET_LIMIT):
        while not _is_online(world, shop):
            await world.here.wait_event(lambda _: True, QUIET_LIMIT, after=len(world.here.events))
        while True:
            with suppress(RpcError):
                status = await world.here.status(shop)
                if status["inbox"] == 0 and status["outbox"] == 0:
                    return
            await trio.sleep(_QUIET_STEP)


def _is_online(world: World, shop: str) -> bool:
    """By what the daemon told last: asking it for each of so many events would take more than all the rest."""
    for event in reversed(world.here.events):
        if event["tenant"] == shop and event["kind"] == "state":
            return bool(event["state"] == "online")
    return False


async def _kill_at_point(world: World, arms: Arms, crowd: Crowd, one: Strike) -> bool:
    arms.arm(crowd.shop, one.point, passes=crowd.rng.choice([0, 0, 0, 1, 2]) if one.way == "armed" else 0)
    world.tell(f"{crowd.shop}: armed {one.point!r}")
    if one.way == "rising":
        await crowd.write(2)
        kill(world, crowd.shop)
    with trio.move_on_after(COME_BY_LIMIT):
        while arms.is_armed(crowd.shop, one.point):
            if one.way != "rising":
                await crowd.write(crowd.rng.choice([1, 2, 3]), files=one.way == "files")
            with trio.move_on_after(_TRIES_EVERY):
                while arms.is_armed(crowd.shop, one.point):  # noqa: ASYNC110 (another process takes the file away)
                    await trio.sleep(_STEP)
    struck = not arms.is_armed(crowd.shop, one.point)
    arms.disarm(crowd.shop, one.point)
    return struck


async def _kill_rekeyer(world: World, arms: Arms, crowd: Crowd, one: Strike) -> bool:
    """While the shop's data is being encrypted with a new key; it goes on by itself."""
    arms.arm(crowd.shop, one.point)
    await crowd.write(2, files=True)
    async with trio.open_nursery() as nursery:
        nursery.start_soon(_rotate, world, crowd.shop)
        struck = await _wait_fired(arms, crowd.shop, one.point)
        nursery.cancel_scope.cancel()
    return struck


async def _rotate(world: World, shop: str) -> None:
    while True:
        with suppress(RpcError, *GONE):
            await world.call("keys.rotate", tenant=shop)
        await trio.sleep(_TRIES_EVERY)


async def _kill_vault(world: World, arms: Arms, crowd: Crowd, one: Strike) -> bool:
    """It serves all shops: one after the other, and no shop waits for it to be back."""
    async with arms.shared:
        arms.arm(points.THE_VAULT, one.point)
        await crowd.write(2)
        return await _wait_fired(arms, points.THE_VAULT, one.point)


async def _wait_fired(arms: Arms, scope: str, point: str) -> bool:
    with trio.move_on_after(COME_BY_LIMIT):
        while arms.is_armed(scope, point):  # noqa: ASYNC110 (another process takes the file away)
            await trio.sleep(_STEP)
    fired = not arms.is_armed(scope, point)
    arms.disarm(scope, point)
    return fired


async def _kill_after_stanza(world: World, crowd: Crowd) -> bool:
    """When the server has taken a message and not yet said so."""
    lab, number = world.here.lab, world.here.shops[crowd.shop].number
    known = {entry.id for entry in lab.ledger.entries(sender=number)}
    lab.faults.delay_acks(number, LATE_ACK)
    await crowd.write(2)
    try:
        await lab.ledger.wait(
            lambda ledger: any(entry.stanzas for entry in ledger.entries(sender=number) if entry.id not in known),
            COME_BY_LIMIT,
        )
    except NotSeen:
        return False
    return kill(world, crowd.shop)


async def _kill_at_random(world: World, crowd: Crowd) -> bool:
    await crowd.write(crowd.rng.choice([1, 2, 4]))
    await trio.sleep(crowd.rng.choice([0, 0.002, 0.01, 0.05, 0.2, 0.3]) * crowd.rng.random() * 2)
    return kill(world, crowd.shop)


def kill(world: World, shop: str) -> bool:
    """kill -9 of the process that holds the shop's session; whether there is one."""
    pid = world.worker(shop)
    if not pid:
        return False
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)
    world.tell(f"{shop}: killed {pid}")
    return True

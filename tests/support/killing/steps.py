"""What is done to a house: see `house`."""

from contextlib import suppress

import trio
from chaos.world import GONE

from comptoir.sessions.protocol import RpcError
from killing import points
from killing.house import UP_LIMIT, House, Step
from killing.strikes import RANDOM, kill

COME_BY_LIMIT = 30.0
_STEP = 0.02
_TRIES_EVERY = 2.0


def forkserver(point: str) -> Step:
    """The forkserver, or its child, at a point around the fork of a worker."""

    async def do(house: House) -> bool:
        return await _wait_shot(house, points.FORKSERVER, point)

    return Step(point, do)


def restoring(point: str) -> Step:
    """The vault, as it brings sessions back after a power cut."""

    async def do(house: House) -> bool:
        house.arms.arm(points.THE_VAULT, point)
        await _cut(house)
        return await _wait_fired(house, points.THE_VAULT, point)

    return Step(point, do)


def daemon(point: str, *, by_death: bool = True) -> Step:
    """Passed where a worker must be forked again, or, not `by_death`, now and then by itself."""

    async def do(house: House) -> bool:
        house.arms.arm("daemon", point)
        if by_death:
            _kill_some_worker(house)
        if not await _wait_gone(house):
            house.arms.disarm("daemon", point)
            return False
        await _restart(house)
        return True

    return Step(point, do)


def rotating(point: str, *, master: bool = False) -> Step:
    """The daemon, as it rotates a key."""

    async def do(house: House) -> bool:
        house.arms.arm("daemon", point)
        async with trio.open_nursery() as nursery:
            nursery.start_soon(_rotate_master if master else _rotate, house)
            gone = await _wait_gone(house)
            nursery.cancel_scope.cancel()
        house.arms.disarm("daemon", point)
        if gone:
            await _restart(house)
        return gone

    return Step(point, do)


async def _rotate(house: House) -> None:
    """Until cancelled; one that was interrupted goes on before the next begins."""
    shop = house.world.rng(f"rotation {house.world.now}").choice([crowd.shop for crowd in house.crowds])
    while True:
        with suppress(RpcError, *GONE):
            await house.world.call("keys.rotate", within=UP_LIMIT, tenant=shop)
        await trio.sleep(_TRIES_EVERY)


async def _rotate_master(house: House) -> None:
    while True:
        with suppress(RpcError, *GONE):
            await house.world.call("keys.rotate_master", within=UP_LIMIT)
        await trio.sleep(_TRIES_EVERY)


async def _kill_daemon(house: House) -> bool:
    await trio.sleep(house.world.rng(f"daemon {house.world.now}").uniform(0, 0.5))
    await _restart(house)
    return True


async def _kill_forkserver(house: House) -> bool:
    _kill_some_worker(house)
    await trio.sleep(house.world.rng(f"forkserver {house.world.now}").uniform(0, 0.1))
    await house.world.here.kill_forkserver()
    return True


async def _cut(house: House) -> bool:
    """End everything at a moment of chance, and start again with what the disk kept."""
    world = house.world
    rng = world.rng(f"cut {world.cuts}")
    await trio.sleep(rng.uniform(0.05, 1.5))
    world.cuts += 1
    # Only now and then the least that a disk must hold: what it may hold besides is worse.
    dropped = house.machine.cut(world.here.daemon_pid, None if rng.random() < 0.3 else rng)
    house.dropped["writes"] += dropped.writes
    house.dropped["changes of names"] += dropped.changes_of_names
    world.tell(f"power cut: {dropped}")
    await _restart(house)
    return True


async def _cut_in_rotation(house: House) -> bool:
    async with trio.open_nursery() as nursery:
        nursery.start_soon(_rotate, house)
        await _cut(house)
        nursery.cancel_scope.cancel()
    return True


DAEMON_AT_RANDOM = Step(f"daemon, {RANDOM}", _kill_daemon)
FORKSERVER_AT_RANDOM = Step(f"forkserver, {RANDOM}", _kill_forkserver)
CUT = Step("power cut", _cut)
CUT_IN_ROTATION = Step("power cut while a key is rotated", _cut_in_rotation)


async def _restart(house: House) -> None:
    """kill -9, if it still runs."""
    await house.world.here.kill_daemon()
    await house.world.here.start_daemon()


def _kill_some_worker(house: House) -> None:
    shops = [crowd.shop for crowd in house.crowds]
    kill(house.world, house.world.rng(f"worker {house.world.now}").choice(shops))


async def _wait_shot(house: House, scope: str, point: str) -> bool:
    """Arm, and kill workers until another must be forked that comes by."""
    house.arms.arm(scope, point)
    async with trio.open_nursery() as nursery:
        nursery.start_soon(_kill_workers, house)
        fired = await _wait_fired(house, scope, point)
        nursery.cancel_scope.cancel()
    return fired


async def _kill_workers(house: House) -> None:
    while True:
        _kill_some_worker(house)
        await trio.sleep(_TRIES_EVERY)


async def _wait_fired(house: House, scope: str, point: str) -> bool:
    with trio.move_on_after(COME_BY_LIMIT):
        while house.arms.is_armed(scope, point):  # noqa: ASYNC110 (another process takes the file away)
            await trio.sleep(_STEP)
    fired = not house.arms.is_armed(scope, point)
    house.arms.disarm(scope, point)
    return fired


async def _wait_gone(house: House) -> bool:
    with trio.move_on_after(UP_LIMIT):
        await house.world.here.wait_daemon()
        return True
    return False

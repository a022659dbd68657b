"""What goes wrong between a shop and its server: connections, acknowledgements, files, encryption."""

import random
from collections.abc import Awaitable, Callable

from chaos.world import World
from comptoir.lab import Lab

Trouble = Callable[[World, random.Random], Awaitable[None]]


def _on_a_number(fault: Callable[[World, Lab, random.Random, str], Awaitable[None]]) -> Trouble:
    async def order(world: World, rng: random.Random) -> None:
        shop = world.here.shops[rng.choice(sorted(world.here.shops))]
        world.did(fault.__name__.replace("_", " "), shop.name)
        async with world.host.use() as lab:
            await fault(world, lab, rng, shop.number)

    return order


@_on_a_number
async def drop(world: World, lab: Lab, rng: random.Random, number: str) -> None:
    await lab.faults.drop(number)


@_on_a_number
async def stream_error(world: World, lab: Lab, rng: random.Random, number: str) -> None:
    await lab.faults.stream_error(number, rng.choice([503, 515]))


@_on_a_number
async def delay_acks(world: World, lab: Lab, rng: random.Random, number: str) -> None:
    lab.faults.delay_acks(number, rng.choice([0.3, 1, 3, 6]), rng.choice([1, 2, 4]))


@_on_a_number
async def lose_acks(world: World, lab: Lab, rng: random.Random, number: str) -> None:
    world.acks_lost_at = world.now
    lab.faults.lose_acks(number, rng.choice([1, 1, 2]))
    if await world.nap(rng.uniform(0.2, 2)):
        await lab.faults.drop(number)


@_on_a_number
async def duplicate(world: World, lab: Lab, rng: random.Random, number: str) -> None:
    lab.faults.duplicate(number, rng.choice([1, 3, 6]))


@_on_a_number
async def refuse_connections(world: World, lab: Lab, rng: random.Random, number: str) -> None:
    await lab.faults.refuse_connections(number, rng.choice([0.5, 2, 4]))


@_on_a_number
async def exhaust_prekeys(world: World, lab: Lab, rng: random.Random, number: str) -> None:
    lab.faults.exhaust_prekeys(number, upload=rng.random() < 0.7)


@_on_a_number
async def cut_upload(world: World, lab: Lab, rng: random.Random, number: str) -> None:
    lab.faults.cut_upload(number, stored=rng.random() < 0.5)


@_on_a_number
async def spoil_files(world: World, lab: Lab, rng: random.Random, number: str) -> None:
    media = lab.faults.media
    orders = [media.fail_downloads, media.cut_downloads, media.alter_downloads, media.fail_uploads]
    for order in rng.sample(orders, rng.choice([1, 1, 2])):
        order(number)


async def stall(world: World, rng: random.Random) -> None:
    number = world.here.shops[rng.choice(sorted(world.here.shops))].number
    world.did("stall", number)
    async with world.host.use() as lab:
        lab.faults.stall(number)
    await world.nap(rng.choice([0.2, 1, 3]))
    async with world.host.use() as lab:
        lab.faults.resume(number)


async def fail_logins(world: World, rng: random.Random) -> None:
    number = world.here.shops[rng.choice(sorted(world.here.shops))].number
    world.did("fail logins", number)
    async with world.host.use() as lab:
        await lab.faults.fail_logins(number, 503)
    await world.nap(rng.choice([0.5, 2]))
    async with world.host.use() as lab:
        lab.faults.lift(number)


async def refuse_all(world: World, rng: random.Random) -> None:
    world.did("refuse all")
    async with world.host.use() as lab:
        lab.faults.refusing_all = True
        if rng.random() < 0.5:
            for shop in world.here.shops.values():
                await lab.faults.drop(shop.number)
    await world.nap(rng.choice([0.5, 2]))
    async with world.host.use() as lab:
        lab.faults.refusing_all = False


async def restart_lab(world: World, rng: random.Random) -> None:
    world.did("lab restarts")
    world.here.lab = await world.host.restart(rng.choice([0, 0.2, 1.0, 2.0]))


async def lose_sessions(world: World, rng: random.Random) -> None:
    """A customer's app forgets or renews its Signal sessions with a shop."""
    shop, number = rng.choice(sorted(world.chats))
    world.did("signal sessions lost", f"{number} {shop}")
    async with world.host.use() as lab:
        person = lab.customer(number)
        (person.lose_session if rng.random() < 0.5 else person.renew_session)(world.here.shops[shop].number)


TROUBLES: dict[Trouble, float] = {
    drop: 3, stream_error: 4, delay_acks: 3, lose_acks: 2, duplicate: 3, refuse_connections: 2, exhaust_prekeys: 1,
    cut_upload: 1, spoil_files: 3, stall: 2, fail_logins: 1, refuse_all: 1, restart_lab: 1, lose_sessions: 2,
}  # fmt: skip

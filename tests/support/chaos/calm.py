"""After the storm: everything is lifted, and all that still waits is waited for."""

from collections.abc import AsyncIterator

import trio

from chaos.world import World
from comptoir.sessions.protocol import RpcError

LIMIT = 120.0
STEP = 0.3
# After an ack was lost the library waits 75 s for it, unless the connection ends.
ACK_LIMIT = 90.0


async def calm(world: World) -> None:
    """Lift all faults and wait until everybody has what is theirs; blames whoever still waits at the limit."""
    world.tell("calm")
    async with world.host.use() as lab:
        lab.faults.refusing_all = False
        lab.faults.media.lift(None)
        for shop in world.here.shops.values():
            lab.faults.resume(shop.number)
            lab.faults.lift(shop.number)
            lab.faults.media.lift(shop.number)
            if world.now - world.acks_lost_at < ACK_LIMIT:
                await lab.faults.drop(shop.number)
    for name in world.here.shops:
        await world.ask("tenant.resume", tenant=name)
    waits: list[str] = []
    with trio.move_on_after(LIMIT):
        while waits := [wait async for wait in _waiting(world)]:  # noqa: ASYNC110 (no one event tells that all is still)
            await trio.sleep(STEP)
    if waits:
        world.blame(f"not settled within {LIMIT:g} s: {waits[:10]}")
    world.tell("settled")


async def _waiting(world: World) -> AsyncIterator[str]:
    """What is still to happen."""
    lab = world.here.lab
    for name, shop in world.here.shops.items():
        try:
            status = await world.here.status(name)
            rows = await world.here.messages(name)
        except RpcError as error:
            yield f"{name}: {error.message}"
            continue
        if status["state"] != "online":
            yield f"{name} is {status['state']}: {status['reason']}"
        for row in rows:
            held = row["state"] == "uncertain" and world.policy[name] == "send"
            if row["state"] in ("received", "queued", "sending") or (held and (name, row["chat"]) not in world.hands):
                yield f"{name}: {row}"
        for device in shop.phone.companions:
            for letter in lab.server.waiting(device):
                yield f"at the server for {name}: {letter.attrs}"
    for customer in sorted({customer for _, customer in world.chats}):
        for _ in lab.server.waiting(lab.customer(customer).jid):
            yield f"at the server for {customer}"

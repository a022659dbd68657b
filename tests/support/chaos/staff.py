"""Those on the shop's side: owners at their phones, operators at the command line, and who resumes what was parked."""

import os
import random
import tempfile
from pathlib import Path
from typing import Any

import trio
from media_rig import JPEG

from chaos.world import GONE, World
from comptoir.lab.outgoing import NotSent
from comptoir.sessions.descriptors import Descriptor
from comptoir.sessions.protocol import ErrorCode, Params, RpcError


async def owner(world: World, shop: str) -> None:
    """Writes by hand in the chats that are theirs."""
    rng = world.rng(f"owner of {shop}")
    chats = sorted(customer for name, customer in world.hands if name == shop)
    number = 0
    while chats and await world.nap(rng.expovariate(1 / 4.0)):
        number += 1
        async with world.host.use() as lab:
            phone = lab.phone(world.here.shops[shop].number)
            try:
                await phone.say(rng.choice(chats), f"{shop} main {number}", as_lid=rng.random() < 0.5)
                world.counts["by hand"] += 1
            except NotSent as error:
                world.tell(f"owner of {shop}: {error}")


async def operator(world: World, shop: str) -> None:
    """Sends texts and files, each with a key of its own, and repeats what was not answered, or was."""
    rng = world.rng(f"operator of {shop}")
    people = sorted(customer for name, customer in world.chats if name == shop)
    number = 0
    async with trio.open_nursery() as nursery:
        while await world.nap(rng.expovariate(1 / 2.0)):
            number += 1
            customer, text = rng.choice(people), f"{shop} envoie {number}"
            data = world.file(rng, JPEG) if rng.random() < 0.3 else None
            if data is not None:
                world.files_sent[text] = data
            for _ in range(rng.choice([1, 1, 2, 3])):
                nursery.start_soon(send, world, shop, customer, text, data)


async def send(world: World, shop: str, customer: str, text: str, data: bytes | None = None) -> None:
    """Until it is accepted, whatever becomes of the daemon meanwhile; no two alike."""
    params = {"tenant": shop, "to": customer, "text": text, "client_key": text}
    try:
        if data is None:
            answer = await world.ask("send", **params)
        else:
            with tempfile.NamedTemporaryFile() as file:
                Path(file.name).write_bytes(data)
                answer = await _send_file(world, file.name, **params)
    except RpcError as error:
        world.blame(f"send to {shop}: {error.code} {error.message}")
        return
    if answer is not None:
        world.counts["sends"] += 1
        world.sent.setdefault((shop, text), set()).add(answer["id"])


async def _send_file(world: World, path: str, **params: Any) -> Params | None:
    """An open file's place moves as it is read: each attempt has one of its own."""
    with trio.move_on_after(60):
        while True:
            descriptor = Descriptor(os.open(path, os.O_RDONLY))
            try:
                return await world.call("send", file=descriptor, name="photo.jpg", **params)
            except RpcError as error:
                if error.code != ErrorCode.NOT_NOW:
                    raise
            except GONE:
                pass
            finally:
                descriptor.close()
            await trio.sleep(0.1)
    world.blame(f"send of a file to {params['tenant']} was not answered within 60 s")
    return None


async def manager(world: World, shop: str) -> None:
    """Pauses and resumes."""
    rng = world.rng(f"manager of {shop}")
    while await world.nap(rng.expovariate(1 / 8.0)):
        await world.ask("tenant.pause", tenant=shop)
        await world.nap(rng.uniform(0, 2))
        await world.ask("tenant.resume", tenant=shop)
        world.did("pauses", shop)


async def prober(world: World) -> None:
    """Asks the daemon, all the time, something that needs no worker."""
    rng = random.Random(world.settings.seed)
    while True:
        await trio.sleep(rng.uniform(0.1, 0.3))
        up = world.daemon_up
        try:
            await world.call("tenant.list", within=20.0)
        except trio.TooSlowError:
            if up and world.daemon_up:
                world.blame("the daemon did not answer within 20 s")
        except (*GONE, RpcError):
            pass

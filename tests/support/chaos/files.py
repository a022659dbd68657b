"""Byte for byte: what customers sent as the shop has it, and what the shop sent as customers have it."""

import media_rig

from chaos.world import World
from comptoir.lab.attachments import FileDamaged
from comptoir.lab.kinds.files import FileGone


async def compare_files(world: World) -> None:
    """Blames every file that is not what was sent. The daemon must be up."""
    for name in world.here.shops:
        await _received(world, name)
    for customer in sorted({customer for _, customer in world.chats}):
        await _sent(world, customer)


async def _received(world: World, shop: str) -> None:
    sent = {
        (said.customer, text): said.file
        for said in world.said
        if said.shop == shop and said.file is not None
        for text in said.texts
    }
    for row in await world.here.messages(shop):
        media = row.get("media")
        if row["direction"] != "in" or media is None or row.get("deleted"):
            continue
        world.counts[f"file {media['state']}"] += 1
        if media["state"] == "kept":
            if await media_rig.get_file(world.here, shop, row["id"]) != sent[row["chat"], row["text"]]:
                world.blame(f"{shop}: the file of {row} is another")
        elif media["state"] != "wanted":
            world.blame(f"{shop}: the file of {row} is not kept")


async def _sent(world: World, customer: str) -> None:
    person = world.here.lab.customer(customer)
    for heard in person.heard():
        if heard.content.file is None:
            continue
        try:
            if await person.fetch(heard) != world.files_sent[heard.text]:
                world.blame(f"{customer} got another file than was sent: {heard.text}")
        except (FileDamaged, FileGone) as error:
            world.blame(f"{customer} cannot open {heard.text}: {error}")
        world.counts["files fetched by customers"] += 1

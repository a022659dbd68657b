"""Those who do nothing wrong: customers, in all that they do to a shop."""

import random
from collections.abc import Awaitable, Callable

from media_rig import JPEG, PDF

from chaos.world import WORDS, Said, World, question
from comptoir.lab import Lab
from comptoir.lab.kinds import Deletion, Edit, File, Reaction
from comptoir.lab.outgoing import NotSent

Deed = Callable[[World, Lab, random.Random, str, str], Awaitable[None]]


async def live(world: World, number: str, shops: list[str]) -> None:
    """Until the world is over: now and then a few deeds in a row."""
    rng = world.rng(number)
    deeds, weights = list(DEEDS), list(DEEDS.values())
    while await world.nap(rng.expovariate(1 / 1.5)):
        shop = rng.choice(shops)
        for _ in range(rng.choice([1, 1, 2, 3, 5])):
            [deed] = rng.choices(deeds, weights)
            async with world.host.use() as lab:
                try:
                    await deed(world, lab, rng, shop, number)
                except NotSent as error:
                    world.tell(f"{number} to {shop}: {error}")
            if not await world.nap(rng.choice([0, 0.01, 0.05, 0.2])):
                return


def _next_word(world: World, shop: str, number: str) -> str | None:
    asked = world.asked[shop, number]
    if asked >= len(WORDS):
        return None
    world.asked[shop, number] += 1
    return WORDS[asked]


async def ask(world: World, lab: Lab, rng: random.Random, shop: str, number: str) -> None:
    """A text that wants an answer."""
    if (word := _next_word(world, shop, number)) is None:
        return
    secret, text = rng.random() < 0.9, question(word)
    id = await lab.customer(number).say(
        world.here.shops[shop].number, text, as_lid=rng.random() < 0.5, secret=secret, extended=rng.random() < 0.3
    )
    world.said.append(Said(shop, number, id, "text", [word], secret))
    world.counts["texts"] += 1


async def show(world: World, lab: Lab, rng: random.Random, shop: str, number: str) -> None:
    """A picture or a document whose caption wants an answer."""
    if (word := _next_word(world, shop, number)) is None:
        return
    if rng.random() < 0.5:
        file = File("image", world.file(rng, JPEG), mime="image/jpeg", caption=question(word))
    else:
        file = File("document", world.file(rng, PDF), mime="application/pdf", caption=question(word), name="liste.pdf")
    assert isinstance(file.data, bytes)
    id = await lab.customer(number).post(world.here.shops[shop].number, file, as_lid=rng.random() < 0.5, secret=True)
    world.said.append(Said(shop, number, id, file.kind, [word], secret=True, file=file.data))
    world.counts["files"] += 1


def _own(world: World, rng: random.Random, shop: str, number: str, *kinds: str) -> Said | None:
    """One of the customer's last messages there, as it stands."""
    mine = [
        said
        for said in world.said
        if (said.shop, said.customer) == (shop, number) and said.kind in kinds and not said.deleted
    ]
    return rng.choice(mine[-3:]) if mine else None


async def edit(world: World, lab: Lab, rng: random.Random, shop: str, number: str) -> None:
    said = _own(world, rng, shop, number, "text")
    if said is None or len(said.words) > 1 or (word := _next_word(world, shop, number)) is None:
        return
    said.words.append(word)
    id = await lab.customer(number).post(world.here.shops[shop].number, Edit(said.id, question(word)))
    world.said.append(Said(shop, number, id, "edit", [], secret=False))
    world.counts["edits"] += 1


async def delete(world: World, lab: Lab, rng: random.Random, shop: str, number: str) -> None:
    said = _own(world, rng, shop, number, "text", "image", "document")
    if said is None:
        return
    said.deleted = True
    id = await lab.customer(number).post(world.here.shops[shop].number, Deletion(said.id))
    world.said.append(Said(shop, number, id, "deletion", [], secret=False))
    world.counts["deletions"] += 1


async def react(world: World, lab: Lab, rng: random.Random, shop: str, number: str) -> None:
    heard = lab.customer(number).heard(world.here.shops[shop].number)
    if not heard:
        return
    id = await lab.customer(number).post(
        world.here.shops[shop].number, Reaction(rng.choice(heard[-3:]).id, "❤️"), as_lid=rng.random() < 0.5
    )
    world.said.append(Said(shop, number, id, "reaction", [], secret=False))
    world.counts["reactions"] += 1


async def reinstall(world: World, lab: Lab, rng: random.Random, shop: str, number: str) -> None:
    world.reinstalled.add(number)
    world.did("reinstalls", number)
    await lab.customer(number).reinstall(tell=rng.random() < 0.8)


async def repeat(world: World, lab: Lab, rng: random.Random, shop: str, number: str) -> None:
    """The same stanza once more."""
    said = _own(world, rng, shop, number, "text")
    if said is not None:
        await lab.customer(number).repeat(said.id)
        world.counts["duplicates"] += 1


async def read(world: World, lab: Lab, rng: random.Random, shop: str, number: str) -> None:
    await lab.customer(number).read(world.here.shops[shop].number)


async def write(world: World, lab: Lab, rng: random.Random, shop: str, number: str) -> None:
    await lab.customer(number).typing(world.here.shops[shop].number)


DEEDS: dict[Deed, float] = {
    ask: 10, show: 3, edit: 1.5, delete: 1, react: 1, reinstall: 0.15, repeat: 0.7, read: 0.7, write: 0.7
}  # fmt: skip

"""One course of ill-treatment, from the opening of the shops to the judgement."""

import re
from collections.abc import Callable, Mapping
from pathlib import Path

import trio

from chaos import customers, machine, network, staff
from chaos.calm import calm
from chaos.files import compare_files
from chaos.journals import Journal, read_journals
from chaos.verdict import judge_shop
from chaos.world import Settings, World, config, open_world
from comptoir.sessions.protocol import Params

SHOPS = ("chez-awa", "friperie", "mairie")
# How workers end by our hand, or because of it.
EXPECTED_DEATHS = ("signal 9", "cause unknown", "no worker: ", "no answer within")
BAD_LINES = re.compile(r"Traceback|panic:|fatal error:|goroutine \d|SIGABRT|internal error")
SAY_EVERY = 10.0


def _say_nothing(text: str) -> None:
    return


async def run(settings: Settings, folder: Path, say: Callable[[str], object] = _say_nothing) -> World:
    """Open three shops, ill-treat them, calm down and judge; `say` is told how far it is.

    Where something was wrong, the whole story lies in `folder`.
    """
    async with open_world(settings) as world:
        await _open_shops(world)
        await _play(world, say)
        await calm(world)
        await compare_files(world)
        await judge_world(world, folder)
        return world


async def judge_world(world: World, folder: Path) -> None:
    """Stop the daemon, and blame whatever does not agree; where something does not, the story goes to `folder`."""
    shown = {name: _with_numbers(world, await world.here.messages(name)) for name in world.here.shops}
    if code := await world.here.stop_daemon():
        world.blame(f"the daemon ended with {code}")
    journals = read_journals(world, shown)
    for name, journal in journals.items():
        judge_shop(world, name, journal)
    for counter in world.here.lab.ledger.reused_counters():
        world.blame(f"a counter was used twice: {counter}")
    _judge_deaths(world)
    _judge_logs(world)
    if world.wrong:
        _write_story(world, journals, folder / f"seed-{world.settings.seed}.txt")


def _with_numbers(world: World, rows: list[Params]) -> list[Params]:
    """A customer of whom all was lost but messages under a LID has no number in the journal."""
    people = {customer: world.here.lab.customer(customer) for _, customer in world.chats}
    numbers = {f"lid:{person.lid.user}": number for number, person in people.items()}
    return [row | {"chat": numbers.get(row["chat"], row["chat"])} for row in rows]


async def _open_shops(world: World) -> None:
    rng = world.rng("shops")
    silence = rng.choice([0, 1, 60])
    for index, name in enumerate(SHOPS, start=1):
        world.policy[name] = "send" if index == 3 and rng.random() < 0.7 else "hold"
        await world.here.add_shop(name, f"+2217700000{index:02}", config(name, world.policy[name], silence))
    for index in range(world.settings.customers):
        number = f"+22178100{index:04}"
        world.here.lab.customer(number, name=f"Client {index}")
        world.chats += [(shop, number) for shop in rng.sample(SHOPS, rng.choice([1, 1, 1, 2, 3]))]
    world.hands = set(rng.sample(world.chats, max(1, len(world.chats) // 5)))


async def _play(world: World, say: Callable[[str], object]) -> None:
    world.begun = trio.current_time()
    pace = world.settings.pace
    async with trio.open_nursery() as watching:
        watching.start_soon(staff.prober, world)
        watching.start_soon(_say_how_far, world, say)
        async with trio.open_nursery() as playing:
            for number in sorted({customer for _, customer in world.chats}):
                shops = [shop for shop, customer in world.chats if customer == number]
                playing.start_soon(customers.live, world, number, shops)
            for shop in world.here.shops:
                playing.start_soon(staff.owner, world, shop)
                playing.start_soon(staff.operator, world, shop)
                playing.start_soon(staff.manager, world, shop)
            playing.start_soon(_trouble, world, "machine", machine.TROUBLES, 2.0 / pace)
            playing.start_soon(_trouble, world, "network", network.TROUBLES, 1.0 / pace)
            await trio.sleep(world.settings.seconds)
            world.over.set()
        watching.cancel_scope.cancel()


async def _trouble(world: World, name: str, troubles: Mapping[machine.Trouble, float], every: float) -> None:
    rng = world.rng(name)
    while await world.nap(rng.expovariate(1 / every)):
        [trouble] = rng.choices(list(troubles), list(troubles.values()))
        await trouble(world, rng)


async def _say_how_far(world: World, say: Callable[[str], object]) -> None:
    while True:
        await trio.sleep(SAY_EVERY)
        killed = sum(count for what, count in world.counts.items() if what.endswith("killed"))
        say(f"{world.now:.0f} of {world.settings.seconds:.0f} s, {len(world.said)} messages, {killed} kills")


def summary(world: World) -> str:
    """What was done, and what became of it, in one line."""
    return ", ".join(f"{what}: {count}" for what, count in sorted(world.counts.items()))


def _judge_deaths(world: World) -> None:
    for event in world.here.events:
        match event["kind"]:
            case "worker_died" if not event["how"].startswith(EXPECTED_DEATHS):
                world.blame(f"a worker died by itself: {event}")
            case "parked" | "gave_up":
                world.blame(f"parked: {event}")


def _judge_logs(world: World) -> None:
    for file in sorted((world.here.home / "state" / "logs").glob("*.log")):
        for line in file.read_text(errors="replace").splitlines():
            if BAD_LINES.search(line):
                world.blame(f"{file.name}: {line}")


def _write_story(world: World, journals: Mapping[str, Journal], path: Path) -> None:
    with path.open("w") as file:
        file.writelines(f"wrong {line}\n" for line in world.wrong)
        file.writelines(f"story {line}\n" for line in world.story)
        file.writelines(f"event {event}\n" for event in world.here.events)
        file.writelines(f"row {name} {row}\n" for name, journal in journals.items() for row in journal.rows)
        file.writelines(f"ledger {line}\n" for line in world.here.lab.ledger.as_json())
        for log in sorted((world.here.home / "state" / "logs").glob("*.log")):
            file.writelines(f"log {log.stem} {line}\n" for line in log.read_text(errors="replace").splitlines())

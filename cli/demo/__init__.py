"""The demo: three shops on the lab, in one terminal."""

import errno
from pathlib import Path

import trio

from comptoir.cli.demo.control import DemoFailed, Params
from comptoir.cli.demo.home import Home, temporary_home
from comptoir.cli.demo.interruption import Interruption
from comptoir.cli.demo.judge import judge, read_chats, wrong_desk, wrong_standing
from comptoir.cli.demo.play import Play
from comptoir.cli.demo.screen import Screen
from comptoir.cli.demo.script import SHOPS
from comptoir.cli.demo.stage import Stage, open_stage
from comptoir.cli.errors import CommandError, ExitCode
from comptoir.gateway.client import ControlError, DaemonUnreachable
from comptoir.gateway.paths import PathsWrong
from comptoir.lab import Lab, open_lab
from comptoir.lab.outgoing import NotSent

FAST_FROM = 4.0
"""From this speed on the product's own pauses go too: no typing, no joining of bursts."""
# Long enough for a second answer to come, which must not.
_SETTLE_SECONDS = 1.0
_SETTLE_LIMIT = 10.0
_EXPECTED = (DemoFailed, ControlError, DaemonUnreachable, PathsWrong, NotSent, OSError)


def run(speed: float, picture: Path | None = None) -> int:
    """Play it `speed` times as fast; the exit code. The essential parts go to `picture`, an SVG file.

    Raises CommandError where something was not as promised.
    """
    if picture is not None and not picture.parent.is_dir():
        raise CommandError(ExitCode.USAGE, f"{picture.parent} is not there: expected a folder for the picture")
    screen = Screen(fast=speed >= FAST_FROM, picture=picture is not None)
    failure: Exception | None = None
    code = 0
    try:
        code = trio.run(_main, screen, speed)
        if picture is not None and code == 0:
            picture.write_text(screen.svg(), encoding="utf-8")
    except* _EXPECTED as group:
        failure = CommandError(ExitCode.FAILED, f"the demo failed: {_first(group)}")
    except* SystemExit:
        # What rich makes of a reader that has gone.
        failure = BrokenPipeError(errno.EPIPE, "nobody reads this any longer")
    if failure is not None:
        # Raised in a clause above, Python 3.11 before its fourth release would wrap it in a group.
        raise failure
    return code


async def _main(screen: Screen, speed: float) -> int:
    """From the empty folder to its removal; the exit code."""
    interruption = Interruption()
    async with trio.open_nursery() as nursery:
        await nursery.start(interruption.watch)
        with screen, temporary_home(f"version = 1\n\n[lab]\nfast = {str(screen.fast).lower()}\n") as home:
            async with open_lab(home.lab_folder) as lab:
                lab.write_description(home.lab_file)
                with interruption.scope:
                    await _play(home, lab, screen, speed)
        nursery.cancel_scope.cancel()
    return interruption.code


async def _play(home: Home, lab: Lab, screen: Screen, speed: float) -> None:
    """Raises DemoFailed where something was not as promised; the closing table was shown by then."""
    screen.opening()
    async with open_stage(home, lab) as stage:
        await Play(stage, screen, speed).run()
        broken = await _close(stage, screen)
        screen.note("the daemon stops, and its temporary folder is removed", essential=False)
    if broken:
        more = f", and {len(broken) - 1} more" if len(broken) > 1 else ""
        raise DemoFailed(f"not as promised: {broken[0]}{more}")


async def _close(stage: Stage, screen: Screen) -> list[str]:
    """Show what became of every message; what was not as promised."""
    rows, ledger = await _settled(stage), stage.lab.ledger
    chats = read_chats(ledger)
    verdicts = [judge(shop, chats) for shop in SHOPS]
    screen.closing(verdicts, rows)
    deaths = [(event["tenant"], event["how"]) for event in stage.events.of_kind("worker_died")]
    reused = ["a message key was used twice"] if ledger.reused_counters() else []
    faults = [fault for verdict in verdicts for fault in verdict.faults]
    return faults + wrong_desk(ledger) + wrong_standing(rows, deaths) + reused


async def _settled(stage: Stage) -> dict[str, Params]:
    """The tenants' status once nothing waits any longer, or as it is at the limit."""
    await trio.sleep(_SETTLE_SECONDS)
    limit = trio.current_time() + _SETTLE_LIMIT
    while True:
        rows = await stage.status()
        if not any(row["inbox"] or row["outbox"] for row in rows.values()) or trio.current_time() > limit:
            return rows
        await trio.sleep(_SETTLE_SECONDS / 4)


def _first(error: BaseException) -> str:
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return str(error) or type(error).__name__

"""The demo: three shops on the lab, in one terminal."""

import errno
import signal
from dataclasses import dataclass, field
from pathlib import Path

import trio

from comptoir.cli.demo.control import DemoFailed
from comptoir.cli.demo.home import Home, temporary_home
from comptoir.cli.demo.judge import judge, read_chats, wrong_standing
from comptoir.cli.demo.play import Play
from comptoir.cli.demo.screen import FAST_FROM, Screen
from comptoir.cli.demo.script import SHOPS
from comptoir.cli.demo.stage import Stage, open_stage
from comptoir.cli.errors import CommandError, ExitCode
from comptoir.gateway.client import ControlError, DaemonUnreachable
from comptoir.gateway.paths import PathsWrong
from comptoir.lab import Lab, open_lab
from comptoir.lab.outgoing import NotSent

_STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def run(speed: float, picture: Path | None = None) -> int:
    """Play it `speed` times as fast; the exit code. The essential parts go to `picture`, an SVG file.

    Raises CommandError where something was not as promised.
    """
    if picture is not None and not picture.parent.is_dir():
        raise CommandError(ExitCode.USAGE, f"{picture.parent} is not there: expected a folder for the picture")
    screen = Screen(picture=picture is not None)
    try:
        code = trio.run(_main, screen, speed)
    except* (DemoFailed, ControlError, DaemonUnreachable, PathsWrong, NotSent, OSError) as group:
        raise CommandError(ExitCode.FAILED, f"the demo failed: {_first(group)}") from None
    except* SystemExit:
        # What rich makes of a reader that has gone.
        raise BrokenPipeError(errno.EPIPE, "nobody reads this any longer") from None
    if picture is not None and code == 0:
        picture.write_text(screen.svg(), encoding="utf-8")
    return code


@dataclass(slots=True)
class Interruption:
    """The first signal cancels `scope`; `code` is the exit code that it stands for."""

    scope: trio.CancelScope = field(default_factory=trio.CancelScope)
    code: int = 0

    async def watch(self, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED) -> None:
        """Further signals change nothing: all is being cleaned up."""
        with trio.open_signal_receiver(*_STOP_SIGNALS) as signals:
            task_status.started()
            async for number in signals:
                self.code = self.code or 128 + number
                self.scope.cancel()


async def _main(screen: Screen, speed: float) -> int:
    interruption = Interruption()
    async with trio.open_nursery() as nursery:
        await nursery.start(interruption.watch)
        with screen, temporary_home(_settings(fast=speed >= FAST_FROM)) as home:
            async with open_lab(home.lab_folder) as lab:
                lab.write_description(home.lab_file)
                with interruption.scope:
                    await _play(home, lab, screen, speed)
        nursery.cancel_scope.cancel()
    return interruption.code


async def _play(home: Home, lab: Lab, screen: Screen, speed: float) -> None:
    """Raises DemoFailed where something was not as promised; the closing table was shown by then."""
    screen.opening(speed)
    async with open_stage(home, lab) as stage:
        await Play(stage, screen, speed).run()
        broken = await _close(stage, screen)
        screen.note("the daemon stops, and its temporary folder is removed", essential=False)
    if broken:
        more = f", and {len(broken) - 1} more" if len(broken) > 1 else ""
        raise DemoFailed(f"not as promised: {broken[0]}{more}")


def _settings(*, fast: bool) -> str:
    """The text of `comptoir.toml`: all at its default, unless it is to be quick."""
    return f"version = 1\n\n[lab]\nfast = {str(fast).lower()}\n"


async def _close(stage: Stage, screen: Screen) -> list[str]:
    """Show what became of every message; what was not as promised."""
    rows, ledger = await stage.status(), stage.lab.ledger
    chats = read_chats(ledger)
    verdicts = [judge(shop, chats) for shop in SHOPS]
    screen.closing(verdicts, rows)
    deaths = [(event["tenant"], event["how"]) for event in stage.events.of_kind("worker_died")]
    reused = ["a message key was used twice"] if ledger.reused_counters() else []
    return [fault for verdict in verdicts for fault in verdict.faults] + wrong_standing(rows, deaths) + reused


def _first(error: BaseException) -> str:
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return str(error) or type(error).__name__

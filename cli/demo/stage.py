"""What the demo plays on: a lab in this process, a daemon beside it, and a folder for both that is gone afterwards."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections import deque
from collections.abc import AsyncGenerator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from importlib import resources
from pathlib import Path

import trio

from comptoir.cli.demo.control import Control, DemoFailed, Events, Params
from comptoir.cli.demo.script import Shop
from comptoir.gateway.client import ControlError, DaemonUnreachable
from comptoir.gateway.paths import Paths, PathsWrong, find_paths
from comptoir.gateway.session_dirs import sessions_root
from comptoir.lab import Lab, open_lab

READY_LIMIT = 60.0
# The daemon promises to stop within ten seconds.
STOP_LIMIT = 12.0
# Others' folders and sockets are no business of the demo's daemon.
_FOREIGN = ("CREDENTIALS_DIRECTORY", "NOTIFY_SOCKET")
# Leaves room for run/control.sock below it: a socket's path is short.
_LONGEST_FOLDER = 60


class Stage:
    """`lab` has the people; `control` and `events` are the daemon's."""

    def __init__(self, paths: Paths, lab: Lab) -> None:
        self.paths = paths
        self.lab = lab
        self.control = Control(paths.control_socket)
        self.events = Events()

    async def add_tenant(self, shop: Shop) -> None:
        """As `comptoir tenant add`, with the demo's own `tenant.toml`."""
        folder = self.paths.tenant_config(shop.tenant)
        folder.mkdir(parents=True)
        (folder / "tenant.toml").write_text(tenant_file(shop), encoding="utf-8")
        await self.control.call("tenant.add", tenant=shop.tenant)

    async def status(self) -> dict[str, Params]:
        """The daemon's rows by tenant."""
        report = await self.control.call("status")
        return {row["name"]: row for row in report["tenants"]}


def tenant_file(shop: Shop) -> str:
    """The text of a shop's `tenant.toml`."""
    return (resources.files(__package__) / "shops" / f"{shop.tenant}.toml").read_text(encoding="utf-8")


@asynccontextmanager
async def open_stage(*, fast: bool) -> AsyncGenerator[Stage, None]:
    """Everything up and followed; at the end the daemon is stopped and the folder removed, whatever happened."""
    with _home() as home:
        paths = find_paths({"COMPTOIR_HOME": str(home)})
        paths.make()
        paths.settings_file.write_text(f"version = 1\n\n[lab]\nfast = {str(fast).lower()}\n", encoding="utf-8")
        async with open_lab(home / "lab") as lab, trio.open_nursery() as nursery:
            lab.write_description(home / "lab.json")
            stage = Stage(paths, lab)
            async with _daemon(home, nursery):
                nursery.start_soon(_follow, stage)
                await stage.events.wait(READY_LIMIT, kind="following")
                yield stage
            nursery.cancel_scope.cancel()


@contextmanager
def _home() -> Iterator[Path]:
    parent = tempfile.gettempdir()
    home = Path(tempfile.mkdtemp(prefix="comptoir-demo-", dir=parent if len(parent) < _LONGEST_FOLDER else "/tmp"))
    try:
        yield home
    finally:
        # The sessions' credentials lie in RAM, elsewhere where /tmp is a disk.
        with suppress(PathsWrong, OSError):
            shutil.rmtree(sessions_root(find_paths({"COMPTOIR_HOME": str(home)})), ignore_errors=True)
        shutil.rmtree(home, ignore_errors=True)


@asynccontextmanager
async def _daemon(home: Path, nursery: trio.Nursery) -> AsyncGenerator[None, None]:
    """`comptoir daemon` as its user would start it. Raises DemoFailed with its last words if it does not come up."""
    environment = {name: value for name, value in os.environ.items() if name not in _FOREIGN}
    process = await trio.lowlevel.open_process(
        [sys.executable, "-P", "-m", "comptoir.cli", "daemon"],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        env=environment | {"COMPTOIR_HOME": str(home), "COMPTOIR_LAB": str(home / "lab.json")},
    )
    try:
        with trio.move_on_after(READY_LIMIT) as limit:
            await nursery.start(_listen, process)
        if limit.cancelled_caught:
            raise DemoFailed(f"the daemon was not ready within {READY_LIMIT:g} s")
        yield
    finally:
        with trio.CancelScope(shield=True):
            await _stop(process)


async def _listen(process: trio.Process, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED) -> None:
    """Read what the daemon says, so that it never waits for a reader; started once it says `ready`."""
    assert process.stderr is not None
    said: deque[str] = deque(maxlen=20)
    ready, rest = False, ""
    async for data in process.stderr:
        *lines, rest = (rest + data.decode(errors="replace")).split("\n")
        said.extend(lines)
        if not ready and "ready" in lines:
            ready = True
            task_status.started()
    if not ready:
        raise DemoFailed(f"the daemon did not start: {rest or ''.join(list(said)[-1:]) or 'it said nothing'}")


async def _stop(process: trio.Process) -> None:
    if process.returncode is None:
        process.terminate()
    with trio.move_on_after(STOP_LIMIT):
        await process.wait()
        return
    process.kill()
    await process.wait()


async def _follow(stage: Stage) -> None:
    # The daemon's end is the events' end.
    with suppress(ControlError, DaemonUnreachable):
        await stage.control.stream("events", stage.events.add)

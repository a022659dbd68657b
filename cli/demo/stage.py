"""What the demo plays on: the lab, and a daemon that is started, followed and stopped."""

import os
import subprocess
import sys
from collections import deque
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from importlib import resources

import trio

from comptoir.cli.demo.control import Control, DemoFailed, Events, Params
from comptoir.cli.demo.home import Home
from comptoir.cli.demo.script import Shop
from comptoir.gateway.client import ControlError, DaemonUnreachable
from comptoir.gateway.paths import Paths
from comptoir.lab import Lab

READY_LIMIT = 60.0
# The daemon promises to stop within ten seconds.
STOP_LIMIT = 12.0
# Others' folders and sockets are no business of the demo's daemon.
_FOREIGN = ("CREDENTIALS_DIRECTORY", "NOTIFY_SOCKET")


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
async def open_stage(home: Home, lab: Lab) -> AsyncGenerator[Stage, None]:
    """The daemon is up and followed, and stopped at the end. Raises DemoFailed where it does not start.

    Let the lab outlive this: workers end once their last sends are acknowledged.
    """
    stage = Stage(home.paths, lab)
    async with trio.open_nursery() as nursery:
        async with _daemon(home, nursery):
            nursery.start_soon(_follow, stage)
            await stage.events.wait(READY_LIMIT, kind="following")
            yield stage
        nursery.cancel_scope.cancel()


@asynccontextmanager
async def _daemon(home: Home, nursery: trio.Nursery) -> AsyncGenerator[None, None]:
    """`comptoir daemon` as its user would start it."""
    environment = {name: value for name, value in os.environ.items() if name not in _FOREIGN}
    process = await trio.lowlevel.open_process(
        [sys.executable, "-P", "-m", "comptoir.cli", "daemon"],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        env=environment | home.environment,
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
    async with process.stderr as stderr:
        async for data in stderr:
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

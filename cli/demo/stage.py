"""What the demo plays on: the lab, and a daemon that is started, followed and stopped."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from importlib import resources

import trio

from comptoir.cli.demo.control import Control, Events, Params
from comptoir.cli.demo.daemon import open_daemon
from comptoir.cli.demo.home import Home
from comptoir.cli.demo.script import Shop
from comptoir.gateway.client import ControlError, DaemonUnreachable
from comptoir.gateway.paths import Paths
from comptoir.lab import Lab

FOLLOWING_LIMIT = 30.0


class Stage:
    """`lab` has the people; `control` and `events` are the daemon's."""

    def __init__(self, paths: Paths, lab: Lab) -> None:
        self.paths = paths
        self.lab = lab
        self.control = Control(paths.control_socket)
        self.events = Events()

    async def add_tenant(self, shop: Shop) -> None:
        """As `comptoir tenant add`, with the demo's own files."""
        folder = self.paths.tenant_config(shop.tenant)
        folder.mkdir(parents=True)
        for name, text in tenant_files(shop).items():
            (folder / name).write_text(text, encoding="utf-8")
        await self.control.call("tenant.add", tenant=shop.tenant)

    async def status(self) -> dict[str, Params]:
        """The daemon's rows by tenant."""
        report = await self.control.call("status")
        return {row["name"]: row for row in report["tenants"]}


def tenant_files(shop: Shop) -> dict[str, str]:
    """What a shop has written, by file name."""
    folder = resources.files(__package__) / "shops" / shop.tenant
    return {file.name: file.read_text(encoding="utf-8") for file in folder.iterdir()}


@asynccontextmanager
async def open_stage(home: Home, lab: Lab) -> AsyncGenerator[Stage, None]:
    """The daemon is up and followed, and stopped at the end. Raises DemoFailed where it ends by itself.

    Let the lab outlive this: workers end once their last sends are acknowledged.
    """
    stage = Stage(home.paths, lab)
    async with open_daemon(home.environment), trio.open_nursery() as nursery:
        nursery.start_soon(_follow, stage)
        await stage.events.wait(FOLLOWING_LIMIT, kind="following")
        yield stage
        nursery.cancel_scope.cancel()


async def _follow(stage: Stage) -> None:
    # The daemon's end, which is told elsewhere, is the events' end.
    with suppress(ControlError, DaemonUnreachable):
        await stage.control.stream("events", stage.events.add)

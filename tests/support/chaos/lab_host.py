"""Runs a lab that may be restarted while others use it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import trio

from comptoir.lab import Lab, open_lab


class LabHost:
    """`run` keeps a lab up on one port until cancelled; whoever needs it between restarts asks `use`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lab: Lab | None = None
        self._up = trio.Event()
        self._going_down = trio.Event()
        self._users = 0
        self._free = trio.Event()
        self._seconds_away = 0.0

    async def run(self, task_status: trio.TaskStatus[Lab] = trio.TASK_STATUS_IGNORED) -> None:
        port, started = 0, False
        while True:
            async with open_lab(self._folder, port) as lab:
                port = lab.address.port
                self._lab, self._going_down = lab, trio.Event()
                self._up.set()
                if not started:
                    task_status.started(lab)
                    started = True
                await self._going_down.wait()
                self._up = trio.Event()
                while self._users:
                    self._free = trio.Event()
                    await self._free.wait()
                self._lab = None
            await trio.sleep(self._seconds_away)

    async def restart(self, seconds_away: float) -> Lab:
        """Take the lab away once nobody uses it, for so long; the new one."""
        self._seconds_away = seconds_away
        before = self._lab
        self._going_down.set()
        while True:
            await self._up.wait()
            if self._lab is not None and self._lab is not before:
                return self._lab
            await trio.sleep(0.01)

    @asynccontextmanager
    async def use(self) -> AsyncIterator[Lab]:
        """The lab, which stays up meanwhile; waits where it is away."""
        while self._lab is None or self._going_down.is_set():
            await self._up.wait()
            await trio.sleep(0.01)
        self._users += 1
        try:
            yield self._lab
        finally:
            self._users -= 1
            self._free.set()

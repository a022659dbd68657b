"""`comptoir daemon` as its user would start it, watched from beginning to end."""

import os
import subprocess
import sys
from collections import deque
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager

import trio

from comptoir.cli.demo.control import DemoFailed

READY_LIMIT = 60.0
# The daemon promises to stop within ten seconds.
STOP_LIMIT = 12.0
# Others' folders and sockets are no business of the demo's daemon.
_FOREIGN = ("CREDENTIALS_DIRECTORY", "NOTIFY_SOCKET")


@asynccontextmanager
async def open_daemon(environment: Mapping[str, str]) -> AsyncGenerator[None, None]:
    """It is ready, and stopped at the end. Raises DemoFailed with its last words where it ends before that."""
    process = await trio.lowlevel.open_process(
        [sys.executable, "-P", "-m", "comptoir.cli", "daemon"],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        env={**{name: value for name, value in os.environ.items() if name not in _FOREIGN}, **environment},
    )
    try:
        async with trio.open_nursery() as nursery:
            with trio.move_on_after(READY_LIMIT) as limit:
                await nursery.start(_listen, process)
            if limit.cancelled_caught:
                raise DemoFailed(f"the daemon was not ready within {READY_LIMIT:g} s")
            yield
            nursery.cancel_scope.cancel()
    finally:
        with trio.CancelScope(shield=True):
            await _stop(process)


async def _listen(process: trio.Process, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED) -> None:
    """Read what it says, so that it never waits for a reader; started once it says `ready`."""
    assert process.stderr is not None
    said: deque[str] = deque(maxlen=20)
    ready, rest = False, ""
    async for data in process.stderr:
        *lines, rest = (rest + data.decode(errors="replace")).split("\n")
        said.extend(lines)
        if not ready and "ready" in lines:
            ready = True
            task_status.started()
    last = rest or (said[-1] if said else "it said nothing")
    if not ready:
        raise DemoFailed(f"the daemon did not start: {last}")
    raise DemoFailed(f"the daemon ended by itself with {await process.wait()}, and its last words were: {last}")


async def _stop(process: trio.Process) -> None:
    """What it still says is read by nobody, and fits the pipe."""
    if process.returncode is None:
        process.terminate()
    with trio.move_on_after(STOP_LIMIT):
        await process.wait()
    if process.returncode is None:
        process.kill()
        await process.wait()
    if process.stderr is not None:
        await process.stderr.aclose()

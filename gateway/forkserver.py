"""The process that forks the workers: Python parts preloaded and frozen, never the Go library.

It is multiprocessing's own. A killed one is replaced at the next fork; its workers live on meanwhile.
"""

import multiprocessing
import os
import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from multiprocessing import forkserver
from multiprocessing.context import ForkServerProcess

import trio

from comptoir.sessions.output import Printed
from comptoir.sessions.spec import LabServer, WorkerSpec

WorkerTarget = Callable[[WorkerSpec, socket.socket, Printed], None]
PRELOAD = ("comptoir.sessions.preload",)
RETRIES = 100
RETRY = 0.02


@dataclass(frozen=True, slots=True)
class Forked:
    """A new worker and our ends of its two sockets."""

    process: ForkServerProcess
    channel: socket.socket
    printed: socket.socket
    """What it prints."""

    def close(self) -> None:
        self.channel.close()
        self.printed.close()


class ForkFailed(Exception):
    """No worker came to be; trying again later may help."""


def go_environment(lab: LabServer | None) -> dict[str, str]:
    """What the Go library must find in the environment: it reads that once, when the process starts."""
    environment = {
        # Together these keep a worker at 24 MB instead of 49.
        "GOGC": "25",
        "GOMAXPROCS": "1",
        "MALLOC_ARENA_MAX": "1",
        # Without it neonize marks what is sent to one person as a bot's.
        "NEONIZE_BOT_TAG": "off",
        # The forkserver's working directory must never shadow a package.
        "PYTHONSAFEPATH": "1",
        # It adopts and reaps what workers leave behind, and is surprised each time.
        "PYTHONWARNINGS": "ignore:forkserver:UserWarning",
    }
    return environment | ({"SSL_CERT_FILE": str(lab.ca_file)} if lab else {})


class Forkserver:
    """Forks workers one at a time; a process has at most one. Set the environment before `start`."""

    def __init__(self, target: WorkerTarget, preload: Sequence[str] = PRELOAD) -> None:
        self._target = target
        self._context = multiprocessing.get_context("forkserver")
        self._context.set_forkserver_preload(list(preload))
        self._one_at_a_time = trio.Lock()

    async def start(self) -> None:
        """The first start imports everything and takes 1–2 s; a fork that comes earlier waits for it."""
        async with self._one_at_a_time:
            await trio.to_thread.run_sync(forkserver.ensure_running)

    async def fork(self, spec: WorkerSpec) -> Forked:
        """Raises ForkFailed."""
        for _ in range(RETRIES):
            try:
                return await self._fork(spec)
            except ConnectionRefusedError:
                # Killed this instant: it can be replaced once the kernel lets us see its end.
                await trio.sleep(RETRY)
            except (OSError, EOFError) as error:
                # It died under the request: what it may have forked finds its channel closed.
                raise ForkFailed(f"{type(error).__name__}: {error}") from error
        raise ForkFailed("the forkserver takes no requests")

    async def _fork(self, spec: WorkerSpec) -> Forked:
        channel, their_channel = socket.socketpair()
        printed, their_printed = socket.socketpair()
        arguments = (spec, their_channel, (their_printed, printed))
        process = self._context.Process(target=self._target, args=arguments, name=f"worker {spec.tenant}")
        forked = Forked(process, channel, printed)
        try:
            async with self._one_at_a_time:
                await trio.to_thread.run_sync(process.start)
        except BaseException:
            forked.close()
            raise
        finally:
            # The worker must be the only holder of its ends, or its death would not close the channel.
            their_channel.close()
            their_printed.close()
        return forked


def is_descendant(pid: int, ancestor: int = 0) -> bool:
    """Whether `ancestor` (this process where 0) is among the ancestors of `pid`; itself does not count.

    A process that is gone, or whose line cannot be followed to the end, counts as a descendant.
    """
    ancestor = ancestor or os.getpid()
    if pid == ancestor:
        return False
    while pid > 1:
        pid = _parent(pid)
        if pid in (ancestor, -1):
            return True
    return False


def _parent(pid: int) -> int:
    try:
        with open(f"/proc/{pid}/stat", "rb") as file:  # noqa: PTH123 (twice as fast, and on each connection)
            # The command's name, in parentheses, may contain anything; the parent comes after the state.
            return int(file.read().rpartition(b")")[2].split()[1])
    except (OSError, ValueError, IndexError):
        return -1

"""The process that forks the others: Python parts preloaded and frozen, never the Go library.

It is multiprocessing's own. A killed one is replaced at the next fork; what it forked lives on meanwhile.
"""

import errno
import logging
import multiprocessing
import os
import signal
import socket
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing import forkserver
from multiprocessing.context import ForkServerProcess
from typing import TypeVar

import trio

from comptoir.sessions.output import Printed
from comptoir.sessions.spec import LabServer

logger = logging.getLogger(__name__)

Spec = TypeVar("Spec")
Target = Callable[[Spec, socket.socket, Printed], None]
"""The first function of a forked process, found there by its name: it gets what it is to know, its end of the channel
with the daemon, and where to print. It never returns.
"""
PRELOAD = ("comptoir.sessions.preload",)
RETRIES = 100
RETRY = 0.02
FORK_LIMIT = 20.0
# The first fork waits for all imports, which a small machine reads from a cold disk.
FIRST_FORK_LIMIT = 120.0
# A fork that is called off may still end well: killing the forkserver costs the next one a second.
CALLED_OFF_LIMIT = 2.0
_SHORTAGES = frozenset({errno.EMFILE, errno.ENFILE, errno.ENOMEM, errno.ENOSPC, errno.EAGAIN})


@dataclass(frozen=True, slots=True)
class Forked:
    """A new process and our ends of its two sockets."""

    process: ForkServerProcess
    channel: socket.socket
    printed: socket.socket
    """What it prints."""

    def close(self) -> None:
        self.channel.close()
        self.printed.close()


class ForkFailed(Exception):
    """No process came to be; trying again later may help."""


def is_shortage(error: BaseException | None) -> bool:
    """Whether the machine lacks descriptors, memory or disk, by the error or its causes: nobody's fault here."""
    while error is not None:
        if isinstance(error, OSError) and error.errno in _SHORTAGES:
            return True
        error = error.__cause__
    return False


def go_environment(lab: LabServer | None) -> dict[str, str]:
    """What the Go library must find in the environment: it reads that once, when the process starts."""
    environment = {
        # Together these keep a worker at 24 MB instead of 49.
        "GOGC": "25",
        "GOMAXPROCS": "1",
        "MALLOC_ARENA_MAX": "1",
        # An upload goes through Go's heap several times; without a limit that never goes back to the system.
        "GOMEMLIMIT": "40MiB",
        # Without it neonize marks what is sent to one person as a bot's.
        "NEONIZE_BOT_TAG": "off",
        # The forkserver's working directory must never shadow a package.
        "PYTHONSAFEPATH": "1",
        # It adopts and reaps what workers leave behind, and is surprised each time.
        "PYTHONWARNINGS": "ignore:forkserver:UserWarning",
    }
    return environment | ({"SSL_CERT_FILE": str(lab.ca_file)} if lab else {})


class Forkserver:
    """Forks one process at a time; the daemon has at most one of these. Set the environment before `start`."""

    def __init__(self, preload: Sequence[str] = PRELOAD) -> None:
        self._context = multiprocessing.get_context("forkserver")
        self._context.set_forkserver_preload(list(preload))
        self._one_at_a_time = trio.Lock()
        self._ready: int | None = None
        """The forkserver that has forked before: it has imported all."""

    async def start(self) -> None:
        """The first start imports everything and takes 1–2 s; a fork that comes earlier waits for it."""
        async with self._one_at_a_time:
            await trio.to_thread.run_sync(forkserver.ensure_running)

    async def fork(self, target: Target[Spec], spec: Spec, name: str) -> Forked:
        """A process that runs `target` with `spec`, which travels pickled. Raises ForkFailed."""
        for _ in range(RETRIES):
            try:
                return await self._fork(target, spec, name)
            except ConnectionRefusedError:
                # Killed this instant: it can be replaced once the kernel lets us see its end.
                await trio.sleep(RETRY)
            except (OSError, EOFError) as error:
                # It died or was killed under the request: what it may have forked finds its channel closed.
                raise ForkFailed(f"{type(error).__name__}: {error}") from error
        raise ForkFailed("the forkserver takes no requests")

    def kill(self) -> None:
        """For one that hangs, and at the very end: a stopped one would never see that everybody has gone.

        What it forked lives on.
        """
        if pid := _pid():
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    async def _fork(self, target: Target[Spec], spec: Spec, name: str) -> Forked:
        channel, their_channel = socket.socketpair()
        printed, their_printed = socket.socketpair()
        arguments = (spec, their_channel, (their_printed, printed))
        process = self._context.Process(target=target, args=arguments, name=name)
        forked = Forked(process, channel, printed)
        try:
            async with self._one_at_a_time:
                await self._start(process)
        except BaseException:
            forked.close()
            raise
        finally:
            # The new process must be the only holder of its ends, or its death would not close the channel.
            their_channel.close()
            their_printed.close()
        return forked

    async def _start(self, process: ForkServerProcess) -> None:
        """The thread is waited for in any case, because it uses the sockets; killing what it waits for ends it."""
        failed: Exception | None = None
        done = trio.Event()
        async with trio.open_nursery() as nursery:
            nursery.start_soon(self._kill_if_hung, done)
            try:
                await trio.to_thread.run_sync(process.start)
                self._ready = _pid()
            except Exception as error:
                failed = error
            finally:
                done.set()
        if failed:
            # What was called off has not failed.
            await trio.lowlevel.checkpoint_if_cancelled()
            raise failed

    async def _kill_if_hung(self, done: trio.Event) -> None:
        limit = FORK_LIMIT if self._ready is not None and self._ready == _pid() else FIRST_FORK_LIMIT
        try:
            with trio.move_on_after(limit):
                await done.wait()
        except trio.Cancelled:
            # Not passed on: a fork that succeeds all the same is the caller's to end.
            limit = CALLED_OFF_LIMIT
            with trio.CancelScope(shield=True), trio.move_on_after(CALLED_OFF_LIMIT):
                await done.wait()
        if not done.is_set():
            logger.warning("the forkserver has not forked within %g s: it is killed", limit)
            self.kill()


def _pid() -> int | None:
    """The forkserver's, where one was started."""
    pid: int | None = forkserver._forkserver._forkserver_pid  # type: ignore[attr-defined]  # nothing public names it
    return pid


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

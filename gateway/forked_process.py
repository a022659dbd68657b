"""One forked process, watched by a pidfd.

multiprocessing's sentinel is not believed: when the forkserver dies, the sentinels of all its living
children say that they are dead.
"""

import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import trio

from comptoir.gateway.forkserver import Forked, ForkFailed, Forkserver, Spec, Target
from comptoir.sessions.rpc import Channel

EXIT_CODE_LIMIT = 1.0
KILL_LIMIT = 5.0


class ForkedProcess:
    """Somebody must run `channel.serve`, and read `printed` so that it can go on printing."""

    def __init__(self, forked: Forked, pid: int, pidfd: int) -> None:
        self._process = forked.process
        self._pidfd = pidfd
        self.pid = pid
        self.printed = trio.SocketStream(trio.socket.from_stdlib_socket(forked.printed))
        self._stream = trio.SocketStream(trio.socket.from_stdlib_socket(forked.channel))
        self.channel = Channel(self._stream)

    async def exited(self) -> int | None:
        """Wait for its end: the exit code, negative for a signal, None where nobody could tell."""
        await trio.lowlevel.wait_readable(self._pidfd)
        try:
            return self._reap()
        except ChildProcessError:
            return await self._told_by_forkserver()

    def _reap(self) -> int | None:
        """It is ours to reap once the forkserver is gone and the daemon, a subreaper, has adopted it."""
        ended = os.waitid(os.P_PIDFD, self._pidfd, os.WEXITED | os.WNOHANG)
        if ended is None:
            return None
        return ended.si_status if ended.si_code == os.CLD_EXITED else -ended.si_status

    async def _told_by_forkserver(self) -> int | None:
        with trio.move_on_after(EXIT_CODE_LIMIT):
            await trio.lowlevel.wait_readable(self._process.sentinel)
            code = self._process.exitcode
            # 255 is what multiprocessing makes of a forkserver that can no longer tell.
            return None if code == 255 else code
        return None

    def kill(self) -> None:
        """Also safe when it is gone: a pidfd never means another process."""
        with suppress(ProcessLookupError):
            signal.pidfd_send_signal(self._pidfd, signal.SIGKILL)

    async def make_sure_gone(self) -> None:
        """Kill it and wait, whatever happens around us. Raises TooSlowError where even that does not help."""
        self.kill()
        with trio.CancelScope(shield=True), trio.fail_after(KILL_LIMIT):
            await trio.lowlevel.wait_readable(self._pidfd)

    def hang_up(self) -> None:
        """The end of its channel is its order to finish."""
        self._stream.socket.close()

    def close(self) -> None:
        self.printed.socket.close()
        os.close(self._pidfd)
        with suppress(ValueError):
            # It refuses for a process that it believes alive; then the garbage collector closes for it.
            self._process.close()


@asynccontextmanager
async def fork_process(
    forkserver: Forkserver, target: Target[Spec], spec: Spec, name: str
) -> AsyncIterator[ForkedProcess]:
    """A process that is gone when the block is left. Raises ForkFailed."""
    forked = await forkserver.fork(target, spec, name)
    assert forked.process.pid is not None  # it has been started
    try:
        pidfd = os.pidfd_open(forked.process.pid)
    except OSError as error:
        # It died at once; the closed channel ends whatever may still be there.
        forked.close()
        raise ForkFailed(f"the {name} ended at once: {error}") from error
    process = ForkedProcess(forked, forked.process.pid, pidfd)
    try:
        yield process
    finally:
        # Nothing may be awaited before the kill: a cancellation would skip it.
        process.hang_up()
        await process.make_sure_gone()
        process.close()

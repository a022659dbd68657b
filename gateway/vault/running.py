"""Keeps one vault process running, and two never: forked, watched, forked again."""

import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

import trio

from comptoir.gateway.forked_process import ForkedProcess, fork_process
from comptoir.gateway.forkserver import ForkFailed, Forkserver, Target
from comptoir.gateway.liveness import ending, until_lost
from comptoir.gateway.locks import LockHeld, make_sure_nobody_holds
from comptoir.gateway.paths import PathsWrong
from comptoir.gateway.policy import full_jitter
from comptoir.gateway.session_dirs import make_session_dir
from comptoir.gateway.vault.orders import VaultSpec
from comptoir.gateway.vault.printing import log_output
from comptoir.sessions.protocol import ErrorCode, Params, RpcError
from comptoir.sessions.rpc import Channel, ChannelClosed, Handler

logger = logging.getLogger(__name__)

# An earlier one seals a last time when its daemon is gone.
ORPHAN_GRACE = 6.0
CALL_LIMIT = 30.0
STOP_LIMIT = 6.0
LONGEST_PAUSE = 5.0
LASTING = 60.0
"""Seconds after which an end is no longer one of a series."""


class Gone(Exception):
    """The process ended before it answered."""


class VaultRunner:
    """`hear` gets what the process says; `begin` is called with a new one's channel before anybody else's calls."""

    def __init__(self, hear: Handler, begin: Callable[[Channel], Awaitable[None]]) -> None:
        self.process: ForkedProcess | None = None
        self.stopping = False
        self._hear = hear
        self._begin = begin
        self._usable = trio.Event()
        self._told_to_stop = trio.Event()
        self._ended = trio.Event()

    @property
    def usable(self) -> bool:
        """Calls are answered now."""
        return self._usable.is_set()

    async def call(self, method: str, params: Params, *, within: float) -> Any:
        """The answer of the process, once there is one. Raises RpcError, Gone, trio.TooSlowError."""
        while not self._usable.is_set():
            if self.stopping:
                raise RpcError(ErrorCode.NOT_NOW, "the vault is being closed")
            await self._usable.wait()
        if self.process is None:
            raise Gone
        try:
            return await self.process.channel.call(method, params, within=within)
        except ChannelClosed:
            raise Gone from None

    async def run(
        self, forkserver: Forkserver, target: Target[VaultSpec], spec: VaultSpec, on_death: Callable[[str], None]
    ) -> None:
        """Until `stop`; cancelling kills the process."""
        attempt = 0
        while not self.stopping:
            begun = trio.current_time()
            how = await self._one_process(forkserver, target, spec)
            if self.stopping:
                break
            attempt = 1 if trio.current_time() - begun > LASTING else attempt + 1
            logger.warning("the vault process ended (%s): another is forked", how)
            on_death(how)
            with trio.move_on_after(full_jitter(attempt, 0.25, LONGEST_PAUSE)):
                await self._told_to_stop.wait()
        self._ended.set()

    async def stop(self) -> None:
        """Have it seal a last time and end."""
        self.stopping = True
        self._told_to_stop.set()
        process = self.process
        if process is None:
            return
        with trio.move_on_after(STOP_LIMIT):
            with suppress(RpcError, ChannelClosed, trio.TooSlowError):
                await process.channel.call("seal_all", {}, within=STOP_LIMIT)
            process.hang_up()
            await self._ended.wait()

    async def _one_process(self, forkserver: Forkserver, target: Target[VaultSpec], spec: VaultSpec) -> str:
        """One from fork to end; how it ended."""
        try:
            make_session_dir(spec.folder.parent, spec.folder.name)
            if killed := await make_sure_nobody_holds(spec.lock_path, ORPHAN_GRACE):
                logger.warning("an earlier vault process (%d) had to be killed", killed)
            async with fork_process(forkserver, target, spec, "vault") as process:
                return await self._follow(process)
        except (ForkFailed, LockHeld, PathsWrong, OSError) as error:
            return str(error)
        finally:
            self.process = None
            # Who waits looks again at whether to wait on.
            waited_for, self._usable = self._usable, trio.Event()
            waited_for.set()

    async def _follow(self, process: ForkedProcess) -> str:
        async with trio.open_nursery() as nursery:
            nursery.start_soon(self._listen, process)
            nursery.start_soon(log_output, process.printed)
            nursery.start_soon(self._watch, process)
            self.process = process
            nursery.start_soon(self._start, process)
            code = await process.exited()
            nursery.cancel_scope.cancel()
        return ending(code)

    async def _listen(self, process: ForkedProcess) -> None:
        try:
            await process.channel.serve(self._hear)
        except Exception:
            # It parses what workers write: whatever it says must not be the daemon's end.
            logger.exception("the vault process says what it never should: it is killed")
            process.kill()

    async def _start(self, process: ForkedProcess) -> None:
        with suppress(ChannelClosed, trio.TooSlowError):
            await self._begin(process.channel)
            self._usable.set()

    async def _watch(self, process: ForkedProcess) -> None:
        logger.error("the vault process is killed: %s", await until_lost(process.channel))
        process.kill()

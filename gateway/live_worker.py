"""One worker from fork to end: listened to, asked every two seconds whether it lives, ended when told."""

from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass

import trio

from comptoir.gateway.forked_process import ForkedProcess
from comptoir.gateway.liveness import ending, until_lost
from comptoir.gateway.policy import AGAIN
from comptoir.gateway.registry import Wanted
from comptoir.gateway.tenant_log import TenantLog
from comptoir.gateway.worker_output import keep_output
from comptoir.sessions.protocol import Params, RpcError
from comptoir.sessions.rpc import Channel, ChannelClosed

STOP_LIMIT = 8.0
# After a refusal.
STOP_AGAIN = 0.2
LAST_WORDS_LIMIT = 1.0

Hear = Callable[[str, Params], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class End:
    """How a worker ended; `code` is negative for a signal, None where nobody could tell."""

    how: str
    code: int | None = None
    again: str = ""
    """Why to try again without counting it as a death."""
    pid: int | None = None


class LiveWorker:
    """`told_to_finish` may be set by anyone at any time; the worker then finishes its sends and ends.

    `on_answer` is called after every ping that it answered.
    """

    def __init__(
        self,
        process: ForkedProcess,
        log: TenantLog,
        told_to_finish: trio.Event,
        hear: Hear,
        on_answer: Callable[[], Awaitable[None]],
    ) -> None:
        self.trouble: str | None = None
        """What the daemon killed it for."""
        self.follows: Wanted = "active"
        """Whether its pipeline works or rests, by what it was told last."""
        self._process = process
        self._log = log
        self._told_to_finish = told_to_finish
        self._hear = hear
        self._on_answer = on_answer
        self._said_all = trio.Event()
        self._printed_all = trio.Event()

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def channel(self) -> Channel:
        return self._process.channel

    async def run(self) -> End:
        async with trio.open_nursery() as nursery:
            nursery.start_soon(self._listen)
            nursery.start_soon(self._keep_output)
            nursery.start_soon(self._watch)
            nursery.start_soon(self._finish_when_told)
            code = await self._process.exited()
            # What it said last, such as why it gives up its session, may still be on its way.
            with trio.move_on_after(LAST_WORDS_LIMIT):
                await self._said_all.wait()
                await self._printed_all.wait()
            nursery.cancel_scope.cancel()
        how = ending(code)
        again = AGAIN.get(code, "") if code is not None else ""
        return End(f"{self.trouble}, {how}" if self.trouble else how, code, again, self.pid)

    async def _listen(self) -> None:
        await self.channel.serve(self._hear)
        self._said_all.set()

    async def _keep_output(self) -> None:
        await keep_output(self._process.printed, self._log)
        self._printed_all.set()

    async def _watch(self) -> None:
        self._kill(await until_lost(self.channel, self._on_answer))

    async def _finish_when_told(self) -> None:
        await self._told_to_finish.wait()
        with trio.move_on_after(STOP_LIMIT):
            with suppress(ChannelClosed, trio.TooSlowError):
                await self._stop()
            await trio.sleep_forever()
        self._kill(f"did not finish within {STOP_LIMIT:g} s")

    async def _stop(self) -> None:
        while True:
            try:
                await self.channel.call("stop", within=STOP_LIMIT)
            except RpcError:
                await trio.sleep(STOP_AGAIN)
            else:
                return

    def _kill(self, why: str) -> None:
        self.trouble = self.trouble or why
        self._process.kill()

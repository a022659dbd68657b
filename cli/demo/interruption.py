"""Ctrl-C and its like, which end the demo but not its cleaning up."""

import signal
from dataclasses import dataclass, field

import trio

_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@dataclass(slots=True)
class Interruption:
    """The first signal cancels `scope`; `code` is the exit code that it stands for, 0 without one."""

    scope: trio.CancelScope = field(default_factory=trio.CancelScope)
    code: int = 0

    async def watch(self, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED) -> None:
        """Further signals change nothing: all is being cleaned up. Runs until cancelled, in the main thread."""
        with trio.open_signal_receiver(*_SIGNALS) as signals:
            task_status.started()
            async for number in signals:
                self.code = self.code or 128 + number
                self.scope.cancel()

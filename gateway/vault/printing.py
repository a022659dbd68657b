"""What the vault process prints, in the daemon's own log."""

import logging

import trio

from comptoir.gateway.worker_output import keep_output
from comptoir.sessions.log_line import LogLine, note

logger = logging.getLogger("vault")


class _DaemonsOwn:
    """The daemon's log, as a process's log is written."""

    def write(self, line: LogLine) -> None:
        note(logger, line.text, level=line.level, **line.facts)

    def close(self) -> None: ...


async def log_output(printed: trio.abc.ReceiveStream) -> None:
    """Read lines until it ends."""
    await keep_output(printed, _DaemonsOwn())

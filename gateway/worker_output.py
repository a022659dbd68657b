"""Reads what a worker prints, its last words included, into its tenant's log."""

import logging
from collections.abc import Iterator

import trio

from comptoir.gateway.tenant_log import TenantLog
from comptoir.sessions.log_line import MARK, LogLine, decode, shorten

CHUNK = 65_536
MAX_LINE = 16_384
"""Bytes of one line; what is longer loses its rest."""
# A worker that prints without end is held back rather than followed at any speed.
PAUSE = 0.01
# What Go says when it aborts.
_LAST_WORDS = ("panic:", "fatal error:", "SIG", "runtime:")


async def keep_output(printed: trio.abc.ReceiveStream, log: TenantLog) -> None:
    """Read lines until the worker and all that it left behind are gone; closes the log at the end."""
    lines = Lines()
    try:
        while data := await _receive(printed):
            await trio.to_thread.run_sync(_write, log, lines.feed(data))
            if len(data) == CHUNK:
                await trio.sleep(PAUSE)
        await trio.to_thread.run_sync(_write, log, lines.feed(b"\n"))
    finally:
        log.close()


def _write(log: TenantLog, lines: list[LogLine]) -> None:
    for line in lines:
        log.write(line)


class Lines:
    """Makes lines of bytes in any pieces; holds at most `MAX_LINE` bytes.

    A line that is too long is cut, and its rest left out: two halves of a number would pass for no number.
    """

    def __init__(self) -> None:
        self._partial = b""
        self._skipping = False
        self._aborting = False

    def feed(self, data: bytes) -> list[LogLine]:
        """The lines that are complete now."""
        *ended, partial = data.split(b"\n")
        found: list[LogLine] = []
        for rest in ended:
            found += self._end(rest)
        if not self._skipping:
            self._partial += partial
        if len(self._partial) > MAX_LINE:
            found += self._lines_in(self._partial[:MAX_LINE])
            self._partial, self._skipping = b"", True
        return found

    def _end(self, rest: bytes) -> list[LogLine]:
        line, self._partial = self._partial + rest, b""
        skipped, self._skipping = self._skipping, False
        return [] if skipped else list(self._lines_in(line[:MAX_LINE]))

    def _lines_in(self, line: bytes) -> Iterator[LogLine]:
        """What Go began to print may stand before a line of ours."""
        raw, *marked = line.decode("utf-8", "replace").split(MARK)
        if raw.strip():
            yield self._printed(raw)
        for text in marked:
            yield decode(text) or self._printed(text)

    def _printed(self, text: str) -> LogLine:
        # What follows is the stack that belongs to it.
        self._aborting |= text.startswith(_LAST_WORDS)
        return LogLine(logging.ERROR if self._aborting else logging.INFO, "printed", shorten(text.rstrip("\r")))


async def _receive(printed: trio.abc.ReceiveStream) -> bytes:
    try:
        return bytes(await printed.receive_some(CHUNK))
    except (trio.BrokenResourceError, trio.ClosedResourceError):
        return b""

"""Keeps what a worker prints, its last words included, in its tenant's log."""

import logging
import time
from pathlib import Path

import trio

from comptoir.sessions.output import MAX_LINE, LogFile

logger = logging.getLogger(__name__)

CHUNK = 65_536
# A worker that prints without end is held back rather than followed at any speed.
PAUSE = 0.01
OPEN_AGAIN = 30.0


async def keep_output(printed: trio.abc.ReceiveStream, path: Path) -> None:
    """Read lines until the worker and all that it left behind are gone; each is redacted and cut at `MAX_LINE`."""
    log = _PatientLog(path)
    partial = b""
    try:
        while data := await _receive(printed):
            *lines, partial = (partial + data).split(b"\n")
            if len(partial) > MAX_LINE:
                lines, partial = [*lines, partial], b""
            await trio.to_thread.run_sync(log.write, lines)
            if len(data) == CHUNK:
                await trio.sleep(PAUSE)
        await trio.to_thread.run_sync(log.write, [partial])
    finally:
        log.close()


class _PatientLog:
    """A LogFile that need not open: what is printed meanwhile is discarded, for a shop matters more than its log."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: LogFile | None = None
        self._open_at = 0.0

    def write(self, lines: list[bytes]) -> None:
        if self._file is None and time.monotonic() >= self._open_at:
            self._open()
        if self._file is not None:
            for line in filter(bytes.strip, lines):
                self._file.write(line.decode("utf-8", "replace"))

    def close(self) -> None:
        if self._file is not None:
            self._file.close()

    def _open(self) -> None:
        try:
            self._file = LogFile(self._path)
        except OSError as error:
            logger.error("what its worker prints is discarded: the log cannot be opened: %s", error)
            self._open_at = time.monotonic() + OPEN_AGAIN


async def _receive(printed: trio.abc.ReceiveStream) -> bytes:
    try:
        return bytes(await printed.receive_some(CHUNK))
    except (trio.BrokenResourceError, trio.ClosedResourceError):
        return b""

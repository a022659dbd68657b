"""Keeps what a worker prints, its last words included, in its tenant's log."""

from pathlib import Path

import trio

from comptoir.sessions.output import MAX_LINE, LogFile

CHUNK = 65_536
# A worker that prints without end is held back rather than followed at any speed.
PAUSE = 0.01


async def keep_output(printed: trio.abc.ReceiveStream, path: Path) -> None:
    """Read lines until the worker and all that it left behind are gone; each is redacted and cut at `MAX_LINE`."""
    log = await trio.to_thread.run_sync(LogFile, path)
    partial = b""
    while data := await _receive(printed):
        *lines, partial = (partial + data).split(b"\n")
        if len(partial) > MAX_LINE:
            lines, partial = [*lines, partial], b""
        await trio.to_thread.run_sync(_write, log, lines)
        if len(data) == CHUNK:
            await trio.sleep(PAUSE)
    await trio.to_thread.run_sync(_write, log, [partial])
    log.close()


async def _receive(printed: trio.abc.ReceiveStream) -> bytes:
    try:
        return bytes(await printed.receive_some(CHUNK))
    except (trio.BrokenResourceError, trio.ClosedResourceError):
        return b""


def _write(log: LogFile, lines: list[bytes]) -> None:
    for line in lines:
        if line.strip():
            log.write(line.decode("utf-8", "replace"))

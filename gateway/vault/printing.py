"""What the vault process prints, in the daemon's own log."""

import logging

import trio

logger = logging.getLogger("vault")

CHUNK = 65_536
LONGEST_LINE = 4_096
# One that prints without end is held back.
PAUSE = 0.01


async def log_output(printed: trio.abc.ReceiveStream) -> None:
    """Read lines until it ends."""
    partial = b""
    try:
        while data := await printed.receive_some(CHUNK):
            *lines, partial = (partial + bytes(data)).split(b"\n")
            for line in filter(bytes.strip, lines):
                logger.info("%s", line[:LONGEST_LINE].decode("utf-8", "replace"))
            partial = partial[-LONGEST_LINE:]
            await trio.sleep(PAUSE)
    except (trio.BrokenResourceError, trio.ClosedResourceError):
        return

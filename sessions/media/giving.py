"""Writes a kept file into a descriptor that its receiver passed; says in words why one is not here."""

import os
import select
import stat
from collections.abc import Iterator

from comptoir.sessions.descriptors import Descriptor
from comptoir.sessions.journal.media import MediaRow

# Seconds in which a pipe's reader must take something.
TAKE_LIMIT = 30.0
# What a pipe that is writable takes without blocking (POSIX PIPE_BUF).
_PIPE_PIECE = 4_096


class NotHere(LookupError):
    """A message's file that cannot be had; the text says why and what to do."""

    def __init__(self, text: str, *, later: bool = False) -> None:
        super().__init__(text)
        self.later = later
        """It may come: try again."""


class NotTaken(Exception):
    """Whoever asked for the file no longer reads it."""


def write_all(chunks: Iterator[bytes], out: Descriptor) -> None:
    """Write everything, and close the descriptor; blocking, but not for ever. Raises NotTaken, OSError."""
    try:
        patient = stat.S_ISREG(os.fstat(out.number).st_mode)
        for chunk in chunks:
            rest = memoryview(chunk)
            while rest:
                if not patient:
                    _wait_for_reader(out.number)
                rest = rest[os.write(out.number, rest if patient else rest[:_PIPE_PIECE]) :]
    except BrokenPipeError:
        raise NotTaken("the reader closed its end") from None
    finally:
        out.close()


def why_absent(row: MediaRow) -> str:
    """For people: why the file is not kept, and what they may do."""
    why = f": {row.error}" if row.error else ""
    match row.state:
        case "wanted":
            return f"it is being fetched{why}: try again later"
        case "refused":
            return f"it was not fetched{why}: look at it on the phone"
        case "failed":
            return f"it could not be fetched{why}: look at it on the phone, or ask for it again"
        case _:
            return f"it is no longer kept{why}: look at it on the phone"


def _wait_for_reader(descriptor: int) -> None:
    poll = select.poll()
    poll.register(descriptor, select.POLLOUT)
    if not poll.poll(TAKE_LIMIT * 1000):
        raise NotTaken(f"nobody reads: nothing was taken for {TAKE_LIMIT:.0f} s")

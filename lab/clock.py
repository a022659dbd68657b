"""The lab's own clock: the wall clock plus an offset, so that a test can receive a message six hours old."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager


class Clock:
    """Stamps stanzas and the ledger. Noise certificates keep to the real time: clients check them by it."""

    def __init__(self) -> None:
        self.offset = 0.0
        """Seconds that the lab is ahead of the wall clock; negative means behind."""

    def now(self) -> float:
        """Seconds since 1970 in lab time."""
        return time.time() + self.offset

    def now_ms(self) -> int:
        return int(self.now() * 1000)

    @contextmanager
    def shifted(self, seconds: float) -> Iterator[None]:
        """Run a block with the clock moved by `seconds` (negative: what is sent in it looks older)."""
        self.offset += seconds
        try:
            yield
        finally:
            self.offset -= seconds

"""The daemon's own log: written to a descriptor by a thread, so that nobody waits for whoever reads it."""

import logging
import os
import queue
import threading
from contextlib import nullcontext

WAITING_LINES = 1000
CLOSE_LIMIT = 1.0


class ThreadedHandler(logging.Handler):
    """Drops what does not fit behind `WAITING_LINES` lines that wait, and says how many these were."""

    def __init__(self, descriptor: int) -> None:
        super().__init__()
        self._descriptor = descriptor
        self._lines: queue.Queue[str | None] = queue.Queue(WAITING_LINES)
        self._dropped = 0
        # Not joined at the interpreter's end: a full pipe may hold it for ever.
        thread = threading.Thread(target=self._write_lines, name="log", daemon=True)
        thread.start()
        self._thread: threading.Thread | None = thread

    def emit(self, record: logging.LogRecord) -> None:
        try:
            self._lines.put_nowait(self.format(record))
        except queue.Full:
            self._dropped += 1

    def close(self) -> None:
        """Waits `CLOSE_LIMIT` seconds for what is still to be written; called again, it does nothing."""
        thread, self._thread = self._thread, None
        if thread is not None:
            self._end(thread)
        super().close()

    def _end(self, thread: threading.Thread) -> None:
        try:
            self._lines.put(None, timeout=CLOSE_LIMIT)
        except queue.Full:
            return
        thread.join(CLOSE_LIMIT)

    def _write_lines(self) -> None:
        while (line := self._lines.get()) is not None:
            self._write(line)
            if dropped := self._take_dropped():
                self._write(f"WARNING {__name__}: {dropped} lines were dropped: nobody read the log in time")

    def _take_dropped(self) -> int:
        with self.lock or nullcontext():
            dropped, self._dropped = self._dropped, 0
        return dropped

    def _write(self, line: str) -> None:
        rest = f"{line}\n".encode("utf-8", "replace")
        try:
            while rest:
                rest = rest[os.write(self._descriptor, rest) :]
        except OSError:
            # Nobody reads it any more: a daemon goes on without a log.
            return

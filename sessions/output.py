"""A worker's log: what Go and neonize print and what we log, through one redaction, into one bounded file."""

import logging
import os
import re
import threading
from datetime import UTC, datetime
from pathlib import Path

logger = logging.getLogger("worker")

MAX_LINE = 4096
MAX_FILE = 5 * 1024 * 1024

_LONG_NUMBER = re.compile(r"\d{8,}")
# Keys and pairing codes: long runs of hex or base64 are never worth having in a log.
_KEY_MATERIAL = re.compile(r"(?<![\w+/=-])(?:[0-9a-fA-F]{32,}|[A-Za-z0-9+/_-]{40,}={0,2})(?![\w+/=-])")


def redact(line: str) -> str:
    """The line without whole phone numbers, LIDs or key material: `221770000001` becomes `22177***01`."""
    line = _KEY_MATERIAL.sub("<key>", line)
    return _LONG_NUMBER.sub(lambda match: f"{match[0][:5]}***{match[0][-2:]}", line)


class LogFile:
    """Appends redacted, timestamped lines; keeps one older file once `MAX_FILE` bytes are reached.

    Never raises: a full disk must not stop a shop because its log has no room.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._file = self._open()

    def write(self, line: str) -> None:
        stamp = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        text = f"{stamp} {redact(line[:MAX_LINE])}\n"
        with self._lock:
            try:
                os.write(self._file, text.encode("utf-8", "replace"))
                if os.lseek(self._file, 0, os.SEEK_CUR) > MAX_FILE:
                    self._rotate()
            except OSError:
                return

    def _open(self) -> int:
        return os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o640)

    def _rotate(self) -> None:
        os.close(self._file)
        self._path.replace(self._path.with_suffix(".log.1"))
        self._file = self._open()


class _Handler(logging.Handler):
    def __init__(self, log: LogFile) -> None:
        super().__init__()
        self._log = log

    def emit(self, record: logging.LogRecord) -> None:
        for line in self.format(record).splitlines():
            self._log.write(line)


def capture(path: Path) -> LogFile:
    """Send fds 1 and 2 and Python's logging of this process to the log at `path`.

    Go and neonize print to both ("Press Ctrl+C to exit"); a worker has nobody to print to.
    """
    log = LogFile(path)
    reading, writing = os.pipe()
    os.dup2(writing, 1)
    os.dup2(writing, 2)
    os.close(writing)
    threading.Thread(target=_pump, args=(reading, log), name="output", daemon=True).start()
    handler = _Handler(log)
    handler.setFormatter(logging.Formatter("%(levelname)s %(name)s: %(message)s"))
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
    return log


def _pump(reading: int, log: LogFile) -> None:
    with os.fdopen(reading, "r", encoding="utf-8", errors="replace") as lines:
        while line := lines.readline(MAX_LINE):
            if line.strip():
                log.write("output: " + line.rstrip("\n"))


def flush() -> None:
    """Give what was just printed the time to reach the log; at most half a second."""
    os.close(1)
    os.close(2)
    for thread in threading.enumerate():
        if thread.name == "output":
            thread.join(0.5)

"""A worker's log: what Go and neonize print and what we log, through one redaction, into one bounded file.

The worker writes to a socket, the daemon reads it, redacts and keeps: what an aborting worker said last is kept too.
"""

import logging
import os
import re
import socket
import sys
from datetime import UTC, datetime
from pathlib import Path

logger = logging.getLogger("worker")

MAX_LINE = 4096
MAX_FILE = 5 * 1024 * 1024

_LONG_NUMBER = re.compile(r"\d{8,}")
# Keys and pairing codes: long runs of hex or base64 are never worth having in a log.
_KEY_MATERIAL = re.compile(r"(?<![\w+/-])(?:[0-9a-fA-F]{32,}|[A-Za-z0-9+/_-]{40,}={0,2})(?![\w+/=-])")
# Strangers choose the ids of their messages, and Go logs them: whoever reads the log must not obey them. Tabs and line
# ends are those of tracebacks.
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")


def redact(line: str) -> str:
    """The line without whole phone numbers, LIDs, key material or control characters: `221770000001` becomes
    `22177***01`, an escape `\\x1b`.
    """
    line = _CONTROL.sub(lambda match: match[0].encode("unicode_escape").decode(), line)
    line = _KEY_MATERIAL.sub("<key>", line)
    return _LONG_NUMBER.sub(lambda match: f"{match[0][:5]}***{match[0][-2:]}", line)


class RedactedFormatter(logging.Formatter):
    """For what is logged elsewhere than into a LogFile, such as the daemon's own stderr."""

    def format(self, record: logging.LogRecord) -> str:
        return redact(super().format(record))


class LogFile:
    """Appends redacted, timestamped lines; keeps one older file once `MAX_FILE` bytes are reached.

    Making one raises OSError; `write` never does: a full disk must not stop a shop because its log has no room.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file = self._open()

    def write(self, line: str) -> None:
        stamp = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        text = f"{stamp} {redact(line[:MAX_LINE])}\n"
        try:
            os.write(self._file, text.encode("utf-8", "replace"))
            if os.lseek(self._file, 0, os.SEEK_CUR) > MAX_FILE:
                self._rotate()
        except OSError:
            return

    def close(self) -> None:
        os.close(self._file)

    def _open(self) -> int:
        return os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o640)

    def _rotate(self) -> None:
        self._path.replace(self._path.with_suffix(".log.1"))
        fresh = self._open()
        # In this order: a number that was closed first may be somebody else's file by the next line.
        os.dup2(fresh, self._file, inheritable=False)
        os.close(fresh)


Printed = tuple[socket.socket, socket.socket]
"""Where a worker prints: its own end, and a copy of the daemon's, never read."""

_held: list[socket.socket] = []


def redirect(printed: Printed) -> None:
    """Send fds 1 and 2 and Python's logging of this process to `printed`, whose other end the daemon reads.

    Go and neonize print to both ("Press Ctrl+C to exit"); an aborting Go library says why on its way out, when
    nothing in this process could read it any more.
    """
    ours, theirs = printed
    for descriptor in (1, 2):
        os.dup2(ours.fileno(), descriptor)
    ours.close()
    # As long as somebody could read, Go is not killed by SIGPIPE for printing after the daemon's end.
    _held.append(theirs)
    printing = open(2, "w", buffering=1, encoding="utf-8", errors="replace", closefd=False)  # noqa: SIM115 (for life)
    sys.stdout = sys.stderr = printing
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s", stream=printing, force=True)


def discard() -> None:
    """Nobody reads any more: print into nothing, before what is held fills up and whoever prints must wait."""
    nothing = os.open(os.devnull, os.O_WRONLY | os.O_CLOEXEC)
    for descriptor in (1, 2):
        os.dup2(nothing, descriptor)
    os.close(nothing)

"""Where a worker prints and logs: into a socket that the daemon reads, which redacts and keeps it.

What an aborting worker said last is kept too, when nothing in its own process could write it any more.
"""

import io
import logging
import os
import socket
import sys
import threading

from comptoir.sessions.log_line import LogLine, encode, line_of

logger = logging.getLogger("worker")

Printed = tuple[socket.socket, socket.socket]
"""Where a worker prints: its own end, and a copy of the daemon's, never read."""

_held: list[socket.socket] = []


def redirect(printed: Printed, level: int = logging.INFO) -> None:
    """Send fds 1 and 2, Python's logging and what nobody catches to `printed`, whose other end the daemon reads.

    Go prints to both ("Press Ctrl+C to exit"); an aborting Go library says why on its way out. What Python code
    prints is a plugin's, may hold what a customer wrote, and is kept at level DEBUG only.
    """
    ours, theirs = printed
    for descriptor in (1, 2):
        os.dup2(ours.fileno(), descriptor)
    ours.close()
    # As long as somebody could read, Go is not killed by SIGPIPE for printing after the daemon's end.
    _held.append(theirs)
    verbose = level <= logging.DEBUG
    sys.stdout = sys.stderr = _Prints(verbose=verbose)
    logging.basicConfig(level=level, handlers=[_Handler(verbose=verbose)], force=True)
    log_what_nobody_catches()


def discard() -> None:
    """Nobody reads any more: print into nothing, before what is held fills up and whoever prints must wait."""
    nothing = os.open(os.devnull, os.O_WRONLY | os.O_CLOEXEC)
    for descriptor in (1, 2):
        os.dup2(nothing, descriptor)
    os.close(nothing)


def log_what_nobody_catches() -> None:
    """Exceptions that end a thread, or are raised where nobody can catch them: by type and place, as all others."""

    def in_a_thread(failed: threading.ExceptHookArgs) -> None:
        if failed.exc_value is not None and not isinstance(failed.exc_value, SystemExit):
            logger.error("a thread failed", exc_info=failed.exc_value)

    def nowhere(failed: "sys.UnraisableHookArgs") -> None:
        logger.error("nobody could catch this", exc_info=failed.exc_value)

    threading.excepthook = in_a_thread
    sys.unraisablehook = nowhere


class _Handler(logging.Handler):
    """Writes records as marked lines, each in one piece, between what Go prints."""

    def __init__(self, *, verbose: bool) -> None:
        super().__init__()
        self._verbose = verbose

    def emit(self, record: logging.LogRecord) -> None:
        try:
            line = line_of(record, verbose=self._verbose)
        except Exception:
            # A record that cannot be told must not break what was to be logged beside it.
            line = LogLine(record.levelno, record.name, "a line that cannot be told", {"at": record.lineno})
        if line is not None:
            _print(encode(line))


class _Prints(io.TextIOBase):
    """What Python code prints."""

    def __init__(self, *, verbose: bool) -> None:
        self._verbose = verbose
        self._told = False

    def writable(self) -> bool:
        return True

    def fileno(self) -> int:
        return 2

    def write(self, text: str, /) -> int:
        if self._verbose:
            for said in filter(str.strip, text.splitlines()):
                _print(encode(LogLine(logging.DEBUG, "printed", said)))
        elif text.strip() and not self._told:
            self._told = True
            advice = "a plugin prints, which is not kept: `level = debug` in [log] of comptoir.toml keeps it"
            _print(encode(LogLine(logging.WARNING, "worker", advice)))
        return len(text)


def _print(line: bytes) -> None:
    try:
        while line:
            line = line[os.write(2, line) :]
    except OSError:
        return

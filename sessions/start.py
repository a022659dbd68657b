"""The first function of a forked worker: what the process needs before anything else runs in it."""

import ctypes
import fcntl
import os
import resource
import signal
import socket
from pathlib import Path

import trio

from comptoir.sessions import output
from comptoir.sessions.output import Printed
from comptoir.sessions.spec import WorkerSpec

EXIT_HELD = os.EX_SOFTWARE
"""70: a plugin held the interpreter. Where it held it so that nobody could say so, SIGPROF ends the process."""
EXIT_MEMORY = os.EX_OSERR
"""71: the process had taken more memory than its tenant may."""
EXIT_AGAIN = os.EX_IOERR
"""74: fork me again, and do not count it. The journal was not to be had, or a new link is needed."""
EXIT_LOCKED = os.EX_TEMPFAIL
"""75: another worker holds the session."""
EXIT_WRONG_KEY = os.EX_NOPERM
"""77: forking again cannot help before a person acts."""

MEMORY_MARGIN = 512 * 1_000_000
"""Bytes: the stacks of 40 threads, and what the Go library writes and gives back."""

_PR_SET_NAME = 15
_PR_SET_DUMPABLE = 4


def run_worker(spec: WorkerSpec, connection: socket.socket, printed: Printed) -> None:
    """Run the tenant's worker until told to stop or until `connection` ends. Never returns.

    What it prints and logs goes to `printed`. Exits with EXIT_LOCKED while another worker holds the session (two
    would use one Signal counter twice), or as `serving.main` says.
    """
    output.redirect(printed, spec.log_level)
    harden(f"tenant:{spec.tenant}")
    # Above what the watchdog lets pass: for what would be eaten between two of its looks.
    limit_memory(spec.memory + MEMORY_MARGIN)
    held = lock_for_life(spec.lock_path)
    code = EXIT_LOCKED if held is None else _run(spec, connection)
    # neonize leaves a thread that Python would wait for, for ever; and the lock lasts as long as we do.
    os._exit(code)


def _run(spec: WorkerSpec, connection: socket.socket) -> int:
    from comptoir.sessions.serving import main

    try:
        return trio.run(main, spec, connection)
    except BaseException as error:
        output.logger.exception("the worker failed")
        return EXIT_MEMORY if is_shortage(error) else 1


def is_shortage(error: BaseException) -> bool:
    """Whether there was no more memory to be had."""
    if isinstance(error, BaseExceptionGroup):
        return any(map(is_shortage, error.exceptions))
    return isinstance(error, MemoryError)


def limit_memory(size: int) -> None:
    """Refuse this process more than `size` bytes of its own data; Go's reserves, which it does not write, are none."""
    _, hard = resource.getrlimit(resource.RLIMIT_DATA)
    allowed = size if hard == resource.RLIM_INFINITY else min(size, hard)
    # The other limit stays, so that this one can be raised again.
    resource.setrlimit(resource.RLIMIT_DATA, (allowed, hard))


def harden(title: str) -> None:
    """First in every forked process: its title in lists (15 bytes), no dump, no core, and no end by a signal to all."""
    libc = ctypes.CDLL(None)
    libc.prctl(_PR_SET_NAME, title.encode()[:15], 0, 0, 0)
    libc.prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    os.umask(0o077)
    # Ctrl-C and systemd's stop reach the whole group; our orders to finish are `stop` and the connection's end.
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)


def lock_for_life(path: Path) -> int | None:
    """Hold the session; None where another process holds it."""
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        output.logger.error("another process holds %s", path)
        return None
    return handle

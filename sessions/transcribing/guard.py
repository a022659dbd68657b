"""Stands between a worker and a local command; run by itself, as `python -I -S guard.py DESCRIPTOR COMMAND …`.

Its standard input is a lifeline: whatever ends the worker ends the command, with all that it has started. The recording
is in memory alone; `{file}` in the command becomes a path to it, good for every process of this user.
"""

import ctypes
import os
import resource
import select
import signal
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

NOT_STARTED = 127
_NICENESS = 10
_OOM_SCORE = "500"
_PR_SET_PDEATHSIG = 1


def main(descriptor: int, command: Sequence[str]) -> int:
    """The command's exit code, 128 and more for a signal."""
    guard = os.getpid()
    argv = [part.replace("{file}", f"/proc/{guard}/fd/{descriptor}") for part in command]
    child = os.fork()
    # On both sides, whichever comes first: nobody may be missed by `killpg`.
    with suppress(OSError):
        os.setpgid(child, child)
    if child == 0:
        _become(argv, guard)
    waiting = select.poll()
    waiting.register(sys.stdin.fileno(), select.POLLIN | select.POLLHUP)
    waiting.register(os.pidfd_open(child), select.POLLIN)
    waiting.poll()
    # Before it is reaped: its number cannot be another's yet.
    with suppress(ProcessLookupError):
        os.killpg(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    code = os.waitstatus_to_exitcode(status)
    return code if code >= 0 else 128 - code


def _become(argv: list[str], guard: int) -> None:
    """Never returns."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != guard:
        os._exit(NOT_STARTED)
    os.setpgid(0, 0)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    # A worker's limit is for a worker, and shops go before recordings: by the processor, and where memory runs out.
    _, hard = resource.getrlimit(resource.RLIMIT_DATA)
    resource.setrlimit(resource.RLIMIT_DATA, (hard, hard))
    with suppress(OSError):
        os.nice(_NICENESS)
        Path("/proc/self/oom_score_adj").write_text(_OOM_SCORE, encoding="ascii")
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_SETMASK, ())
    try:
        os.execvp(argv[0], argv)
    except OSError:
        os._exit(NOT_STARTED)


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]), sys.argv[2:]))

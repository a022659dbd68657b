"""Locks that a process holds for life: one daemon for a state folder, one worker for a session."""

import fcntl
import os
import signal
from pathlib import Path

import trio

RETRY = 0.05


class LockHeld(Exception):
    """Another process holds the lock; `pid` is 0 where it cannot be told."""

    def __init__(self, text: str, pid: int) -> None:
        super().__init__(text)
        self.pid = pid


def hold(path: Path) -> int:
    """Take the lock and return the descriptor that holds it until it is closed. Raises LockHeld."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        pid = holder(path)
        raise LockHeld(f"{path} is held by process {pid or '?'}: end that one first", pid) from None
    return descriptor


def holder(path: Path) -> int:
    """The process that holds the lock, by the kernel's own list, or 0."""
    return find_holder(path.stat(), Path("/proc/locks").read_text())


def find_holder(file: os.stat_result, locks: str) -> int:
    """Who holds the flock on `file` by the text of /proc/locks, or 0.

    The kernel's word cannot be stale, as a number written into the file could be.
    """
    wanted = f"{os.major(file.st_dev):02x}:{os.minor(file.st_dev):02x}:{file.st_ino}"
    for line in locks.splitlines():
        # "1: FLOCK  ADVISORY  WRITE 4711 00:1a:5678 0 EOF"; "->" stands before those who wait.
        match line.split():
            case [_, "FLOCK", _, _, pid, where, *_] if where == wanted:
                return int(pid)
    return 0


async def make_sure_nobody_holds(path: Path, grace: float, limit: float = 5.0) -> int | None:
    """Wait `grace` seconds for the holder to finish, then kill it; the pid of one that had to be killed.

    For the lock of a worker that this daemon lost sight of: it saw the end of its channel and is about to
    finish. Raises LockHeld where `limit` seconds after that somebody still holds it.
    """
    killed = None
    deadline = trio.current_time() + grace
    while True:
        try:
            os.close(hold(path))
        except LockHeld as held:
            if trio.current_time() > deadline + limit:
                raise
            if await _wait_or_kill(path, held.pid, deadline):
                killed = held.pid
            await trio.sleep(RETRY)
        else:
            return killed


async def _wait_or_kill(path: Path, pid: int, deadline: float) -> bool:
    """Whether the process had to be killed."""
    # Ourselves: a process that is just being spawned still holds what we have closed.
    if pid in (0, os.getpid()):
        return False
    try:
        pidfd = os.pidfd_open(pid)
    except ProcessLookupError:
        return False
    try:
        # The number may have gone to another process before the pidfd was opened: ask the kernel again.
        if holder(path) != pid:
            return False
        with trio.move_on_at(deadline):
            await trio.lowlevel.wait_readable(pidfd)
            return False
        signal.pidfd_send_signal(pidfd, signal.SIGKILL)
        return True
    finally:
        os.close(pidfd)

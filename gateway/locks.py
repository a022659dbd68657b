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
    """Who took the flock on `file` by the text of /proc/locks, or 0.

    The kernel's word cannot be stale, as a number written into the file could be. But the lock outlives who took it
    where a child has inherited it, and then the number may be another process's one day.
    """
    return next(iter(_flocks(file, locks)), 0)


def _flocks(file: os.stat_result, locks: str) -> list[int]:
    wanted = f"{os.major(file.st_dev):02x}:{os.minor(file.st_dev):02x}:{file.st_ino}"
    found = []
    for line in locks.splitlines():
        # "1: FLOCK  ADVISORY  WRITE 4711 00:1a:5678 0 EOF"; "->" stands before those who wait.
        match line.removeprefix("lock:").split():
            case [_, "FLOCK", _, _, pid, where, *_] if where == wanted:
                found.append(int(pid))
    return found


def find_holders(path: Path) -> list[int]:
    """All processes that hold the lock through an open file; where none can be seen, who took it, if that is hidden."""
    file = path.stat()
    pids = [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdecimal()]
    found = [pid for pid in pids if pid != os.getpid() and _holds(pid, file)]
    if not found and (pid := holder(path)) not in (0, os.getpid()) and _holds(pid, file) is None:
        return [pid]
    return found


def _holds(pid: int, file: os.stat_result) -> bool | None:
    """Whether the process has an open file that carries the lock; None where we may not look."""
    process = Path(f"/proc/{pid}")
    try:
        numbers = [entry.name for entry in (process / "fd").iterdir()]
    except PermissionError:
        return None
    except OSError:
        return False
    return any(_carries(process, number, file) for number in numbers)


def _carries(process: Path, number: str, file: os.stat_result) -> bool:
    try:
        if not os.path.samestat((process / "fd" / number).stat(), file):
            return False
        return bool(_flocks(file, (process / "fdinfo" / number).read_text()))
    except OSError:
        # Closed since, or its process has ended.
        return False


async def make_sure_nobody_holds(path: Path, grace: float, limit: float = 5.0) -> int | None:
    """Wait `grace` seconds for the holder to finish, then kill it; the pid of one that had to be killed.

    For the lock of a worker that this daemon lost sight of: it saw the end of its channel and is about to
    finish. What it started may have inherited the lock. Raises LockHeld where `limit` seconds after that somebody
    still holds it.
    """
    killed = None
    deadline = trio.current_time() + grace
    while True:
        try:
            os.close(hold(path))
        except LockHeld:
            now = trio.current_time()
            if now > deadline + limit:
                raise
            if now >= deadline:
                for pid in await trio.to_thread.run_sync(find_holders, path):
                    killed = pid if _kill(path, pid) else killed
            await trio.sleep(RETRY)
        else:
            return killed


def _kill(path: Path, pid: int) -> bool:
    """Whether there was still something to kill."""
    try:
        pidfd = os.pidfd_open(pid)
    except ProcessLookupError:
        return False
    try:
        # The number may have gone to another process before the pidfd was opened: look again.
        if _holds(pid, path.stat()) is False:
            return False
        signal.pidfd_send_signal(pidfd, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        return False
    finally:
        os.close(pidfd)
    return True

"""Which of a tenant's files somebody is still writing: half a catalogue is one, too, and half a price is a price."""

import fcntl
import os
import signal
import stat
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from comptoir.gateway.tenant_files import entries_of
from comptoir.plugins.folder import is_read

FRESH = 60.0
"""Seconds. What nobody has written to for that long is taken, though a program may still hold it open."""
GAP = 0.3
"""Seconds between two looks at a file of which the system does not say who has it open."""
STILL = 1.5
"""Seconds in which a file that grew between two such looks must not grow again: a line over mobile data stops often."""


@dataclass(frozen=True, slots=True)
class _Size:
    size: int
    since: float
    must_last: float


class Arriving:
    """Of one tenant's folder, from the first change on; `look` blocks, so ask in a thread."""

    def __init__(self, tenant: Path, is_open: Callable[[Path], bool | None] | None = None) -> None:
        self._tenant = tenant
        self._is_open = is_open or is_open_for_writing
        self._sizes: dict[Path, _Size] = {}

    def look(self, among: Iterable[Path] | None = None) -> list[Path]:
        """What is still being written, in the whole folder or `among` these."""
        if among is None:
            among = (path for path, status in entries_of(self._tenant) if not stat.S_ISDIR(status.st_mode))
        return [path for path in among if is_read(path.relative_to(self._tenant)) and self._arrives(path)]

    def _arrives(self, path: Path) -> bool:
        try:
            status = path.lstat()
        except OSError:
            return False
        if not stat.S_ISREG(status.st_mode) or abs(time.time() - status.st_ctime) >= FRESH:
            return False
        is_open = self._is_open(path)
        return self._grows(path, status.st_size) if is_open is None else is_open

    def _grows(self, path: Path, size: int) -> bool:
        now, seen = time.monotonic(), self._sizes.get(path)
        if seen is None or seen.size != size:
            self._sizes[path] = _Size(size, now, GAP if seen is None else STILL)
            return True
        return now - seen.since < seen.must_last


def is_open_for_writing(path: Path) -> bool | None:
    """Whether any program has it open for writing; None where the system does not say, as of another user's file.

    A lease for reading is given only where nobody does (fcntl(2), "Leases").
    """
    try:
        opened = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC)
    except OSError:
        return None
    try:
        # Who opens it this very moment ends the lease by a signal: by default by one that would end this process.
        fcntl.fcntl(opened, fcntl.F_SETSIG, signal.SIGURG)
        fcntl.fcntl(opened, fcntl.F_SETLEASE, fcntl.F_RDLCK)
        fcntl.fcntl(opened, fcntl.F_SETLEASE, fcntl.F_UNLCK)
    except BlockingIOError:
        return True
    except OSError:
        return None
    finally:
        os.close(opened)
    return False

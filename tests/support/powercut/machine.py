"""The machine whose power is cut: every process of one daemon ends at the same moment, and RAM is empty."""

import os
import random
import shutil
import signal
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from comptoir.gateway.paths import find_paths
from comptoir.gateway.session_dirs import sessions_root
from powercut import intercept
from powercut.cut import Dropped, drop_unsynced


class Machine:
    """Of the daemon whose COMPTOIR_HOME is `home`."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.record = home / "unsynced"
        self.record.mkdir()

    @property
    def environment(self) -> dict[str, str]:
        """For the daemon, whose processes then keep the record."""
        return {intercept.FOLDER: str(self.record), intercept.ROOTS: os.pathsep.join(f"{root}/" for root in self._disk)}

    def cut(self, daemon: int, rng: random.Random | None) -> Dropped:
        """End everything that descends from `daemon`, and itself; what the disk dropped. See `drop_unsynced`."""
        processes: list[int] = []
        # Nobody may write, fork or mourn while the others end.
        while new := [pid for pid in [daemon, *_descendants(daemon)] if pid not in processes]:
            for pid in new:
                _signal(pid, signal.SIGSTOP)
            processes += new
        for pid in processes:
            _signal(pid, signal.SIGKILL)
        for pid in processes:
            _wait_end(pid)
        shutil.rmtree(sessions_root(find_paths({"COMPTOIR_HOME": str(self.home)})), ignore_errors=True)
        return drop_unsynced(self.record, self._disk, rng)

    @property
    def _disk(self) -> list[Path]:
        return [self.home / "state", self.home / "keys"]


def _descendants(pid: int) -> Iterator[int]:
    with suppress(OSError):
        for thread in Path(f"/proc/{pid}/task").iterdir():
            for child in (thread / "children").read_text().split():
                yield int(child)
                yield from _descendants(int(child))


def _signal(pid: int, number: signal.Signals) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, number)


def _wait_end(pid: int) -> None:
    """A zombie has ended, whoever is to reap it."""
    with suppress(OSError):
        while Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in ("Z", "X"):
            os.sched_yield()

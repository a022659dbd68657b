"""Arms points and fires them, by files: the test arms, and whichever process comes by first kills itself.

A file `SCOPE@POINT` holds how many times the point is still passed unharmed; fired, it lies in `fired/`. A scope is
a tenant's name, or the name of a process that serves all tenants.
"""

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import trio

FOLDER = "COMPTOIR_KILLS"
"""The environment variable that names the folder."""


class Arms:
    """The test's side."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "fired").mkdir(parents=True, exist_ok=True)
        self.shared = trio.Lock()
        """Of whoever arms points of a process that serves all shops."""

    def arm(self, scope: str, point: str, passes: int = 0) -> None:
        """Kill the next process of `scope` that comes by, after so many times unharmed."""
        new = self.folder / "new"
        new.write_text(str(passes))
        new.rename(self.folder / f"{scope}@{point}")

    def is_armed(self, scope: str, point: str) -> bool:
        return (self.folder / f"{scope}@{point}").exists()

    def disarm(self, scope: str, point: str) -> None:
        (self.folder / f"{scope}@{point}").unlink(missing_ok=True)

    def fired(self) -> Iterator[tuple[str, str]]:
        """Scope and point of each kill so far."""
        for file in (self.folder / "fired").iterdir():
            scope, _, point = file.name.rpartition(":")[0].partition("@")
            yield scope, point


def pass_by(scope: str, point: str) -> None:
    """In the process that may be killed; returns, or does not."""
    folder = os.environ[FOLDER]
    armed = f"{folder}/{scope}@{point}"
    try:
        with open(armed) as file:  # noqa: PTH123 (on every way through the product: pathlib is slower)
            passes = int(file.read())
    except FileNotFoundError:
        return
    if passes > 0:
        with open(armed, "w") as file:  # noqa: PTH123
            file.write(str(passes - 1))
        return
    try:
        # Only one thread, and one process, gets to do it.
        os.rename(armed, f"{folder}/fired/{scope}@{point}:{time.monotonic_ns()}")  # noqa: PTH104
    except FileNotFoundError:
        return
    os.kill(os.getpid(), signal.SIGKILL)
    # The signal is on its way: no further step may be taken here.
    while True:
        signal.pause()

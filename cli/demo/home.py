"""The demo's own folder, which is gone afterwards with all that belongs to it."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from comptoir.gateway.paths import Paths, PathsWrong, find_paths
from comptoir.gateway.session_dirs import sessions_root

# Leaves room for the control socket below it: a socket's path is short.
_LONGEST_PARENT = 60


@dataclass(frozen=True, slots=True)
class Home:
    """A daemon's COMPTOIR_HOME, and beside its folders the lab's."""

    path: Path

    @property
    def environment(self) -> dict[str, str]:
        """What a daemon must be told to live here, on the lab."""
        return {"COMPTOIR_HOME": str(self.path), "COMPTOIR_LAB": str(self.lab_file)}

    @property
    def paths(self) -> Paths:
        return find_paths(self.environment)

    @property
    def lab_folder(self) -> Path:
        return self.path / "lab"

    @property
    def lab_file(self) -> Path:
        return self.path / "lab.json"


@contextmanager
def temporary_home(settings: str) -> Iterator[Home]:
    """A new one, with this text as `comptoir.toml`. Raises OSError where there is no room for it."""
    parent = tempfile.gettempdir()
    if len(parent) > _LONGEST_PARENT:
        parent = "/tmp"
    home = Home(Path(tempfile.mkdtemp(prefix="comptoir-demo-", dir=parent)))
    try:
        home.paths.make()
        home.paths.settings_file.write_text(settings, encoding="utf-8")
        yield home
    finally:
        # The sessions' credentials lie in RAM, which is elsewhere where the folder is on a disk.
        with suppress(PathsWrong, OSError):
            shutil.rmtree(sessions_root(home.paths), ignore_errors=True)
        shutil.rmtree(home.path, ignore_errors=True)

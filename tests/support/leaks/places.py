"""Every place outside RAM that an installation's processes write, or could have written."""

import os
import stat
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from rig import Rig, Start

from comptoir.gateway.paths import RAM_FILE_SYSTEMS, find_paths
from comptoir.gateway.session_dirs import file_system, sessions_root

COMMON = (Path("/tmp"), Path("/var/tmp"))
"""Where a program may leave something without being told where."""
_LARGEST = 256 * 1024 * 1024


def elsewhere(home: Path, *command: str) -> Start:
    """A daemon that has places of its own for what it might leave: it may even dump core."""
    folders = {"TMPDIR": home / "elsewhere/tmp", "HOME": home / "elsewhere/home"}
    standing = home / "elsewhere/standing"
    for folder in (*folders.values(), standing):
        folder.mkdir(parents=True)
    environment = {name: str(folder) for name, folder in folders.items()}
    return Start(("sh", "-c", 'ulimit -c unlimited; exec "$@"', "sh", *command), environment, standing)


@dataclass(frozen=True, slots=True)
class Place:
    """Bytes, and where they were found. A file's name is a place too."""

    name: str
    data: bytes
    configuration: bool = False
    """Its owner wrote it."""


def places(here: Rig, since: float) -> Iterator[Place]:
    """What the daemon printed, all files of the installation and around it, and those without a name any more.

    Left out are RAM, the lab's own folder and the files of master keys. `since` is a time (s): what was changed
    before in the common places is nobody's.
    """
    yield Place("what the daemon printed", bytes(here.printed))
    skipped = {here.home / "lab", *(here.home / "keys").glob("master.key*"), *_in_ram(here)}
    for file in _files(here.home, skipped):
        name = str(file.relative_to(here.home))
        yield Place(f"the name of {name}", os.fsencode(name))
        if (data := _content(file)) is not None:
            yield Place(name, data, name.startswith("config/"))
    for common in COMMON:
        yield from _new_files(common, {here.home}, since)
    yield from _nameless(here)


def _in_ram(here: Rig) -> set[Path]:
    root = sessions_root(find_paths({"COMPTOIR_HOME": str(here.home)}))
    return {root} if root.exists() and file_system(root) in RAM_FILE_SYSTEMS else set()


def _files(folder: Path, skipped: set[Path]) -> Iterator[Path]:
    with suppress(FileNotFoundError, NotADirectoryError, PermissionError):
        for entry in sorted(folder.iterdir()):
            if entry in skipped:
                continue
            if entry.is_dir() and not entry.is_symlink():
                yield from _files(entry, skipped)
            else:
                yield entry


def _new_files(folder: Path, skipped: set[Path], since: float) -> Iterator[Place]:
    """What was changed directly in a common place since then; folders in it are whole other programs' affairs."""
    for entry in folder.iterdir():
        with suppress(FileNotFoundError):
            if entry not in skipped and entry.lstat().st_mtime >= since and (data := _content(entry)) is not None:
                yield Place(str(entry), data)


def _content(file: Path) -> bytes | None:
    """None where there is nothing to read, or no more."""
    try:
        found = file.lstat()
        if not stat.S_ISREG(found.st_mode) or found.st_size > _LARGEST:
            return None
        return file.read_bytes()
    except (FileNotFoundError, PermissionError):
        return None


def _nameless(here: Rig) -> Iterator[Place]:
    """Files that a process of ours holds open without a name: they lie on a disk all the same."""
    for process in family(here.pid):
        for descriptor in _listed(Path(f"/proc/{process}/fd")):
            with suppress(OSError):
                found = descriptor.stat()
                if stat.S_ISREG(found.st_mode) and not found.st_nlink and not _is_shared_memory(descriptor):
                    yield Place(f"a deleted file of process {process}", descriptor.read_bytes())


def _is_shared_memory(descriptor: Path) -> bool:
    return str(descriptor.readlink()).startswith(("/dev/shm/", "/memfd:"))


def family(pid: int | None) -> Iterator[int]:
    """A process and all that descend from it."""
    if pid is None:
        return
    yield pid
    for thread in _listed(Path(f"/proc/{pid}/task")):
        with suppress(OSError):
            for child in (thread / "children").read_text().split():
                yield from family(int(child))


def _listed(folder: Path) -> list[Path]:
    with suppress(OSError):
        return list(folder.iterdir())
    return []

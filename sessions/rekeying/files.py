"""The files of a rotation: what stands beside what, and which of them says that there is no way back."""

import os
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from comptoir.sessions.durable import fsync_folder, remove_logs

NEW = ".new"
_JOURNALS = re.compile(r"tenant\.db(\.before-[^.]+)?")
_OURS = re.compile(r"(tenant\.db(\.before-[^.]+)?|vault\.db)\.new(-journal|-wal|-shm)?|rotation-\d+(\.part)?")


@dataclass(frozen=True, slots=True)
class RotationFiles:
    """In a tenant's state folder, of the rotation to the key of this version. Nothing here needs a key."""

    folder: Path
    version: int

    @property
    def headers(self) -> Path:
        """The new headers of all sealed files. Once it is there everything else is, and the rotation only goes on."""
        return self.folder / f"rotation-{self.version}"

    @property
    def unfinished_headers(self) -> Path:
        return self.folder / f"rotation-{self.version}.part"

    @property
    def committed(self) -> bool:
        return self.headers.exists()

    def databases(self) -> list[Path]:
        """The journal and the copies that were made before its migrations."""
        return sorted(file for file in self.folder.iterdir() if _JOURNALS.fullmatch(file.name))

    def worthless(self) -> list[Path]:
        """What only the old key opens and nobody will: copies that were cut short, vaults that were damaged."""
        return [*self.folder.glob("tenant.db.before-*.part"), *self.folder.glob("vault.db.damaged-*")]

    def built(self) -> Iterator[tuple[Path, Path]]:
        """Each database that was encrypted anew and has not taken its place yet, and that place."""
        for file in sorted(self.folder.glob(f"tenant.db*{NEW}")):
            yield file, file.with_name(file.name.removesuffix(NEW))

    def take_back(self) -> None:
        """Undo what came before the commit. Raises OSError."""
        for file in list(self.folder.iterdir()):
            if _OURS.fullmatch(file.name):
                file.unlink(missing_ok=True)
        fsync_folder(self.folder)

    def forget(self) -> None:
        """After the registry has the new key. Raises OSError."""
        self.headers.unlink(missing_ok=True)


def replace(new: Path, place: Path) -> None:
    """Put a whole database in the place of another. First the old one's log: it would be applied to the new one."""
    remove_logs(place)
    fsync_folder(place.parent)
    new.rename(place)
    fsync_folder(place.parent)


def fsync_file(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def size_of(path: Path) -> int:
    """With its log of changes; 0 for what is not there."""
    total = 0
    for file in (path, path.with_name(f"{path.name}-wal")):
        with suppress(FileNotFoundError):
            total += file.stat().st_size
    return total

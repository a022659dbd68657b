"""After a power cut: what was not synced is undone, all of it or, as disks do it, any part of it."""

import os
import random
import shutil
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from powercut import names, unsynced
from powercut.unsynced import Write

SECTOR = 512


@dataclass(frozen=True, slots=True)
class Dropped:
    """What is not there any more."""

    writes: int = 0
    changes_of_names: int = 0


def drop_unsynced(record: Path, roots: Iterable[Path], rng: random.Random | None = None) -> Dropped:
    """Bring the files under `roots` to what a disk may hold; without `rng`, to the least that it must hold.

    Nobody may be writing.
    """
    changes = 0
    for folder in sorted(record.glob("*.names")):
        made = list(names.read(folder))
        # File systems keep the order: what was renamed later is lost first.
        undone = made[rng.randint(0, len(made)) if rng else 0 :]
        for change in reversed(undone):
            change.undo()
        changes += len(undone)
    writes = 0
    for file in sorted(file for root in roots for file in root.rglob("*")):
        if file.is_file() and not file.is_symlink():
            found = file.stat()
            log = record / f"{found.st_dev:x}-{found.st_ino:x}"
            if log.exists():
                writes += _restore(file, list(unsynced.read(log)), rng)
    for entry in record.iterdir():
        shutil.rmtree(entry) if entry.is_dir() else entry.unlink()
    return Dropped(writes, changes)


def _restore(file: Path, writes: Sequence[Write], rng: random.Random | None) -> int:
    """How many writes were dropped, whole or in part."""
    dropped = 0
    descriptor = os.open(file, os.O_RDWR)
    try:
        for write in reversed(writes):
            os.pwrite(descriptor, write.old, write.offset)
            os.ftruncate(descriptor, write.size)
        for write in writes:
            lasting = _lasting(write, rng)
            dropped += lasting < len(write.new)
            os.pwrite(descriptor, write.new[:lasting], write.offset)
    finally:
        os.close(descriptor)
    return dropped


def _lasting(write: Write, rng: random.Random | None) -> int:
    """How many of its bytes reached the disk: none, all, or those of its first sectors."""
    if rng is None:
        return 0
    return rng.choice([0, len(write.new), rng.randint(0, len(write.new) // SECTOR) * SECTOR])

"""What a file needs besides its content so that a power cut leaves it as it is. Blocking; all raise OSError."""

import os
from pathlib import Path

LOGS = ("-wal", "-shm", "-journal")
"""What SQLite appends to a database's name for the files that belong to it."""


def fsync_folder(folder: Path) -> None:
    """Or a new name may be gone after a power cut, and what rests on it is lost with it."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def remove_logs(database: Path) -> None:
    """Before another takes its place: they would be applied to that one."""
    for suffix in LOGS:
        database.with_name(database.name + suffix).unlink(missing_ok=True)

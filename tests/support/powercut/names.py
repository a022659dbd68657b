"""The record of files that were renamed or removed before their folder was synced: one folder for each folder.

The name that a file was made under counts as synced with its content, as file systems do it.
"""

import ctypes
import json
import os
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

_libc = ctypes.CDLL("libc.so.6", use_errno=True)


@dataclass(frozen=True, slots=True)
class Change:
    """`before` had no name any more (removed), or became `after`; `kept` is what stood under the latter name."""

    before: str
    after: str
    kept: Path

    def undo(self) -> None:
        name = Path(self.after or self.before)
        if self.after and name.exists():
            name.rename(self.before)
        # One that was made there since shows that the disk knew that the name was free.
        if self.kept.exists() and not name.exists():
            os.link(self.kept, name)


def note(folder: str, before: str, after: str = "") -> None:
    """Before it happens; `folder` is that of the record. Not by Python's own calls, whose slots may be ours."""
    target = after or before
    with suppress(FileNotFoundError):
        names = _of(folder, os.path.dirname(target))  # noqa: PTH120
        _libc.mkdir(names.encode(), 0o700)
        number = f"{names}/{time.monotonic_ns():020}"
        _libc.link(target.encode(), f"{number}.kept".encode())
        text = json.dumps([before, after]).encode()
        descriptor = _libc.open(f"{number}.change".encode(), os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o600)
        _libc.write(descriptor, text, ctypes.c_size_t(len(text)))
        _libc.close(descriptor)


def forget(folder: str, synced: str) -> None:
    """The changes in the folder `synced` have reached the disk."""
    with suppress(FileNotFoundError):
        names = _of(folder, synced)
        for file in os.listdir(names):  # noqa: PTH208
            _libc.unlink(f"{names}/{file}".encode())


def _of(folder: str, changed: str) -> str:
    found = os.stat(changed)  # noqa: PTH116 (on every write)
    return f"{folder}/{found.st_dev:x}-{found.st_ino:x}.names"


def read(names: Path) -> Iterator[Change]:
    """In the order in which they happened."""
    for file in sorted(names.glob("*.change")):
        # Half a record is of a process that was killed before it did it.
        with suppress(ValueError):
            before, after = json.loads(file.read_text())
            yield Change(before, after, file.with_suffix(".kept"))

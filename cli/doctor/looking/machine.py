"""Looks at the machine: nothing is changed, and nothing of neonize is imported."""

import ctypes
import os
import platform
import shutil
import sys
import time
from collections.abc import Iterable
from contextlib import suppress
from importlib import metadata
from pathlib import Path

from comptoir.cli.doctor.facts import Clock, Machine, Space
from comptoir.gateway.swap import open_swaps
from comptoir.sessions.neonize_guard import LibraryUnfitError, check_library

LIBRARIES = ("neonize", "trio", "sqlcipher3", "sqlite-utils", "cryptography", "pydantic", "typer", "rich")

_TIME_ERROR = 5
_TIMEX_BYTES = 512
"""More than struct timex has on any machine."""


def look_at_machine(state: Path) -> Machine:
    return Machine(
        comptoir=_version("comptoir"),
        python=sys.version_info[:3],
        system=" ".join((platform.system(), platform.release(), platform.machine(), *platform.libc_ver())),
        library=_library_trouble(),
        ffmpeg=shutil.which("ffmpeg") is not None,
        swaps=open_swaps(),
        memory_free=available_memory(_read("/proc/meminfo")),
        clock=Clock(time.time(), newest_change(state), _synchronised()),
        versions={name: _version(name) for name in LIBRARIES},
    )


def space(path: Path) -> Space:
    """Raises OSError."""
    found = os.statvfs(path)
    # A file system without a limit of its own says 0 of 0.
    files = found.f_favail if found.f_files else None
    return Space(path, found.f_bavail * found.f_frsize, found.f_blocks * found.f_frsize, files)


def available_memory(meminfo: str) -> int | None:
    """Bytes, from the text of /proc/meminfo; None where it does not say."""
    lines = (line.split() for line in meminfo.splitlines() if line.startswith("MemAvailable:"))
    return next((int(line[1]) * 1024 for line in lines), None)


def newest_change(folder: Path) -> float:
    """When something directly in the folder was last written; 0 where there is nothing to see."""
    return max(_changes(folder), default=0.0)


def _changes(folder: Path) -> Iterable[float]:
    with suppress(OSError):
        for entry in os.scandir(folder):
            with suppress(OSError):
                yield entry.stat(follow_symlinks=False).st_mtime


def _synchronised() -> bool | None:
    """adjtimex(2): asking changes nothing where `modes`, the first field, is 0."""
    try:
        state = ctypes.CDLL(None).adjtimex(ctypes.create_string_buffer(_TIMEX_BYTES))
    except (AttributeError, OSError):
        return None
    return None if state < 0 else state != _TIME_ERROR


def _library_trouble() -> str | None:
    try:
        check_library()
    except LibraryUnfitError as error:
        return str(error)
    return None


def _version(name: str) -> str:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return "not installed"


def _read(path: str) -> str:
    try:
        return Path(path).read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""

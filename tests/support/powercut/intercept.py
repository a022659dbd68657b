"""Keeps the record of what is not synced, from within the process that writes: by its own calls of the system's.

`install` goes first into every process that writes what must last. What others write, and what is mapped, is not seen.
"""

import ctypes
import os
import sqlite3  # noqa: F401 (likewise)
import stat
from collections.abc import Callable
from ctypes import c_char_p, c_int, c_int64, c_size_t, c_ssize_t, c_void_p
from pathlib import Path
from typing import Any

import sqlcipher3  # noqa: F401 (its slots are to be filled)

from powercut import names, slots, unsynced
from powercut.unsynced import Write

FOLDER, ROOTS = "COMPTOIR_UNSYNCED", "COMPTOIR_POWERED"
"""Environment variables: the folder of the record, and those of the files to be watched, on one file system."""
# By its name: what the program itself imports may be found first otherwise, and that is what is replaced.
_libc = ctypes.CDLL("libc.so.6", use_errno=True)
_libc.pwrite64.restype = _libc.write.restype = _libc.sendfile64.restype = c_ssize_t
_libc.pwrite64.argtypes = (c_int, c_void_p, c_size_t, c_int64)
_libc.write.argtypes = (c_int, c_void_p, c_size_t)
_libc.ftruncate64.argtypes = (c_int, c_int64)
_libc.sendfile64.argtypes = (c_int, c_int, c_void_p, c_size_t)
_living: list[Any] = []
"""The callbacks: the slots hold no references."""


def install() -> None:
    """From here on, in this process. Raises LookupError where it would see less than it must."""
    folder, roots = os.environ[FOLDER], tuple(os.environ[ROOTS].split(os.pathsep))
    functions = _functions(folder, roots)
    _living.append(functions)
    # SQLite truncates and removes its own files under a lock for which others of its threads wait with Python's lock in
    # hand: a function of ours, which needs that one, would wait for ever. What it does there counts as durable.
    of_sqlite = {name: function for name, function in functions.items() if name not in ("ftruncate64", "unlink")}
    sqlite, python = slots.loaded("_sqlite3", "libsqlite3"), slots.loaded("libpython", "python3")
    found = [slots.replace(file, of_sqlite) for file in sqlite if "sqlcipher3" in file.parts]
    if not any({"pwrite64", "fsync"} <= names for names in found):
        raise LookupError("SQLCipher's SQLite has no slots to fill")
    # Python's own SQLite may be a library, or part of Python itself.
    found = [slots.replace(file, of_sqlite) for file in sqlite if "sqlcipher3" not in file.parts]
    found += [slots.replace(file, functions) for file in python]
    if missing := {"pwrite64", "write", "fsync", "rename", "unlink"} - set().union(*found):
        raise LookupError(f"Python has no slots for {missing}")


def _functions(folder: str, roots: tuple[str, ...]) -> dict[str, Any]:
    def is_watched(descriptor: int) -> bool:
        try:
            return os.readlink(f"/proc/self/fd/{descriptor}").startswith(roots)  # noqa: PTH115
        except OSError:
            return False

    def note(descriptor: int, offset: int | None, new: bytes) -> None:
        found = os.fstat(descriptor)
        if not stat.S_ISREG(found.st_mode):
            return
        if offset is None:
            offset = os.lseek(descriptor, 0, os.SEEK_CUR)
        old = _there(descriptor, len(new), offset)
        unsynced.note(unsynced.log_of(folder, descriptor), Write(offset, found.st_size, old, new))

    def pwrite(descriptor: int, data: int, length: int, offset: int) -> int:
        if is_watched(descriptor):
            note(descriptor, offset, ctypes.string_at(data, length))
        return int(_libc.pwrite64(descriptor, data, length, offset))

    def write(descriptor: int, data: int, length: int) -> int:
        if is_watched(descriptor):
            note(descriptor, None, ctypes.string_at(data, length))
        return int(_libc.write(descriptor, data, length))

    def sendfile(descriptor: int, source: int, offset: int | None, length: int) -> int:
        if is_watched(descriptor):
            at = os.lseek(source, 0, os.SEEK_CUR) if offset is None else c_int64.from_address(offset).value
            note(descriptor, None, _there(source, length, at))
        return int(_libc.sendfile64(descriptor, source, offset, length))

    def truncate(descriptor: int, length: int) -> int:
        if is_watched(descriptor):
            size = os.fstat(descriptor).st_size
            old = _there(descriptor, max(size - length, 0), length)
            unsynced.note(unsynced.log_of(folder, descriptor), Write(length, size, old, b""))
        return int(_libc.ftruncate64(descriptor, length))

    def sync(descriptor: int) -> int:
        """Taken at its word: the disk is not bothered, because the power that fails is ours.

        With a file go all changes of names in its folder that came before: file systems keep that order.
        """
        if not is_watched(descriptor):
            return int(_libc.fsync(descriptor))
        unsynced.forget(unsynced.log_of(folder, descriptor))
        path = os.readlink(f"/proc/self/fd/{descriptor}")  # noqa: PTH115
        names.forget(folder, path if stat.S_ISDIR(os.fstat(descriptor).st_mode) else os.path.dirname(path))  # noqa: PTH120
        return 0

    def rename(before: bytes, after: bytes) -> int:
        if _is_within(after, roots):
            names.note(folder, os.fsdecode(before), os.fsdecode(after))
        return int(_libc.rename(before, after))

    def unlink(path: bytes) -> int:
        if _is_within(path, roots):
            names.note(folder, os.fsdecode(path))
        return int(_libc.unlink(path))

    syncing = _callback(sync, c_int)
    return {
        "pwrite64": _callback(pwrite, c_int, c_void_p, c_size_t, c_int64, returns=c_ssize_t),
        "write": _callback(write, c_int, c_void_p, c_size_t, returns=c_ssize_t),
        "sendfile64": _callback(sendfile, c_int, c_int, c_void_p, c_size_t, returns=c_ssize_t),
        "ftruncate64": _callback(truncate, c_int, c_int64),
        "fsync": syncing,
        "fdatasync": syncing,
        "rename": _callback(rename, c_char_p, c_char_p),
        "unlink": _callback(unlink, c_char_p),
    }


def _callback(function: Callable[..., int], *arguments: Any, returns: Any = c_int) -> Any:
    return ctypes.CFUNCTYPE(returns, *arguments, use_errno=True)(function)


def _there(descriptor: int, length: int, offset: int) -> bytes:
    """What stands there now; the descriptor may be for writing only."""
    if length <= 0:
        return b""
    reading = os.open(f"/proc/self/fd/{descriptor}", os.O_RDONLY | os.O_CLOEXEC)
    try:
        return os.pread(reading, length, offset)
    finally:
        os.close(reading)


def _is_within(path: bytes, roots: tuple[str, ...]) -> bool:
    return os.path.abspath(os.fsdecode(path)).startswith(roots) and Path(os.fsdecode(path)).parent.exists()  # noqa: PTH100

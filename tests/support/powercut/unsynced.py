"""The record of what was written and not synced: one file for each inode."""

import ctypes
import os
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

HEAD = struct.Struct("<QQII")
"""Offset, size of the file before, and the lengths of the old and the new bytes that follow."""
_libc = ctypes.CDLL("libc.so.6", use_errno=True)


@dataclass(frozen=True, slots=True)
class Write:
    """What a write did: `new` is empty where the file was cut to `offset`, and `old` what was lost by that."""

    offset: int
    size: int
    old: bytes
    new: bytes


def log_of(folder: Path | str, descriptor: int) -> str:
    found = os.fstat(descriptor)
    return f"{folder}/{found.st_dev:x}-{found.st_ino:x}"


def note(log: str, write: Write) -> None:
    """Before it happens. Not by Python's own calls, whose slots may be ours."""
    record = HEAD.pack(write.offset, write.size, len(write.old), len(write.new)) + write.old + write.new
    descriptor = _libc.open(log.encode(), os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
    if descriptor < 0 or _libc.write(descriptor, record, ctypes.c_size_t(len(record))) != len(record):
        raise OSError(ctypes.get_errno(), f"{log} cannot be written")
    _libc.close(descriptor)


def read(log: Path) -> Iterator[Write]:
    """In the order in which they happened."""
    data = log.read_bytes()
    at = 0
    while at + HEAD.size <= len(data):
        offset, size, old, new = HEAD.unpack_from(data, at)
        at += HEAD.size
        if at + old + new > len(data):
            return  # its process was killed while it noted it, and so before it wrote
        yield Write(offset, size, data[at : at + old], data[at + old : at + old + new])
        at += old + new


def forget(log: str) -> None:
    """All of it is synced, or the file is gone."""
    _libc.unlink(log.encode())

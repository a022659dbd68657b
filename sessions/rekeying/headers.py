"""Sealed files keep their content: only the file key in each header is wrapped anew, from a list made beforehand.

A header is written over the old one in its place, so that no room is needed; one torn by a power cut is written again
from the list.
"""

import logging
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from comptoir.sessions.media.sealing import HEADER, MediaKeys, SealBroken, rewrap
from comptoir.sessions.rekeying.databases import Progress

logger = logging.getLogger("media")

_NAME = re.compile(r"[0-9a-f]{64}")
_NAME_BYTES = 32
RECORD = _NAME_BYTES + HEADER


def sealed_files(folder: Path) -> list[Path]:
    if not folder.is_dir():
        return []
    return sorted(file for file in folder.iterdir() if _NAME.fullmatch(file.name))


def write_list(folder: Path, old_key: bytes, new_key: bytes, target: Path, progress: Progress) -> None:
    """Every sealed file's new header, flushed. A damaged file, which no key opens, is left out. Raises OSError."""
    old, new = MediaKeys.of(old_key), MediaKeys.of(new_key)
    files = sealed_files(folder)
    with target.open("wb") as sealed_list:
        os.fchmod(sealed_list.fileno(), 0o600)
        for number, file in enumerate(files, 1):
            with file.open("rb") as sealed:
                header = sealed.read(HEADER)
            try:
                sealed_list.write(bytes.fromhex(file.name) + rewrap(header, file.name, old, new))
            except SealBroken:
                logger.warning("a sealed file was damaged before, and no key opens it: %s", file.name)
            progress(number, len(files))
        sealed_list.flush()
        os.fsync(sealed_list.fileno())


def apply_list(folder: Path, source: Path, progress: Progress) -> None:
    """Give every file its new header, on disk; as often as wanted. Raises OSError."""
    total = source.stat().st_size // RECORD
    with source.open("rb") as sealed_list:
        for number, (name, header) in enumerate(_records(sealed_list), 1):
            _overwrite(folder / name, header)
            progress(number, total)


def _records(sealed_list: BinaryIO) -> Iterator[tuple[str, bytes]]:
    while len(record := sealed_list.read(RECORD)) == RECORD:
        yield record[:_NAME_BYTES].hex(), record[_NAME_BYTES:]


def _overwrite(file: Path, header: bytes) -> None:
    try:
        descriptor = os.open(file, os.O_WRONLY)
    except FileNotFoundError:
        return
    try:
        os.pwrite(descriptor, header, 0)
        os.fdatasync(descriptor)
    finally:
        os.close(descriptor)

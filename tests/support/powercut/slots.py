"""Puts functions of ours in the place of a shared object's imports, in this process, without a compiler.

A shared object calls what it imports through slots that the dynamic linker fills (its relocations, ELF-64); those of
one object can be filled anew without touching anybody else's.
"""

import ctypes
import struct
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

_RELOCATIONS, _DYNAMIC_SYMBOLS = 4, 11
_LOADED = 1
_PAGE = 4096
_READ_WRITE = 3
# JUMP_SLOT, GLOB_DAT and the plain pointer: x86-64, then aarch64.
_POINTERS = frozenset({7, 6, 1, 1026, 1025, 257})


def replace(shared_object: Path, functions: Mapping[str, Any]) -> set[str]:
    """Fill the slots of these imports with ctypes callbacks, which must live as long as the process.

    Returns the names that were found. The object must be loaded.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    found = set()
    base = _base_of(shared_object)
    for name, offset in _slots(shared_object.read_bytes()):
        if name not in functions:
            continue
        address = base + offset
        page = address & ~(_PAGE - 1)
        # Linked at once, the slots are read-only by now.
        if libc.mprotect(ctypes.c_void_p(page), ctypes.c_size_t(_PAGE), _READ_WRITE):
            raise OSError(ctypes.get_errno(), f"cannot write the slot of {name}")
        ctypes.c_void_p.from_address(address).value = ctypes.cast(functions[name], ctypes.c_void_p).value
        found.add(name)
    return found


def loaded(*parts: str) -> list[Path]:
    """The files mapped into this process whose names contain one of these."""
    files = {line.split(maxsplit=5)[-1] for line in Path("/proc/self/maps").read_text().splitlines() if "/" in line}
    return [Path(file) for file in sorted(files) if any(part in Path(file).name for part in parts)]


def _base_of(shared_object: Path) -> int:
    for line in Path("/proc/self/maps").read_text().splitlines():
        addresses, _, offset, *rest = line.split(maxsplit=5)
        if rest and rest[-1] == str(shared_object) and int(offset, 16) == 0:
            return int(addresses.partition("-")[0], 16) - _first_address(shared_object.read_bytes())
    raise LookupError(f"{shared_object} is not loaded")


def _first_address(elf: bytes) -> int:
    (headers,) = struct.unpack_from("<Q", elf, 32)
    size, count = struct.unpack_from("<HH", elf, 54)
    for index in range(count):
        kind, _, offset, address = struct.unpack_from("<IIQQ", elf, headers + index * size)
        if kind == _LOADED and offset == 0:
            return int(address)
    return 0


def _slots(elf: bytes) -> Iterator[tuple[str, int]]:
    """Each import that is called or pointed to, and where its slot lies."""
    sections = list(_sections(elf))
    for kind, offset, size, link in sections:
        if kind != _RELOCATIONS or sections[link][0] != _DYNAMIC_SYMBOLS:
            continue
        symbols, strings = sections[link][1], sections[sections[link][3]][1]
        for at in range(offset, offset + size, 24):
            where, info, _ = struct.unpack_from("<QQq", elf, at)
            if info & 0xFFFFFFFF in _POINTERS:
                (name,) = struct.unpack_from("<I", elf, symbols + (info >> 32) * 24)
                end = elf.index(b"\0", strings + name)
                yield elf[strings + name : end].decode(), where


def _sections(elf: bytes) -> Iterator[tuple[int, int, int, int]]:
    """Type, place in the file, size, and the section it refers to."""
    if elf[:5] != b"\x7fELF\x02":
        raise ValueError("no ELF-64 file")
    (headers,) = struct.unpack_from("<Q", elf, 40)
    size, count = struct.unpack_from("<HH", elf, 58)
    for index in range(count):
        _, kind, _, _, offset, length, link = struct.unpack_from("<IIQQQQI", elf, headers + index * size)
        yield kind, offset, length, link

"""A shared library's memory as the loader would lay it out at address 0, read from the file alone."""

from __future__ import annotations

import struct
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

_MAGIC = b"\x7fELF\x02\x01"  # 64 bits, little-endian
_PT_LOAD = 1
_PT_DYNAMIC = 2
_DT_RELA = 7
_DT_RELASZ = 8
# A relocation whose addend is the pointer: R_X86_64_RELATIVE and R_AARCH64_RELATIVE.
_RELATIVE = {62: 8, 183: 1027}

_HEADER = struct.Struct("<16xHHIQQQIHHH")
_PROGRAM_HEADER = struct.Struct("<IIQQQQQQ")
_DYNAMIC = struct.Struct("<qQ")
_RELA = struct.Struct("<QQQ")
_WORD = struct.Struct("<Q")


class ImageError(ValueError):
    """The file is no ELF library of a kind known here, or holds nothing at the address asked for."""


@dataclass(frozen=True, slots=True)
class _Segment:
    kind: int
    offset: int
    address: int
    size: int


class Image:
    """Bytes, words and pointers by address. Pointers are those that relative relocations put there."""

    def __init__(self, data: bytes) -> None:
        """Raises ImageError."""
        if not data.startswith(_MAGIC):
            raise ImageError("a 64-bit little-endian ELF file was expected")
        self._data = data
        try:
            _, machine, _, _, table, _, _, _, size, count = _HEADER.unpack_from(data)
            self._segments = [_segment(data, table + i * size) for i in range(count)]
            self._pointers = dict(self._relocations(_RELATIVE[machine]))
        except (struct.error, KeyError, StopIteration) as error:
            raise ImageError(f"the ELF file is cut short or of another machine: {error!r}") from error
        self._places: dict[int, list[int]] = defaultdict(list)
        for place, target in self._pointers.items():
            self._places[target].append(place)

    def find(self, wanted: bytes) -> Iterator[int]:
        """Every address at which these bytes lie."""
        at = self._data.find(wanted)
        while at >= 0:
            for segment in self._segments:
                if segment.kind == _PT_LOAD and segment.offset <= at < segment.offset + segment.size:
                    yield at - segment.offset + segment.address
            at = self._data.find(wanted, at + 1)

    def pointers_to(self, address: int) -> Iterator[int]:
        """Every address at which a pointer to this one lies."""
        return iter(self._places.get(address, ()))

    def pointer_at(self, place: int) -> int:
        if place not in self._pointers:
            raise ImageError(f"no pointer lies at {place:#x}")
        return self._pointers[place]

    def word_at(self, address: int) -> int:
        """The 64-bit number there, as the file has it."""
        return int.from_bytes(self.bytes_at(address, _WORD.size), "little")

    def bytes_at(self, address: int, size: int) -> bytes:
        for segment in self._segments:
            start = address - segment.address
            if segment.kind == _PT_LOAD and start >= 0 and start + size <= segment.size:
                return self._data[segment.offset + start : segment.offset + start + size]
        raise ImageError(f"the file holds no {size} bytes for {address:#x}")

    def _relocations(self, relative: int) -> Iterator[tuple[int, int]]:
        dynamic = next(segment for segment in self._segments if segment.kind == _PT_DYNAMIC)
        entries = dict(_DYNAMIC.iter_unpack(self._data[dynamic.offset : dynamic.offset + dynamic.size]))
        table = self.bytes_at(entries[_DT_RELA], entries[_DT_RELASZ])
        for place, info, addend in _RELA.iter_unpack(table):
            # The upper half of `info` names a symbol; a relative relocation has none.
            if info == relative:
                yield place, addend


def _segment(data: bytes, at: int) -> _Segment:
    kind, _, offset, address, _, size, _, _ = _PROGRAM_HEADER.unpack_from(data, at)
    return _Segment(kind, offset, address, size)

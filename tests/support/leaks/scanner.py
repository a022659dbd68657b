"""Finds planted things in any bytes, in every form in which a program may have written them."""

import base64
import json
import re
import struct
import zlib
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import quote

SHORTEST = 6
"""Bytes of a form: what is shorter is found by chance in a few megabytes of ciphertext."""
_WORD = 4
# One of these places in a form falls on the edge of an aligned word.
_SHIFTS = range(_WORD)
_UNPACKED_AT_MOST = 4 * 1024 * 1024
_PACKED = re.compile(rb"\x1f\x8b\x08|\x78[\x01\x5e\x9c\xda]")


@dataclass(frozen=True, slots=True)
class Planted:
    """Something that must not be readable: any of its values gives it away."""

    what: str
    values: tuple[str | bytes, ...]
    kept: str = ""
    """The part of the product in which it is kept, and must be found where that is not encrypted."""
    owners: bool = False
    """It stands in a file that its owner wrote, in the configuration."""


@dataclass(frozen=True, slots=True)
class Hit:
    what: str
    form: str
    place: str


def number(e164: str, local: str) -> tuple[str | bytes, ...]:
    """A number in every spelling: as people write it, as addresses do, and as databases and protobufs pack it."""
    digits = e164.removeprefix("+")
    pairs = [local[:2], local[2:5], local[5:7], local[7:]]
    # SQLite keeps an integer of this size in six bytes, the first of which is zero: five would be met by chance.
    packed = (int(digits).to_bytes(6, "big"), struct.pack("<q", int(digits)), _varint(int(digits)))
    return (digits, local, *(joint.join(pairs) for joint in " .-\u00a0"), *packed)


def forms(value: str | bytes) -> dict[str, bytes]:
    """Each way to write the value, by its name."""
    found = {"as it is": value} if isinstance(value, bytes) else _encodings(value)
    for name, raw in tuple(found.items()):
        if isinstance(value, str) and name != "as it is":
            continue
        found |= {
            "hex": raw.hex().encode(),
            "HEX": raw.hex().upper().encode(),
            "as Python writes bytes": repr(raw)[2:-1].encode(),
        }
        for shift in range(3):
            body = _base64(raw, shift)
            found[f"base64, {shift} on"] = body
            found[f"base64 for addresses, {shift} on"] = body.replace(b"+", b"-").replace(b"/", b"_")
    return found


class Scanner:
    """Looks for many things at once. Raises ValueError for one that is too short to be told from chance."""

    def __init__(self, planted: Sequence[Planted]) -> None:
        # A form holds at least one aligned word whole, wherever it lies: few words are looked at twice.
        self._by_word: dict[int, set[tuple[bytes, str, str]]] = defaultdict(set)
        self._short: set[tuple[bytes, str, str]] = set()
        for each in planted:
            for value in each.values:
                for form, raw in forms(value).items():
                    if len(raw) < SHORTEST:
                        raise ValueError(f"{each.what}: {value!r} is too short to be told from chance")
                    self._file(raw, each.what, form)

    def _file(self, raw: bytes, what: str, form: str) -> None:
        if len(raw) < 2 * _WORD - 1:
            self._short.add((raw, what, form))
            return
        for shift in _SHIFTS:
            (word,) = struct.unpack_from("=I", raw, shift)
            self._by_word[word].add((raw, what, form))

    def hits(self, data: bytes, place: str) -> set[Hit]:
        """What is in the data, or in what is compressed in it."""
        found = {Hit(what, form, place) for what, form in self._find(data)}
        for unpacked in _unpacked(data):
            found |= {Hit(what, f"{form}, compressed", place) for what, form in self._find(unpacked)}
        return found

    def _find(self, data: bytes) -> Iterator[tuple[str, str]]:
        words = memoryview(data)[: len(data) // _WORD * _WORD].cast("I")
        suspected = self._short.union(*(self._by_word[word] for word in self._by_word.keys() & set(words)))
        yield from ((what, form) for raw, what, form in suspected if raw in data)


def windows(content: bytes, size: int = 48) -> tuple[bytes, ...]:
    """Pieces of something long, of which the first, the last and some between are told apart."""
    step = max(1, (len(content) - size) // 6)
    return tuple(dict.fromkeys(content[at : at + size] for at in range(0, max(1, len(content) - size + 1), step)))


def _encodings(text: str) -> dict[str, bytes]:
    found = {
        "as it is": text.encode(),
        "UTF-16": text.encode("utf-16-le"),
        "UTF-16, big end first": text.encode("utf-16-be"),
        "JSON": json.dumps(text)[1:-1].encode(),
        "in an address": quote(text).encode(),
        "backwards": text[::-1].encode(),
    }
    try:
        return found | {"Latin-1": text.encode("latin-1")}
    except UnicodeEncodeError:
        return found


def _base64(raw: bytes, shift: int) -> bytes:
    """The characters that the value alone decides, where `shift` bytes come before it."""
    whole = base64.b64encode(bytes(shift) + raw + bytes(2))
    return whole[-(-shift * 8 // 6) : (shift + len(raw)) * 8 // 6]


def _varint(value: int) -> bytes:
    """A protobuf's."""
    parts = []
    while value > 0x7F:
        parts.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*parts, value, 0])


def _unpacked(data: bytes) -> Iterator[bytes]:
    for start in _PACKED.finditer(data):
        unpacking = zlib.decompressobj(wbits=zlib.MAX_WBITS | 32)
        try:
            unpacked = unpacking.decompress(data[start.start() : start.start() + _UNPACKED_AT_MOST], _UNPACKED_AT_MOST)
        except zlib.error:
            continue
        if unpacked:
            yield unpacked

"""The client's token dictionary, read out of the client library that is installed: the lab keeps no copy."""

from __future__ import annotations

import functools
import importlib.util
import platform
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from comptoir.lab.elf import Image, ImageError

SINGLE_COUNT = 236
"""Single tokens take the bytes below 236; from there on a byte names a dictionary or a type."""
DOUBLE_COUNT = 256
DICTIONARIES = 4

_FIRST_SINGLE = ("", "xmlstreamstart", "xmlstreamend", "s.whatsapp.net", "type")
_FIRST_DOUBLE = ("read-self", "active", "fbns", "protocol")

_STRING_HEADER = 16
_SLICE_HEADER = 24
_ARCHITECTURES = {"x86_64": "amd64", "aarch64": "arm64"}


class TokensNotFound(Exception):
    """The installed client library does not hold a token dictionary where one was expected."""


@dataclass(frozen=True, slots=True)
class Tokens:
    """Words that travel as one byte (their index) or two (dictionary, index)."""

    single: tuple[str, ...]
    double: tuple[tuple[str, ...], ...]


@functools.cache
def read_tokens() -> Tokens:
    """The dictionary of the installed neonize. Raises TokensNotFound."""
    return read_library(_library())


def read_library(path: Path) -> Tokens:
    """The dictionary in one build of the library, which is not loaded for it. Raises TokensNotFound."""
    try:
        image = Image(path.read_bytes())
        single = _only(path, _string_arrays(image, _FIRST_SINGLE))
        first_double = _only(path, _string_arrays(image, _FIRST_DOUBLE))
        slices = _only(path, (place for place in image.pointers_to(first_double) if _is_slice(image, place)))
        return Tokens(
            _strings(image, single, SINGLE_COUNT),
            tuple(
                _strings(image, image.pointer_at(slices + i * _SLICE_HEADER), DOUBLE_COUNT) for i in range(DICTIONARIES)
            ),
        )
    except (OSError, ImageError) as error:
        raise TokensNotFound(f"no token dictionary can be read from {path}: {error}") from error


def _library() -> Path:
    spec = importlib.util.find_spec("neonize")
    machine = platform.machine()
    if spec is None or not spec.submodule_search_locations:
        raise TokensNotFound("the lab speaks the dictionary of the client it serves: install neonize")
    if machine not in _ARCHITECTURES:
        raise TokensNotFound(f"neonize has no library for {machine}; the lab runs on {' and '.join(_ARCHITECTURES)}")
    return Path(spec.submodule_search_locations[0]) / f"neonize-linux-{_ARCHITECTURES[machine]}.so"


def _only(path: Path, places: Iterator[int]) -> int:
    found = list(places)
    if len(found) != 1:
        raise TokensNotFound(f"{path} holds {len(found)} tables that could be the token dictionary, not one")
    return found[0]


def _string_arrays(image: Image, beginning: tuple[str, ...]) -> Iterator[int]:
    """Addresses of arrays of Go strings that begin with these."""
    # The first non-empty string leads there: an empty one is a null pointer, of which there are many.
    offset = next(i for i, text in enumerate(beginning) if text)
    for text_address in image.find(beginning[offset].encode()):
        for place in image.pointers_to(text_address):
            array = place - offset * _STRING_HEADER
            if all(_is_string(image, array + i * _STRING_HEADER, text.encode()) for i, text in enumerate(beginning)):
                yield array


def _is_string(image: Image, place: int, text: bytes) -> bool:
    if image.word_at(place + 8) != len(text):
        return False
    return not text or image.bytes_at(image.pointer_at(place), len(text)) == text


def _is_slice(image: Image, place: int) -> bool:
    return image.word_at(place + 8) == image.word_at(place + 16) == DOUBLE_COUNT


def _strings(image: Image, array: int, count: int) -> tuple[str, ...]:
    return tuple(_string(image, array + i * _STRING_HEADER) for i in range(count))


def _string(image: Image, place: int) -> str:
    length = image.word_at(place + 8)
    if length > 0xFF:
        raise ImageError(f"a token of {length} bytes")
    return image.bytes_at(image.pointer_at(place), length).decode("ascii") if length else ""

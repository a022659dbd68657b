"""Makes a loaded neonize trust a lab: replaces the Noise root key that is compiled into its library."""

import ctypes
import re
from collections.abc import Iterator
from pathlib import Path

from comptoir.sessions.neonize_guard import PINNED, LibraryUnfitError

KEY_LENGTH = 32

# Of WhatsApp's root key the first bytes are enough to find it (whatsmeow, handshake.go, WACertPubKey).
_BEGINNING = bytes.fromhex("142375574d0a5871")
_LIBRARY = re.compile(r"neonize-linux-\w+\.so")


def trust_root_key(key: bytes) -> None:
    """From now on neonize connects only to servers under this root key; safe to repeat with the same one.

    For lab mode: afterwards this process cannot reach WhatsApp. Call it after neonize's library is loaded and
    before the first connect. Raises ValueError unless the key has 32 bytes, LibraryUnfitError unless
    WhatsApp's key lies in the library's memory exactly once.
    """
    if len(key) != KEY_LENGTH:
        raise ValueError(f"a root key has {KEY_LENGTH} bytes, this one has {len(key)}")
    regions = list(_writable_regions(Path("/proc/self/maps").read_text()))
    if not regions:
        raise LibraryUnfitError(
            "neonize's library is not loaded yet, so its root key cannot be replaced: load it first"
        )
    if list(_find(key, regions)):
        return
    found = list(_find(_BEGINNING, regions))
    if len(found) != 1:
        raise LibraryUnfitError(
            f"WhatsApp's root key lies {len(found)} times in neonize's memory, once was expected; "
            f"the lab works with neonize {PINNED} and one root key a process"
        )
    ctypes.memmove(found[0], key, KEY_LENGTH)


def _writable_regions(maps: str) -> Iterator[tuple[int, int]]:
    """Start and length of the library's writable data, from the text of /proc/PID/maps (proc_pid_maps(5))."""
    for line in maps.splitlines():
        addresses, permissions, _offset, _device, _inode, *path = line.split(maxsplit=5)
        if path and _LIBRARY.fullmatch(Path(path[0]).name) and permissions.startswith("rw"):
            start, end = (int(address, 16) for address in addresses.split("-"))
            yield start, end - start


def _find(wanted: bytes, regions: list[tuple[int, int]]) -> Iterator[int]:
    for start, length in regions:
        memory = ctypes.string_at(start, length)
        at = memory.find(wanted)
        while at >= 0:
            yield start + at
            at = memory.find(wanted, at + 1)

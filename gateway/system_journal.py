"""Writes to the system's journal by its native protocol, one datagram an entry (systemd.io/JOURNAL_NATIVE_PROTOCOL)."""

import socket
from collections.abc import Mapping
from pathlib import Path

JOURNAL_SOCKET = Path("/run/systemd/journal/socket")


def encode_entry(fields: Mapping[str, str]) -> bytes:
    """`NAME=value` lines; a value with a line end in it has its length before it, as 64 bits, little-endian first."""
    return b"".join(_field(name, value) for name, value in fields.items())


def _field(name: str, value: str) -> bytes:
    content = value.encode("utf-8", "replace")
    if b"\n" in content:
        return name.encode() + b"\n" + len(content).to_bytes(8, "little") + content + b"\n"
    return name.encode() + b"=" + content + b"\n"


class SystemJournal:
    """Sends entries from any thread. Never waits and never raises: an entry that cannot be sent now is dropped.

    Entries must fit into a datagram: lines are cut long before the kernel's limit of some 200 KB.
    """

    def __init__(self, address: Path = JOURNAL_SOCKET) -> None:
        self._address = str(address)
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC | socket.SOCK_NONBLOCK)

    def send(self, fields: Mapping[str, str]) -> bool:
        """Whether the system has it."""
        try:
            # By its address each time: journald may have been restarted.
            self._socket.sendto(encode_entry(fields), self._address)
        except OSError:
            return False
        return True

    def close(self) -> None:
        self._socket.close()

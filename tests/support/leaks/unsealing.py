"""What takes the product's protection away in a process that imports this first: the mutant that a scan must see.

Ciphers give back what they are given, the journal has no key, sessions lie on the disk, and the log says all.
"""

import os
import sys
import traceback
from functools import partial
from typing import Any

from cryptography.hazmat.primitives.ciphers import aead
from sqlcipher3 import dbapi2

from comptoir.gateway import session_dirs
from comptoir.gateway.paths import find_paths
from comptoir.sessions import protocol, redaction

_TAG = bytes(16)


class NoCipher:
    """Seals nothing, and opens what it has sealed."""

    def __init__(self, key: bytes) -> None:
        pass

    def encrypt(self, nonce: bytes, data: bytes, associated: bytes | None) -> bytes:
        return bytes(data) + _TAG

    def decrypt(self, nonce: bytes, data: bytes, associated: bytes | None) -> bytes:
        return bytes(data[: -len(_TAG)])


class WithoutKey(dbapi2.Connection):  # type: ignore[misc]  # sqlcipher3 has no types
    """A database that nobody encrypts."""

    def execute(self, sql: str, *parameters: Any) -> Any:
        return super().execute("SELECT 1" if sql.startswith(("PRAGMA key", "PRAGMA rekey")) else sql, *parameters)


def telling(feed: Any, receiver: protocol.LineReceiver, data: bytes) -> list[bytes]:
    """Prints every line that comes over a socket."""
    lines: list[bytes] = feed(receiver, data)
    for line in lines:
        os.write(2, line + b"\n")
    return lines


def telling_all(extract: Any) -> Any:
    """Prints what was raised as well as where."""

    def extract_and_tell(trace: Any, *arguments: Any, **options: Any) -> Any:
        os.write(2, f"{sys.exception()!r}\n".encode())
        return extract(trace, *arguments, **options)

    return extract_and_tell


def unseal() -> None:
    aead.AESGCM = NoCipher  # type: ignore[misc, assignment]  # that is the point
    dbapi2.connect = partial(dbapi2.connect, factory=WithoutKey)
    session_dirs.file_system = lambda path, mountinfo=None: "tmpfs"  # type: ignore[assignment, misc]  # whatever it is
    redaction.clean = lambda line, whole=False: line
    traceback.walk_tb = telling_all(traceback.walk_tb)
    feed = protocol.LineReceiver.feed
    protocol.LineReceiver.feed = lambda self, data: telling(feed, self, data)  # type: ignore[method-assign]


def tell_master_key() -> None:
    """Print it, where there is one by now."""
    path = find_paths().master_key_file
    print(path.read_text() if path.exists() else "", flush=True)


# In the forkserver as in the daemon, before anything takes a name from these modules.
unseal()

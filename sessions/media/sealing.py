"""Sealed files: a random key for each, itself wrapped by a key derived from the tenant's data key, and chunks.

Layout: MAGIC, the wrapped file key, then chunks of CHUNK bytes (the last one shorter, perhaps empty), each with
its tag. A chunk's nonce holds its number and whether it is the last (the STREAM construction of Hoang, Reyhanitabar,
Rogaway and Vizár, 2015), so that truncation and reordering show. The wrapping is bound to the file's name: files that
were swapped do not open. A new data key needs new headers only; what comes again under it gets a second name.
"""

import hashlib
import hmac
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

MAGIC = b"CMPT\x00\x01"
CHUNK = 128 * 1024
_TAG = 16
_NONCE = 12
_KEY = 32
HEADER = len(MAGIC) + _NONCE + _KEY + _TAG


class SealBroken(Exception):
    """The file is not what was sealed under this name and key: damaged, cut, swapped, or another tenant's."""


@dataclass(frozen=True, slots=True)
class MediaKeys:
    """What a tenant's files are sealed and named with."""

    wrapping: bytes = field(repr=False)
    naming: bytes = field(repr=False)

    @classmethod
    def of(cls, data_key: bytes) -> "MediaKeys":
        return cls(_derived(data_key, b"comptoir media wrapping"), _derived(data_key, b"comptoir media naming"))


class Sealer:
    """Seals what it is given into `file`, which is empty and seekable, holding one chunk in memory.

    Without `finish` the file has no header and opens nothing.
    """

    def __init__(self, file: BinaryIO, keys: MediaKeys) -> None:
        self.size = 0
        """Bytes of plaintext so far."""
        self._file = file
        self._keys = keys
        self._key = os.urandom(_KEY)
        self._cipher = AESGCM(self._key)
        self._name = hmac.new(keys.naming, digestmod=hashlib.sha256)
        self._pending = bytearray()
        self._chunks = 0
        file.write(bytes(HEADER))

    def write(self, data: bytes) -> None:
        self.size += len(data)
        self._name.update(data)
        self._pending += data
        # The last chunk is known only at the end, so a full one waits for what follows.
        while len(self._pending) > CHUNK:
            self._put(bytes(self._pending[:CHUNK]), last=False)
            del self._pending[:CHUNK]

    def finish(self) -> str:
        """The file's name: a keyed hash of what it holds, which tells nothing to who has not the key."""
        self._put(bytes(self._pending), last=True)
        name = self._name.hexdigest()
        self._file.seek(0)
        self._file.write(_header(self._keys, self._key, name))
        return name

    def _put(self, chunk: bytes, *, last: bool) -> None:
        self._file.write(self._cipher.encrypt(_nonce(self._chunks, last=last), chunk, None))
        self._chunks += 1


def unseal(file: BinaryIO, keys: MediaKeys, name: str) -> Iterator[bytes]:
    """The plaintext in chunks; each is authentic, the whole only once the end was reached. Raises SealBroken."""
    cipher = AESGCM(_file_key(file.read(HEADER), keys, name))
    sealed = file.read(CHUNK + _TAG)
    for number in range(1 << 63):
        following = file.read(CHUNK + _TAG)
        yield _decrypted(cipher, _nonce(number, last=not following), sealed, name)
        if not following:
            return
        sealed = following


def rewrap(header: bytes, name: str, old: MediaKeys, new: MediaKeys) -> bytes:
    """The header of the same file under another data key; what follows it stays. Raises SealBroken."""
    return _header(new, _file_key(header, old, name), name)


def _file_key(header: bytes, keys: MediaKeys, name: str) -> bytes:
    if len(header) != HEADER or not header.startswith(MAGIC):
        raise SealBroken(f"{name}: not a sealed file")
    nonce, wrapped = header[len(MAGIC) :][:_NONCE], header[len(MAGIC) + _NONCE :]
    return _decrypted(AESGCM(keys.wrapping), nonce, wrapped, name, bound=name.encode())


def _decrypted(cipher: AESGCM, nonce: bytes, sealed: bytes, name: str, bound: bytes | None = None) -> bytes:
    try:
        return cipher.decrypt(nonce, sealed, bound)
    except (InvalidTag, ValueError):
        raise SealBroken(f"{name}: it was changed since it was sealed, or sealed with another key") from None


def _header(keys: MediaKeys, key: bytes, name: str) -> bytes:
    nonce = os.urandom(_NONCE)
    return MAGIC + nonce + AESGCM(keys.wrapping).encrypt(nonce, key, name.encode())


def _nonce(number: int, *, last: bool) -> bytes:
    # Unique under a key that seals one file only.
    return number.to_bytes(_NONCE - 1, "big") + bytes([last])


def _derived(data_key: bytes, purpose: bytes) -> bytes:
    return HKDF(hashes.SHA256(), _KEY, salt=None, info=purpose).derive(data_key)

"""How pages and the manifest of a vault are sealed: AES-256-GCM, bound to tenant, place and generation. Pure.

An attacker who can write to the vault can put back all of it as it once was, and nothing else: pages of different
generations, tenants or places do not open together.
"""

import os
import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

NONCE_BYTES = 12
KEY_BYTES = 32
PURPOSE = b"comptoir vault"
# A page is said to be whole or deflated: half empty ones then fit beside each other in the vault.
_WHOLE, _DEFLATED = b"\0", b"\1"
_FASTEST = 1
_FIELDS = struct.Struct(">QIIIQ32s")


class DoesNotOpen(Exception):
    """Not what was sealed here, or not under this key."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """What belongs together: one generation of a session."""

    generation: int
    page_size: int
    pages: int
    """How many there are."""
    key_version: int
    sealed_at: int
    """Milliseconds UTC."""
    seal: bytes
    """`fingerprint` of the generations of all pages."""


def fingerprint(generations: Sequence[int]) -> bytes:
    """Of the generation in which each page was sealed, in order: it names one combination of pages."""
    return sha256(struct.pack(f">{len(generations)}Q", *generations)).digest()


class Seal:
    """Seals and opens for one tenant under one data key."""

    def __init__(self, data_key: bytes, tenant: str) -> None:
        derived = HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=PURPOSE).derive(data_key)
        self._cipher = AESGCM(derived)
        self._tenant = tenant

    def seal_page(self, page: bytes, number: int, generation: int) -> bytes:
        deflated = zlib.compress(page, _FASTEST)
        said = _DEFLATED + deflated if len(deflated) < len(page) else _WHOLE + page
        return self._seal(said, f"page {number} in {generation}")

    def open_page(self, sealed: bytes, number: int, generation: int, page_size: int) -> bytes:
        """Raises DoesNotOpen."""
        said = self._open(sealed, f"page {number} in {generation}")
        page = said[1:]
        if said[:1] == _DEFLATED:
            page = zlib.decompressobj().decompress(page, page_size)
        if len(page) != page_size:
            raise DoesNotOpen(f"page {number} has {len(page)} bytes, not {page_size}")
        return page

    def seal_manifest(self, manifest: Manifest) -> bytes:
        fields = _FIELDS.pack(
            manifest.generation,
            manifest.page_size,
            manifest.pages,
            manifest.key_version,
            manifest.sealed_at,
            manifest.seal,
        )
        return self._seal(fields, "manifest")

    def open_manifest(self, sealed: bytes) -> Manifest:
        """Raises DoesNotOpen."""
        return Manifest(*_FIELDS.unpack(self._open(sealed, "manifest")))

    def _seal(self, content: bytes, place: str) -> bytes:
        # Random and never counted: an older vault that is put back would count the same numbers again.
        nonce = os.urandom(NONCE_BYTES)
        return nonce + self._cipher.encrypt(nonce, content, self._binding(place))

    def _open(self, sealed: bytes, place: str) -> bytes:
        try:
            return self._cipher.decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], self._binding(place))
        except (InvalidTag, ValueError):
            raise DoesNotOpen(f"the {place} of {self._tenant} does not open") from None

    def _binding(self, place: str) -> bytes:
        return f"{PURPOSE.decode()} of {self._tenant}: {place}".encode()

"""Files as they lie on a media host: encrypted with a key of their own that travels in the message."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass

from comptoir.lab.crypto import aes_cbc_decrypt, aes_cbc_encrypt, hkdf

MAC_BYTES = 10
HISTORY = b"WhatsApp History Keys"


@dataclass(frozen=True, slots=True)
class SealedFile:
    """An encrypted file and what a receiver must know to fetch, check and open it."""

    body: bytes
    media_key: bytes
    sha256: bytes
    encrypted_sha256: bytes
    length: int
    """Length of the plaintext in bytes."""


def seal(plaintext: bytes, info: bytes, media_key: bytes | None = None) -> SealedFile:
    """Encrypt (AES-256-CBC, then a 10-byte HMAC over IV and ciphertext). `info` separates kinds of media."""
    media_key = media_key or secrets.token_bytes(32)
    iv, cipher_key, mac_key = _keys(media_key, info)
    ciphertext = aes_cbc_encrypt(cipher_key, iv, plaintext)
    body = ciphertext + _mac(mac_key, iv, ciphertext)
    digest = hashlib.sha256
    return SealedFile(body, media_key, digest(plaintext).digest(), digest(body).digest(), len(plaintext))


def unseal(body: bytes, info: bytes, media_key: bytes) -> bytes:
    """Undo `seal`. Raises ValueError when the file was altered or the key is another's."""
    iv, cipher_key, mac_key = _keys(media_key, info)
    ciphertext, mac = body[:-MAC_BYTES], body[-MAC_BYTES:]
    if not hmac.compare_digest(_mac(mac_key, iv, ciphertext), mac):
        raise ValueError("the file's MAC does not fit its key: it was altered or belongs to another message")
    return aes_cbc_decrypt(cipher_key, iv, ciphertext)


def _keys(media_key: bytes, info: bytes) -> tuple[bytes, bytes, bytes]:
    expanded = hkdf(media_key, 112, info)
    return expanded[:16], expanded[16:48], expanded[48:80]


def _mac(key: bytes, iv: bytes, ciphertext: bytes) -> bytes:
    return hmac.new(key, iv + ciphertext, hashlib.sha256).digest()[:MAC_BYTES]

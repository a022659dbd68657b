"""Files as they lie on a media host: encrypted with a key of their own that travels in the message."""

from __future__ import annotations

import hashlib
import hmac
import io
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC
from cryptography.hazmat.primitives.padding import PKCS7

from comptoir.lab.crypto import hkdf

MAC_BYTES = 10
CHUNK_BYTES = 1 << 20

# What separates the kinds of media from each other (whatsmeow, download.go).
HISTORY = b"WhatsApp History Keys"
IMAGE = b"WhatsApp Image Keys"
VIDEO = b"WhatsApp Video Keys"
AUDIO = b"WhatsApp Audio Keys"
DOCUMENT = b"WhatsApp Document Keys"


class FileDamaged(ValueError):
    """A file is not what its message says; the text says in what."""


@dataclass(frozen=True, slots=True)
class FileFacts:
    """What a message says of its file. Hashes are SHA-256."""

    media_key: bytes
    sha256: bytes
    encrypted_sha256: bytes
    length: int
    """Of the plaintext, in bytes."""


@dataclass(frozen=True, slots=True)
class SealedFile(FileFacts):
    """An encrypted file and what a receiver must know to fetch, check and open it."""

    body: bytes


def seal(plaintext: bytes, info: bytes, media_key: bytes | None = None) -> SealedFile:
    """`seal_stream` in memory."""
    body = io.BytesIO()
    facts = seal_stream(io.BytesIO(plaintext), body, info, media_key)
    return SealedFile(facts.media_key, facts.sha256, facts.encrypted_sha256, facts.length, body.getvalue())


def unseal(body: bytes, info: bytes, media_key: bytes) -> bytes:
    """`unseal_stream` in memory."""
    plaintext = io.BytesIO()
    unseal_stream(io.BytesIO(body), plaintext, info, media_key)
    return plaintext.getvalue()


def seal_stream(source: BinaryIO, target: BinaryIO, info: bytes, media_key: bytes | None = None) -> FileFacts:
    """Encrypt (AES-256-CBC, then a 10-byte HMAC over IV and ciphertext). `info` separates kinds of media."""
    media_key = media_key or secrets.token_bytes(32)
    iv, cipher_key, mac = _keys(media_key, info)
    encryptor, padder = Cipher(AES(cipher_key), CBC(iv)).encryptor(), PKCS7(AES.block_size).padder()
    plain, encrypted, length = hashlib.sha256(), hashlib.sha256(), 0

    def put(ciphertext: bytes) -> None:
        mac.update(ciphertext)
        encrypted.update(ciphertext)
        target.write(ciphertext)

    while chunk := source.read(CHUNK_BYTES):
        plain.update(chunk)
        length += len(chunk)
        put(encryptor.update(padder.update(chunk)))
    put(encryptor.update(padder.finalize()) + encryptor.finalize())
    tag = mac.digest()[:MAC_BYTES]
    encrypted.update(tag)
    target.write(tag)
    return FileFacts(media_key, plain.digest(), encrypted.digest(), length)


def unseal_stream(source: BinaryIO, target: BinaryIO, info: bytes, media_key: bytes) -> FileFacts:
    """Undo `seal_stream`; returns what the file turned out to be. `target` holds what cannot be trusted if it raises.

    Raises FileDamaged when the file was altered or the key is another's.
    """
    iv, cipher_key, mac = _keys(media_key, info)
    decryptor, unpadder = Cipher(AES(cipher_key), CBC(iv)).decryptor(), PKCS7(AES.block_size).unpadder()
    plain, encrypted, length = hashlib.sha256(), hashlib.sha256(), 0
    tag = b""
    for ciphertext, held in _without_mac(source):
        tag = held
        encrypted.update(ciphertext)
        mac.update(ciphertext)
        chunk = unpadder.update(decryptor.update(ciphertext))
        plain.update(chunk)
        length += len(chunk)
        target.write(chunk)
    encrypted.update(tag)
    if not hmac.compare_digest(mac.digest()[:MAC_BYTES], tag):
        raise FileDamaged("the file's MAC does not fit its key: it was altered or belongs to another message")
    try:
        chunk = unpadder.update(decryptor.finalize()) + unpadder.finalize()
    except ValueError as error:
        raise FileDamaged("the file does not end in its padding") from error
    plain.update(chunk)
    target.write(chunk)
    return FileFacts(media_key, plain.digest(), encrypted.digest(), length + len(chunk))


def _without_mac(source: BinaryIO) -> Iterator[tuple[bytes, bytes]]:
    """Ciphertext piece by piece, and with each the bytes that end the file if it is the last."""
    held = b""
    while chunk := source.read(CHUNK_BYTES):
        held += chunk
        ciphertext, held = held[:-MAC_BYTES], held[-MAC_BYTES:]
        yield ciphertext, held


def _keys(media_key: bytes, info: bytes) -> tuple[bytes, bytes, Any]:
    """IV, cipher key, and the MAC that has read the IV."""
    expanded = hkdf(media_key, 112, info)
    iv = expanded[:16]
    return iv, expanded[16:48], hmac.new(expanded[48:80], iv, hashlib.sha256)

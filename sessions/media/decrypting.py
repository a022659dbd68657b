"""Decrypts a file of WhatsApp's media hosts as it comes in, and checks it in all three ways at its end.

AES-256-CBC with PKCS #7 padding, then ten bytes of HMAC-SHA256 over IV and ciphertext; the keys come from the
message's media key by HKDF (whatsmeow, download.go).
"""

import hashlib
import hmac
from collections.abc import Callable

from cryptography.hazmat.primitives import hashes, padding
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES256
from cryptography.hazmat.primitives.ciphers.modes import CBC
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from comptoir.sessions.media.reference import Reference

MAC = 10
_BLOCK = 16


class ContentWrong(Exception):
    """What came is not what the message speaks of; the text says which check failed."""


class Decrypter:
    """`sink` is given plaintext that nobody has checked yet: keep it only once `finish` has returned.

    Raises ContentWrong at once for a reference that cannot be meant seriously.
    """

    def __init__(self, reference: Reference, sink: Callable[[bytes], None]) -> None:
        if len(reference.media_key) != 32 or len(reference.sha256) != 32 or len(reference.encrypted_sha256) != 32:
            raise ContentWrong("the message names no key or no hashes for it")
        expanded = HKDF(hashes.SHA256(), 112, salt=None, info=reference.purpose).derive(reference.media_key)
        iv, key, mac_key = expanded[:16], expanded[16:48], expanded[48:80]
        self._reference = reference
        self._sink = sink
        self._cipher = Cipher(AES256(key), CBC(iv)).decryptor()
        self._padding = padding.PKCS7(8 * _BLOCK).unpadder()
        self._mac = hmac.new(mac_key, iv, hashlib.sha256)
        self._encrypted, self._plain = hashlib.sha256(), hashlib.sha256()
        self._tail = b""

    def write(self, data: bytes) -> None:
        """The next piece as it came, of any length."""
        self._encrypted.update(data)
        held = self._tail + data
        # The last ten bytes are not ciphertext, and which are the last is known only at the end.
        ciphertext, self._tail = held[:-MAC], held[-MAC:]
        self._mac.update(ciphertext)
        self._give(self._padding.update(self._cipher.update(ciphertext)))

    def finish(self) -> None:
        """Nothing more comes. Raises ContentWrong unless both hashes and the authentication fit."""
        if not hmac.compare_digest(self._encrypted.digest(), self._reference.encrypted_sha256):
            raise ContentWrong("the host's file has another hash than the message says")
        if not hmac.compare_digest(self._mac.digest()[:MAC], self._tail):
            raise ContentWrong("the file is not authentic: its HMAC does not fit the message's key")
        try:
            self._give(self._padding.update(self._cipher.finalize()) + self._padding.finalize())
        except ValueError:
            raise ContentWrong("the file does not decrypt with the message's key") from None
        if not hmac.compare_digest(self._plain.digest(), self._reference.sha256):
            raise ContentWrong("what the file holds has another hash than the message says")

    def _give(self, plaintext: bytes) -> None:
        if plaintext:
            self._plain.update(plaintext)
            self._sink(plaintext)

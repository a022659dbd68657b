"""The handshake, Noise XX (25519, AES-GCM, SHA-256), and the encrypted transport after it.

Both sides are here: the lab answers as `Responder`, its tests dial in as `Initiator`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from google.protobuf.message import DecodeError

from comptoir.lab import protobufs as pb
from comptoir.lab.crypto import KEY_LENGTH, KeyPair, dh, hkdf
from comptoir.lab.frames import INTRO

# Exactly as long as a SHA-256 hash, so that it is the first hash itself.
_PATTERN = b"Noise_XX_25519_AESGCM_SHA256\0\0\0\0"


class NoiseError(Exception):
    """The peer's part of the handshake, or a frame after it, is malformed or was not encrypted for us."""


class _Cipher:
    """AES-GCM under one key with a counter for nonce."""

    def __init__(self, key: bytes) -> None:
        self._aead = AESGCM(key)
        self._counter = 0

    def encrypt(self, plaintext: bytes, associated: bytes | None = None) -> bytes:
        return self._aead.encrypt(self._nonce(), plaintext, associated)

    def decrypt(self, ciphertext: bytes, associated: bytes | None = None) -> bytes:
        try:
            return self._aead.decrypt(self._nonce(), ciphertext, associated)
        except (InvalidTag, ValueError) as error:
            raise NoiseError("decryption failed: another key or counter, or an altered frame") from error

    def _nonce(self) -> bytes:
        nonce = self._counter.to_bytes(12, "big")
        self._counter += 1
        return nonce


class Transport:
    """What an established connection encrypts and decrypts with. Frames must keep their order each way."""

    def __init__(self, write_key: bytes, read_key: bytes) -> None:
        self._write = _Cipher(write_key)
        self._read = _Cipher(read_key)

    def encrypt(self, plaintext: bytes) -> bytes:
        return self._write.encrypt(plaintext)

    def decrypt(self, ciphertext: bytes) -> bytes:
        """Raises NoiseError; the connection cannot go on after that."""
        return self._read.decrypt(ciphertext)


class _Handshake:
    """Noise's symmetric state: a running hash, a salt, and the cipher of the moment."""

    def __init__(self, intro: bytes) -> None:
        self._hash = self._salt = _PATTERN
        self._cipher = _Cipher(_PATTERN)
        self.mix_hash(intro)

    def mix_hash(self, data: bytes) -> None:
        self._hash = hashlib.sha256(self._hash + data).digest()

    def mix_dh(self, private: bytes, public: bytes) -> None:
        try:
            secret = dh(private, public)
        except ValueError as error:
            raise NoiseError(f"the peer's public key is unusable: {error}") from error
        self._salt, key = self._expand(secret)
        self._cipher = _Cipher(key)

    def encrypt(self, plaintext: bytes) -> bytes:
        ciphertext = self._cipher.encrypt(plaintext, self._hash)
        self.mix_hash(ciphertext)
        return ciphertext

    def decrypt(self, ciphertext: bytes) -> bytes:
        plaintext = self._cipher.decrypt(ciphertext, self._hash)
        self.mix_hash(ciphertext)
        return plaintext

    def split(self) -> tuple[bytes, bytes]:
        """The keys of the transport: initiator to responder, responder to initiator."""
        return self._expand(b"")

    def _expand(self, secret: bytes) -> tuple[bytes, bytes]:
        both = hkdf(secret, 2 * KEY_LENGTH, b"", self._salt)
        return both[:KEY_LENGTH], both[KEY_LENGTH:]


class Responder:
    """The server's side: `answer`, then `finish`; afterwards `client_static` and `transport` are set."""

    client_static: bytes
    transport: Transport

    def __init__(self, static: KeyPair, certificate: bytes, *, intro: bytes = INTRO) -> None:
        self._static = static
        self._certificate = certificate
        self._ephemeral = KeyPair.generate()
        self._handshake = _Handshake(intro)

    def answer(self, client_hello: bytes) -> bytes:
        """The ServerHello to a ClientHello. Raises NoiseError."""
        hello = _message(client_hello).clientHello
        _expect_key(hello.ephemeral, "the client's ephemeral key")
        noise = self._handshake
        noise.mix_hash(hello.ephemeral)
        noise.mix_hash(self._ephemeral.public)
        noise.mix_dh(self._ephemeral.private, hello.ephemeral)
        answer = pb.wa6.HandshakeMessage()
        answer.serverHello.ephemeral = self._ephemeral.public
        answer.serverHello.static = noise.encrypt(self._static.public)
        noise.mix_dh(self._static.private, hello.ephemeral)
        answer.serverHello.payload = noise.encrypt(self._certificate)
        return bytes(answer.SerializeToString())

    def finish(self, client_finish: bytes) -> bytes:
        """The ClientPayload in a ClientFinish. Raises NoiseError."""
        finish = _message(client_finish).clientFinish
        noise = self._handshake
        client_static = noise.decrypt(finish.static)
        _expect_key(client_static, "the client's static key")
        noise.mix_dh(self._ephemeral.private, client_static)
        payload = noise.decrypt(finish.payload)
        read_key, write_key = noise.split()
        self.client_static = client_static
        self.transport = Transport(write_key, read_key)
        return payload


class Initiator:
    """The client's side: `hello`, then `finish`; afterwards `transport` is set."""

    transport: Transport

    def __init__(self, static: KeyPair, verify: Callable[[bytes, bytes], None], *, intro: bytes = INTRO) -> None:
        """`verify(certificate, server_static)` raises when the client must not trust this server."""
        self._static = static
        self._verify = verify
        self._ephemeral = KeyPair.generate()
        self._handshake = _Handshake(intro)

    def hello(self) -> bytes:
        self._handshake.mix_hash(self._ephemeral.public)
        message = pb.wa6.HandshakeMessage()
        message.clientHello.ephemeral = self._ephemeral.public
        return bytes(message.SerializeToString())

    def finish(self, server_hello: bytes, payload: bytes) -> bytes:
        """The ClientFinish, carrying `payload`. Raises NoiseError, and what `verify` raises."""
        hello = _message(server_hello).serverHello
        _expect_key(hello.ephemeral, "the server's ephemeral key")
        noise = self._handshake
        noise.mix_hash(hello.ephemeral)
        noise.mix_dh(self._ephemeral.private, hello.ephemeral)
        server_static = noise.decrypt(hello.static)
        noise.mix_dh(self._ephemeral.private, server_static)
        self._verify(noise.decrypt(hello.payload), server_static)
        finish = pb.wa6.HandshakeMessage()
        finish.clientFinish.static = noise.encrypt(self._static.public)
        noise.mix_dh(self._static.private, hello.ephemeral)
        finish.clientFinish.payload = noise.encrypt(payload)
        self.transport = Transport(*noise.split())
        return bytes(finish.SerializeToString())


def _message(data: bytes) -> Any:
    try:
        return pb.wa6.HandshakeMessage.FromString(data)
    except DecodeError as error:
        raise NoiseError(f"a HandshakeMessage was expected: {error}") from error


def _expect_key(key: bytes, name: str) -> None:
    if len(key) != KEY_LENGTH:
        raise NoiseError(f"{name} has {len(key)} bytes instead of {KEY_LENGTH}")

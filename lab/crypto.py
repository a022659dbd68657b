"""The few primitives all of WhatsApp's cryptography is made of: X25519, HKDF-SHA256, XEdDSA and AES-CBC."""

from __future__ import annotations

from dataclasses import dataclass, field

import xeddsa
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.padding import PKCS7

KEY_LENGTH = 32
SIGNATURE_LENGTH = 64

_SIGN_BIT = 0x80


@dataclass(frozen=True, slots=True)
class KeyPair:
    """An X25519 key pair, 32 bytes each."""

    private: bytes = field(repr=False)
    public: bytes

    @classmethod
    def generate(cls) -> KeyPair:
        return cls.of(X25519PrivateKey.generate().private_bytes_raw())

    @classmethod
    def of(cls, private: bytes) -> KeyPair:
        """The pair of a private key. Raises ValueError unless it has 32 bytes."""
        return cls(private, X25519PrivateKey.from_private_bytes(private).public_key().public_bytes_raw())


def dh(private: bytes, public: bytes) -> bytes:
    """The X25519 shared secret. Raises ValueError for keys of a wrong length and for points of low order."""
    return X25519PrivateKey.from_private_bytes(private).exchange(X25519PublicKey.from_public_bytes(public))


def hkdf(key: bytes, length: int, info: bytes, salt: bytes | None = None) -> bytes:
    """HKDF-SHA256 (RFC 5869); no salt means 32 zero bytes."""
    return HKDF(algorithm=SHA256(), length=length, salt=salt, info=info).derive(key)


def xeddsa_sign(private: bytes, message: bytes) -> bytes:
    """Sign with an X25519 key (XEdDSA); the Ed25519 key behind the signature has sign bit 0."""
    return xeddsa.ed25519_priv_sign(xeddsa.priv_force_sign(private, set_sign_bit=False), message)


def xeddsa_verify(public: bytes, message: bytes, signature: bytes) -> bool:
    """Whether an X25519 key made this signature; a signer may have put its sign bit into the last byte."""
    if len(public) != KEY_LENGTH or len(signature) != SIGNATURE_LENGTH:
        return False
    sign_bit = bool(signature[-1] & _SIGN_BIT)
    plain = signature[:-1] + bytes([signature[-1] & ~_SIGN_BIT])
    ed25519_public = xeddsa.curve25519_pub_to_ed25519_pub(public, sign_bit)
    return xeddsa.ed25519_verify(plain, ed25519_public, message)


def aes_cbc_encrypt(key: bytes, iv: bytes, plaintext: bytes) -> bytes:
    """AES-CBC with PKCS #7 padding; the IV is not part of the result."""
    padder = PKCS7(AES.block_size).padder()
    encryptor = Cipher(AES(key), CBC(iv)).encryptor()
    return encryptor.update(padder.update(plaintext) + padder.finalize()) + encryptor.finalize()


def aes_cbc_decrypt(key: bytes, iv: bytes, ciphertext: bytes) -> bytes:
    """Undo `aes_cbc_encrypt`. Raises ValueError for anything but whole blocks that end in padding."""
    decryptor = Cipher(AES(key), CBC(iv)).decryptor()
    unpadder = PKCS7(AES.block_size).unpadder()
    padded = decryptor.update(ciphertext) + decryptor.finalize()
    return unpadder.update(padded) + unpadder.finalize()

"""What a phone and a client make of a pairing code of eight characters (whatsmeow, pair-code.go). No I/O."""

from __future__ import annotations

import hashlib
import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CTR

from comptoir.lab.crypto import KEY_LENGTH, KeyPair, dh, hkdf

# No 0, I, O and U: what is read aloud or copied by hand is not mistaken.
ALPHABET = "123456789ABCDEFGHJKLMNPQRSTVWXYZ"
CODE_LENGTH = 8

_ROUNDS = 1 << 17
_SALT, _IV, _NONCE, _TAG = 32, 16, 12, 16
WRAPPED_LENGTH = _SALT + _IV + KEY_LENGTH
BUNDLE_LENGTH = _SALT + _NONCE + 3 * KEY_LENGTH + _TAG


class PairingCodeError(ValueError):
    """A text that is no pairing code, or one that is not the client's."""


def read_code(text: str) -> str:
    """`abcd-efgh`, as people type it, as the eight characters that count. Raises PairingCodeError."""
    code = "".join(text.split()).replace("-", "").upper()
    if len(code) != CODE_LENGTH or not set(code) <= set(ALPHABET):
        raise PairingCodeError(
            f"{text!r} is no pairing code: eight letters and digits, without 0, I, O and U, as in ABCD-1234"
        )
    return code


def wrap(code: str, public: bytes) -> bytes:
    """An ephemeral public key, hidden from whoever does not know the code. Takes a tenth of a second."""
    salt, iv = secrets.token_bytes(_SALT), secrets.token_bytes(_IV)
    return salt + iv + _mask(code, salt, iv, public)


def unwrap(code: str, wrapped: bytes) -> bytes:
    """The key in what `wrap` made; another key for another code, which nothing tells here."""
    salt, iv, masked = wrapped[:_SALT], wrapped[_SALT : _SALT + _IV], wrapped[_SALT + _IV :]
    return _mask(code, salt, iv, masked)


def _mask(code: str, salt: bytes, iv: bytes, data: bytes) -> bytes:
    key = hashlib.pbkdf2_hmac("sha256", code.encode(), salt, _ROUNDS, KEY_LENGTH)
    cipher = Cipher(AES(key), CTR(iv)).encryptor()
    return cipher.update(data) + cipher.finalize()


class PhoneSide:
    """A phone into which a code has been typed. Making one takes two tenths of a second."""

    def __init__(self, account: KeyPair, code: str, companion_hello: bytes) -> None:
        """`companion_hello` is the client's ephemeral key as it wrapped it."""
        ephemeral = KeyPair.generate()
        self.hello = wrap(code, ephemeral.public)
        """The phone's own ephemeral key, wrapped for the client."""
        self._account = account
        self._shared = dh(ephemeral.private, unwrap(code, companion_hello))

    def adv_secret(self, bundle: bytes, companion: bytes) -> bytes:
        """The secret that seals the device identity, made of the client's last answer.

        `companion` is the identity key that the client gave beside it. Raises PairingCodeError for a wrong code.
        """
        salt, nonce, sealed = bundle[:_SALT], bundle[_SALT : _SALT + _NONCE], bundle[_SALT + _NONCE :]
        key = hkdf(self._shared, KEY_LENGTH, b"link_code_pairing_key_bundle_encryption_key", salt)
        try:
            keys = AESGCM(key).decrypt(nonce, sealed, None)
        except InvalidTag:
            raise PairingCodeError("this is not the code that the client shows: type the one on its screen") from None
        if keys[: 2 * KEY_LENGTH] != companion + self._account.public:
            raise PairingCodeError("the client's answer is for another phone or from another client")
        identity = dh(self._account.private, companion)
        return hkdf(self._shared + identity + keys[2 * KEY_LENGTH :], KEY_LENGTH, b"adv_secret")

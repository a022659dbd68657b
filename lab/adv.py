"""How an account vouches for a linked device (ADV): the phone signs at pairing, the device in return."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from dataclasses import dataclass, field
from typing import Any

from google.protobuf.message import DecodeError

from comptoir.lab import protobufs as pb
from comptoir.lab.crypto import KEY_LENGTH, KeyPair, xeddsa_sign, xeddsa_verify

# What a signature is for (whatsmeow, pair.go).
_ACCOUNT_PREFIX = b"\x06\x00"
_DEVICE_PREFIX = b"\x06\x01"


class AdvError(ValueError):
    """A code that is no link code, or a device identity whose signatures do not hold."""


@dataclass(frozen=True, slots=True)
class LinkCode:
    """What a client shows as QR code; after a pairing code, what the phone knows of it as well."""

    ref: str
    noise: bytes
    identity: bytes
    secret: bytes = field(repr=False)
    """Seals the phone's answer, so that only a phone that saw the code can give it."""

    @classmethod
    def parse(cls, text: str) -> LinkCode:
        """Read `ref,noise,identity,secret[,type]`, keys in base64, with or without the address before `#`."""
        parts = text.strip().rpartition("#")[2].split(",")
        if len(parts) < 4:
            raise AdvError("a link code was expected: ref, noise key, identity key and secret, with commas between")
        try:
            keys = [base64.b64decode(part, validate=True) for part in parts[1:4]]
        except binascii.Error as error:
            raise AdvError(f"a key in the link code is not base64: {error}") from error
        if not parts[0] or any(len(key) != KEY_LENGTH for key in keys):
            raise AdvError("the link code lacks its ref, or one of its keys has not 32 bytes")
        return cls(parts[0], *keys)


def vouch(account: KeyPair, code: LinkCode, *, key_index: int, now: int, account_id: int) -> bytes:
    """A serialised ADVSignedDeviceIdentityHMAC: the account takes the device that shows `code` for its own.

    `now` is in Unix seconds; `key_index` numbers the account's linked devices; `account_id` stays the same
    for all of them.
    """
    details = pb.adv.ADVDeviceIdentity(rawID=account_id, timestamp=now, keyIndex=key_index).SerializeToString()
    identity = pb.adv.ADVSignedDeviceIdentity(
        details=details,
        accountSignatureKey=account.public,
        accountSignature=xeddsa_sign(account.private, _ACCOUNT_PREFIX + details + code.identity),
    ).SerializeToString()
    sealed = pb.adv.ADVSignedDeviceIdentityHMAC(
        details=identity, HMAC=hmac.digest(code.secret, identity, hashlib.sha256)
    )
    return bytes(sealed.SerializeToString())


def check_device(signed: bytes, *, account: bytes, identity: bytes) -> None:
    """Check a device's ADVSignedDeviceIdentity against the account's public key and its own. Raises AdvError.

    The account's key may be left out of the protobuf, as a device does that answers its own phone.
    """
    message = _parse(pb.adv.ADVSignedDeviceIdentity, signed)
    if message.accountSignatureKey not in (b"", account):
        raise AdvError("the device identity names another account's key")
    if not xeddsa_verify(account, _ACCOUNT_PREFIX + message.details + identity, message.accountSignature):
        raise AdvError("the account's signature does not hold for this device")
    covered = _DEVICE_PREFIX + message.details + identity + account
    if not xeddsa_verify(identity, covered, message.deviceSignature):
        raise AdvError("the device's signature does not hold for this account")


def accept(sealed: bytes, *, secret: bytes, identity: KeyPair) -> bytes:
    """The device's side: its ADVSignedDeviceIdentity, without the account's key. Raises AdvError."""
    container = _parse(pb.adv.ADVSignedDeviceIdentityHMAC, sealed)
    if not hmac.compare_digest(container.HMAC, hmac.digest(secret, container.details, hashlib.sha256)):
        raise AdvError("the device identity was not sealed with this device's secret")
    message = _parse(pb.adv.ADVSignedDeviceIdentity, container.details)
    account = message.accountSignatureKey
    covered = _ACCOUNT_PREFIX + message.details + identity.public
    if not xeddsa_verify(account, covered, message.accountSignature):
        raise AdvError("the account's signature does not hold for this device")
    covered = _DEVICE_PREFIX + message.details + identity.public + account
    message.deviceSignature = xeddsa_sign(identity.private, covered)
    message.ClearField("accountSignatureKey")
    return bytes(message.SerializeToString())


def _parse(kind: Any, data: bytes) -> Any:
    try:
        return kind.FromString(data)
    except DecodeError as error:
        raise AdvError(f"the protobuf {kind.DESCRIPTOR.name} was expected: {error}") from error

"""The two Signal messages as they travel: a version byte, a protobuf, and for the inner one a MAC."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from google.protobuf.descriptor_pb2 import FieldDescriptorProto, FileDescriptorProto
from google.protobuf.descriptor_pool import DescriptorPool
from google.protobuf.message import DecodeError
from google.protobuf.message_factory import GetMessageClass

from comptoir.lab.crypto import KEY_LENGTH
from comptoir.lab.signal.errors import MalformedMessage
from comptoir.lab.signal.keys import KEY_TYPE

MAC_LENGTH = 8

# Version of the message in the upper half, newest version known in the lower one.
VERSION = b"\x33"

UINT32 = FieldDescriptorProto.TYPE_UINT32
BYTES = FieldDescriptorProto.TYPE_BYTES
# WhisperTextProtocol.proto of libsignal; neonize brings its generated form only compiled into Go.
_MESSAGE_FIELDS = {
    "ratchet_key": (1, BYTES),
    "counter": (2, UINT32),
    "previous_counter": (3, UINT32),
    "ciphertext": (4, BYTES),
}
_PREKEY_MESSAGE_FIELDS = {
    "prekey_id": (1, UINT32),
    "base_key": (2, BYTES),
    "identity": (3, BYTES),
    "message": (4, BYTES),
    "registration_id": (5, UINT32),
    "signed_prekey_id": (6, UINT32),
}


def message_class(name: str, fields: Mapping[str, tuple[int, Any]]) -> Any:
    file = FileDescriptorProto(name=f"comptoir_lab_{name}.proto", syntax="proto2")
    message = file.message_type.add(name=name)
    for field, (number, kind) in fields.items():
        message.field.add(name=field, number=number, type=kind, label=FieldDescriptorProto.LABEL_OPTIONAL)
    # A pool of its own: the default one is shared by every library in the process.
    pool = DescriptorPool()
    pool.AddSerializedFile(file.SerializeToString())
    return GetMessageClass(pool.FindMessageTypeByName(name))


_Message = message_class("SignalMessage", _MESSAGE_FIELDS)
_PreKeyMessage = message_class("PreKeySignalMessage", _PREKEY_MESSAGE_FIELDS)


@dataclass(frozen=True, slots=True)
class MacKey:
    """The key of one message's MAC, and whose identities it binds, sender first."""

    key: bytes
    sender: bytes
    receiver: bytes

    def mac(self, authenticated: bytes) -> bytes:
        covered = KEY_TYPE + self.sender + KEY_TYPE + self.receiver + authenticated
        return hmac.digest(self.key, covered, hashlib.sha256)[:MAC_LENGTH]


@dataclass(frozen=True, slots=True)
class SignalMessage:
    """A ciphertext and its place in the sender's ratchet."""

    ratchet_key: bytes
    counter: int
    previous_counter: int
    ciphertext: bytes
    authenticated: bytes
    """The bytes that the MAC covers, after the two identities."""
    mac: bytes

    @classmethod
    def sign(
        cls, ratchet_key: bytes, counter: int, previous_counter: int, ciphertext: bytes, mac_key: MacKey
    ) -> SignalMessage:
        message = _Message(
            ratchet_key=KEY_TYPE + ratchet_key,
            counter=counter,
            previous_counter=previous_counter,
            ciphertext=ciphertext,
        )
        authenticated = VERSION + message.SerializeToString()
        mac = mac_key.mac(authenticated)
        return cls(ratchet_key, counter, previous_counter, ciphertext, authenticated, mac)

    @classmethod
    def parse(cls, data: bytes) -> SignalMessage:
        """Raises MalformedMessage. Says nothing about the MAC."""
        authenticated, mac = data[:-MAC_LENGTH], data[-MAC_LENGTH:]
        message = parse_body(_Message, authenticated, ("ratchet_key", "counter", "ciphertext"))
        return cls(
            read_public_key(message.ratchet_key),
            message.counter,
            message.previous_counter,
            message.ciphertext,
            authenticated,
            mac,
        )

    def is_signed_by(self, mac_key: MacKey) -> bool:
        return hmac.compare_digest(self.mac, mac_key.mac(self.authenticated))

    def __bytes__(self) -> bytes:
        return self.authenticated + self.mac


@dataclass(frozen=True, slots=True)
class PreKeyMessage:
    """A first message: the inner one, and what its receiver needs to set up the same session."""

    registration_id: int
    prekey_id: int | None
    signed_prekey_id: int
    base_key: bytes
    identity: bytes
    message: SignalMessage

    @classmethod
    def parse(cls, data: bytes) -> PreKeyMessage:
        """Raises MalformedMessage."""
        message = parse_body(_PreKeyMessage, data, ("signed_prekey_id", "base_key", "identity", "message"))
        return cls(
            message.registration_id,
            message.prekey_id if message.HasField("prekey_id") else None,
            message.signed_prekey_id,
            read_public_key(message.base_key),
            read_public_key(message.identity),
            SignalMessage.parse(message.message),
        )

    def __bytes__(self) -> bytes:
        message = _PreKeyMessage(
            registration_id=self.registration_id,
            prekey_id=self.prekey_id,
            signed_prekey_id=self.signed_prekey_id,
            base_key=KEY_TYPE + self.base_key,
            identity=KEY_TYPE + self.identity,
            message=bytes(self.message),
        )
        return VERSION + bytes(message.SerializeToString())


def parse_body(kind: Any, data: bytes, required: tuple[str, ...]) -> Any:
    if data[:1] != VERSION:
        raise MalformedMessage(f"a Signal message of version 3 was expected, it begins with {data[:1]!r}")
    try:
        message = kind.FromString(data[1:])
    except DecodeError as error:
        raise MalformedMessage(f"the protobuf in a Signal message cannot be read: {error}") from error
    missing = [name for name in required if not message.HasField(name)]
    if missing:
        raise MalformedMessage(f"a Signal message lacks {', '.join(missing)}")
    return message


def read_public_key(data: bytes) -> bytes:
    if len(data) != 1 + KEY_LENGTH or data[:1] != KEY_TYPE:
        raise MalformedMessage("a public key in a Signal message is not 32 bytes after the type byte 05")
    return data[1:]

"""The protobuf inside an `enc`: building it as official apps do, padding it, and saying what one contains."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Any

from google.protobuf.message import DecodeError

from comptoir.lab import protobufs as pb

# A field number WhatsApp's own schema does not use: what a client from next year might send.
FUTURE_FIELD = 9_001
SECRET_BYTES = 32

# Not contents: they ride along with whatever the message is.
_COMPANIONS_OF_CONTENT = frozenset({"messageContextInfo", "senderKeyDistributionMessage"})


@dataclass(frozen=True, slots=True)
class Content:
    """What a plaintext says. `kind` is the protobuf's name of its content field, or "unknown", or "empty"."""

    kind: str
    text: str
    message: Any
    """The `Message` itself, unwrapped from a DeviceSentMessage."""
    sent_to: str | None = None
    """Chat (a JID as text) of a copy that another device of the same account sent; None in all else."""

    @property
    def secret(self) -> bytes | None:
        """The 32-byte message secret, or None."""
        return self.message.messageContextInfo.messageSecret or None


def pad(plaintext: bytes) -> bytes:
    """Append n bytes of value n, n being 1 to 15 at random."""
    amount = secrets.randbelow(15) + 1
    return plaintext + bytes([amount]) * amount


def unpad(padded: bytes) -> bytes:
    """Undo `pad`. Raises ValueError when the padding is not one."""
    amount = padded[-1] if padded else 0
    if not amount or padded[-amount:] != bytes([amount]) * amount:
        raise ValueError("a decrypted message does not end in its padding: n bytes of value n were expected")
    return padded[:-amount]


def new_message_id() -> str:
    """An id in the form phones use: 32 upper-case hex digits."""
    return "AC" + secrets.token_hex(15).upper()


def new_secret() -> bytes:
    return secrets.token_bytes(SECRET_BYTES)


def text(body: str, *, secret: bytes | None = None, extended: bool = False) -> Any:
    """A text, in either of the two fields that official apps use for one."""
    message = pb.e2e.Message()
    if extended:
        message.extendedTextMessage.text = body
    else:
        message.conversation = body
    return with_secret(message, secret)


def unknown(*, secret: bytes | None = None) -> Any:
    """A message whose only content is a field that no schema of today knows."""
    tag = FUTURE_FIELD << 3 | 2
    message = pb.e2e.Message.FromString(_varint(tag) + _varint(5) + b"salut")
    return with_secret(message, secret)


def with_secret(message: Any, secret: bytes | None) -> Any:
    if secret is not None:
        message.messageContextInfo.messageSecret = secret
    return message


def device_sent(chat: str, message: Any) -> Any:
    """The copy that the sender's other devices get: the message wrapped, with the chat it went to."""
    copy = pb.e2e.Message()
    copy.deviceSentMessage.destinationJID = chat
    copy.deviceSentMessage.message.CopyFrom(message)
    if message.HasField("messageContextInfo"):
        copy.messageContextInfo.CopyFrom(message.messageContextInfo)
    return copy


def app_state_key_share(key_id: bytes, key_data: bytes, at_ms: int) -> Any:
    """The phone's answer to a new companion: the key that opens the account's app state."""
    message = pb.e2e.Message()
    message.protocolMessage.type = pb.e2e.ProtocolMessage.APP_STATE_SYNC_KEY_SHARE
    key = message.protocolMessage.appStateSyncKeyShare.keys.add()
    key.keyID.keyID = key_id
    key.keyData.keyData = key_data
    key.keyData.fingerprint.rawID = int.from_bytes(key_id, "big") & 0x7FFFFFFF
    key.keyData.fingerprint.currentIndex = 0
    key.keyData.fingerprint.deviceIndexes.append(0)
    key.keyData.timestamp = at_ms
    return message


def read(plaintext: bytes) -> Content:
    """Say what an unpadded plaintext contains. Raises ValueError when it is not a Message at all."""
    try:
        message = pb.e2e.Message.FromString(plaintext)
    except DecodeError as error:
        raise ValueError(f"a decrypted message is not the protobuf Message that was expected: {error}") from error
    sent_to = None
    if message.HasField("deviceSentMessage"):
        sent_to = message.deviceSentMessage.destinationJID
        message = message.deviceSentMessage.message
    kind = _kind(message)
    return Content(kind, _text_of(message, kind), message, sent_to)


def _kind(message: Any) -> str:
    names = [field.name for field, _ in message.ListFields() if field.name not in _COMPANIONS_OF_CONTENT]
    if names:
        return str(names[0])
    # Whatever is left once the known fields are gone was written by somebody with a newer schema.
    bare = type(message)()
    bare.CopyFrom(message)
    for name in _COMPANIONS_OF_CONTENT:
        bare.ClearField(name)
    return "unknown" if bare.SerializeToString() else "empty"


def _text_of(message: Any, kind: str) -> str:
    match kind:
        case "conversation":
            return str(message.conversation)
        case "extendedTextMessage":
            return str(message.extendedTextMessage.text)
        case "editedMessage":
            inner = message.editedMessage.message.protocolMessage.editedMessage
            return str(inner.conversation or inner.extendedTextMessage.text)
        case "reactionMessage":
            return str(message.reactionMessage.text)
        case _:
            return ""


def _varint(value: int) -> bytes:
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)

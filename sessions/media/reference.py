"""Where a received message says that its file lies, and what it must turn out to be."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

# Protobufs are built at run time: their Python classes have no useful static type here.
Proto = Any

# The purpose that the file's keys are derived for, and what its host calls the kind (whatsmeow, download.go).
_PURPOSES = {
    "imageMessage": (b"WhatsApp Image Keys", "image"),
    "stickerMessage": (b"WhatsApp Image Keys", "image"),
    "videoMessage": (b"WhatsApp Video Keys", "video"),
    "ptvMessage": (b"WhatsApp Video Keys", "video"),
    "audioMessage": (b"WhatsApp Audio Keys", "audio"),
    "documentMessage": (b"WhatsApp Document Keys", "document"),
}
# Messages around a message. Those that may be seen once only are none of them: what they hold is never fetched.
_AROUND = ("documentWithCaptionMessage", "ephemeralMessage", "lottieStickerMessage", "editedMessage")
_DEPTH = 4


@dataclass(frozen=True, slots=True)
class Reference:
    """A stranger's words, all of them: nothing is believed before the hashes have been checked."""

    direct_path: str
    url: str
    media_key: bytes = field(repr=False)
    sha256: bytes
    encrypted_sha256: bytes
    size: int
    """Of the plaintext in bytes, as the sender says."""
    purpose: bytes
    mms_type: str


def reference_in(raw: bytes) -> Reference | None:
    """From an event's protobuf as the inbox keeps it; None where it refers to no file that may be fetched."""
    from neonize.proto.Neonize_pb2 import Message

    event = Message.FromString(raw)
    if event.IsViewOnce or event.IsViewOnceV2 or event.IsViewOnceV2Extension:
        return None
    return next(_references(event.Message, _DEPTH), None)


def _references(body: Proto, depth: int) -> Iterator[Reference]:
    for field_, value in body.ListFields():
        if field_.name in _PURPOSES and not getattr(value, "viewOnce", False):
            yield _reference(value, *_PURPOSES[field_.name])
        elif field_.name in _AROUND and depth:
            yield from _references(value.message, depth - 1)


def _reference(file: Proto, purpose: bytes, mms_type: str) -> Reference:
    return Reference(
        direct_path=file.directPath,
        url=file.URL,
        media_key=file.mediaKey,
        sha256=file.fileSHA256,
        encrypted_sha256=file.fileEncSHA256,
        size=file.fileLength,
        purpose=purpose,
        mms_type=mms_type,
    )

"""What a stanza says in clear of the message inside (whatsmeow, send.go)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from comptoir.lab import protobufs as pb
from comptoir.lab.nodes import Node

WRAPPERS = (
    "viewOnceMessage",
    "viewOnceMessageV2",
    "viewOnceMessageV2Extension",
    "lottieStickerMessage",
    "ephemeralMessage",
    "documentWithCaptionMessage",
)
EDITED, DELETED, DELETED_BY_ADMIN = "1", "7", "8"

_MEDIA_TYPES = {
    "imageMessage": "image",
    "stickerMessage": "sticker",
    "documentMessage": "document",
    "ptvMessage": "ptv",
    "contactMessage": "vcard",
    "contactsArrayMessage": "contact_array",
}


@dataclass(frozen=True, slots=True)
class Marks:
    """The attributes of the stanza and of its ciphertexts; an empty one is left out."""

    type: str = "text"
    mediatype: str = ""
    edit: str = ""
    polltype: str = ""
    hidden: bool = False
    """Whether a receiver who cannot read it shows nothing at all."""

    def on_stanza(self, stanza: Node) -> Node:
        content = stanza.content if isinstance(stanza.content, tuple) else ()
        meta = (Node("meta", {"polltype": self.polltype}),) if self.polltype else ()
        marked = Node(stanza.tag, stanza.attrs, (*content, *meta))
        return marked.with_attrs(edit=self.edit) if self.edit else marked

    def on_enc(self, enc: Node) -> Node:
        marked = enc.with_attrs(mediatype=self.mediatype) if self.mediatype else enc
        return marked.with_attrs(**{"decrypt-fail": "hide"}) if self.hidden else marked


def marks_of(message: Any) -> Marks:
    """The marks that apps put on a message."""
    inner, media, edit = unwrapped(message), _media_type(unwrapped(message)), _edit(message)
    if inner.HasField("reactionMessage"):
        return Marks("reaction", "", edit, "", hidden=True)
    if inner.HasField("pollUpdateMessage"):
        return Marks("poll", "", edit, "vote", hidden=True)
    if is_poll(inner):
        return Marks("poll", "", edit, "creation", hidden=bool(edit))
    return Marks("media" if media else "text", media, edit, "", hidden=bool(edit))


def unwrapped(message: Any) -> Any:
    """The message inside those that only say how the inner one is to be treated."""
    for _ in range(len(WRAPPERS)):
        wrapper = next((name for name in WRAPPERS if message.HasField(name)), None)
        if wrapper is None:
            break
        message = getattr(message, wrapper).message
    return message


def is_poll(message: Any) -> bool:
    return any(message.HasField(name) for name in POLLS)


POLLS = ("pollCreationMessage", "pollCreationMessageV2", "pollCreationMessageV3")


def _media_type(message: Any) -> str:
    if message.HasField("audioMessage"):
        return "ptt" if message.audioMessage.PTT else "audio"
    if message.HasField("videoMessage"):
        return "gif" if message.videoMessage.gifPlayback else "video"
    if message.HasField("extendedTextMessage") and message.extendedTextMessage.HasField("title"):
        return "url"
    return next((kind for name, kind in _MEDIA_TYPES.items() if message.HasField(name)), "")


def _edit(message: Any) -> str:
    if message.HasField("editedMessage"):
        return _edit(message.editedMessage.message)
    if message.HasField("reactionMessage"):
        return "" if message.reactionMessage.text else DELETED
    if message.HasField("protocolMessage") and message.protocolMessage.HasField("key"):
        protocol = message.protocolMessage
        if protocol.type == pb.e2e.ProtocolMessage.REVOKE:
            return DELETED if protocol.key.fromMe else DELETED_BY_ADMIN
        if protocol.type == pb.e2e.ProtocolMessage.MESSAGE_EDIT:
            return EDITED
    return ""

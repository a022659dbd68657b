"""Contents as the protobufs that official apps send of them."""

from __future__ import annotations

import mimetypes
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from comptoir.lab import protobufs as pb
from comptoir.lab.attachments import FileFacts
from comptoir.lab.kinds.contents import Card, Cards, Deletion, File, LiveLocation, Location, Poll, Timer
from comptoir.lab.kinds.marks import unwrapped
from comptoir.lab.kinds.memory import Remembered
from comptoir.lab.nodes import JID

_FIELDS = {
    "image": "imageMessage",
    "video": "videoMessage",
    "audio": "audioMessage",
    "voice": "audioMessage",
    "document": "documentMessage",
    "sticker": "stickerMessage",
}
CAPTIONED = frozenset({"imageMessage", "videoMessage", "documentMessage"})
_MIMES = {
    "image": "image/jpeg",
    "video": "video/mp4",
    "audio": "audio/mpeg",
    "voice": "audio/ogg; codecs=opus",
    "sticker": "image/webp",
}


@dataclass(frozen=True, slots=True)
class Placed:
    """A file on the media host."""

    facts: FileFacts
    direct_path: str
    url: str


@dataclass(frozen=True, slots=True)
class Context:
    """What a message says beside its content."""

    quote: Remembered | None = None
    expires_in: int = 0
    expires_since: int = 0
    """When the chat's timer was set, in seconds."""
    mentions: Sequence[JID] = ()

    def __bool__(self) -> bool:
        return bool(self.quote or self.expires_in or self.mentions)


def file(content: File, placed: Placed, at: int) -> Any:
    """A file's message; `at`, in seconds, is when its key was made."""
    message = pb.e2e.Message()
    # Apps wrap a document that has a caption: older ones would show it without.
    captioned = content.kind == "document" and content.caption
    field = "ptvMessage" if content.kind == "video" and content.round else _FIELDS[content.kind]
    part = getattr(message.documentWithCaptionMessage.message if captioned else message, field)
    facts = placed.facts
    part.URL, part.directPath, part.mimetype = placed.url, placed.direct_path, _mime(content)
    part.mediaKey, part.mediaKeyTimestamp, part.fileLength = facts.media_key, at, facts.length
    part.fileSHA256, part.fileEncSHA256 = facts.sha256, facts.encrypted_sha256
    if content.kind in {"image", "video", "document"}:
        part.caption = content.caption
        part.JPEGThumbnail = content.thumbnail
    _add_what_only_some_have(part, content)
    return message


def _add_what_only_some_have(part: Any, content: File) -> None:
    match content.kind:
        case "video":
            part.seconds, part.gifPlayback = content.seconds, content.gif
        case "audio" | "voice":
            part.seconds, part.PTT, part.waveform = content.seconds, content.kind == "voice", content.waveform
        case "document":
            part.fileName = part.title = content.name
        case "sticker":
            part.isAnimated = content.gif


def _mime(content: File) -> str:
    guessed = mimetypes.guess_type(content.name)[0] or "application/octet-stream"
    return content.mime or _MIMES.get(content.kind, guessed)


def view_once(message: Any) -> Any:
    """A file's message wrapped so that apps show it once."""
    field = next(field.name for field, _ in message.ListFields())
    wrapped = pb.e2e.Message()
    # Voice notes came later, and with a wrapper of their own.
    wrapper = wrapped.viewOnceMessageV2Extension if field == "audioMessage" else wrapped.viewOnceMessageV2
    wrapper.message.CopyFrom(message)
    getattr(wrapper.message, field).viewOnce = True
    return wrapped


def location(content: Location) -> Any:
    message = pb.e2e.Message()
    part = message.locationMessage
    part.degreesLatitude, part.degreesLongitude = content.latitude, content.longitude
    part.name, part.address = content.name, content.address
    return message


def live_location(content: LiveLocation, at_ms: int) -> Any:
    message = pb.e2e.Message()
    part = message.liveLocationMessage
    part.degreesLatitude, part.degreesLongitude = content.latitude, content.longitude
    part.caption, part.sequenceNumber = content.caption, at_ms
    return message


def card(content: Card) -> Any:
    message = pb.e2e.Message()
    message.contactMessage.displayName, message.contactMessage.vcard = content.name, content.vcard
    return message


def cards(content: Cards) -> Any:
    message = pb.e2e.Message()
    message.contactsArrayMessage.displayName = f"{len(content.cards)} contacts"
    for each in content.cards:
        message.contactsArrayMessage.contacts.add(displayName=each.name, vcard=each.vcard)
    return message


def poll(content: Poll) -> Any:
    """A poll with one answer has a field of its own."""
    message = pb.e2e.Message()
    part = message.pollCreationMessageV3 if content.choices == 1 else message.pollCreationMessage
    part.name, part.selectableOptionsCount = content.question, content.choices
    for option in content.options:
        part.options.add(optionName=option)
    return message


def vote(key: Any, value: Any, at_ms: int) -> Any:
    """A vote, sealed by `votes.sealed`, in the poll that the key names."""
    message = pb.e2e.Message()
    message.pollUpdateMessage.pollCreationMessageKey.CopyFrom(key)
    message.pollUpdateMessage.vote.CopyFrom(value)
    message.pollUpdateMessage.senderTimestampMS = at_ms
    return message


def reaction(key: Any, emoji: str, at_ms: int) -> Any:
    message = pb.e2e.Message()
    message.reactionMessage.key.CopyFrom(key)
    message.reactionMessage.text, message.reactionMessage.senderTimestampMS = emoji, at_ms
    return message


def edit(original: Any, text: str, key: Any, at_ms: int) -> Any:
    """A new text for a message; one that has a caption comes whole, under the new one."""
    message = pb.e2e.Message()
    protocol = message.editedMessage.message.protocolMessage
    protocol.key.CopyFrom(key)
    protocol.type, protocol.timestampMS = pb.e2e.ProtocolMessage.MESSAGE_EDIT, at_ms
    inner = unwrapped(original)
    captioned = next((field.name for field, _ in inner.ListFields() if field.name in CAPTIONED), None)
    if captioned is None:
        protocol.editedMessage.conversation = text
    else:
        protocol.editedMessage.CopyFrom(quotable(inner))
        getattr(protocol.editedMessage, captioned).caption = text
    return message


def album(images: int, videos: int) -> Any:
    """What announces that so many files belong together."""
    message = pb.e2e.Message()
    message.albumMessage.expectedImageCount, message.albumMessage.expectedVideoCount = images, videos
    return message


def in_album(message: Any, album: Any) -> Any:
    """A file's message that says to which album, named by its key, it belongs."""
    association = message.messageContextInfo.messageAssociation
    association.associationType = pb.e2e.MessageAssociation.MEDIA_ALBUM
    association.parentMessageKey.CopyFrom(album)
    return message


def deletion(content: Deletion, key: Any) -> Any:
    message = pb.e2e.Message()
    message.protocolMessage.type = pb.e2e.ProtocolMessage.REVOKE
    message.protocolMessage.key.CopyFrom(key)
    return message


def timer(content: Timer, at: int) -> Any:
    message = pb.e2e.Message()
    protocol = message.protocolMessage
    protocol.type = pb.e2e.ProtocolMessage.EPHEMERAL_SETTING
    protocol.ephemeralExpiration, protocol.ephemeralSettingTimestamp = content.seconds, at
    return message


def key(id: str, chat: JID, own: bool, author: JID | None = None) -> Any:
    """The key of a message in a chat: one's `own`, or another's; in a group with its author."""
    made = pb.common.MessageKey(remoteJID=str(chat), fromMe=own, ID=id)
    if author is not None and not own:
        made.participant = str(author)
    return made


def with_context(message: Any, context: Context) -> Any:
    """The message with what it says beside its content. A kind that has no room for it goes without."""
    if not context:
        return message
    if message.HasField("conversation"):
        text = message.conversation
        message.ClearField("conversation")
        message.extendedTextMessage.text = text
    inner = unwrapped(message)
    for field, part in inner.ListFields():
        if field.message_type is not None and "contextInfo" in field.message_type.fields_by_name:
            _fill(part.contextInfo, context)
    return message


def _fill(info: Any, context: Context) -> None:
    if context.expires_in:
        info.expiration, info.ephemeralSettingTimestamp = context.expires_in, context.expires_since
    info.mentionedJID.extend(str(jid) for jid in context.mentions)
    if context.quote is not None:
        info.stanzaID, info.participant = context.quote.id, str(context.quote.sender)
        info.quotedMessage.CopyFrom(quotable(context.quote.message))


def quotable(message: Any) -> Any:
    """A message as it stands in a quote: whole, without what it itself quoted and without its secret."""
    kept = type(message)()
    kept.CopyFrom(message)
    kept.ClearField("messageContextInfo")
    for field, part in unwrapped(kept).ListFields():
        if field.message_type is not None and "contextInfo" in field.message_type.fields_by_name:
            part.ClearField("contextInfo")
    return kept

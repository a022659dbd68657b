"""What a decrypted message says, in the words of `Shown`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from comptoir.lab import protobufs as pb
from comptoir.lab.kinds.contents import Card, FileKind, LiveLocation, Location, Poll
from comptoir.lab.kinds.marks import POLLS, unwrapped
from comptoir.lab.kinds.shown import Quoted, Shown, ShownFile
from comptoir.lab.nodes import JID, NodeError

_VIEW_ONCE = ("viewOnceMessage", "viewOnceMessageV2", "viewOnceMessageV2Extension")
_FILES: dict[str, FileKind] = {
    "imageMessage": "image",
    "videoMessage": "video",
    "ptvMessage": "video",
    "audioMessage": "audio",
    "documentMessage": "document",
    "stickerMessage": "sticker",
}

Speak = Callable[[JID], str]
"""How a person is called, as in `Heard`."""


def read(message: Any, speak: Speak) -> Shown:
    """A vote's options and a quoted message's author need more than the message: see `Kinds`."""
    inner = unwrapped(message)
    if inner.HasField("editedMessage"):
        inner = inner.editedMessage.message
    shown = _by_field(inner)
    info = _context_info(inner)
    view_once = any(message.HasField(name) for name in _VIEW_ONCE) or _says_view_once(inner)
    return replace(
        shown,
        quote=_quoted(info, speak) if info is not None and info.stanzaID else None,
        mentions=tuple(_spoken(jid, speak) for jid in info.mentionedJID) if info is not None else (),
        expires_in=shown.expires_in or (info.expiration if info is not None else 0),
        expires_since=shown.expires_since or (info.ephemeralSettingTimestamp if info is not None else 0),
        view_once=view_once,
    )


def with_options(shown: Shown, options: Sequence[str]) -> Shown:
    """A vote with what was chosen."""
    return replace(shown, options=tuple(options))


def is_for_people(message: Any) -> bool:
    """Whether an app shows it, or changes something it showed before; keys and settings are for devices."""
    inner = unwrapped(message)
    if not inner.HasField("protocolMessage"):
        return True
    kinds = pb.e2e.ProtocolMessage
    return inner.protocolMessage.type in {kinds.REVOKE, kinds.MESSAGE_EDIT, kinds.EPHEMERAL_SETTING}


def text_of(message: Any) -> str:
    """What there is to read in it."""
    inner = unwrapped(message)
    return _by_field(inner.editedMessage.message if inner.HasField("editedMessage") else inner).text


def _by_field(inner: Any) -> Shown:
    present = {field.name for field, _ in inner.ListFields()}
    for name in present & _FILES.keys():
        return _file(getattr(inner, name), _FILES[name])
    for name in present & set(POLLS):
        part = getattr(inner, name)
        options = tuple(option.optionName for option in part.options)
        return Shown("poll", poll=Poll(part.name, options, part.selectableOptionsCount))
    if "conversation" in present:
        return Shown("text", inner.conversation)
    if "extendedTextMessage" in present:
        return Shown("text", inner.extendedTextMessage.text)
    if "locationMessage" in present:
        at = inner.locationMessage
        return Shown("location", location=Location(at.degreesLatitude, at.degreesLongitude, at.name, at.address))
    if "liveLocationMessage" in present:
        live = inner.liveLocationMessage
        place = LiveLocation(live.degreesLatitude, live.degreesLongitude, live.caption)
        return Shown("live_location", live.caption, location=place)
    if "contactMessage" in present:
        return Shown("card", cards=(_card(inner.contactMessage),))
    if "contactsArrayMessage" in present:
        return Shown("cards", cards=tuple(map(_card, inner.contactsArrayMessage.contacts)))
    if "pollUpdateMessage" in present:
        return Shown("vote", target=inner.pollUpdateMessage.pollCreationMessageKey.ID)
    if "reactionMessage" in present:
        return Shown("reaction", inner.reactionMessage.text, target=inner.reactionMessage.key.ID)
    if "protocolMessage" in present:
        return _protocol(inner.protocolMessage)
    return Shown("album" if "albumMessage" in present else "unknown")


def _file(part: Any, kind: FileKind) -> Shown:
    has = part.DESCRIPTOR.fields_by_name
    kind = "voice" if kind == "audio" and part.PTT else kind
    file = ShownFile(
        kind=kind,
        mime=part.mimetype,
        name=part.fileName if "fileName" in has else "",
        size=part.fileLength,
        seconds=part.seconds if "seconds" in has else 0,
        sha256=part.fileSHA256.hex(),
        encrypted_sha256=part.fileEncSHA256.hex(),
        media_key=part.mediaKey.hex(),
        direct_path=part.directPath,
        url=part.URL,
        thumbnail=len(part.JPEGThumbnail) if "JPEGThumbnail" in has else 0,
        gif=part.gifPlayback if "gifPlayback" in has else False,
    )
    return Shown(kind, part.caption if "caption" in has else "", file=file)


def _protocol(protocol: Any) -> Shown:
    kinds = pb.e2e.ProtocolMessage
    match protocol.type:
        case kinds.REVOKE:
            return Shown("deletion", target=protocol.key.ID)
        case kinds.MESSAGE_EDIT:
            return Shown("edit", text_of(protocol.editedMessage), target=protocol.key.ID)
        case kinds.EPHEMERAL_SETTING:
            since = protocol.ephemeralSettingTimestamp
            return Shown("timer", expires_in=protocol.ephemeralExpiration, expires_since=since)
        case _:
            return Shown("unknown")


def _card(part: Any) -> Card:
    return Card(part.displayName, part.vcard)


def _context_info(inner: Any) -> Any | None:
    for field, part in inner.ListFields():
        if field.message_type is not None and "contextInfo" in field.message_type.fields_by_name:
            return part.contextInfo
    return None


def _says_view_once(inner: Any) -> bool:
    return any(getattr(part, "viewOnce", False) for field, part in inner.ListFields() if field.name in _FILES)


def _quoted(info: Any, speak: Speak) -> Quoted:
    shown = _by_field(unwrapped(info.quotedMessage))
    sender = _spoken(info.participant, speak)
    return Quoted(info.stanzaID, sender, shown.kind, shown.text, shown.file)


def _spoken(jid: str, speak: Speak) -> str:
    """Strangers write what they like where a JID belongs."""
    try:
        return speak(JID.parse(jid))
    except NodeError:
        return jid

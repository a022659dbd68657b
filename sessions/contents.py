"""What a waE2E.Message says, as plain facts: kind, text, and what it holds beside them. Pure, and bounded.

Field names are those of WhatsApp's waE2E.proto. Whatever a stranger puts into them is cut or left out.
"""

from dataclasses import dataclass
from typing import Any

from comptoir.plugins.api import (
    FILE_KINDS,
    Card,
    Cards,
    Deletion,
    Edit,
    Place,
    Poll,
    Reaction,
    Received,
    ReceivedFile,
    Vote,
)
from comptoir.plugins.walking.limits import (
    MAX_CARD_NAME,
    MAX_CARDS,
    MAX_EMOJI,
    MAX_NAME,
    MAX_TEXT,
    MAX_VCARD,
    MAX_VCARDS,
)

# Protobufs are built at run time: their Python classes have no useful static type here.
Proto = Any

MAX_OPTIONS = 20
MAX_SIZE = 2**40
_MAX_WRAPS = 8

_WRAPPERS = (
    "deviceSentMessage", "ephemeralMessage", "viewOnceMessage", "viewOnceMessageV2", "viewOnceMessageV2Extension",
    "documentWithCaptionMessage", "editedMessage", "lottieStickerMessage", "associatedChildMessage",
    "groupMentionedMessage", "pollCreationMessageV4", "botInvokeMessage", "botForwardedMessage",
)  # fmt: skip
_VIEW_ONCE = {"viewOnceMessage", "viewOnceMessageV2", "viewOnceMessageV2Extension"}
_KINDS = {
    "imageMessage": "image",
    "videoMessage": "video",
    "ptvMessage": "video",
    "audioMessage": "audio",
    "documentMessage": "document",
    "stickerMessage": "sticker",
    "locationMessage": "location",
    "liveLocationMessage": "location",
    "contactMessage": "contact",
    "contactsArrayMessage": "contact",
    "reactionMessage": "reaction",
    "encReactionMessage": "reaction",
    "pollCreationMessage": "poll",
    "pollCreationMessageV2": "poll",
    "pollCreationMessageV3": "poll",
    "pollCreationMessageV5": "poll",
    "pollCreationMessageV6": "poll",
    "pollUpdateMessage": "vote",
}
# ProtocolMessage.Type: all others are the apps' own business (keys, history).
_REVOKE, _EPHEMERAL_SETTING, _MESSAGE_EDIT = 0, 3, 14
# They travel with any message, or announce others, and say nothing themselves.
_SILENT_FIELDS = {
    "messageContextInfo", "senderKeyDistributionMessage", "fastRatchetKeySenderKeyDistributionMessage", "albumMessage",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Said:
    """What a message says; a message it refers to by its WhatsApp id."""

    kind: str
    text: str = ""
    content: Received | None = None
    target: str | None = None
    """What a reaction, vote, edit or deletion is about."""


EMPTY, UNKNOWN = Said("empty"), Said("unknown")


def unwrapped(body: Proto) -> tuple[Proto, bool]:
    """The message inside its wrappings, and whether one of them says that it may be viewed once."""
    once = False
    for _ in range(_MAX_WRAPS):
        wrapper = next((name for name in _WRAPPERS if body.HasField(name)), None)
        if wrapper is None:
            break
        once |= wrapper in _VIEW_ONCE
        body = getattr(body, wrapper).message
    part = spoken_part(body)
    return body, once or bool(part is not None and getattr(part[1], "viewOnce", False))


def said(body: Proto) -> Said:
    """What an unwrapped message says; `unknown` for what has no name here, `empty` for what no person wrote."""
    if body.HasField("conversation"):
        return Said("text", body.conversation[:MAX_TEXT])
    if body.HasField("extendedTextMessage"):
        return Said("text", body.extendedTextMessage.text[:MAX_TEXT])
    if body.HasField("protocolMessage"):
        return _protocol(body.protocolMessage)
    part = spoken_part(body)
    if part is None:
        return UNKNOWN if _says_something(body) else EMPTY
    name, value = part
    kind = "voice" if name == "audioMessage" and value.PTT else _KINDS[name]
    if kind in FILE_KINDS:
        return Said(kind, getattr(value, "caption", "")[:MAX_TEXT], _file(value))
    match kind:
        case "location":
            return Said(kind, _first(value, "caption", "comment")[:MAX_TEXT], _place(value))
        case "contact":
            return Said(kind, "", _cards(value.contacts if name == "contactsArrayMessage" else [value]))
        case "poll":
            return Said(kind, value.name[:MAX_NAME], _poll(value))
        case "vote":
            return Said(kind, "", Vote(None, ()), _id(value.pollCreationMessageKey))
        case _ if name == "reactionMessage":
            return Said(kind, value.text[:MAX_EMOJI], Reaction(None, value.text[:MAX_EMOJI]), _id(value.key))
        case _:
            return Said(kind, "", Reaction(None, ""), _id(value.targetMessageKey))


def timer_set(body: Proto) -> int | None:
    """The seconds to which an unwrapped message sets the chat's disappearing timer; None for any other message."""
    protocol = body.protocolMessage
    if not body.HasField("protocolMessage") or protocol.type != _EPHEMERAL_SETTING:
        return None
    return int(protocol.ephemeralExpiration)


def context_of(body: Proto) -> Proto | None:
    """The contextInfo of an unwrapped message, where it has one."""
    for field, value in body.ListFields():
        fields = field.message_type.fields_by_name if field.message_type is not None else ()
        if "contextInfo" in fields and value.HasField("contextInfo"):
            return value.contextInfo
    return None


def spoken_part(body: Proto) -> tuple[str, Proto] | None:
    """Name and value of the field that says what an unwrapped message is, where it has a name here."""
    return next(((name, getattr(body, name)) for name in _KINDS if body.HasField(name)), None)


def _protocol(message: Proto) -> Said:
    # An unset type reads as the first: a deletion must name what it deletes.
    if message.type == _REVOKE and message.HasField("key"):
        return Said("deletion", "", Deletion(None), _id(message.key))
    if message.type == _MESSAGE_EDIT and message.HasField("editedMessage"):
        return Said("edit", said(unwrapped(message.editedMessage)[0]).text, Edit(None), _id(message.key))
    return EMPTY


def _file(value: Proto) -> ReceivedFile:
    return ReceivedFile(
        mime=value.mimetype[:MAX_NAME],
        size=min(value.fileLength, MAX_SIZE),
        name=_first(value, "fileName", "title")[:MAX_NAME],
        seconds=getattr(value, "seconds", 0),
    )


def _place(value: Proto) -> Place | None:
    latitude, longitude = value.degreesLatitude, value.degreesLongitude
    # Nor is what is no number on the globe: it compares with nothing.
    if not (abs(latitude) <= 90 and abs(longitude) <= 180):
        return None
    live = value.DESCRIPTOR.name == "LiveLocationMessage" or value.isLive
    name, address = getattr(value, "name", "")[:MAX_NAME], getattr(value, "address", "")[:MAX_NAME]
    return Place(latitude, longitude, name, address, bool(live))


def _cards(values: Any) -> Cards:
    cards, room = [], MAX_VCARDS
    for value in values[:MAX_CARDS]:
        # Half a card is no card.
        vcard = value.vcard if len(value.vcard) <= min(MAX_VCARD, room) else ""
        room -= len(vcard)
        cards.append(Card(value.displayName[:MAX_CARD_NAME], vcard))
    return Cards(tuple(cards))


def _poll(value: Proto) -> Poll:
    options = tuple(option.optionName[:MAX_NAME] for option in value.options[:MAX_OPTIONS])
    return Poll(value.name[:MAX_NAME], options, min(value.selectableOptionsCount, len(options)))


def _first(value: Proto, *names: str) -> str:
    """The first of these fields that holds a text; not every kind has them."""
    return next((text for name in names if (text := getattr(value, name, ""))), "")


def _id(key: Proto) -> str | None:
    return key.ID[:MAX_NAME] or None


def _says_something(body: Proto) -> bool:
    """Whether anything is there beside the wrapping, be it in fields that only newer apps know."""
    rest = type(body)()
    rest.CopyFrom(body)
    for name in _SILENT_FIELDS:
        rest.ClearField(name)
    return bool(rest.ByteSize())

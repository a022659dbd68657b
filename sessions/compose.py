"""Writes the waE2E.Message of a message that is to be sent. Pure; the protobuf classes are given in.

The forms are those whatsmeow derives a stanza's attributes from (send.go: getTypeFromMessage, getEditAttribute).
"""

from dataclasses import dataclass
from typing import Any

from comptoir.plugins.api import Cards, Deletion, Edit, Place, Poll, Reaction
from comptoir.sessions.events import Address
from comptoir.sessions.journal.media import MediaRow
from comptoir.sessions.journal.queued import Body, QueuedMessage, Reference

# Protobufs are built at run time: their Python classes have no useful static type here.
Proto = Any

_FIELDS = {
    "image": "imageMessage",
    "video": "videoMessage",
    "audio": "audioMessage",
    "voice": "audioMessage",
    "document": "documentMessage",
    "sticker": "stickerMessage",
}
_CAPTIONED = {"image", "video", "document"}
_REVOKE, _MESSAGE_EDIT = 0, 14


class Unsendable(ValueError):
    """The message cannot be written; the text says why."""


@dataclass(frozen=True, slots=True)
class Protos:
    """Where the classes come from."""

    e2e: Any
    """The module of waE2E.proto."""
    event: Any
    """neonize's class of a received message."""


def compose(protos: Protos, message: QueuedMessage, secret: bytes, now: int) -> Proto:
    """`now` is in milliseconds. Raises Unsendable."""
    try:
        made = _about(protos, message, now) if _needs_target(message.body) else _fresh(protos, message)
    except Unsendable:
        raise
    except ValueError as error:
        # It would be so at every attempt, and must not end the sender.
        raise Unsendable(f"WhatsApp's form of a message cannot hold it: {error}") from None
    # Our own secret leaves a trace in the session database before the stanza leaves.
    made.messageContextInfo.messageSecret = secret
    return made


def jid_of(address: Address) -> str:
    """As whatsmeow writes it; the LID where it is known."""
    if address.group:
        return f"{address.group}@g.us"
    if address.lid:
        return f"{address.lid}@lid"
    return f"{(address.number or '').removeprefix('+')}@s.whatsapp.net"


def _needs_target(body: Body) -> bool:
    return isinstance(body.content, Reaction | Edit | Deletion)


# --- messages about another one


def _about(protos: Protos, message: QueuedMessage, now: int) -> Proto:
    target, e2e = message.target, protos.e2e
    if target is None:
        raise Unsendable("the message that it is about never left, or is not known any more")
    made = e2e.Message()
    match message.body.content:
        case Reaction(_, emoji):
            _fill_key(made.reactionMessage.key, message, target)
            made.reactionMessage.text = emoji
            made.reactionMessage.senderTimestampMS = now
        case Edit():
            protocol = made.editedMessage.message.protocolMessage
            protocol.type = _MESSAGE_EDIT
            _fill_key(protocol.key, message, target)
            protocol.editedMessage.CopyFrom(_edited(protos, target.body, message.text))
            protocol.timestampMS = now
        case Deletion():
            made.protocolMessage.type = _REVOKE
            _fill_key(made.protocolMessage.key, message, target)
    return made


def _edited(protos: Protos, body: Body, text: str) -> Proto:
    """The earlier message with its new words, which may be a caption."""
    if body.kind in _CAPTIONED and body.media is not None and body.media.uploaded is not None:
        return _said(protos, Body(body.kind, text, media=body.media))
    return protos.e2e.Message(conversation=text)


def _fill_key(key: Proto, message: QueuedMessage, target: Reference) -> None:
    key.ID = target.whatsapp_id
    key.fromMe = target.ours
    key.remoteJID = jid_of(message.address)
    if message.address.group and not target.ours:
        key.participant = jid_of(target.author)


# --- messages of their own


def _fresh(protos: Protos, message: QueuedMessage) -> Proto:
    made = _said(protos, message.body)
    if message.quote is None and not message.expires_in:
        return made
    if made.HasField("conversation"):
        # Only this form of a text has a context.
        text = made.conversation
        made.ClearField("conversation")
        made.extendedTextMessage.text = text
    context = _part(made).contextInfo
    if message.expires_in:
        context.expiration = message.expires_in
        context.ephemeralSettingTimestamp = message.expires_since // 1000
    if message.quote is not None:
        context.stanzaID = message.quote.whatsapp_id
        context.participant = jid_of(message.quote.author)
        context.quotedMessage.CopyFrom(_whole(protos, message.quote))
    return made


def _part(made: Proto) -> Proto:
    """The part of a message that has a context."""
    if made.HasField("documentWithCaptionMessage"):
        made = made.documentWithCaptionMessage.message
    return next(value for field, value in made.ListFields() if field.message_type is not None)


def _whole(protos: Protos, quoted: Reference) -> Proto:
    """The quoted message as it was; without what it quoted itself, and without its secret."""
    if quoted.raw:
        event = protos.event()
        event.MergeFromString(quoted.raw)
        whole = event.Message
        whole.ClearField("messageContextInfo")
        for field, value in whole.ListFields():
            if field.message_type is not None and "contextInfo" in field.message_type.fields_by_name:
                value.ClearField("contextInfo")
        return whole
    try:
        return _said(protos, quoted.body)
    except Unsendable:
        # Its file is gone; what it said beside is shown.
        return protos.e2e.Message(conversation=quoted.body.text)


def _said(protos: Protos, body: Body) -> Proto:
    if body.kind in _FIELDS:
        return _with_file(protos.e2e, body)
    made = protos.e2e.Message()
    match body.content:
        case Place() as place:
            _fill_place(made.locationMessage, place)
        case Cards(cards):
            contacts = [protos.e2e.ContactMessage(displayName=card.name, vcard=card.vcard) for card in cards]
            if len(contacts) == 1:
                made.contactMessage.CopyFrom(contacts[0])
            else:
                made.contactsArrayMessage.displayName = f"{len(cards)} contacts"
                made.contactsArrayMessage.contacts.extend(contacts)
        case Poll(question, options, choices):
            # The first form of a poll is the one that whatsmeow marks as such in the stanza.
            made.pollCreationMessage.name = question
            made.pollCreationMessage.selectableOptionsCount = choices
            for option in options:
                made.pollCreationMessage.options.add().optionName = option
        case _:
            made.conversation = body.text
    return made


def _fill_place(part: Proto, place: Place) -> None:
    part.degreesLatitude, part.degreesLongitude = place.latitude, place.longitude
    if place.name:
        part.name = place.name
    if place.address:
        part.address = place.address


def _with_file(e2e: Any, body: Body) -> Proto:
    row = body.media
    if row is None or row.uploaded is None:
        raise Unsendable("its file is not kept any more")
    made = e2e.Message()
    holder = made
    if body.kind == "document" and body.text:
        # The form that official apps use: a plain document shows no caption.
        holder = made.documentWithCaptionMessage.message
    part = getattr(holder, _FIELDS[body.kind])
    _fill_file(part, row)
    if row.width and row.height and body.kind in ("image", "sticker"):
        part.width, part.height = row.width, row.height
    if body.text and body.kind in _CAPTIONED:
        part.caption = body.text
    if body.kind == "document":
        part.fileName = part.title = row.name
    if body.kind == "voice":
        part.PTT = True
    if row.seconds and body.kind in ("video", "audio", "voice"):
        part.seconds = row.seconds
    return made


def _fill_file(part: Proto, row: MediaRow) -> None:
    uploaded = row.uploaded
    assert uploaded is not None
    part.mimetype = row.mime
    part.URL = uploaded.url
    part.directPath = uploaded.direct_path
    part.mediaKey = uploaded.media_key
    part.fileSHA256 = uploaded.sha256
    part.fileEncSHA256 = uploaded.encrypted_sha256
    part.fileLength = uploaded.size

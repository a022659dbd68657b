"""neonize's protobuf events as our facts. Pure: it reads messages and imports nothing of neonize.

Field names are those of neonize 0.5.2's Neonize.proto and WhatsApp's waE2E.proto.
"""

from typing import Any

from comptoir.sessions.events import (
    Address,
    Audience,
    HistoryReceived,
    MessageReceived,
    ReceiptKind,
    ReceiptReceived,
    Unreadable,
)

# Protobufs are built at run time: their Python classes have no useful static type here.
Proto = Any

_PERSON_SERVERS = ("s.whatsapp.net", "lid")
_KINDS = {
    "imageMessage": "image",
    "videoMessage": "video",
    "ptvMessage": "video",
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
    "pollUpdateMessage": "poll_vote",
}
# waE2E ProtocolMessage.Type: all others are the apps' own business (keys, history, settings).
_PROTOCOL_KINDS = {0: "deletion", 14: "edit"}
# Travel with any message and say nothing about its kind.
_WRAPPING = {"messageContextInfo", "senderKeyDistributionMessage"}

_RECEIPTS: dict[int, ReceiptKind] = {1: "delivered", 3: "retry", 4: "read", 6: "read"}


def address_of(*jids: Proto) -> Address | None:
    """The person behind a JID and its alternative form; None for groups and other non-persons."""
    number = lid = None
    for jid in jids:
        if jid.User and jid.Server == "s.whatsapp.net":
            number = f"+{jid.User}"
        elif jid.User and jid.Server == "lid":
            lid = jid.User
    return Address(number, lid) if number or lid else None


def audience_of(source: Proto) -> Audience:
    server = source.Chat.Server
    if source.IsGroup or server == "g.us":
        return "group"
    if server == "newsletter":
        return "channel"
    return "person" if server in _PERSON_SERVERS else "status"


def chat_of(source: Proto) -> Address | None:
    """Whom the chat is with: the recipient of what the owner typed, else the sender."""
    if audience_of(source) != "person":
        return address_of(source.Sender, source.SenderAlt)
    if source.IsFromMe:
        return address_of(source.Chat, source.RecipientAlt)
    return address_of(source.Chat, source.Sender, source.SenderAlt)


def message(event: Proto) -> MessageReceived | None:
    """What a MessageEv says; None where nobody can be named as its chat."""
    info = event.Info
    chat = chat_of(info.MessageSource)
    if chat is None or not info.ID:
        return None
    kind, text = content(event.Message)
    return MessageReceived(
        whatsapp_id=info.ID,
        chat=chat,
        from_me=info.MessageSource.IsFromMe,
        audience=audience_of(info.MessageSource),
        kind=kind,
        text=text,
        time=info.Timestamp,
        push_name=info.Pushname,
        raw=event.SerializePartialToString(),
    )


def content(body: Proto) -> tuple[str, str]:
    """Kind and text of a waE2E.Message; `unknown` for what has no name here, `empty` for what no person wrote."""
    fields = {field.name: value for field, value in body.ListFields()}
    if "conversation" in fields:
        return "text", fields["conversation"]
    if "extendedTextMessage" in fields:
        return "text", fields["extendedTextMessage"].text
    if "audioMessage" in fields:
        return ("voice" if fields["audioMessage"].PTT else "audio"), ""
    if "protocolMessage" in fields:
        return _PROTOCOL_KINDS.get(fields["protocolMessage"].type, "empty"), ""
    for name, value in fields.items():
        if name in _KINDS:
            return _KINDS[name], getattr(value, "caption", "") or ""
    return ("unknown" if _says_something(body) else "empty"), ""


def _says_something(body: Proto) -> bool:
    """Whether anything is there beside the wrapping, be it in fields that only newer apps know."""
    rest = type(body)()
    rest.CopyFrom(body)
    for name in _WRAPPING:
        rest.ClearField(name)
    return bool(rest.ByteSize())


def unreadable(event: Proto) -> Unreadable | None:
    info = event.Info
    chat = chat_of(info.MessageSource)
    if chat is None or info.MessageSource.IsFromMe:
        return None
    return Unreadable(info.ID, chat, audience_of(info.MessageSource), info.Timestamp)


def receipt(event: Proto) -> ReceiptReceived | None:
    """What a ReceiptEv says. A receipt of our own phone is `other`: it only proves that we sent."""
    source = event.MessageSource
    giver = address_of(source.Sender, source.SenderAlt)
    if giver is None or not event.MessageIDs:
        return None
    # An unset type is one that neonize does not know; proto2 would read it as "delivered".
    kind = _RECEIPTS.get(event.Type, "other") if event.HasField("Type") else "other"
    if source.IsFromMe:
        kind = "other"
    # Receipts carry seconds where messages carry milliseconds.
    return ReceiptReceived(tuple(event.MessageIDs), giver, kind, event.Timestamp * 1000)


def history(event: Proto) -> HistoryReceived | None:
    """The ids in a HistorySyncEv: old mail, known to the session database before we ever saw it."""
    ids = tuple(
        item.message.key.ID for chat in event.Data.conversations for item in chat.messages if item.message.key.ID
    )
    return HistoryReceived(ids) if ids else None

"""neonize's protobuf events as our facts. Pure: it reads messages and imports nothing of neonize.

Field names are those of neonize 0.5.2's Neonize.proto; what a message says, `contents` reads.
"""

from dataclasses import replace

from comptoir.plugins.walking.limits import MAX_NAME
from comptoir.sessions import contents
from comptoir.sessions.contents import Proto
from comptoir.sessions.events import (
    Address,
    HistoryReceived,
    MessageReceived,
    Quoted,
    ReceiptKind,
    ReceiptReceived,
    SealedVote,
    TimerSet,
    Unreadable,
)
from comptoir.sessions.marks import is_marked
from comptoir.sessions.sources import address_of, audience_of, chat_of, mentions, person, sender_of
from comptoir.sessions.votes import SECRET_SIZE

MAX_QUOTED = 4_096
"""Characters of a quoted text that are kept where its message is not known."""
MAX_SECONDS = 2**33
MAX_RAW = 1024 * 1024
"""Bytes of a protobuf that are kept; what is larger says no more than was taken from it."""

_RECEIPTS: dict[int, ReceiptKind] = {1: "delivered", 3: "retry", 4: "read", 6: "read"}
_OWN_RECEIPTS: dict[int, ReceiptKind] = {2: "delivered", 5: "read"}


def message(event: Proto, own: Address | None = None) -> MessageReceived | TimerSet | None:
    """What a MessageEv says; None where nobody can be named as its chat. `own` is the tenant, to see mentions.

    What may be viewed once leaves nothing here but that it was there.
    """
    info = event.Info
    chat = chat_of(info.MessageSource)
    if chat is None or not info.ID:
        return None
    body, once = contents.unwrapped(event.Message)
    if (seconds := contents.timer_set(body)) is not None:
        return TimerSet(chat, seconds, info.Timestamp, info.ID)
    context = contents.context_of(body)
    received = MessageReceived(
        whatsapp_id=info.ID,
        chat=chat,
        from_me=info.MessageSource.IsFromMe,
        audience=audience_of(info.MessageSource),
        kind="view_once",
        text="",
        time=info.Timestamp,
        push_name=info.Pushname[:MAX_NAME],
        raw=b"",
        mentions_us=mentions(context, own),
        expires_in=context.expiration if context is not None and context.HasField("expiration") else None,
        timer_set_at=_timer_set_at(context),
        sender=sender_of(info.MessageSource),
    )
    if once or event.IsViewOnce:
        return received
    said = contents.said(body)
    return replace(
        received,
        kind=said.kind,
        text=said.text,
        raw=_raw(event),
        content=said.content,
        target=said.target,
        quote=_quote(context),
        vote=_vote(info.MessageSource, body) if said.kind == "vote" else None,
        secret=_secret(event, body) if said.kind == "poll" else b"",
        automatic=is_marked(_secret(event, body)),
    )


def _timer_set_at(context: Proto | None) -> int | None:
    seconds = context.ephemeralSettingTimestamp if context is not None else 0
    return seconds * 1000 if 0 < seconds < MAX_SECONDS else None


def _raw(event: Proto) -> bytes:
    kept = type(event)()
    kept.CopyFrom(event)
    # neonize gives the message a second time here.
    kept.ClearField("Raw")
    raw: bytes = kept.SerializePartialToString()
    return raw if len(raw) <= MAX_RAW else b""


def _quote(context: Proto | None) -> Quoted | None:
    if context is None or not context.stanzaID:
        return None
    body, once = contents.unwrapped(context.quotedMessage)
    quoted = contents.Said("view_once") if once else contents.said(body)
    author = person(context.participant[:MAX_NAME])
    return Quoted(context.stanzaID[:MAX_NAME], quoted.kind, quoted.text[:MAX_QUOTED], author)


def _vote(source: Proto, body: Proto) -> SealedVote:
    update = body.pollUpdateMessage
    key = update.pollCreationMessageKey
    voters = [_bare(jid) for jid in (source.Sender, source.SenderAlt) if jid.User]
    # Seen by the voter: the chat is with us, unless the poll is their own.
    named = [jid[:MAX_NAME] for jid in (key.participant, key.remoteJID) if jid]
    creators = voters if key.fromMe else named
    return SealedVote(update.vote.encPayload, update.vote.encIV, tuple(voters), tuple(creators))


def _bare(jid: Proto) -> str:
    return f"{jid.User}@{jid.Server}"


def _secret(event: Proto, body: Proto) -> bytes:
    secret: bytes = body.messageContextInfo.messageSecret or event.Message.messageContextInfo.messageSecret
    return secret if len(secret) == SECRET_SIZE else b""


def unreadable(event: Proto) -> Unreadable | None:
    info = event.Info
    chat = chat_of(info.MessageSource)
    if chat is None or info.MessageSource.IsFromMe:
        return None
    # neonize does not tell the type of what is unavailable; only media may be viewed once.
    once = event.IsUnavailable and info.Type == "media"
    return Unreadable(info.ID, chat, audience_of(info.MessageSource), info.Timestamp, view_once=once)


def receipt(event: Proto) -> ReceiptReceived | None:
    """What a ReceiptEv says. A receipt of our own phone is `other`, which only proves that we sent, but in the chat
    with ourselves: there nobody else can tell.
    """
    source = event.MessageSource
    giver = address_of(source.Sender, source.SenderAlt)
    if giver is None or not event.MessageIDs:
        return None
    # An unset type is one that neonize does not know; proto2 would read it as "delivered".
    kind = _RECEIPTS.get(event.Type, "other") if event.HasField("Type") else "other"
    if source.IsFromMe:
        kind = _OWN_RECEIPTS.get(event.Type, "other") if source.Chat.User == source.Sender.User else "other"
    # Receipts carry seconds where messages carry milliseconds.
    return ReceiptReceived(tuple(event.MessageIDs), giver, kind, event.Timestamp * 1000)


def history(event: Proto) -> HistoryReceived | None:
    """The ids in a HistorySyncEv: old mail, known to the session database before we ever saw it."""
    ids = tuple(
        item.message.key.ID for chat in event.Data.conversations for item in chat.messages if item.message.key.ID
    )
    return HistoryReceived(ids) if ids else None

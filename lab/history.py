"""The history a phone hands to a companion it has just linked: old conversations in sealed chunks."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from comptoir.lab import protobufs as pb
from comptoir.lab.attachments import HISTORY, SealedFile, seal, unseal
from comptoir.lab.messages import new_message_id, new_secret

_SYNC_TYPE = pb.history.HistorySync


@dataclass(frozen=True, slots=True)
class OldMessage:
    """A message from before the companion was linked. `time` is in whole seconds, UTC."""

    id: str
    text: str
    time: int
    from_me: bool = False
    secret: bytes | None = None


@dataclass(frozen=True, slots=True)
class OldConversation:
    """A chat from before the companion was linked; JIDs as text, without a device."""

    number: str
    lid: str
    name: str
    messages: tuple[OldMessage, ...]
    by_lid: bool = False
    """Whether the phone files the chat under the LID rather than under the number."""

    @property
    def chat(self) -> str:
        return self.lid if self.by_lid else self.number


@dataclass(frozen=True, slots=True)
class Chunk:
    """One part of a history, compressed; `kind` is the protobuf's HistorySyncType."""

    kind: int
    order: int
    progress: int
    body: bytes


def invented(now: int) -> tuple[OldConversation, ...]:
    """A few chats of yesterday with people who are not in the lab; every second message has a secret."""
    texts = ("Bonjour, vous livrez à Ouakam ?", "Oui, avant 18 h.", "Parfait, merci !", "👍🏾")
    return tuple(
        OldConversation(
            number=f"22177999990{chat}@s.whatsapp.net",
            lid=f"99900000000000{chat}@lid",
            name=name,
            messages=tuple(
                OldMessage(
                    id=new_message_id(),
                    text=text,
                    time=now - 86_400 + 60 * position,
                    from_me=position % 2 == 1,
                    secret=new_secret() if position % 2 == 0 else None,
                )
                for position, text in enumerate(texts)
            ),
            by_lid=chat % 2 == 1,
        )
        for chat, name in enumerate(("Awa", "Moussa", "Fatou"))
    )


def chunks(conversations: Sequence[OldConversation]) -> list[Chunk]:
    """The parts of a first history: the newest message of each chat, push names, then everything older."""
    if not conversations:
        return []
    newest = [(chat, chat.messages[-1:]) for chat in conversations]
    older = [(chat, chat.messages[:-1]) for chat in conversations]
    first = _with_conversations(_SYNC_TYPE.INITIAL_BOOTSTRAP, newest, conversations)
    first.chunkOrder, first.progress = 0, 30
    names = pb.history.HistorySync(syncType=_SYNC_TYPE.PUSH_NAME)
    for chat in conversations:
        names.pushnames.add(ID=chat.chat, pushname=chat.name)
    recent = _with_conversations(_SYNC_TYPE.RECENT, older, conversations)
    recent.chunkOrder, recent.progress = 1, 100
    return [_chunk(part) for part in (first, names, recent)]


def sealed(chunk: Chunk) -> SealedFile:
    """The chunk as it lies on the media host."""
    return seal(chunk.body, HISTORY)


def notification(chunk: Chunk, file: SealedFile, direct_path: str, handle: str) -> Any:
    """The protocol message that tells a companion where its history lies."""
    message = pb.e2e.Message()
    message.protocolMessage.type = pb.e2e.ProtocolMessage.HISTORY_SYNC_NOTIFICATION
    note = message.protocolMessage.historySyncNotification
    note.fileSHA256, note.fileEncSHA256 = file.sha256, file.encrypted_sha256
    note.fileLength, note.mediaKey = file.length, file.media_key
    note.directPath, note.encHandle = direct_path, handle
    note.syncType = chunk.kind
    note.chunkOrder, note.progress = chunk.order, chunk.progress
    return message


def opened(body: bytes, media_key: bytes) -> Any:
    """The HistorySync protobuf in a sealed chunk. Raises ValueError for an altered file or a wrong key."""
    return pb.history.HistorySync.FromString(zlib.decompress(unseal(body, HISTORY, media_key)))


def _with_conversations(
    kind: int,
    parts: Sequence[tuple[OldConversation, tuple[OldMessage, ...]]],
    mapped: Sequence[OldConversation],
) -> Any:
    sync = pb.history.HistorySync(syncType=kind)
    for chat in mapped:
        sync.phoneNumberToLidMappings.add(pnJID=chat.number, lidJID=chat.lid)
    for chat, messages in parts:
        if not messages:
            continue
        conversation = sync.conversations.add(ID=chat.chat, name=chat.name)
        conversation.pnJID, conversation.lidJID = chat.number, chat.lid
        conversation.conversationTimestamp = messages[-1].time
        # Newest first, as phones send them.
        for order, old in enumerate(reversed(messages)):
            entry = conversation.messages.add(msgOrderID=len(messages) - order)
            _fill(entry.message, chat, old)
    return sync


def _fill(info: Any, chat: OldConversation, old: OldMessage) -> None:
    info.key.remoteJID, info.key.fromMe, info.key.ID = chat.chat, old.from_me, old.id
    info.message.conversation = old.text
    info.messageTimestamp = old.time
    if not old.from_me:
        info.pushName = chat.name
    if old.secret is not None:
        info.messageSecret = old.secret
        info.message.messageContextInfo.messageSecret = old.secret


def _chunk(sync: Any) -> Chunk:
    return Chunk(sync.syncType, sync.chunkOrder, sync.progress, zlib.compress(sync.SerializeToString()))

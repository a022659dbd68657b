from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comptoir.lab import history
from comptoir.lab import protobufs as pb
from comptoir.lab.attachments import HISTORY, seal, unseal

TYPES = pb.history.HistorySync


def opened(conversations: list[history.OldConversation]) -> dict[int, object]:
    parts = {}
    for chunk in history.chunks(conversations):
        file = history.sealed(chunk)
        parts[chunk.kind] = history.opened(file.body, file.media_key)
    return parts


def test_every_old_message_arrives_once_with_its_secret() -> None:
    chats = list(history.invented(now=1_800_000_000))

    parts = opened(chats)

    arrived = [
        (chat.ID, item.message.key.ID, item.message.key.fromMe, item.message.messageSecret or None)
        for part in parts.values()
        for chat in part.conversations  # type: ignore[attr-defined]  # protobufs have no types
        for item in chat.messages
    ]
    sent = [(chat.chat, old.id, old.from_me, old.secret) for chat in chats for old in chat.messages]
    assert Counter(arrived) == Counter(sent)
    assert any(secret for *_, secret in sent)


def test_the_newest_come_first_then_names_then_the_rest() -> None:
    chats = list(history.invented(now=1_800_000_000))

    chunks = history.chunks(chats)

    assert [chunk.kind for chunk in chunks] == [TYPES.INITIAL_BOOTSTRAP, TYPES.PUSH_NAME, TYPES.RECENT]
    first, names, _ = opened(chats).values()
    assert [len(chat.messages) for chat in first.conversations] == [1, 1, 1]  # type: ignore[attr-defined]
    assert [each.pushname for each in names.pushnames] == ["Awa", "Moussa", "Fatou"]  # type: ignore[attr-defined]


def test_a_phone_without_a_past_sends_nothing() -> None:
    assert history.chunks([]) == []


def test_the_notification_says_how_to_fetch_and_open() -> None:
    chunk = history.chunks(history.invented(now=1_800_000_000))[0]
    file = history.sealed(chunk)

    note = history.notification(chunk, file, "/v/x?ccb=1", "handle").protocolMessage.historySyncNotification

    assert (note.directPath, note.encHandle, note.fileEncSHA256) == (
        "/v/x?ccb=1",
        "handle",
        file.encrypted_sha256,
    )
    assert history.opened(file.body, note.mediaKey).syncType == TYPES.INITIAL_BOOTSTRAP


@given(st.binary(), st.binary(min_size=32, max_size=32))
def test_a_file_opens_with_its_own_key_only(plaintext: bytes, other_key: bytes) -> None:
    file = seal(plaintext, HISTORY)

    assert unseal(file.body, HISTORY, file.media_key) == plaintext
    with pytest.raises(ValueError, match="MAC"):
        unseal(file.body, HISTORY, other_key)


def test_an_altered_file_is_refused() -> None:
    file = seal(b"text", HISTORY)

    with pytest.raises(ValueError, match="MAC"):
        unseal(b"\0" + file.body[1:], HISTORY, file.media_key)

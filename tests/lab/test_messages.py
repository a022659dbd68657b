import pytest
from hypothesis import given
from hypothesis import strategies as st

from comptoir.lab import messages
from comptoir.lab import protobufs as pb
from comptoir.lab.kinds import Poll, building

KEY = pb.common.MessageKey(remoteJID="1@lid", fromMe=True, ID="AC1")
SECRET = b"s" * messages.SECRET_BYTES


@given(st.binary())
def test_unpadding_undoes_padding(plaintext: bytes) -> None:
    padded = messages.pad(plaintext)

    assert messages.unpad(padded) == plaintext
    # n bytes of value n, as the client checks it.
    assert padded.endswith(bytes([padded[-1]]) * padded[-1])
    assert 1 <= padded[-1] <= 15


@pytest.mark.parametrize("padded", [b"", b"text\0", b"\5\5", b"text\1\2\3"])
def test_a_wrong_padding_is_refused(padded: bytes) -> None:
    with pytest.raises(ValueError, match="padding"):
        messages.unpad(padded)


@pytest.mark.parametrize(
    ("message", "kind", "text"),
    [
        (messages.text("Bonjour"), "conversation", "Bonjour"),
        (messages.text("", secret=SECRET), "conversation", ""),
        (messages.text("مرحبا", extended=True), "extendedTextMessage", "مرحبا"),
        (messages.unknown(secret=SECRET), "unknown", ""),
        (building.poll(Poll("Livrer ?", ("Oui", "Non"), choices=0)), "pollCreationMessage", ""),
        (building.reaction(KEY, "👍🏾", 1), "reactionMessage", "👍🏾"),
        (building.edit(pb.e2e.Message(), "corrigé", KEY, 1), "editedMessage", "corrigé"),
        (messages.app_state_key_share(b"id", b"key", 1), "protocolMessage", ""),
        (messages.with_secret(pb.e2e.Message(), SECRET), "empty", ""),
        (pb.e2e.Message(), "empty", ""),
    ],
)
def test_a_content_is_named_by_its_field(message: object, kind: str, text: str) -> None:
    content = messages.read(message.SerializeToString())  # type: ignore[attr-defined]  # protobufs have no types

    assert (content.kind, content.text, content.sent_to) == (kind, text, None)


def test_a_copy_for_the_own_devices_names_the_chat_and_keeps_the_secret() -> None:
    copy = messages.device_sent("1@lid", messages.text("Bonjour", secret=SECRET))

    content = messages.read(copy.SerializeToString())

    assert (content.kind, content.text, content.sent_to) == ("conversation", "Bonjour", "1@lid")
    assert content.secret == SECRET
    # The client looks for the secret outside the wrapping, too.
    assert copy.messageContextInfo.messageSecret == SECRET


def test_no_protobuf_is_no_message() -> None:
    with pytest.raises(ValueError, match="not the protobuf Message"):
        messages.read(b"\xff\xff\xff")

"""neonize's protobufs, as they come, become the facts the journal keeps."""

from typing import Any

import pytest

from comptoir.sessions import neonize_guard, translate
from comptoir.sessions.events import Address, HistoryReceived, ReceiptReceived

neonize_guard.import_python_side()

from neonize.proto import Neonize_pb2 as pb  # noqa: E402  (after its guard)
from neonize.proto.waE2E import WAWebProtobufsE2E_pb2 as e2e  # noqa: E402


def jid(text: str) -> Any:
    user, server = text.split("@")
    return pb.JID(User=user, Server=server, Device=0, RawAgent=0, Integrator=0, IsEmpty=not user)


def event(chat: str, sender: str, alt: str = "@", body: Any = None, **more: Any) -> Any:
    source = pb.MessageSource(
        Chat=jid(chat), Sender=jid(sender), SenderAlt=jid(alt), IsFromMe=more.get("from_me", False),
        IsGroup=chat.endswith("@g.us"), RecipientAlt=jid(more.get("recipient_alt", "@")),
    )  # fmt: skip
    info = pb.MessageInfo(MessageSource=source, ID="3EB0", Pushname="Awa", Timestamp=1_700_000_000_123)
    return pb.Message(Info=info, Message=body or e2e.Message(conversation="bonjour"))


NUMBER, LID = "221770000001@s.whatsapp.net", "100200300@lid"
BOTH = Address("+221770000001", "100200300")


@pytest.mark.parametrize(
    ("received", "chat"),
    [
        (event(NUMBER, NUMBER, LID), BOTH),
        (event(LID, LID, NUMBER), BOTH),
        (event(LID, LID), Address(lid="100200300")),
        (event(NUMBER, "221780000000@s.whatsapp.net", from_me=True, recipient_alt=LID), BOTH),
    ],
    ids=["by number", "by LID", "number hidden", "typed on the phone"],
)
def test_the_chat_is_the_customer_whatever_the_address(received: Any, chat: Address) -> None:
    message = translate.message(received)
    assert message is not None
    assert (message.chat, message.text, message.kind) == (chat, "bonjour", "text")
    assert (message.time, message.push_name) == (1_700_000_000_123, "Awa")


@pytest.mark.parametrize(
    ("chat", "audience"),
    [(NUMBER, "person"), ("123-456@g.us", "group"), ("status@broadcast", "status"), ("99@newsletter", "channel")],
)
def test_audiences(chat: str, audience: str) -> None:
    message = translate.message(event(chat, NUMBER))
    assert message is not None
    assert message.audience == audience


def test_a_chat_with_nobody_is_left_out() -> None:
    assert translate.message(event("99@newsletter", "99@newsletter")) is None


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (e2e.Message(extendedTextMessage=e2e.ExtendedTextMessage(text="voir ceci")), ("text", "voir ceci")),
        (e2e.Message(conversation=""), ("text", "")),
        (e2e.Message(imageMessage=e2e.ImageMessage(caption="ça")), ("image", "ça")),
        (e2e.Message(audioMessage=e2e.AudioMessage(PTT=True)), ("voice", "")),
        (e2e.Message(orderMessage=e2e.OrderMessage()), ("unknown", "")),
        (e2e.Message(senderKeyDistributionMessage=e2e.SenderKeyDistributionMessage(groupID="1")), ("empty", "")),
        (e2e.Message(), ("empty", "")),
        # A field that only a newer schema has.
        (e2e.Message.FromString(b"\xca\xb2\x04\x05salut"), ("unknown", "")),
        (e2e.Message(protocolMessage=e2e.ProtocolMessage(type=0)), ("deletion", "")),
        (e2e.Message(protocolMessage=e2e.ProtocolMessage(type=6)), ("empty", "")),
    ],
)
def test_kinds(body: Any, expected: tuple[str, str]) -> None:
    assert translate.content(body) == expected


def receipt(kind: int | None, *, from_me: bool = False) -> ReceiptReceived | None:
    source = pb.MessageSource(Chat=jid(LID), Sender=jid(LID), SenderAlt=jid(NUMBER), IsFromMe=from_me)
    event = pb.Receipt(MessageSource=source, MessageIDs=["A", "B"], Timestamp=1_700_000_000)
    if kind is not None:
        event.Type = kind
    return translate.receipt(event)


@pytest.mark.parametrize(
    ("kind", "from_me", "expected"),
    [(1, False, "delivered"), (4, False, "read"), (3, False, "retry"), (None, False, "other"), (1, True, "other")],
)
def test_receipts(kind: int | None, from_me: bool, expected: str) -> None:
    assert receipt(kind, from_me=from_me) == ReceiptReceived(("A", "B"), BOTH, expected, 1_700_000_000_000)  # type: ignore[arg-type]  # parametrised literal


def test_history_gives_ids_only() -> None:
    event = pb.HistorySync()
    chat = event.Data.conversations.add()
    chat.ID = NUMBER
    chat.messages.add().message.key.ID = "OLD1"
    chat.messages.add().message.key.ID = "OLD2"
    event.Data.syncType = 0
    assert translate.history(event) == HistoryReceived(("OLD1", "OLD2"))

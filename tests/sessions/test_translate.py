"""neonize's protobufs, as they come, become the facts the journal keeps."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from strange_messages import MESSAGES

from comptoir.plugins.api import Place, Poll, ReceivedFile
from comptoir.sessions import contents, neonize_guard, translate
from comptoir.sessions.events import (
    Address,
    HistoryReceived,
    MessageReceived,
    Quoted,
    ReceiptReceived,
    TimerSet,
    Unreadable,
)
from comptoir.sessions.marks import new_secret

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


def received(body: Any, **more: Any) -> MessageReceived:
    message = translate.message(event(NUMBER, NUMBER, LID, body, **more))
    assert isinstance(message, MessageReceived)
    return message


def test_what_a_message_holds_and_answers() -> None:
    quoted = e2e.Message(imageMessage=e2e.ImageMessage(caption="robe bleue"))
    context = e2e.ContextInfo(
        stanzaID="Q1",
        participant="100200300:12@lid",
        quotedMessage=quoted,
        expiration=86_400,
        ephemeralSettingTimestamp=7,
    )
    message = received(e2e.Message(imageMessage=e2e.ImageMessage(caption="celle-ci", contextInfo=context)))
    assert (message.kind, message.text, message.content) == ("image", "celle-ci", ReceivedFile("", 0))
    assert message.quote == Quoted("Q1", "image", "robe bleue", Address(lid="100200300"))
    assert (message.expires_in, message.timer_set_at) == (86_400, 7_000)
    plain = received(e2e.Message(locationMessage=e2e.LocationMessage(degreesLatitude=1, degreesLongitude=2)))
    assert (plain.content, plain.quote, plain.expires_in) == (Place(1, 2), None, None)


def test_raw_holds_the_message_once() -> None:
    whole = event(NUMBER, NUMBER)
    whole.Raw.CopyFrom(whole.Message)
    message = translate.message(whole)
    assert isinstance(message, MessageReceived)
    kept = pb.Message.FromString(message.raw) if whole.IsInitialized() else pb.Message()
    kept.MergeFromString(message.raw)
    assert kept.Message.conversation == "bonjour"
    assert not kept.HasField("Raw")


def test_raw_beyond_measure_is_not_kept() -> None:
    assert received(e2e.Message(conversation="o" * (translate.MAX_RAW + 1))).raw == b""


@pytest.mark.parametrize("name", ["viewOnceMessage", "viewOnceMessageV2", ""])
def test_nothing_is_kept_of_what_may_be_viewed_once(name: str) -> None:
    picture = e2e.Message(imageMessage=e2e.ImageMessage(caption="secret", mediaKey=b"k", viewOnce=not name))
    body = e2e.Message(**{name: e2e.FutureProofMessage(message=picture)}) if name else picture
    message = received(body)
    assert (message.kind, message.text, message.raw, message.content) == ("view_once", "", b"", None)


def test_what_neonize_has_unwrapped_may_still_be_viewed_once_only() -> None:
    whole = event(NUMBER, NUMBER, body=e2e.Message(imageMessage=e2e.ImageMessage(caption="secret")))
    whole.IsViewOnce = True
    message = translate.message(whole)
    assert isinstance(message, MessageReceived)
    assert (message.kind, message.text, message.raw) == ("view_once", "", b"")


@pytest.mark.parametrize(
    ("kind", "unavailable", "once"), [("media", True, True), ("text", True, False), ("media", False, False)]
)
def test_unavailable_media_may_be_viewed_once(kind: str, unavailable: bool, once: bool) -> None:
    info = event(NUMBER, NUMBER).Info
    info.Type = kind
    found = translate.unreadable(pb.UndecryptableMessage(Info=info, IsUnavailable=unavailable))
    assert found == Unreadable("3EB0", Address("+221770000001"), "person", 1_700_000_000_123, once)


@pytest.mark.parametrize("from_me", [False, True])
def test_timer(from_me: bool) -> None:
    body = e2e.Message(protocolMessage=e2e.ProtocolMessage(type=3, ephemeralExpiration=604_800))
    found = translate.message(event(NUMBER, NUMBER, LID, body, from_me=from_me, recipient_alt=LID))
    assert found == TimerSet(BOTH, 604_800, 1_700_000_000_123, "3EB0")


def test_poll_comes_with_what_opens_its_votes() -> None:
    body = e2e.Message(pollCreationMessage=e2e.PollCreationMessage(name="Où ?"))
    body.messageContextInfo.messageSecret = bytes(32)
    poll = received(body)
    assert (poll.kind, poll.content, poll.secret) == ("poll", Poll("Où ?", (), 0), bytes(32))
    assert received(e2e.Message(conversation="non")).secret == b""


@pytest.mark.parametrize(
    ("from_me", "creators"),
    [(False, ("221338000000@s.whatsapp.net",)), (True, ("221770000001@s.whatsapp.net", "100200300@lid"))],
)
def test_vote_says_with_whose_names_it_may_be_sealed(from_me: bool, creators: tuple[str, ...]) -> None:
    vote = e2e.PollUpdateMessage(vote=e2e.PollEncValue(encPayload=b"payload", encIV=b"iv"))
    vote.pollCreationMessageKey.ID = "P1"
    vote.pollCreationMessageKey.fromMe = from_me
    vote.pollCreationMessageKey.remoteJID = "221338000000@s.whatsapp.net"
    found = received(e2e.Message(pollUpdateMessage=vote))
    assert (found.kind, found.target) == ("vote", "P1")
    assert found.vote is not None
    assert (found.vote.payload, found.vote.iv) == (b"payload", b"iv")
    assert found.vote.voters == ("221770000001@s.whatsapp.net", "100200300@lid")
    assert found.vote.creators == creators


def test_a_chat_with_nobody_is_left_out() -> None:
    assert translate.message(event("@newsletter", "@newsletter")) is None


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


@pytest.mark.parametrize("automatic", [True, False])
def test_what_a_pipeline_of_ours_wrote_is_known_by_its_secret(automatic: bool) -> None:
    body = e2e.Message(conversation="le menu")
    body.messageContextInfo.messageSecret = new_secret(automatic=automatic)
    told = translate.message(event(NUMBER, NUMBER, body=body))
    assert isinstance(told, MessageReceived)
    assert told.automatic == automatic


@settings(max_examples=200, deadline=None)
@given(MESSAGES, st.booleans())
def test_whatever_comes_is_bounded_and_nothing_raises(made: dict[str, Any], from_me: bool) -> None:
    found = translate.message(event(NUMBER, NUMBER, LID, e2e.Message(**made), from_me=from_me, recipient_alt=LID))
    if isinstance(found, MessageReceived):
        assert len(found.raw) <= translate.MAX_RAW
        assert len(found.target or "") <= contents.MAX_NAME
        if found.quote is not None:
            assert len(found.quote.text) <= translate.MAX_QUOTED
            assert len(found.quote.whatsapp_id) <= contents.MAX_NAME
    else:
        assert isinstance(found, TimerSet)

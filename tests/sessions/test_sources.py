"""Whom an event is from, and for whom it is."""

from typing import Any

import pytest

from comptoir.sessions import neonize_guard, sources
from comptoir.sessions.events import Address, Audience

neonize_guard.import_python_side()

from neonize.proto import Neonize_pb2 as pb  # noqa: E402  (after its guard)
from neonize.proto.waE2E import WAWebProtobufsE2E_pb2 as e2e  # noqa: E402

NUMBER, LID, GROUP = "221770000001@s.whatsapp.net", "100200300@lid", "120363-17@g.us"
STATUS, CHANNEL = "status@broadcast", "120363001@newsletter"
AWA = Address("+221770000001", "100200300")
OWN = Address("+221330000000", "99000")


def source(chat: str, sender: str, alt: str = "@", *, from_me: bool = False) -> Any:
    # whatsmeow says IsGroup of all broadcasts, too.
    is_group = chat.endswith(("@g.us", "@broadcast"))
    jids = {"Chat": chat, "Sender": sender, "SenderAlt": alt, "RecipientAlt": "@"}
    made = {field: pb.JID(User=jid.split("@")[0], Server=jid.split("@")[1]) for field, jid in jids.items()}
    return pb.MessageSource(IsFromMe=from_me, IsGroup=is_group, **made)


@pytest.mark.parametrize(
    ("chat", "audience", "address", "sender"),
    [
        (NUMBER, "person", AWA, None),
        (GROUP, "group", Address(group="120363-17"), AWA),
        (STATUS, "status", Address(status=True), AWA),
        ("17@broadcast", "status", Address(status=True), AWA),
    ],
)
def test_a_chat_and_who_wrote_in_it(chat: str, audience: Audience, address: Address, sender: Address | None) -> None:
    said = source(chat, NUMBER, LID)
    assert (sources.audience_of(said), sources.chat_of(said), sources.sender_of(said)) == (audience, address, sender)


def test_a_channel_has_no_writer() -> None:
    said = source(CHANNEL, CHANNEL)
    found = (sources.audience_of(said), sources.chat_of(said), sources.sender_of(said))
    assert found == ("channel", Address(channel="120363001"), None)


@pytest.mark.parametrize(
    ("chat", "name"), [(GROUP, "group:120363-17"), (CHANNEL, "channel:120363001"), (STATUS, "status")]
)
def test_its_name_leads_back_to_it(chat: str, name: str) -> None:
    address = sources.chat_of(source(chat, NUMBER))
    assert str(address) == name
    assert Address.parse(name) == address


@pytest.mark.parametrize(
    ("mentioned", "ours"),
    [
        (["221330000000@s.whatsapp.net"], True),
        (["1@lid", "99000@lid"], True),
        (["221330000000:4@s.whatsapp.net"], True),
        (["99000@s.whatsapp.net", "221330000000@lid"], False),
        (["120363-17@g.us", "@", "x@lid", ""], False),
        ([], False),
    ],
)
def test_mentions(mentioned: list[str], ours: bool) -> None:
    context = e2e.ContextInfo(mentionedJID=mentioned)
    assert sources.mentions(context, OWN) is ours
    assert not sources.mentions(context, None)
    assert not sources.mentions(None, OWN)

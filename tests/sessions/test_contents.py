"""Every kind of message as plain facts; and whatever a stranger puts into one, it is bounded and never raises."""

import math
from typing import Any

import pytest
from hypothesis import given, settings
from strange_messages import MESSAGES

from comptoir.plugins.api import (
    Card,
    Cards,
    Deletion,
    Edit,
    Place,
    Poll,
    Reaction,
    ReceivedFile,
    Vote,
)
from comptoir.sessions import contents, neonize_guard
from comptoir.sessions.contents import EMPTY, UNKNOWN, Said

neonize_guard.import_python_side()

from neonize.proto.waCommon import WACommon_pb2 as common  # noqa: E402  (after its guard)
from neonize.proto.waE2E import WAWebProtobufsE2E_pb2 as e2e  # noqa: E402

KEY = common.MessageKey(ID="TARGET", remoteJID="221770000001@s.whatsapp.net", fromMe=True)


def said(body: Any) -> Said:
    return contents.said(contents.unwrapped(body)[0])


def wrapped(name: str, body: Any) -> Any:
    return e2e.Message(**{name: e2e.FutureProofMessage(message=body)})


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (e2e.Message(conversation="bonjour"), Said("text", "bonjour")),
        (e2e.Message(conversation=""), Said("text")),
        (e2e.Message(extendedTextMessage=e2e.ExtendedTextMessage(text="voir ceci")), Said("text", "voir ceci")),
        (
            e2e.Message(imageMessage=e2e.ImageMessage(caption="ça", mimetype="image/jpeg", fileLength=12)),
            Said("image", "ça", ReceivedFile("image/jpeg", 12)),
        ),
        (
            e2e.Message(videoMessage=e2e.VideoMessage(caption="vu", mimetype="video/mp4", fileLength=9, seconds=4)),
            Said("video", "vu", ReceivedFile("video/mp4", 9, seconds=4)),
        ),
        (
            e2e.Message(ptvMessage=e2e.VideoMessage(mimetype="video/mp4", seconds=3)),
            Said("video", "", ReceivedFile("video/mp4", 0, seconds=3)),
        ),
        (
            e2e.Message(audioMessage=e2e.AudioMessage(mimetype="audio/mp4", seconds=7)),
            Said("audio", "", ReceivedFile("audio/mp4", 0, seconds=7)),
        ),
        (
            e2e.Message(audioMessage=e2e.AudioMessage(mimetype="audio/ogg", seconds=7, PTT=True)),
            Said("voice", "", ReceivedFile("audio/ogg", 0, seconds=7)),
        ),
        (
            e2e.Message(documentMessage=e2e.DocumentMessage(fileName="menu.pdf", mimetype="application/pdf")),
            Said("document", "", ReceivedFile("application/pdf", 0, "menu.pdf")),
        ),
        (
            wrapped(
                "documentWithCaptionMessage",
                e2e.Message(documentMessage=e2e.DocumentMessage(title="menu", caption="voilà", mimetype="a/b")),
            ),
            Said("document", "voilà", ReceivedFile("a/b", 0, "menu")),
        ),
        (
            e2e.Message(stickerMessage=e2e.StickerMessage(mimetype="image/webp", fileLength=3)),
            Said("sticker", "", ReceivedFile("image/webp", 3)),
        ),
        (
            e2e.Message(
                locationMessage=e2e.LocationMessage(
                    degreesLatitude=14.7, degreesLongitude=-17.4, name="Chez Awa", address="Rue 10", comment="ici"
                )
            ),
            Said("location", "ici", Place(14.7, -17.4, "Chez Awa", "Rue 10")),
        ),
        (
            e2e.Message(
                liveLocationMessage=e2e.LiveLocationMessage(degreesLatitude=14, degreesLongitude=17, caption="j'arrive")
            ),
            Said("location", "j'arrive", Place(14, 17, live=True)),
        ),
        (
            e2e.Message(contactMessage=e2e.ContactMessage(displayName="Awa", vcard="BEGIN:VCARD")),
            Said("contact", "", Cards((Card("Awa", "BEGIN:VCARD"),))),
        ),
        (
            e2e.Message(
                contactsArrayMessage=e2e.ContactsArrayMessage(
                    contacts=[e2e.ContactMessage(displayName=name, vcard=name) for name in ("A", "B")]
                )
            ),
            Said("contact", "", Cards((Card("A", "A"), Card("B", "B")))),
        ),
        (
            e2e.Message(
                pollCreationMessageV3=e2e.PollCreationMessage(
                    name="Où ?",
                    options=[e2e.PollCreationMessage.Option(optionName=name) for name in ("ici", "là")],
                    selectableOptionsCount=1,
                )
            ),
            Said("poll", "Où ?", Poll("Où ?", ("ici", "là"), 1)),
        ),
        (
            e2e.Message(pollUpdateMessage=e2e.PollUpdateMessage(pollCreationMessageKey=KEY)),
            Said("vote", "", Vote(None, ()), "TARGET"),
        ),
        (
            e2e.Message(reactionMessage=e2e.ReactionMessage(key=KEY, text="❤️")),
            Said("reaction", "❤️", Reaction(None, "❤️"), "TARGET"),
        ),
        (
            e2e.Message(encReactionMessage=e2e.EncReactionMessage(targetMessageKey=KEY)),
            Said("reaction", "", Reaction(None, ""), "TARGET"),
        ),
        (
            e2e.Message(protocolMessage=e2e.ProtocolMessage(type=0, key=KEY)),
            Said("deletion", "", Deletion(None), "TARGET"),
        ),
        (
            e2e.Message(
                protocolMessage=e2e.ProtocolMessage(type=14, key=KEY, editedMessage=e2e.Message(conversation="non"))
            ),
            Said("edit", "non", Edit(None), "TARGET"),
        ),
        (
            wrapped(
                "editedMessage",
                e2e.Message(
                    protocolMessage=e2e.ProtocolMessage(
                        type=14,
                        key=KEY,
                        editedMessage=e2e.Message(imageMessage=e2e.ImageMessage(caption="mieux")),
                    )
                ),
            ),
            Said("edit", "mieux", Edit(None), "TARGET"),
        ),
        (wrapped("ephemeralMessage", e2e.Message(conversation="fugace")), Said("text", "fugace")),
        (
            e2e.Message(deviceSentMessage=e2e.DeviceSentMessage(message=e2e.Message(conversation="tapé"))),
            Said("text", "tapé"),
        ),
        (e2e.Message(orderMessage=e2e.OrderMessage()), UNKNOWN),
        # A field that only a newer schema has.
        (e2e.Message.FromString(b"\xca\xb2\x04\x05salut"), UNKNOWN),
        (e2e.Message(senderKeyDistributionMessage=e2e.SenderKeyDistributionMessage(groupID="1")), EMPTY),
        (e2e.Message(albumMessage=e2e.AlbumMessage(expectedImageCount=3)), EMPTY),
        (e2e.Message(), EMPTY),
        (e2e.Message(protocolMessage=e2e.ProtocolMessage()), EMPTY),
        (e2e.Message(protocolMessage=e2e.ProtocolMessage(type=6)), EMPTY),
        (e2e.Message(protocolMessage=e2e.ProtocolMessage(type=14, key=KEY)), EMPTY),
    ],
)
def test_kinds(body: Any, expected: Said) -> None:
    assert said(body) == expected


@pytest.mark.parametrize("wrapper", ["viewOnceMessage", "viewOnceMessageV2", "viewOnceMessageV2Extension"])
def test_wrappings_that_may_be_viewed_once(wrapper: str) -> None:
    assert contents.unwrapped(wrapped(wrapper, e2e.Message(imageMessage=e2e.ImageMessage())))[1]


def test_picture_that_says_itself_that_it_may_be_viewed_once() -> None:
    assert contents.unwrapped(e2e.Message(imageMessage=e2e.ImageMessage(viewOnce=True)))[1]
    assert not contents.unwrapped(e2e.Message(imageMessage=e2e.ImageMessage()))[1]


@pytest.mark.parametrize("latitude", [math.nan, math.inf, -math.inf, 90.5, -1e300])
def test_place_that_is_nowhere_is_left_out(latitude: float) -> None:
    place = e2e.LocationMessage(degreesLatitude=latitude, degreesLongitude=0, comment="ici")
    assert said(e2e.Message(locationMessage=place)) == Said("location", "ici")


def test_cards_beyond_measure() -> None:
    cards = [e2e.ContactMessage(displayName="N" * 5_000, vcard="V" * 60_000) for _ in range(1_000)]
    content = said(e2e.Message(contactsArrayMessage=e2e.ContactsArrayMessage(contacts=cards))).content
    assert isinstance(content, Cards)
    assert len(content.cards) == contents.MAX_CARDS
    assert sum(len(card.vcard) for card in content.cards) == 4 * 60_000
    assert {len(card.name) for card in content.cards} == {contents.MAX_CARD_NAME}
    [card] = said(e2e.Message(contactMessage=e2e.ContactMessage(displayName="Awa", vcard="V" * 2**20))).content.cards  # type: ignore[union-attr]
    assert card == Card("Awa", "")


def test_wrappings_without_end() -> None:
    body = e2e.Message(conversation="profond")
    for _ in range(40):
        body = wrapped("ephemeralMessage", body)
    assert said(body) == UNKNOWN


@pytest.mark.parametrize(("seconds", "expected"), [(86_400, 86_400), (0, 0)])
def test_timer(seconds: int, expected: int) -> None:
    body = e2e.Message(protocolMessage=e2e.ProtocolMessage(type=3, ephemeralExpiration=seconds))
    assert contents.timer_set(body) == expected
    assert contents.timer_set(e2e.Message(conversation="3")) is None
    assert contents.timer_set(e2e.Message(protocolMessage=e2e.ProtocolMessage(type=0, key=KEY))) is None


@settings(max_examples=300, deadline=None)
@given(MESSAGES)
def test_whatever_comes_is_bounded_and_nothing_raises(made: dict[str, Any]) -> None:
    body, _ = contents.unwrapped(e2e.Message(**made))
    contents.context_of(body)
    contents.timer_set(body)
    found = contents.said(body)
    assert len(found.text) <= contents.MAX_TEXT
    most = contents.MAX_TEXT + contents.MAX_VCARDS + 2 * contents.MAX_CARDS * contents.MAX_NAME
    assert len(repr(found)) < 12 * most
    match found.content:
        case Place() as place:
            assert math.isfinite(place.latitude)
            assert math.isfinite(place.longitude)
        case ReceivedFile() as file:
            assert 0 <= file.size <= contents.MAX_SIZE
        case Poll() as poll:
            assert 0 <= poll.choices <= len(poll.options) <= contents.MAX_OPTIONS

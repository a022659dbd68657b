"""What is sent, as the protobuf that WhatsApp's apps read, and read again by our own eyes."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from comptoir.plugins.api import (
    Card,
    Cards,
    Deletion,
    Edit,
    Place,
    Poll,
    Reaction,
    ReceivedFile,
    ToSend,
)
from comptoir.sessions import contents, neonize_guard
from comptoir.sessions.compose import Protos, Unsendable, compose
from comptoir.sessions.contents import Said
from comptoir.sessions.events import Address
from comptoir.sessions.journal.details import Content
from comptoir.sessions.journal.media import MediaRow, Uploaded
from comptoir.sessions.journal.queued import Body, QueuedMessage, Reference

neonize_guard.import_python_side()

from neonize.proto import Neonize_pb2 as pb  # noqa: E402  (after its guard)
from neonize.proto.waE2E import WAWebProtobufsE2E_pb2 as e2e  # noqa: E402

PROTOS = Protos(e2e, pb.Message)
AWA = Address("+221770000001", "5001")
OWN = Address("+221330000000", "99000")
GROUP = Address(group="12036301")
SECRET = bytes(range(32))
NOW = 1_700_000_000_123
UPLOADED = Uploaded("https://mmg.whatsapp.net/x", "/v/x?y", b"k" * 32, b"p" * 32, b"e" * 32, 12)
FILE = MediaRow("image/jpeg", "robe.jpg", 12, 0, "sealed", "kept", None, holds=False, uploaded=UPLOADED)
THEIRS = Reference("T1", False, AWA, Body("text", "la robe bleue"))
OURS = Reference("O1", True, OWN, Body("image", "robe", media=FILE))


def queued(body: Body, **more: Any) -> QueuedMessage:
    return QueuedMessage(7, AWA, body, **more)


def made(body: Body, **more: Any) -> Any:
    message = compose(PROTOS, queued(body, **more), SECRET, NOW)
    assert message.messageContextInfo.messageSecret == SECRET
    return e2e.Message.FromString(message.SerializeToString())


def said(message: Any) -> Said:
    return contents.said(contents.unwrapped(message)[0])


@pytest.mark.parametrize(
    ("kind", "text", "content", "read"),
    [
        ("text", "oui", None, None),
        ("location", "", Place(14.5, -17.25, "Chez Awa", "Rue 10"), None),
        ("contact", "", Cards((Card("Awa", "BEGIN:VCARD"),)), None),
        ("contact", "", Cards((Card("Awa", "BEGIN:VCARD"), Card("Binta", "x"))), None),
        ("poll", "Où ?", Poll("Où ?", ("ici", "là"), 0), None),
        ("image", "robe", None, ReceivedFile("image/jpeg", 12)),
        ("video", "défilé", None, ReceivedFile("image/jpeg", 12)),
        ("audio", "", None, ReceivedFile("image/jpeg", 12)),
        ("voice", "", None, ReceivedFile("image/jpeg", 12)),
        ("document", "", None, ReceivedFile("image/jpeg", 12, "robe.jpg")),
        ("document", "voici", None, ReceivedFile("image/jpeg", 12, "robe.jpg")),
        ("sticker", "", None, ReceivedFile("image/jpeg", 12)),
    ],
)
def test_what_is_sent_reads_as_what_was_meant(
    kind: str, text: str, content: Content | None, read: ReceivedFile | None
) -> None:
    body = Body(kind, text, content, FILE if read else None)
    assert said(made(body)) == Said(kind, text, read or content)
    # The same with all that may come with it.
    dressed = made(body, quote=THEIRS, expires_in=86_400, expires_since=5_999)
    assert said(dressed) == Said(kind, text, read or content)
    context = contents.context_of(contents.unwrapped(dressed)[0])
    assert context is not None
    assert (context.stanzaID, context.participant) == ("T1", "5001@lid")
    assert context.quotedMessage == e2e.Message(conversation="la robe bleue")
    assert (context.expiration, context.ephemeralSettingTimestamp) == (86_400, 5)


def test_plain_text_is_as_plain_as_that_of_an_app() -> None:
    assert made(Body("text", "oui")).conversation == "oui"
    assert not made(Body("text", "oui"), expires_in=60).HasField("conversation")


@pytest.mark.parametrize("kind", ["image", "sticker"])
def test_receiver_knows_how_large_a_picture_is(kind: str) -> None:
    part = contents.spoken_part(made(Body(kind, "", media=replace(FILE, width=640, height=480))))
    assert part is not None
    assert (part[1].width, part[1].height) == (640, 480)
    unknown = contents.spoken_part(made(Body(kind, "", media=FILE)))
    assert unknown is not None
    assert not unknown[1].HasField("width")


def test_file_is_what_was_uploaded() -> None:
    part = made(Body("image", "", media=FILE)).imageMessage
    assert (part.URL, part.directPath, part.mediaKey) == (UPLOADED.url, UPLOADED.direct_path, UPLOADED.media_key)
    assert (part.fileSHA256, part.fileEncSHA256, part.fileLength) == (UPLOADED.sha256, UPLOADED.encrypted_sha256, 12)
    voice = made(Body("voice", "", media=replace(FILE, seconds=5))).audioMessage
    assert (voice.PTT, voice.seconds) == (True, 5)


def test_a_picture_says_how_large_it_is_where_that_is_known() -> None:
    known = replace(FILE, width=800, height=600)
    for part in (
        made(Body("image", "", media=known)).imageMessage,
        made(Body("sticker", "", media=known)).stickerMessage,
    ):
        assert (part.width, part.height) == (800, 600)
    assert not made(Body("image", "", media=FILE)).imageMessage.HasField("width")


def test_what_no_message_can_hold_is_refused_instead_of_ending_the_sender() -> None:
    with pytest.raises(Unsendable, match="cannot hold it"):
        made(Body("voice", "", media=replace(FILE, seconds=2**32)))


@pytest.mark.parametrize("media", [None, replace(FILE, uploaded=None)])
def test_file_that_is_gone_cannot_be_sent(media: MediaRow | None) -> None:
    with pytest.raises(Unsendable, match="file is not kept"):
        compose(PROTOS, queued(Body("image", "", media=media)), SECRET, NOW)


@pytest.mark.parametrize(
    ("address", "target", "jid", "participant"),
    [
        (AWA, THEIRS, "5001@lid", ""),
        (AWA, OURS, "5001@lid", ""),
        (Address("+221770000001"), THEIRS, "221770000001@s.whatsapp.net", ""),
        (GROUP, THEIRS, "12036301@g.us", "5001@lid"),
        (GROUP, OURS, "12036301@g.us", ""),
    ],
)
def test_messages_about_another_one(address: Address, target: Reference, jid: str, participant: str) -> None:
    def about(kind: str, content: Content, text: str = "") -> Any:
        message = QueuedMessage(7, address, Body(kind, text, content), target=target)
        return compose(PROTOS, message, SECRET, NOW)

    reaction = about("reaction", Reaction(1, "👍")).reactionMessage
    edit = about("edit", Edit(1), "à 10 h").editedMessage.message.protocolMessage
    deletion = about("deletion", Deletion(1)).protocolMessage
    for key in (reaction.key, edit.key, deletion.key):
        assert (key.ID, key.fromMe, key.remoteJID) == (target.whatsapp_id, target.ours, jid)
        assert key.participant == participant
    assert (reaction.text, reaction.senderTimestampMS) == ("👍", NOW)
    assert (edit.type, edit.timestampMS) == (14, NOW)
    assert deletion.type == 0
    assert about("reaction", Reaction(1, "")).reactionMessage.HasField("text"), "whatsmeow marks it as taken back"


def test_edit_of_a_picture_is_of_its_caption() -> None:
    message = compose(PROTOS, queued(Body("edit", "robe rouge", Edit(1)), target=OURS), SECRET, NOW)
    edited = message.editedMessage.message.protocolMessage.editedMessage
    assert (edited.imageMessage.caption, edited.imageMessage.mediaKey) == ("robe rouge", UPLOADED.media_key)
    assert said(message) == Said("edit", "robe rouge", Edit(None), "O1")


@pytest.mark.parametrize("content", [Reaction(1, "👍"), Edit(1), Deletion(1)])
def test_nothing_can_be_done_to_what_whatsapp_does_not_know(content: ToSend) -> None:
    assert not isinstance(content, Path)
    with pytest.raises(Unsendable, match="never left"):
        compose(PROTOS, queued(Body("edit", "x", content)), SECRET, NOW)  # type: ignore[arg-type]  # one of three


def received(body: Any) -> bytes:
    """As the journal keeps an event."""
    raw: bytes = pb.Message(Message=body).SerializePartialToString()
    return raw


def test_quote_of_what_was_received_is_whole_but_for_what_it_quoted_itself() -> None:
    picture = e2e.Message(imageMessage=e2e.ImageMessage(caption="ça ?", mediaKey=b"m", JPEGThumbnail=b"small"))
    picture.imageMessage.contextInfo.stanzaID = "OLDER"
    picture.messageContextInfo.messageSecret = b"s" * 32
    quote = replace(THEIRS, body=Body("image", "ça ?"), raw=received(picture))
    quoted = made(Body("text", "oui"), quote=quote).extendedTextMessage.contextInfo.quotedMessage
    assert (quoted.imageMessage.caption, quoted.imageMessage.mediaKey) == ("ça ?", b"m")
    assert quoted.imageMessage.JPEGThumbnail == b"small"
    assert not quoted.imageMessage.HasField("contextInfo")
    assert not quoted.HasField("messageContextInfo")


def test_quote_of_our_picture_is_written_again() -> None:
    context = made(Body("text", "oui"), quote=OURS).extendedTextMessage.contextInfo
    assert context.participant == "99000@lid"
    assert context.quotedMessage.imageMessage.mediaKey == UPLOADED.media_key
    assert not context.quotedMessage.HasField("messageContextInfo"), "our secret is for its reader alone"
    gone = replace(OURS, body=Body("image", "robe"))
    assert made(Body("text", "oui"), quote=gone).extendedTextMessage.contextInfo.quotedMessage.conversation == "robe"

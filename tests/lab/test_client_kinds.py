"""Every kind of message between the unmodified client library and the lab's people, byte for byte."""

import base64
import hashlib
import random
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from neonize_client import NeonizeClient, link, neonize
from PIL import Image

from comptoir.lab import Lab
from comptoir.lab import protobufs as pb
from comptoir.lab.customer import Customer
from comptoir.lab.heard import Heard
from comptoir.lab.kinds import (
    Card,
    Cards,
    Deletion,
    Edit,
    File,
    FileKind,
    LiveLocation,
    Location,
    Poll,
    Reaction,
    Sendable,
    Timer,
    ViewOnce,
    Vote,
)
from comptoir.lab.kinds.marks import unwrapped

SHOP = "+221770000001"
CUSTOMER = "+221770000101"
CUSTOMER_JID = "221770000101@s.whatsapp.net"
VCARD = "BEGIN:VCARD\nVERSION:3.0\nFN:Moussa\nTEL:+221770000999\nEND:VCARD"
MEDIA_TYPES = {"voice": "ptt"}

FILE_KINDS: list[FileKind] = ["image", "video", "audio", "voice", "document", "sticker"]


@pytest.fixture
async def client(lab: Lab, tmp_path: Path) -> AsyncIterator[NeonizeClient]:
    async with neonize(lab, tmp_path / "session.db") as client:
        await link(lab, client, SHOP)
        await client.wait("offline_read")
        yield client


@pytest.fixture
def customer(lab: Lab) -> Customer:
    return lab.customer(CUSTOMER, "Awa")


def contents(size: int) -> bytes:
    return random.Random(size).randbytes(size)


def message_of(report: dict[str, Any]) -> Any:
    return pb.e2e.Message.FromString(base64.b64decode(report["bytes"]))


async def last_heard(customer: Customer, count: int = 1) -> Heard:
    return (await customer.wait_heard(count))[-1]


@pytest.mark.parametrize("kind", FILE_KINDS)
@pytest.mark.parametrize("as_lid", [False, True], ids=["number", "lid"])
async def test_a_customers_file_reaches_the_client(
    lab: Lab, client: NeonizeClient, customer: Customer, kind: FileKind, as_lid: bool
) -> None:
    # Whole blocks are what padding gets wrong; the other size crosses none.
    data = contents(300_000 if as_lid else 65_536)
    caption = "le pagne bleu" if kind in {"image", "video", "document"} else ""
    file = File(kind, data, caption=caption, name="devis.pdf", seconds=7, thumbnail=b"\xff\xd8 petit")
    id = await customer.post(SHOP, file, as_lid=as_lid)
    report = await client.wait("message", id=id)
    assert (report["type"], report["media_type"]) == ("media", MEDIA_TYPES.get(kind, kind))
    sent = unwrapped(customer.kinds.memory.find(id).message)
    received = message_of(report)
    assert received.messageContextInfo.messageSecret
    received.ClearField("messageContextInfo")
    sent.ClearField("messageContextInfo")
    assert received == sent
    assert await client.do("download", message=report["bytes"]) == hashlib.sha256(data).hexdigest()


@pytest.mark.parametrize("kind", FILE_KINDS)
async def test_the_clients_file_reaches_a_customer(
    lab: Lab, client: NeonizeClient, customer: Customer, tmp_path: Path, kind: FileKind
) -> None:
    path = tmp_path / "file"
    if kind == "image":
        Image.new("RGB", (40, 30), "orange").save(path, "PNG")
    else:
        path.write_bytes(contents(70_000))
    arguments = {"caption": "voici", "name": "facture.pdf"} if kind in {"image", "document"} else {}
    id = await client.do("send_file", to=CUSTOMER_JID, kind=kind, path=str(path), **arguments)
    heard = await last_heard(customer)
    shown = heard.content
    assert shown.file is not None
    assert (heard.id, shown.kind, shown.file.size) == (id, kind, path.stat().st_size)
    assert shown.text == ("voici" if arguments else "")
    assert shown.file.name == ("facture.pdf" if kind == "document" else "")
    assert await customer.fetch(heard) == path.read_bytes()
    saved = await customer.save(heard, tmp_path)
    assert saved.read_bytes() == path.read_bytes()
    assert saved.name == ("facture.pdf" if kind == "document" else saved.name)
    [upload] = lab.faults.media.seen("upload")
    assert (upload.accounts, upload.outcome) == ({"221770000001"}, "200")


async def test_an_album_and_a_video_note_reach_the_client(client: NeonizeClient, customer: Customer) -> None:
    files = [File("image", contents(5_000)), File("video", contents(6_000), round=True)]
    ids = await customer.post_album(SHOP, files)
    reports = [await client.wait("message", id=id) for id in ids]
    assert [message_of(report) for report in reports] == [customer.kinds.memory.find(id).message for id in ids]
    assert [report["media_type"] for report in reports] == ["", "image", "ptv"]
    digest = hashlib.sha256(contents(5_000)).hexdigest()
    assert await client.do("download", message=reports[1]["bytes"]) == digest


@pytest.mark.parametrize(
    ("content", "type", "media_type"),
    [
        (Location(14.6937, -17.4441, "Marché Sandaga", "Avenue Lamine Guèye"), "text", ""),
        (LiveLocation(14.5, -17.25, "j'arrive"), "text", ""),
        (Card("Moussa", VCARD), "media", "vcard"),
        (Cards((Card("Moussa", VCARD), Card("Fatou", VCARD))), "media", "contact_array"),
        (Poll("Riz ou mil ?", ("riz", "mil")), "poll", ""),
        (Poll("Quels jours ?", ("lundi", "mardi", "jeudi"), choices=0), "poll", ""),
    ],
    ids=lambda value: type(value).__name__ if not isinstance(value, str) else "",
)
async def test_whatever_else_reaches_the_client_and_comes_back(
    client: NeonizeClient, customer: Customer, content: Sendable, type: str, media_type: str
) -> None:
    id = await customer.post(SHOP, content, secret=True)
    report = await client.wait("message", id=id)
    assert (report["type"], report["media_type"]) == (type, media_type)
    assert message_of(report) == customer.kinds.memory.find(id).message
    # What the client sends on unchanged says the same to the customer.
    await client.do("send_message", to=CUSTOMER_JID, message=report["bytes"])
    shown = (await last_heard(customer)).content
    match content:
        case Location() | LiveLocation():
            assert shown.location == content
        case Card():
            assert shown.cards == (content,)
        case Cards():
            assert shown.cards == content.cards
        case Poll():
            assert shown.poll == content


async def test_a_contact_that_the_client_makes_is_read(client: NeonizeClient, customer: Customer) -> None:
    await client.do("send_contact", to=CUSTOMER_JID, name="Chez Awa", number="+221770000001")
    shown = (await last_heard(customer)).content
    assert shown.kind == "card"
    assert shown.cards[0].name == "Chez Awa"
    assert "221770000001" in shown.cards[0].vcard


@pytest.mark.parametrize("as_lid", [False, True], ids=["number", "lid"])
async def test_a_customer_votes_in_the_clients_poll(client: NeonizeClient, customer: Customer, as_lid: bool) -> None:
    poll = await client.do("send_poll", to=CUSTOMER_JID, question="Livrer quand ?", options=["matin", "soir"])
    heard = await last_heard(customer)
    assert heard.content.poll == Poll("Livrer quand ?", ("matin", "soir"), 1)
    for chosen in (["soir"], []):
        id = await customer.post(SHOP, Vote(poll, tuple(chosen)), as_lid=as_lid)
        report = await client.wait("message", id=id)
        assert (report["type"], message_of(report).pollUpdateMessage.pollCreationMessageKey.ID) == ("poll", poll)
        hashes = await client.do("opened_vote", event=report["event_bytes"])
        assert hashes == [hashlib.sha256(option.encode()).hexdigest() for option in chosen]
    with pytest.raises(ValueError, match="cannot be chosen"):
        await customer.post(SHOP, Vote(poll, ("midi",)))


@pytest.mark.parametrize("as_lid", [False, True], ids=["number", "lid"])
async def test_the_client_votes_in_a_customers_poll(client: NeonizeClient, customer: Customer, as_lid: bool) -> None:
    poll = await customer.post(SHOP, Poll("Riz ou mil ?", ("riz", "mil", "fonio"), choices=2), as_lid=as_lid)
    report = await client.wait("message", id=poll)
    await client.do("vote", poll=report["event_bytes"], options=["riz", "fonio"])
    shown = (await last_heard(customer)).content
    assert (shown.kind, shown.target, shown.options) == ("vote", poll, ("riz", "fonio"))


async def test_reactions_edits_and_deletions_of_a_customer(client: NeonizeClient, customer: Customer) -> None:
    ours = await client.do("send_message", to=CUSTOMER_JID, message=packed(pb.e2e.Message(conversation="Voilà")))
    await customer.wait_heard(1)
    own = await customer.say(SHOP, "bonjur")
    # Each with what the stanza says in clear, and whether its key names the customer's own message.
    wanted: list[tuple[Sendable, str, bool]] = [
        (Reaction(ours, "👍🏾"), "", False),
        (Reaction(ours, ""), "7", False),
        (Reaction(own, "😂"), "", True),
        (Edit(own, "bonjour"), "1", True),
        (Deletion(own), "7", True),
    ]
    for content, edit, from_me in wanted:
        id = await customer.post(SHOP, content)
        is_protocol = isinstance(content, Edit | Deletion)
        report = await client.wait("protocol" if is_protocol else "message", id=id)
        message = message_of(report)
        part = message.protocolMessage if is_protocol else message.reactionMessage
        assert (report["edit"], part.key.ID, part.key.fromMe) == (edit, content.target, from_me)  # type: ignore[union-attr]  # all of these have one
        match content:
            case Reaction(_, emoji):
                assert part.text == emoji
            case Edit(_, text):
                assert part.type == part.MESSAGE_EDIT
                assert part.editedMessage.conversation == text
            case _:
                assert part.type == part.REVOKE
        assert not report["secret"]


async def test_reactions_edits_and_deletions_of_the_client(client: NeonizeClient, customer: Customer) -> None:
    theirs = await customer.say(SHOP, "bonjour")
    await client.wait("message", id=theirs)
    ours = await client.do("send_message", to=CUSTOMER_JID, message=packed(pb.e2e.Message(conversation="1000 F")))
    await client.do("react", to=CUSTOMER_JID, target=theirs, emoji="🙏")
    await client.do("react", to=CUSTOMER_JID, target=theirs, emoji="")
    await client.do("edit", to=CUSTOMER_JID, target=ours, text="1500 F")
    await client.do("revoke", to=CUSTOMER_JID, target=ours)
    heard = [each.content for each in await customer.wait_heard(5)][1:]
    assert [(each.kind, each.target, each.text) for each in heard] == [
        ("reaction", theirs, "🙏"),
        ("reaction", theirs, ""),
        ("edit", ours, "1500 F"),
        ("deletion", ours, ""),
    ]


async def test_a_quote_holds_the_whole_message(
    lab: Lab, client: NeonizeClient, customer: Customer, tmp_path: Path
) -> None:
    path = tmp_path / "pagne.png"
    Image.new("RGB", (40, 30), "orange").save(path, "PNG")
    ours = await client.do("send_file", to=CUSTOMER_JID, kind="image", path=str(path), caption="le pagne, 5000 F")
    await customer.wait_heard(1)
    theirs = await customer.say(SHOP, "celui-ci, en bleu ?", quote=ours)
    report = await client.wait("message", id=theirs)
    info = message_of(report).extendedTextMessage.contextInfo
    assert (info.stanzaID, info.participant) == (ours, "221770000001@s.whatsapp.net")
    # The picture can be opened out of the quote.
    quoted = base64.b64encode(info.quotedMessage.SerializeToString()).decode()
    assert await client.do("download", message=quoted) == hashlib.sha256(path.read_bytes()).hexdigest()

    await client.do("reply", to=CUSTOMER_JID, quoted=report["event_bytes"], text="Oui.")
    shown = (await last_heard(customer, 2)).content
    assert shown.quote is not None
    assert (shown.quote.id, shown.quote.sender, shown.quote.text) == (theirs, CUSTOMER, "celui-ci, en bleu ?")
    photo = await customer.post(SHOP, File("image", contents(500), caption="comme ça"), quote=ours)
    await client.wait("message", id=photo)
    answer = await client.do(
        "send_file", to=CUSTOMER_JID, kind="document", path=str(path), quoted=report["event_bytes"]
    )
    heard = await last_heard(customer, 3)
    assert heard.content.quote is not None
    assert (heard.id, heard.content.quote.id) == (answer, theirs)
    with pytest.raises(ValueError, match="not known here"):
        await customer.say(SHOP, "et celui-là ?", quote="AC0000")


async def test_a_chat_with_a_timer_carries_it(client: NeonizeClient, customer: Customer) -> None:
    id = await customer.post(SHOP, Timer(86_400))
    report = await client.wait("protocol", id=id)
    setting = message_of(report).protocolMessage
    assert (setting.type, setting.ephemeralExpiration) == (setting.EPHEMERAL_SETTING, 86_400)
    for content in (Location(1.5, 2.5), File("document", b"abc", name="a.txt", caption="a")):
        report = await client.wait("message", id=await customer.post(SHOP, content))
        [info] = [
            part.contextInfo for field, part in message_of(report).ListFields() if field.name != "messageContextInfo"
        ]
        assert (info.expiration, info.ephemeralSettingTimestamp) == (86_400, setting.ephemeralSettingTimestamp)
    report = await client.wait("message", id=await customer.say(SHOP, "pour toujours", expires_in=0))
    assert message_of(report).conversation == "pour toujours"
    report = await client.wait("message", id=await customer.say(SHOP, "un jour"))
    assert message_of(report).extendedTextMessage.contextInfo.expiration == 86_400

    await client.do("set_timer", to=CUSTOMER_JID, lasting=0)
    shown = (await last_heard(customer)).content
    assert (shown.kind, shown.expires_in) == ("timer", 0)
    report = await client.wait("message", id=await customer.say(SHOP, "sans"))
    assert message_of(report).conversation == "sans"


async def test_what_is_to_be_seen_once_is_withheld_from_the_client(
    lab: Lab, client: NeonizeClient, customer: Customer
) -> None:
    data = contents(2_000)
    id = await customer.post(SHOP, ViewOnce(File("image", data)))
    # neonize does not pass on of which kind it is.
    await client.wait("undecryptable", id=id, unavailable=True, type="media")
    phone = lab.phone(SHOP)
    [heard] = await phone.wait_heard(1)
    assert (heard.content.kind, heard.content.view_once) == ("image", True)
    assert await phone.fetch(heard) == data

    for kind in ("image", "voice"):
        id = await customer.post(SHOP, ViewOnce(File(kind, data), withheld=False))
        report = await client.wait("message", id=id)
        assert report["view_once"]
        assert await client.do("download", message=report["bytes"]) == hashlib.sha256(data).hexdigest()


async def test_what_is_sent_by_hand_on_the_phone_is_every_kind_too(
    lab: Lab, client: NeonizeClient, customer: Customer
) -> None:
    phone, data = lab.phone(SHOP), contents(1_000)
    photo = await phone.post(CUSTOMER, File("image", data, caption="de ma main"))
    report = await client.wait("message", id=photo)
    assert report["from_me"]
    assert await client.do("download", message=report["bytes"]) == hashlib.sha256(data).hexdigest()
    assert await customer.fetch((await customer.wait_heard(1))[0]) == data
    edited = await phone.post(CUSTOMER, Deletion(photo))
    await client.wait("protocol", id=edited, from_me=True, edit="7")
    assert (await last_heard(customer, 2)).content.target == photo


def packed(message: Any) -> str:
    return base64.b64encode(message.SerializeToString()).decode()

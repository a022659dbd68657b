"""Every kind among the lab's own people: what is remembered, what outlives the lab, what groups change."""

from pathlib import Path
from typing import Any

import pytest
import trio

from comptoir.lab import Lab, messages, open_lab
from comptoir.lab import protobufs as pb
from comptoir.lab.kinds import (
    Card,
    Cards,
    Deletion,
    Edit,
    File,
    LiveLocation,
    Location,
    Poll,
    Reaction,
    Timer,
    ViewOnce,
    Vote,
    building,
    memory,
)
from comptoir.lab.kinds.marks import Marks, marks_of
from comptoir.lab.kinds.memory import Memory, NoSuchMessage
from comptoir.lab.kinds.parsing import parse
from comptoir.lab.nodes import JID
from comptoir.lab.store import Store

AWA, MOUSSA, FATOU = "+221770000101", "+221770000102", "+221770000103"
KEY = pb.common.MessageKey(remoteJID="1@lid", fromMe=True, ID="AC1")


def wrapped(name: str, inner: Any) -> Any:
    message = pb.e2e.Message()
    getattr(message, name).message.CopyFrom(inner)
    return message


IMAGE = pb.e2e.Message(imageMessage=pb.e2e.ImageMessage(caption="x"))
REVOKE = pb.e2e.Message(protocolMessage=pb.e2e.ProtocolMessage(key=KEY, type=pb.e2e.ProtocolMessage.REVOKE))


@pytest.mark.parametrize(
    ("message", "marks"),
    [
        (messages.text("bonjour"), Marks("text")),
        (pb.e2e.Message(ptvMessage=pb.e2e.VideoMessage()), Marks("media", "ptv")),
        (IMAGE, Marks("media", "image")),
        (wrapped("viewOnceMessageV2", IMAGE), Marks("media", "image")),
        (wrapped("ephemeralMessage", wrapped("viewOnceMessage", IMAGE)), Marks("media", "image")),
        (pb.e2e.Message(audioMessage=pb.e2e.AudioMessage(PTT=True)), Marks("media", "ptt")),
        (pb.e2e.Message(videoMessage=pb.e2e.VideoMessage(gifPlayback=True)), Marks("media", "gif")),
        (building.poll(Poll("?", ("a",))), Marks("poll", polltype="creation")),
        (pb.e2e.Message(pollUpdateMessage=pb.e2e.PollUpdateMessage()), Marks("poll", polltype="vote", hidden=True)),
        (pb.e2e.Message(reactionMessage=pb.e2e.ReactionMessage(text="👍")), Marks("reaction", hidden=True)),
        (pb.e2e.Message(reactionMessage=pb.e2e.ReactionMessage()), Marks("reaction", edit="7", hidden=True)),
        (building.edit(IMAGE, "x", KEY, 1), Marks("text", edit="1", hidden=True)),
        (REVOKE, Marks("text", edit="7", hidden=True)),
        (messages.app_state_key_share(b"id", b"key", 1), Marks("text")),
    ],
)
def test_a_stanza_says_of_its_message_what_apps_say(message: Any, marks: Marks) -> None:
    assert marks_of(message) == marks


async def test_what_was_sent_and_heard_outlives_the_lab(tmp_path: Path) -> None:
    async with open_lab(tmp_path) as lab:
        awa, moussa = lab.customer(AWA), lab.customer(MOUSSA)
        photo = await awa.post(MOUSSA, File("image", b"pagne", caption="le bleu"))
        poll = await awa.post(MOUSSA, Poll("Riz ou mil ?", ("riz", "mil")))
        await awa.post(MOUSSA, Timer(604_800))
        await moussa.wait_heard(3)
    async with open_lab(tmp_path) as lab:
        awa, moussa = lab.customer(AWA), lab.customer(MOUSSA)
        first = moussa.heard()[0]
        assert (first.content.kind, first.content.text) == ("image", "le bleu")
        assert await moussa.fetch(first) == b"pagne"
        await moussa.post(AWA, Vote(poll, ("mil",)))
        await moussa.say(AWA, "celui-ci", quote=photo)
        vote, answer = await awa.wait_heard(2)
        assert vote.content.options == ("mil",)
        assert answer.content.quote is not None
        assert await awa.fetch(answer.content.quote.file or first) == b"pagne"
        assert answer.content.expires_in == 604_800
        assert answer.content.expires_since == moussa.heard()[2].content.expires_since > 0


@pytest.mark.parametrize(
    "place", [Location(1.5, -2.25, "Sandaga", "Dakar"), LiveLocation(1.5, -2.25, "j'arrive"), Location(0, 0)]
)
async def test_a_place_outlives_the_lab_as_what_it_is(tmp_path: Path, place: Location | LiveLocation) -> None:
    async with open_lab(tmp_path) as lab:
        lab.customer(MOUSSA)
        await lab.customer(AWA).post(MOUSSA, place)
        await lab.customer(MOUSSA).wait_heard(1)
    async with open_lab(tmp_path) as lab:
        assert lab.customer(MOUSSA).heard()[0].content.location == place


async def test_several_pictures_come_as_an_album(lab: Lab) -> None:
    awa, moussa = lab.customer(AWA), lab.customer(MOUSSA)
    ids = await awa.post_album(MOUSSA, [File("image", b"un"), File("video", b"deux", caption="le marché", round=True)])
    heard = await moussa.wait_heard(3)
    assert [(each.id, each.content.kind) for each in heard] == list(zip(ids, ("album", "image", "video"), strict=True))
    announced = moussa.kinds.memory.find(ids[0]).message.albumMessage
    assert (announced.expectedImageCount, announced.expectedVideoCount) == (1, 1)
    for id in ids[1:]:
        association = moussa.kinds.memory.find(id).message.messageContextInfo.messageAssociation
        assert (association.associationType, association.parentMessageKey.ID) == (association.MEDIA_ALBUM, ids[0])
    assert await moussa.fetch(heard[2]) == b"deux"


async def test_a_new_caption_comes_with_the_picture(lab: Lab) -> None:
    awa, moussa = lab.customer(AWA), lab.customer(MOUSSA)
    for file in (File("image", b"pagne", caption="en bleu"), File("document", b"devis", name="d.pdf", caption="voici")):
        id = await awa.post(MOUSSA, file)
        await awa.post(MOUSSA, Edit(id, "en vert"))
    heard = await moussa.wait_heard(4)
    assert [each.content.kind for each in heard] == ["image", "edit", "document", "edit"]
    for edit in heard[1::2]:
        assert edit.text == "en vert"
        original = moussa.kinds.memory.find(edit.content.target).message
        changed = moussa.kinds.memory.find(edit.id).message.editedMessage.message.protocolMessage.editedMessage
        [(field, part)] = changed.ListFields()
        assert field.name in {"imageMessage", "documentMessage"}
        assert part.mediaKey in original.SerializeToString()


@pytest.mark.parametrize("addressing", ["lid", "pn"])
async def test_a_group_votes_quotes_and_takes_back(lab: Lab, addressing: Any) -> None:
    awa, moussa, fatou = (lab.customer(number) for number in (AWA, MOUSSA, FATOU))
    group = lab.people.group("Famille", [AWA, MOUSSA, FATOU], by=AWA, addressing=addressing)
    poll = await awa.post(group.address, Poll("Riz ou mil ?", ("riz", "mil")))
    await fatou.wait_heard(1)
    await moussa.wait_heard(1)
    await moussa.post(group.address, Vote(poll, ("riz",)))
    await fatou.wait_heard(2)
    photo = await moussa.post(group.address, File("image", b"plat"))
    await fatou.wait_heard(3)
    await fatou.say(group.address, "miam", quote=photo, mentions=[MOUSSA])
    await fatou.post(group.address, Reaction(photo, "😋"))
    vote, image, answer, reaction = await awa.wait_heard(4)
    assert (vote.content.target, vote.content.options) == (poll, ("riz",))
    assert fatou.heard()[1].content.options == ("riz",), "who did not ask can open it, too"
    assert await awa.fetch(image) == b"plat"
    assert answer.content.quote is not None
    assert (answer.content.quote.sender, answer.content.mentions) == (MOUSSA, (MOUSSA,))
    key = awa.kinds.memory.find(reaction.id).message.reactionMessage.key
    author = moussa.lid if addressing == "lid" else moussa.jid
    assert (key.fromMe, key.participant, key.remoteJID) == (False, str(author), str(group.jid))


def test_what_is_remembered_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "KEPT", 3)
    store, sender = Store(tmp_path / "lab.db"), JID.parse("1:2@lid")
    kept = Memory(store, "1")
    for number in range(5):
        kept.add(f"AC{number}", sender, messages.text(f"texte {number}"))
    kept.add("AC4", sender, messages.text("the same again"))
    for place in (kept, Memory(store, "1")):
        assert [id for id in map("AC{}".format, range(5)) if place.get(id)] == ["AC2", "AC3", "AC4"]
        found = place.find("AC4")
        assert (found.message.conversation, str(found.sender)) == ("texte 4", "1@lid")
        with pytest.raises(NoSuchMessage, match="AC0"):
            place.find("AC0")
    assert len(store.documents("remembered/")) == 3


@pytest.mark.parametrize("name", ["../../etc/passwd", "..\\..\\boot.ini", ".bashrc", "", "devis.pdf", "a\0b"])
async def test_a_saved_file_stays_in_its_folder(lab: Lab, tmp_path: Path, name: str) -> None:
    folder = tmp_path / "files"
    folder.mkdir()
    (folder / "devis.pdf").write_bytes(b"here before")
    lab.customer(MOUSSA)
    await lab.customer(AWA).post(MOUSSA, File("document", b"contents", name=name))
    [heard] = await lab.customer(MOUSSA).wait_heard(1)
    saved = await lab.customer(MOUSSA).save(heard, folder)
    assert (saved.parent, saved.read_bytes()) == (folder, b"contents")
    assert not saved.name.startswith(".")
    assert (folder / "devis.pdf").read_bytes() == b"here before"


async def test_a_big_file_does_not_hold_the_lab_up(lab: Lab, tmp_path: Path, nursery: trio.Nursery) -> None:
    big = tmp_path / "big"
    big.write_bytes(bytes(40 << 20))
    lab.customer(MOUSSA)
    longest = 0.0

    async def watch() -> None:
        nonlocal longest
        while True:
            before = trio.current_time()
            await trio.sleep(0.005)
            longest = max(longest, trio.current_time() - before)

    nursery.start_soon(watch)
    await lab.customer(AWA).post(MOUSSA, File("video", big))
    [heard] = await lab.customer(MOUSSA).wait_heard(1)
    await lab.customer(MOUSSA).save(heard, tmp_path)
    # Encrypting 40 MB takes many times as long.
    assert longest < 0.1


@pytest.mark.parametrize(
    ("content", "made"),
    [
        ({"kind": "image", "data": "cGFnbmU=", "caption": "x"}, File("image", b"pagne", caption="x")),
        ({"kind": "voice", "path": "/a/b.ogg", "seconds": 3}, File("voice", Path("/a/b.ogg"), seconds=3)),
        ({"kind": "location", "latitude": 1.5, "longitude": 2}, Location(1.5, 2)),
        ({"kind": "live_location", "latitude": 1, "longitude": 2}, LiveLocation(1, 2)),
        ({"kind": "card", "name": "A", "vcard": "V"}, Card("A", "V")),
        ({"kind": "cards", "cards": [{"name": "A", "vcard": "V"}]}, Cards((Card("A", "V"),))),
        ({"kind": "poll", "question": "?", "options": ["a", "b"], "choices": 0}, Poll("?", ("a", "b"), 0)),
        ({"kind": "vote", "poll": "AC1", "options": []}, Vote("AC1", ())),
        ({"kind": "reaction", "target": "AC1", "emoji": ""}, Reaction("AC1", "")),
        ({"kind": "edit", "target": "AC1", "text": "x"}, Edit("AC1", "x")),
        ({"kind": "deletion", "target": "AC1"}, Deletion("AC1")),
        ({"kind": "timer", "seconds": 0}, Timer(0)),
        (
            {"kind": "view_once", "file": {"kind": "image", "data": ""}, "withheld": False},
            ViewOnce(File("image", b""), withheld=False),
        ),
    ],
    ids=lambda value: value["kind"] if isinstance(value, dict) else "",
)
def test_a_content_is_read_from_json(content: dict[str, Any], made: Any) -> None:
    assert parse(content) == made


@pytest.mark.parametrize(
    ("content", "error"),
    [
        ({}, "kind is ''; image, video"),
        ({"kind": "dance"}, "kind is 'dance'"),
        ({"kind": "image"}, "either path or data"),
        ({"kind": "image", "data": "", "path": "/x"}, "either path or data"),
        ({"kind": "image", "data": "no base64!"}, "base64 was expected"),
        ({"kind": "image", "data": 5}, "base64 was expected"),
        ({"kind": "image", "path": "x.jpg"}, "an absolute one"),
        ({"kind": "image", "path": 5}, "an absolute one"),
        ({"kind": "image", "data": "", "size": 5}, "File has no size"),
        ({"kind": "location", "latitude": "nord", "longitude": 1}, "latitude"),
        ({"kind": "timer"}, "seconds"),
        ({"kind": "view_once"}, "a file with its kind"),
        ({"kind": "view_once", "file": {"kind": "timer", "seconds": 1}}, "a file with its kind"),
        ({"kind": "view_once", "file": 7}, "a file with its kind"),
    ],
)
def test_what_is_no_content_is_refused(content: dict[str, Any], error: str) -> None:
    with pytest.raises(ValueError, match=error):
        parse(content)

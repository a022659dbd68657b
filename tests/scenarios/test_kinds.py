"""Every kind of message through real daemon and real client, in both directions, field for field and byte for byte."""

from pathlib import Path
from typing import Any

import crowd
import media_rig
import pytest
import rig
from media_rig import JPEG, PDF, content

from comptoir.lab import kinds
from comptoir.lab.customer import Customer
from comptoir.lab.heard import Heard
from comptoir.lab.kinds import Card, Cards, File, LiveLocation, Location, Poll, Reaction, Vote
from comptoir.sessions.protocol import ErrorCode, RpcError

AMINATA = "+221771000001"
NUMBER = "+221770000001"
MP4 = b"\0\0\0\x20ftypisom"
OGG = b"OggS\0\x02" + bytes(22) + b"OpusHead"
WEBP = b"RIFF\0\0\x10\0WEBPVP8 "
VCARD = "BEGIN:VCARD\nVERSION:3.0\nFN:Moussa Diop\nTEL;waid=221770000009:+221 77 000 00 09\nEND:VCARD"


async def open_shop(here: rig.Rig) -> tuple[rig.Shop, Customer]:
    config = crowd.config("chez-awa").replace("version = 1\n", "version = 1\njoin_seconds = 0\n")
    return await here.add_shop("chez-awa", NUMBER, config), here.lab.customer(AMINATA)


async def ends(here: rig.Rig, count: int) -> list[dict[str, Any]]:
    """The history once so many received messages are at their end."""
    await here.wait_event(lambda _: len([e for e in here.events if e["kind"] in ("done", "skipped")]) >= count)
    return await here.settle("chez-awa")


async def delivered(here: rig.Rig, count: int) -> list[dict[str, Any]]:
    """The history once the customer has so many messages: receipts follow what was heard."""
    await here.wait_event(lambda _: len([e for e in here.events if e["kind"] == "delivered"]) >= count)
    return await here.settle("chez-awa")


def inbound(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [row for row in rows if row["direction"] == "in"]


FILES = [
    File("image", content(90_000, 1, JPEG), mime="image/jpeg", caption="cette robe ?"),
    File("video", content(120_000, 2, MP4), mime="video/mp4", caption="regardez", seconds=4),
    File("audio", content(50_000, 3, OGG), mime="audio/ogg", seconds=9),
    File("voice", content(40_000, 4, OGG), mime="audio/ogg; codecs=opus", seconds=5),
    File("document", content(70_000, 5, PDF), mime="application/pdf", caption="le menu", name="menu à jour.pdf"),
    File("sticker", content(20_000, 6, WEBP), mime="image/webp"),
]


@pytest.mark.shows(under="kinds", what="image", received="kept sealed with its caption, before the pipeline sees it")
@pytest.mark.shows(under="kinds", what="video", received="kept sealed with its caption and its length")
@pytest.mark.shows(under="kinds", what="audio", received="kept sealed with its length")
@pytest.mark.shows(under="kinds", what="voice note", received="kept sealed with its length")
@pytest.mark.shows(under="kinds", what="document", received="kept sealed with its caption and its name")
@pytest.mark.shows(under="kinds", what="sticker", received="kept sealed")
async def test_files_come_as_they_were_sent() -> None:
    async with rig.open_rig() as here:
        shop, customer = await open_shop(here)
        for index, file in enumerate(FILES):
            await customer.post(shop.number, file, as_lid=index % 2 == 1)
        rows = inbound(await ends(here, len(FILES)))
        assert [(row["kind"], row["text"], row["chat"]) for row in rows] == [
            (file.kind, file.caption, AMINATA) for file in FILES
        ]
        for row, file in zip(rows, FILES, strict=True):
            expected = {"mime": file.mime, "name": file.name, "size": len(file.data), "state": "kept", "error": None}
            assert row["media"] == expected | ({"seconds": file.seconds} if file.seconds else {})
            assert await media_rig.get_file(here, shop.name, row["id"]) == file.data


@pytest.mark.shows(under="kinds", what="location", received="latitude, longitude, name and address are journaled")
@pytest.mark.shows(under="kinds", what="live location", received="journaled as the place where it began")
@pytest.mark.shows(under="kinds", what="contact card", received="name and whole vCard are journaled, of one or several")
@pytest.mark.shows(under="kinds", what="poll", received="question and options are journaled")
@pytest.mark.shows(
    under="kinds", what="reaction", received="journaled with the message that it is about; wants no answer"
)
@pytest.mark.shows(under="kinds", what="text", received="answered by the pipeline")
async def test_what_is_no_file_comes_as_it_was_sent() -> None:
    async with rig.open_rig() as here:
        shop, customer = await open_shop(here)
        await customer.say(shop.number, "Bonjour, menu svp ?")
        (answer,) = await customer.wait_heard(1)
        await customer.post(shop.number, Location(14.6928, -17.4467, "Marché Sandaga", "Dakar"))
        await customer.post(shop.number, LiveLocation(14.5, -17.25, "j'arrive"), as_lid=True)
        await customer.post(shop.number, Card("Moussa Diop", VCARD))
        await customer.post(shop.number, Cards((Card("A", "BEGIN:VCARD"), Card("B", VCARD))), as_lid=True)
        await customer.post(shop.number, Poll("Quel jour ?", ("lundi", "mardi"), 1))
        await customer.post(shop.number, Reaction(answer.id, "❤️"))
        await customer.post(shop.number, Reaction(answer.id, ""))
        asked, place, live, card, cards, poll, heart, none = inbound(await ends(here, 8))
        assert (asked["kind"], asked["text"], asked["state"]) == ("text", "Bonjour, menu svp ?", "done")
        there = {
            "latitude": 14.6928,
            "longitude": -17.4467,
            "name": "Marché Sandaga",
            "address": "Dakar",
            "live": False,
        }
        assert (place["kind"], place["place"]) == ("location", there)
        began = {"latitude": 14.5, "longitude": -17.25, "name": "", "address": "", "live": True}
        assert (live["kind"], live["text"], live["place"]) == ("location", "j'arrive", began)
        assert (card["kind"], card["cards"]) == ("contact", [{"name": "Moussa Diop", "vcard": VCARD}])
        assert cards["cards"] == [{"name": "A", "vcard": "BEGIN:VCARD"}, {"name": "B", "vcard": VCARD}]
        assert (poll["kind"], poll["text"]) == ("poll", "Quel jour ?")
        assert poll["poll"] == {"question": "Quel jour ?", "options": ["lundi", "mardi"], "choices": 1}
        answered = asked["id"] + 1
        assert (heart["kind"], heart["text"], heart["target"]) == ("reaction", "❤️", answered)
        assert (none["kind"], none["text"], none["target"]) == ("reaction", "", answered)
        assert [item.text for item in customer.heard(NUMBER)] == [answer.text], "nothing else was answered"


SENT = [
    (FILES[0], ".jpg"), (FILES[1], ".mp4"), (FILES[2], ".ogg"), (FILES[3], ".ogg"), (FILES[4], ".pdf"),
    (FILES[5], ".webp"),
]  # fmt: skip


@pytest.mark.shows(under="kinds", what="image", sent="`send --file`, with a caption")
@pytest.mark.shows(under="kinds", what="video", sent="`send --file`, with a caption")
@pytest.mark.shows(under="kinds", what="audio", sent="`send --file --kind audio`")
@pytest.mark.shows(under="kinds", what="voice note", sent="`send --file --kind voice`")
@pytest.mark.shows(under="kinds", what="document", sent="`send --file`, with a caption and its name")
@pytest.mark.shows(under="kinds", what="sticker", sent="`send --file --kind sticker`")
async def test_files_arrive_as_they_were_sent(tmp_path: Path) -> None:
    async with rig.open_rig() as here:
        shop, customer = await open_shop(here)
        for file, suffix in SENT:
            path = tmp_path / f"fichier{suffix}"
            assert isinstance(file.data, bytes)
            path.write_bytes(file.data)
            await media_rig.send_file(here, shop.name, AMINATA, path, text=file.caption, kind=file.kind)
        heard = await customer.wait_heard(len(SENT), 30)
        for item, (file, suffix) in zip(heard, SENT, strict=True):
            assert (item.content.kind, item.text) == (file.kind, file.caption)
            assert await customer.fetch(item) == file.data
            assert item.content.file is not None
            if file.kind == "document":
                assert item.content.file.name == f"fichier{suffix}"
        rows = await delivered(here, len(SENT))
        assert [(row["kind"], row["text"], row["state"]) for row in rows] == [
            (file.kind, file.caption, "delivered") for file, _ in SENT
        ]


NOT_SO = [
    (FILES[4], "voice", "Ogg Opus"), (FILES[0], "voice", "Ogg Opus"), (FILES[0], "sticker", "WebP"),
    (FILES[4], "image", "a picture"), (FILES[0], "video", "a film"), (FILES[1], "audio", "a sound"),
    (File("document", b"rien", mime="application/octet-stream"), "sticker", "WebP"),
]  # fmt: skip


@pytest.mark.shows(
    under="media",
    what="a file that is to be sent as what it is not (`--kind`)",
    happens="`send` refuses it and says what it is: the customer would get something broken",
)
async def test_a_file_is_not_sent_as_what_it_is_not(tmp_path: Path) -> None:
    async with rig.open_rig() as here:
        shop, _ = await open_shop(here)
        # No name makes a sticker.
        path = tmp_path / "fichier.webp"
        for file, kind, expected in NOT_SO:
            assert isinstance(file.data, bytes)
            path.write_bytes(file.data)
            with pytest.raises(RpcError, match=f"{expected} was expected.*{file.mime}") as refused:
                await media_rig.send_file(here, shop.name, AMINATA, path, kind=kind)
            assert refused.value.code == ErrorCode.INVALID_PARAMS
        assert await here.messages(shop.name) == []
        sent = await media_rig.send_file(here, shop.name, AMINATA, path, kind="document")
        assert (sent["kind"], sent["media"]["name"]) == ("document", "fichier.webp")


async def send(here: rig.Rig, **params: Any) -> dict[str, Any]:
    sent = await here.call("send", tenant="chez-awa", to=AMINATA, **params)
    assert isinstance(sent, dict)
    return sent


async def heard_after(customer: Customer, count: int) -> Heard:
    return (await customer.wait_heard(count))[-1]


@pytest.mark.shows(under="kinds", what="text", sent="`send TEXT`, and every answer of a plugin")
@pytest.mark.shows(under="kinds", what="location", sent="`send --location LAT,LON`")
@pytest.mark.shows(under="kinds", what="contact card", sent="`send --contact FILE.vcf`, one or several")
@pytest.mark.shows(under="kinds", what="poll", sent="`send --poll QUESTION --option …`")
@pytest.mark.shows(under="kinds", what="reaction", sent="`send --react ID EMOJI`; an empty one takes it back")
async def test_what_is_no_file_arrives_as_it_was_sent() -> None:
    async with rig.open_rig() as here:
        shop, customer = await open_shop(here)
        await customer.say(shop.number, "Bonjour")
        (asked,) = inbound(await ends(here, 1))
        await send(here, text="Bonjour Aminata")
        assert (await heard_after(customer, 1)).content.kind == "text"
        await send(here, content={"place": {"latitude": 14.5, "longitude": -17.25, "name": "Chez Awa", "address": "R"}})
        assert (await heard_after(customer, 2)).content.location == Location(14.5, -17.25, "Chez Awa", "R")
        await send(here, content={"cards": [{"name": "Moussa Diop", "vcard": VCARD}]})
        card = (await heard_after(customer, 3)).content
        assert (card.kind, card.cards) == ("card", (Card("Moussa Diop", VCARD),))
        await send(here, content={"cards": [{"name": "A", "vcard": "BEGIN:VCARD"}, {"name": "B", "vcard": VCARD}]})
        cards = (await heard_after(customer, 4)).content
        assert (cards.kind, cards.cards) == ("cards", (Card("A", "BEGIN:VCARD"), Card("B", VCARD)))
        await send(here, content={"poll": {"question": "Quel jour ?", "options": ["lundi", "mardi"], "choices": 0}})
        assert (await heard_after(customer, 5)).content.poll == Poll("Quel jour ?", ("lundi", "mardi"), 0)
        reacted = await send(here, content={"reaction": {"message": asked["id"], "emoji": "👍"}})
        heart = (await heard_after(customer, 6)).content
        assert (heart.kind, heart.text) == ("reaction", "👍")
        assert heart.target, "the customer's own message"
        await send(here, content={"reaction": {"message": asked["id"], "emoji": ""}})
        assert (await heard_after(customer, 7)).content == kinds.Shown("reaction", target=heart.target)
        rows = [row for row in await delivered(here, 7) if row["direction"] == "out"]
        assert [row["kind"] for row in rows] == [
            "text", "location", "contact", "contact", "poll", "reaction", "reaction"
        ]  # fmt: skip
        assert {row["state"] for row in rows} == {"delivered"}
        assert (rows[5]["id"], rows[5]["text"], rows[5]["target"]) == (reacted["id"], "👍", asked["id"])


# --- votes


@pytest.mark.shows(
    under="kinds",
    what="vote in a poll",
    received="opened, and read as what is chosen now, also after the worker was replaced; a later one replaces it",
)
async def test_votes_are_read_also_by_a_later_worker() -> None:
    async with rig.open_rig() as here:
        shop, customer = await open_shop(here)
        poll = {"question": "Quel plat ?", "options": ["thiéboudienne", "yassa", "mafé"], "choices": 0}
        sent = await send(here, content={"poll": poll})
        asked = await heard_after(customer, 1)
        await customer.post(shop.number, Vote(asked.id, ("yassa", "mafé")))
        await ends(here, 1)
        await here.kill_worker(shop.name)
        await here.wait_event(lambda event: event["kind"] == "recovered")
        await here.wait_state(shop.name, "online")
        await customer.post(shop.number, Vote(asked.id, ("thiéboudienne",)), as_lid=True)
        await customer.post(shop.number, Vote(asked.id, ()))
        rows = inbound(await ends(here, 3))
        assert [(row["kind"], row["text"], row["vote"]) for row in rows] == [
            ("vote", "yassa, mafé", {"poll": sent["id"], "options": ["yassa", "mafé"]}),
            ("vote", "thiéboudienne", {"poll": sent["id"], "options": ["thiéboudienne"]}),
            ("vote", "", {"poll": sent["id"], "options": []}),
        ]
        assert [row["kind"] for row in await here.messages(shop.name)] == ["poll", "vote", "vote", "vote"]


async def test_only_the_last_vote_that_waits_is_answered() -> None:
    async with rig.open_rig() as here:
        shop, customer = await open_shop(here)
        sent = await send(here, content={"poll": {"question": "Quand ?", "options": ["midi", "soir"]}})
        asked = await heard_after(customer, 1)
        await here.call("tenant.pause", tenant=shop.name)
        await customer.post(shop.number, Vote(asked.id, ("midi",)))
        await customer.post(shop.number, Vote(asked.id, ("soir",)))
        await here.wait_event(lambda event: event["kind"] == "skipped")
        await here.call("tenant.resume", tenant=shop.name)
        first, last = inbound(await here.settle(shop.name))
        assert (first["text"], first["state"]) == ("midi", "skipped")
        assert (last["text"], last["state"]) == ("soir", "done")
        assert last["vote"] == {"poll": sent["id"], "options": ["soir"]}


@pytest.mark.shows(under="kinds", what="vote in a poll that is not known", received="journaled without what it chooses")
async def test_vote_in_a_poll_that_is_not_known() -> None:
    async with rig.open_rig() as here:
        shop, customer = await open_shop(here)
        poll = await customer.post(shop.number, Poll("À moi", ("un", "deux")))
        await customer.post(shop.number, Vote(poll, ("deux",)))
        _, own = inbound(await ends(here, 2))
        assert own["vote"] == {"poll": own["id"] - 1, "options": ["deux"]}, "a customer's own poll is known"
        other = here.lab.customer("+221771000002")
        unseen = await other.post(AMINATA, Poll("Entre nous", ("un", "deux")))
        heard = (await customer.wait_heard(1))[-1]
        assert heard.id == unseen
        await customer.post(shop.number, Vote(unseen, ("un",)))
        rows = inbound(await ends(here, 3))
        assert (rows[-1]["text"], rows[-1]["vote"]) == ("", {"poll": None, "options": []})

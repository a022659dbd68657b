"""Messages that are edited, taken back, quoted, or that disappear: in every order in which life brings them."""

from pathlib import Path
from typing import Any

import crowd
import media_rig
import pytest
import rig
import trio
from media_rig import JPEG, content

from comptoir.lab.customer import Customer
from comptoir.lab.kinds import Deletion, Edit, File, Reaction, Timer, ViewOnce
from comptoir.sessions.protocol import ErrorCode, RpcError

AMINATA = "+221771000001"
NUMBER = "+221770000001"
PICTURE = content(60_000, 1, JPEG)


async def open_shop(here: rig.Rig) -> tuple[rig.Shop, Customer]:
    config = crowd.config("chez-awa").replace("version = 1\n", "version = 1\njoin_seconds = 0\n")
    return await here.add_shop("chez-awa", NUMBER, config), here.lab.customer(AMINATA)


async def wait_kinds(here: rig.Rig, kind: str, count: int = 1) -> None:
    """Until so many events of this kind have come."""
    await here.wait_event(lambda _: len([event for event in here.events if event["kind"] == kind]) >= count)


async def send(here: rig.Rig, **params: Any) -> dict[str, Any]:
    sent = await here.call("send", tenant="chez-awa", to=AMINATA, **params)
    assert isinstance(sent, dict)
    return sent


async def wait_delivered(here: rig.Rig, id: int) -> None:
    await here.wait_event(lambda event: (event["kind"], event.get("message")) == ("delivered", id))


def texts(customer: Customer) -> list[str]:
    return [item.text for item in customer.heard(NUMBER)]


def seen(row: dict[str, Any]) -> tuple[str, str, str]:
    return row["kind"], row["text"], row["state"]


# --- edits


@pytest.mark.shows(
    under="kinds", what="edit of a message that waits", received="the message is answered in its new form"
)
async def test_edit_of_a_message_that_waits() -> None:
    async with rig.open_rig() as here:
        shop, customer = await open_shop(here)
        await here.call("tenant.pause", tenant=shop.name)
        id = await customer.say(NUMBER, "Bonjour, menu svp ?")
        await customer.post(NUMBER, Edit(id, "Bonjour, horaire svp ?"))
        await wait_kinds(here, "edited")
        await here.call("tenant.resume", tenant=shop.name)
        message, edit, answer = await here.settle(shop.name)
        assert seen(message) == ("text", "Bonjour, horaire svp ?", "done")
        assert (message["edited"], edit["kind"], edit["target"]) == (True, "edit", message["id"])
        assert answer["text"] == crowd.answer(shop, "horaire")
        assert texts(customer) == [crowd.answer(shop, "horaire")]


@pytest.mark.shows(
    under="kinds", what="edit of a message that was answered", received="its text is replaced; it is not answered again"
)
async def test_edit_of_a_message_that_was_answered() -> None:
    async with rig.open_rig() as here:
        shop, customer = await open_shop(here)
        id = await customer.say(NUMBER, "Bonjour, menu svp ?")
        await customer.wait_heard(1)
        await customer.post(NUMBER, Edit(id, "Bonjour, horaire svp ?"))
        await customer.post(NUMBER, Edit(id, "Bonjour, adresse svp ?"))
        await wait_kinds(here, "done", 3)
        message, _, first, second = await here.settle(shop.name)
        assert seen(message) == ("text", "Bonjour, adresse svp ?", "done")
        assert seen(first) == ("edit", "Bonjour, horaire svp ?", "done")
        assert (second["text"], second["target"]) == ("Bonjour, adresse svp ?", message["id"])
        assert texts(customer) == [crowd.answer(shop, "menu")]


async def test_edit_and_deletion_of_messages_of_the_time_before() -> None:
    async with rig.open_rig() as here:
        shop, customer = await open_shop(here)
        await customer.post(NUMBER, Edit("3EB0FFFFFFFFFFFFFFFFFF", "Bonjour, menu svp ?"))
        await customer.post(NUMBER, Deletion("3EB0FFFFFFFFFFFFFFFFFE"))
        await wait_kinds(here, "done", 2)
        edit, deletion = await here.settle(shop.name)
        assert seen(edit) == ("edit", "Bonjour, menu svp ?", "done")
        assert seen(deletion) == ("deletion", "", "done")
        assert "target" not in edit | deletion
        assert texts(customer) == []


# --- deletions


@pytest.mark.shows(
    under="kinds", what="deletion of a message that waits", received="nothing of it is kept, and it is not answered"
)
async def test_deletion_of_a_message_that_waits() -> None:
    async with rig.open_rig() as here:
        shop, customer = await open_shop(here)
        await here.call("tenant.pause", tenant=shop.name)
        gone = await customer.say(NUMBER, "Bonjour, menu svp ?")
        await customer.say(NUMBER, "Bonjour, horaire svp ?")
        await customer.post(NUMBER, Deletion(gone))
        await wait_kinds(here, "deleted")
        await here.call("tenant.resume", tenant=shop.name)
        message, other, deletion, _ = await here.settle(shop.name)
        assert (*seen(message), message["deleted"]) == ("text", "", "skipped", True)
        assert (deletion["kind"], deletion["target"]) == ("deletion", message["id"])
        skipped = await here.wait_event(lambda event: event["kind"] == "skipped")
        assert (skipped["message"], skipped["reason"]) == (message["id"], "taken back by the sender")
        assert other["state"] == "done"
        assert texts(customer) == [crowd.answer(shop, "horaire")]


@pytest.mark.shows(
    under="kinds",
    what="deletion of a message that was answered",
    received="its text, what it held and its file are erased, here and on the disk",
)
async def test_deletion_of_a_picture_that_was_answered() -> None:
    async with rig.open_rig() as here:
        shop, customer = await open_shop(here)
        id = await customer.post(NUMBER, File("image", PICTURE, caption="menu de cette table ?"))
        await customer.wait_heard(1)
        await customer.post(NUMBER, Edit(id, "menu secret ?"))
        await wait_kinds(here, "edited")
        await customer.post(NUMBER, Deletion(id))
        await wait_kinds(here, "done", 3)
        rows = await here.settle(shop.name)
        assert (*seen(rows[0]), rows[0]["deleted"]) == ("image", "", "done", True)
        assert rows[0]["media"]["state"] == "dropped"
        assert {row["text"] for row in rows if row["direction"] == "in"} == {""}, "nor does the edit keep its text"
        with pytest.raises(RpcError):
            await media_rig.get_file(here, shop.name, rows[0]["id"])
        # Files that nothing refers to are tidied away within seconds.
        with trio.fail_after(10):
            while list((here.home / "state/tenants/chez-awa/media").iterdir()):  # noqa: ASYNC110 (a folder tells nobody)
                await trio.sleep(0.05)


# --- what we change ourselves


@pytest.mark.shows(
    under="kinds", what="edit", sent="`send --edit ID TEXT`; the history shows the new text once it has left"
)
@pytest.mark.shows(
    under="kinds", what="deletion", sent="`send --delete ID`; the history forgets the text once it has left"
)
async def test_our_own_messages_are_edited_and_taken_back() -> None:
    async with rig.open_rig() as here:
        shop, customer = await open_shop(here)
        sent = await send(here, text="Ouvert à 9 h")
        (first,) = await customer.wait_heard(1)
        await wait_delivered(here, sent["id"])
        await send(here, text="Ouvert à 10 h", content={"edit": {"message": sent["id"]}})
        edit = (await customer.wait_heard(2))[-1].content
        assert (edit.kind, edit.text, edit.target) == ("edit", "Ouvert à 10 h", first.id)
        row = (await here.settle(shop.name))[0]
        assert (*seen(row), row["edited"]) == ("text", "Ouvert à 10 h", "delivered", True)
        await send(here, content={"deletion": {"message": sent["id"]}})
        deletion = (await customer.wait_heard(3))[-1].content
        assert (deletion.kind, deletion.target) == ("deletion", first.id)
        row = (await here.settle(shop.name))[0]
        assert (*seen(row), row["deleted"]) == ("text", "", "delivered", True)
        with pytest.raises(RpcError, match="taken back") as refused:
            await send(here, text="Ouvert à 11 h", content={"edit": {"message": sent["id"]}})
        assert refused.value.code == ErrorCode.FAILED


async def test_edit_whose_ack_a_crash_made_lost_is_done_once_its_receipt_comes() -> None:
    async with rig.open_rig() as here:
        shop, customer = await open_shop(here)
        sent = await send(here, text="Ouvert à 9 h")
        await wait_delivered(here, sent["id"])
        here.lab.faults.lose_acks(shop.number)
        edit = await send(here, text="Ouvert à 10 h", content={"edit": {"message": sent["id"]}})
        (heard, changed) = await customer.wait_heard(2)
        assert (changed.content.kind, changed.content.target) == ("edit", heard.id)
        assert (await here.call("message", tenant=shop.name, id=sent["id"]))["text"] == "Ouvert à 9 h"
        await here.kill_worker(shop.name)
        await here.wait_event(lambda event: (event["kind"], event.get("message")) == ("edited", sent["id"]))
        rows = await here.settle(shop.name)
        assert [(row["id"], row["text"], row["state"]) for row in rows] == [
            (sent["id"], "Ouvert à 10 h", "delivered"),
            (edit["id"], "Ouvert à 10 h", "delivered"),
        ]
        assert len(customer.heard(NUMBER)) == 2, "it was not sent twice"


async def test_what_is_not_ours_cannot_be_edited() -> None:
    async with rig.open_rig() as here:
        shop, customer = await open_shop(here)
        await customer.say(NUMBER, "Bonjour")
        await wait_kinds(here, "done")
        (theirs,) = await here.settle(shop.name)
        for content_ in ({"edit": {"message": theirs["id"]}}, {"deletion": {"message": 999}}):
            with pytest.raises(RpcError) as refused:
                await send(here, text="x" if "edit" in content_ else "", content=content_)
            assert refused.value.code == ErrorCode.NOT_FOUND
        assert len(await here.messages(shop.name)) == 1


# --- quotes


@pytest.mark.shows(
    under="kinds",
    what="reply that quotes",
    received="the quoted message is named by its id, with its kind and text",
    sent="`send --quote ID`: the whole quoted message goes along, our own product picture too",
)
async def test_quotes_of_our_picture_and_of_theirs(tmp_path: Path) -> None:
    file = tmp_path / "robe.jpg"
    file.write_bytes(PICTURE)
    async with rig.open_rig() as here:
        shop, customer = await open_shop(here)
        ours = await media_rig.send_file(here, shop.name, AMINATA, file, text="Robe bleue, 15 000 F")
        (picture,) = await customer.wait_heard(1)
        await customer.say(NUMBER, "celle-ci, quelle adresse ?", quote=picture.id)
        await customer.wait_heard(2)
        _, asked, _ = await here.settle(shop.name)
        assert asked["quote"] == {"message": ours["id"], "kind": "image", "text": "Robe bleue, 15 000 F", "ours": True}
        # Our own picture again, written anew from the journal: its reader can open it.
        await send(here, text="Oui, celle-là", quote=ours["id"])
        again = (await customer.wait_heard(3))[-1]
        quote = again.content.quote
        assert quote is not None
        assert (again.text, quote.id, quote.kind, quote.text) == (
            "Oui, celle-là", picture.id, "image", "Robe bleue, 15 000 F"
        )  # fmt: skip
        assert quote.sender == NUMBER
        assert quote.file is not None
        assert await customer.fetch(quote.file) == PICTURE
        # Theirs, as it came.
        sent = await customer.post(NUMBER, File("image", PICTURE[::-1], caption="ou ceci"))
        await wait_kinds(here, "done", 2)
        theirs = (await here.settle(shop.name))[-1]
        await send(here, content={"place": {"latitude": 14.5, "longitude": -17.0}}, quote=theirs["id"])
        place = (await customer.wait_heard(4))[-1].content
        assert place.quote is not None
        assert (place.kind, place.quote.id, place.quote.sender, place.quote.text) == (
            "location", sent, AMINATA, "ou ceci"
        )  # fmt: skip
        assert place.quote.file is not None
        assert await customer.fetch(place.quote.file) == PICTURE[::-1]


async def test_quote_of_what_was_never_journaled() -> None:
    async with rig.open_rig() as here:
        shop, customer = await open_shop(here)
        other = here.lab.customer("+221771000002")
        elsewhere = await other.say(AMINATA, "le plat du jour")
        await customer.wait_heard(1)
        await customer.say(NUMBER, "menu ?", quote=elsewhere)
        await wait_kinds(here, "done")
        asked = (await here.settle(shop.name))[0]
        assert asked["quote"] == {"message": None, "kind": "text", "text": "le plat du jour", "ours": False}


# --- disappearing messages, and what may be seen once


@pytest.mark.shows(
    under="kinds",
    what="disappearing timer",
    received="kept for the chat, whether a message or the setting tells; the newest word counts",
    sent="every answer in the chat carries it, until it is switched off",
)
async def test_answers_carry_the_chats_timer() -> None:
    async with rig.open_rig() as here:
        shop, customer = await open_shop(here)
        await customer.post(NUMBER, Timer(86_400))
        await customer.say(NUMBER, "Bonjour, menu svp ?")
        assert (await customer.wait_heard(1))[-1].content.expires_in == 86_400
        await customer.say(NUMBER, "Bonjour, horaire svp ?", expires_in=604_800)
        assert (await customer.wait_heard(2))[-1].content.expires_in == 604_800
        await send(here, content={"poll": {"question": "Quand ?", "options": ["midi", "soir"]}})
        assert (await customer.wait_heard(3))[-1].content.expires_in == 604_800
        # The owner's phone switches it off.
        await shop.phone.post(AMINATA, Timer(0))
        await customer.wait_heard(4)
        await customer.say(NUMBER, "Bonjour, adresse svp ?")
        heard = await customer.wait_heard(5, sender=NUMBER)
        assert (heard[-1].text, heard[-1].content.expires_in) == (crowd.answer(shop, "adresse"), 0)


@pytest.mark.parametrize("withheld", [True, False], ids=["withheld", "wrapped"])
@pytest.mark.shows(
    under="kinds", what="picture to be seen once", received="journaled as `view_once`; nothing of it is kept or fetched"
)
async def test_nothing_is_kept_of_what_may_be_seen_once(withheld: bool) -> None:
    async with rig.open_rig() as here:
        shop, customer = await open_shop(here)
        await customer.post(NUMBER, ViewOnce(File("image", PICTURE, caption="menu secret"), withheld))
        await wait_kinds(here, "done")
        (row,) = await here.settle(shop.name)
        assert (*seen(row), row["view_once"]) == ("view_once", "", "done", True)
        assert "media" not in row
        fetched = [transfer.path for transfer in here.lab.faults.media.seen("download")]
        assert [path for path in fetched if "md-msg-hist" not in path] == []
        assert texts(customer) == []


# --- the owner's hand


@pytest.mark.shows(
    under="people",
    what="the owner sends a picture by hand",
    happens="is a hand: it is journaled, and the bot falls silent in the chat; a reaction or an edit is none",
)
async def test_a_picture_is_a_hand_and_a_reaction_is_none() -> None:
    async with rig.open_rig() as here:
        shop, customer = await open_shop(here)
        asked = await customer.say(NUMBER, "Bonjour, menu svp ?")
        await customer.wait_heard(1)
        await shop.phone.post(AMINATA, Reaction(asked, "👍"))
        await customer.say(NUMBER, "Bonjour, horaire svp ?")
        await customer.wait_heard(3)
        assert texts(customer) == [crowd.answer(shop, "menu"), "👍", crowd.answer(shop, "horaire")]
        by_hand = await shop.phone.post(AMINATA, File("image", PICTURE, caption="Voici la carte"))
        await here.wait_event(lambda event: event["kind"] == "owner_wrote")
        await customer.say(NUMBER, "Bonjour, adresse svp ?")
        await wait_kinds(here, "skipped")
        await shop.phone.post(AMINATA, Edit(by_hand, "Voici notre carte"))
        await wait_kinds(here, "edited")
        await shop.phone.post(AMINATA, Deletion(by_hand))
        await wait_kinds(here, "deleted")
        rows = [row for row in await here.settle(shop.name) if row["by"] == "owner"]
        assert [row["kind"] for row in rows] == ["reaction", "image", "edit", "deletion"]
        assert (rows[1]["text"], rows[1]["deleted"]) == ("", True)
        assert [row.get("target") for row in rows] == [1, None, rows[1]["id"], rows[1]["id"]]
        assert crowd.answer(shop, "adresse") not in texts(customer)

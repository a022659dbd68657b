"""Keys that are new, lost or used up, on either side: what can be mended is, and what cannot is asked for once."""

from collections.abc import AsyncIterator, Sequence
from contextlib import closing
from pathlib import Path

import crowd
import judge
import pytest
import rig
import sqlcipher3
import trio
from acquainted import CUSTOMER, STRANGER, heard, open_acquainted, shop_of

from comptoir.gateway.paths import find_paths
from comptoir.gateway.session_dirs import sessions_root
from comptoir.lab.ledger import Entry
from comptoir.lab.nodes import Node
from comptoir.lab.stanzas import RetryRequest
from comptoir.sessions.protocol import Params

ASKED = "Bonjour, ici chez-awa : un de vos messages n'a pas pu être lu chez nous."


@pytest.fixture
async def here() -> AsyncIterator[rig.Rig]:
    async with open_acquainted() as here:
        yield here


def entries(here: rig.Rig, text: str) -> list[Entry]:
    return [entry for entry in here.lab.ledger.entries(to=CUSTOMER) if entry.text == text]


async def send(here: rig.Rig, text: str) -> int:
    return int((await here.call("send", tenant="chez-awa", to=CUSTOMER, text=text))["id"])


async def wait_kind(here: rig.Rig, kind: str, message: int | None = None) -> Params:
    """The event that says so, or said so."""
    return await here.wait_event(lambda event: event["kind"] == kind and message in (None, event.get("message")))


@pytest.mark.shows(
    under="encryption",
    what="the customer installs WhatsApp again",
    happens="what they write is answered under their new keys, and what waited for the old ones is sent again",
)
@pytest.mark.parametrize("told", [True, False], ids=["the server tells", "nobody tells"])
async def test_a_new_installation_is_answered_and_written_to_as_before(here: rig.Rig, told: bool) -> None:
    shop, customer = shop_of(here), here.lab.customer(CUSTOMER)
    here.lab.server.detach(customer)
    id = await send(here, "prêt demain")
    await wait_kind(here, "sent", id)
    await customer.reinstall(tell=told)
    here.lab.server.attach(customer)
    await wait_kind(here, "delivered", id)
    await customer.say(shop.number, "Bonjour, horaire svp ?")
    await customer.wait_heard(3)
    assert heard(here) == [crowd.answer(shop, "menu"), "prêt demain", crowd.answer(shop, "horaire")]
    assert await judge.disagreements(here, shop) == []


@pytest.mark.shows(
    under="encryption",
    what="a first message under a prekey that is gone",
    happens="asked for again with new keys by itself, and answered",
)
async def test_a_first_message_under_a_lost_prekey_is_answered(here: rig.Rig) -> None:
    shop, stranger = shop_of(here), here.lab.customer(STRANGER)
    await stranger.say_with_lost_prekey(shop.number, "Bonjour, adresse svp ?")
    await wait_kind(here, "unreadable")
    await stranger.wait_heard(1)
    await judge.settle(here, shop)
    assert heard(here, STRANGER) == [crowd.answer(shop, "adresse")]
    assert await judge.disagreements(here, shop) == []


@pytest.mark.shows(
    under="encryption",
    what="one-time prekeys are used up",
    happens="customers begin without one, and the client brings more to the server",
)
async def test_new_customers_come_in_without_one_time_prekeys_and_with_new_ones(here: rig.Rig) -> None:
    shop, stranger = shop_of(here), here.lab.customer(STRANGER)
    here.lab.faults.exhaust_prekeys(shop.number, upload=False)
    await stranger.say(shop.number, "Bonjour, adresse svp ?")
    await stranger.wait_heard(1)
    here.lab.faults.exhaust_prekeys(shop.number)
    await here.lab.server.wait_prekeys(shop.phone.companions[0], 50)
    third = here.lab.customer("+221771000003")
    await third.say(shop.number, "Bonjour, adresse svp ?")
    await third.wait_heard(1)
    assert await judge.disagreements(here, shop) == []


@pytest.mark.shows(
    under="encryption",
    what="the connection or the program dies while prekeys are uploaded",
    happens="brought again at the next login; who took one of them is answered, and so is who comes later",
)
@pytest.mark.parametrize("stored", [False, True], ids=["before the server has them", "after the server has them"])
async def test_a_power_cut_during_the_upload_of_prekeys_loses_nobody(here: rig.Rig, stored: bool) -> None:
    shop, stranger = shop_of(here), here.lab.customer(STRANGER)
    companion = shop.phone.companions[0]
    here.lab.faults.cut_upload(shop.number, stored=stored)
    here.lab.faults.exhaust_prekeys(shop.number)
    await here.wait_event(lambda event: event.get("state") == "offline")
    await here.kill_worker(shop.name)
    await stranger.say(shop.number, "Bonjour, adresse svp ?")
    await here.wait_state(shop.name, "online")
    await here.lab.server.wait_prekeys(companion, 49)
    third = here.lab.customer("+221771000003")
    await third.say(shop.number, "Bonjour, adresse svp ?")
    for customer in (stranger, third):
        await customer.wait_heard(1)
    await judge.settle(here, shop)
    assert heard(here, STRANGER) == [crowd.answer(shop, "adresse")]
    assert await judge.disagreements(here, shop, followed=False) == []


@pytest.mark.shows(
    under="encryption",
    what="a message that no retry brings",
    happens="stays `lost`, and after 30 seconds the customer is asked once a day and chat to send it again",
)
async def test_what_stays_unreadable_is_asked_for_once(here: rig.Rig) -> None:
    shop, customer = shop_of(here), here.lab.customer(CUSTOMER)
    id = await customer.say_garbled(shop.number, "Bonjour, adresse svp ?", failures=9)
    lost = await wait_kind(here, "unreadable")
    asked = await wait_kind(here, "asked_again")
    await wait_kind(here, "delivered", asked["message"])
    assert len(here.lab.ledger.entries(id=id)[0].receipts_of("retry")) == 4, "the library has given up"
    await customer.say_garbled(shop.number, "Bonjour, livraison svp ?", again=False)
    await here.wait_event(lambda event: event["kind"] == "unreadable" and event["message"] != lost["message"])
    await customer.say(shop.number, "Bonjour, adresse svp ?")
    await customer.wait_heard(3)
    # Past the time at which the second one would be asked for.
    await here.lab.customer(STRANGER).say_garbled(shop.number, "Bonjour, menu svp ?", again=False)
    await here.lab.customer(STRANGER).wait_heard(1)
    answers = [crowd.answer(shop, "menu"), ASKED, crowd.answer(shop, "adresse")]
    assert [text.partition(" Pourriez")[0] for text in heard(here)] == answers
    row = await here.call("message", tenant=shop.name, id=asked["message"])
    assert (row["by"], row["state"], row["chat"]) == ("plugin:fallback", "delivered", CUSTOMER)
    assert (await here.call("message", tenant=shop.name, id=lost["message"]))["state"] == "lost"
    assert await judge.disagreements(here, shop) == []


@pytest.mark.shows(
    under="absence",
    what="messages that a crash took before they were journaled",
    happens="shown as `lost`; ten chats that were active within a day are asked once to write again, the owner is told "
    "of the rest in one notice",
)
async def test_what_a_crash_took_is_asked_for_and_told_of() -> None:
    customers, owner = [f"+22177100{number:04}" for number in range(1, 13)], "+221772000001"
    async with rig.open_rig() as here:
        config = f'owner = "{owner}"\n' + crowd.config("chez-awa")
        shop = await here.add_shop("chez-awa", "+221770000001", config)
        here.lab.customer(owner)
        for number in customers:
            await here.lab.customer(number).say(shop.number, "Bonjour, menu svp ?")
        await judge.settle(here, shop)
        await here.stop_daemon()
        # What a kill leaves: the library has noted and acknowledged a message of each, and nobody else knows of it.
        await trio.to_thread.run_sync(plant, here.home, [here.lab.customer(number).account.lid for number in customers])
        await here.start_daemon()
        for number in customers[:10]:
            await here.lab.customer(number).wait_heard(2)
        [notice] = await here.lab.customer(owner).wait_heard(1)
        assert notice.text == (
            "2 message(s) reçu(s) pendant une panne n'ont pas pu être lus. "
            f"À vous de voir sur le téléphone : {customers[10]}, {customers[11]}"
        )
        await judge.settle(here, shop)
        asked = [len(here.lab.customer(number).heard()) - 1 for number in customers]
        assert asked == [1] * 10 + [0, 0]
        # Once: not again by the next worker.
        await here.kill_worker(shop.name)
        await here.wait_state(shop.name, "online")
        await here.lab.customer(customers[0]).say(shop.number, "Bonjour, horaire svp ?")
        await here.lab.customer(customers[0]).wait_heard(3)
        await judge.settle(here, shop)
        assert len(here.lab.customer(owner).heard()) == 1
        assert sum(len(here.lab.customer(number).heard()) for number in customers) == 2 * 10 + 2 + 1
        assert (await here.status(shop.name))["lost"] == 12


def plant(home: Path, lids: Sequence[str]) -> None:
    """A message secret from each, as the library keeps one of every message that it decrypts."""
    path = sessions_root(find_paths({"COMPTOIR_HOME": str(home)})) / "chez-awa" / "session.db"
    with closing(sqlcipher3.connect(str(path))) as db:
        (own,) = db.execute("SELECT jid FROM whatsmeow_device").fetchone()
        for lid in lids:
            row = (own, f"{lid}@lid", f"{lid}@lid", f"LOST{lid}", bytes(32))
            db.execute(
                """INSERT INTO whatsmeow_message_secrets (our_jid, chat_jid, sender_jid, message_id, key)
                    VALUES (?, ?, ?, ?, ?)""",
                row,
            )
        db.commit()


@pytest.mark.shows(
    under="encryption",
    what="a lost message that arrives after all",
    happens="takes its place in the chat and is answered, also when the customer was asked already",
)
async def test_what_comes_after_all_is_answered(here: rig.Rig) -> None:
    shop, customer = shop_of(here), here.lab.customer(CUSTOMER)
    shop.phone.resends = False
    id = await customer.say_unavailable(shop.number, "Bonjour, adresse svp ?")
    lost = await wait_kind(here, "unreadable")
    await wait_kind(here, "asked_again")
    await customer.wait_heard(2)
    for companion in shop.phone.companions:
        await customer.outgoing.send_again(RetryRequest(id, 1, companion, None))
    await customer.wait_heard(3)
    assert heard(here)[-1] == crowd.answer(shop, "adresse")
    row = await here.call("message", tenant=shop.name, id=lost["message"])
    assert (row["state"], row["text"]) == ("done", "Bonjour, adresse svp ?")
    assert await judge.disagreements(here, shop) == []


@pytest.mark.shows(
    under="encryption",
    what="a message that only the phone got",
    happens="asked of the phone by itself, and answered",
)
async def test_what_only_the_phone_got_is_handed_on_and_answered(here: rig.Rig) -> None:
    shop, customer = shop_of(here), here.lab.customer(CUSTOMER)
    await customer.say_unavailable(shop.number, "Bonjour, adresse svp ?")
    await customer.wait_heard(2)
    assert heard(here)[-1] == crowd.answer(shop, "adresse")
    assert await judge.disagreements(here, shop) == []


@pytest.mark.shows(
    under="encryption",
    what="the customer's phone asks again for what an earlier process sent",
    happens="sent again from the journal as a message of its own, at most twice, and never where it was delivered",
)
async def test_what_an_earlier_process_sent_is_sent_again_from_the_journal(here: rig.Rig) -> None:
    shop, customer = shop_of(here), here.lab.customer(CUSTOMER)
    here.lab.server.detach(customer)
    first = await send(here, "prêt demain")
    await wait_kind(here, "sent", first)
    await here.kill_worker(shop.name)
    await here.wait_state(shop.name, "online")
    # It cannot be read, and whoever sent it is gone.
    customer.cipher.deaf = 1
    here.lab.server.attach(customer)
    again = await wait_kind(here, "sent_again", first)
    await wait_kind(here, "delivered", again["again"])
    old, new = entries(here, "prêt demain")
    assert (len(old.opened), len(old.receipts_of("retry"))) == (1, 1), "the phone's copy alone was read"
    rows = {row["id"]: row for row in await here.messages(shop.name)}
    assert (
        rows[first]["error"] == f"their app could not read it and asked for it: sent again as message {again['again']}"
    )
    assert (rows[again["again"]]["text"], rows[again["again"]]["by"]) == ("prêt demain", "operator")
    # Asked for once more, it is not sent a third time; nor is what they have read, by another process or this one.
    await customer.ask_again(old.id)
    await customer.ask_again(new.id)
    await customer.say(shop.number, "Bonjour, horaire svp ?")
    await customer.wait_heard(3)
    assert [row["text"] for row in await here.messages(shop.name)].count("prêt demain") == 2
    # A receipt for the old id still finds its message.
    await customer.server.submit(customer.lid, delivered(old, shop))
    await wait_kind(here, "delivered", first)
    assert here.lab.ledger.reused_counters() == []


async def test_a_message_is_sent_again_at_most_twice(here: rig.Rig) -> None:
    shop, customer = shop_of(here), here.lab.customer(CUSTOMER)
    # No receipt ever tells that it arrived.
    customer.gives_receipts = False
    message = await send(here, "prêt demain")
    for count in range(3):
        await customer.wait_heard(2 + count)
        await wait_kind(here, "sent", message)
        await here.kill_worker(shop.name)
        await here.wait_state(shop.name, "online")
        await customer.ask_again(customer.heard(shop.number)[-1].id)
        if count < 2:
            message = (await wait_kind(here, "sent_again", message))["again"]
    await customer.say(shop.number, "Bonjour, horaire svp ?")
    await customer.wait_heard(5)
    assert heard(here) == [crowd.answer(shop, "menu"), *["prêt demain"] * 3, crowd.answer(shop, "horaire")]
    assert [row["text"] for row in await here.messages(shop.name)].count("prêt demain") == 3


async def test_what_was_delivered_before_a_restart_is_not_sent_again(here: rig.Rig) -> None:
    shop, customer = shop_of(here), here.lab.customer(CUSTOMER)
    id = await send(here, "prêt demain")
    await wait_kind(here, "delivered", id)
    await here.kill_worker(shop.name)
    await here.wait_state(shop.name, "online")
    [entry] = entries(here, "prêt demain")
    await customer.ask_again(entry.id)
    await customer.say(shop.number, "Bonjour, horaire svp ?")
    await customer.wait_heard(3)
    assert heard(here) == [crowd.answer(shop, "menu"), "prêt demain", crowd.answer(shop, "horaire")]
    assert await judge.disagreements(here, shop) == []


def delivered(entry: Entry, shop: rig.Shop) -> Node:
    """The customer's receipt for a message of the shop's device, by LID as it was sent."""
    return Node("receipt", {"id": entry.id, "to": shop.phone.account.jid(1, as_lid=True)}, None)

"""Messages, receipts, typing and lookups between the unmodified client library and the lab's people."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import trio
from neonize_client import ClientError, NeonizeClient, link, neonize, until

from comptoir.lab import Lab
from comptoir.lab.customer import Customer
from comptoir.lab.phone import Phone

SHOP = "+221 77 000 00 01"
SHOP_JID = "221770000001@s.whatsapp.net"
CUSTOMER = "+221 77 000 01 01"
CUSTOMER_JID = "221770000101@s.whatsapp.net"
# Right to left inside left to right, and a character of two code points.
TEXT = "salut \u2067שלום\u2069 👋🏿"


@pytest.fixture
async def client(lab: Lab, tmp_path: Path) -> AsyncIterator[NeonizeClient]:
    async with neonize(lab, tmp_path / "session.db") as client:
        await link(lab, client, SHOP)
        await client.wait("offline_read")
        yield client


def reads(device: Customer | Phone) -> list[tuple[str, ...]]:
    return [seen.ids for seen in device.receipts if seen.kind == "read"]


async def test_a_customer_writes_from_number_or_lid_with_and_without_a_secret(lab: Lab, client: NeonizeClient) -> None:
    customer = lab.customer(CUSTOMER, "Awa")
    lid = str(customer.lid)
    await customer.say(SHOP, "du numéro", secret=True)
    message = await client.wait("message", text="du numéro")
    assert (message["sender"], message["sender_alt"], message["secret"]) == (CUSTOMER_JID, lid, 32)
    assert message["name"] == "Awa"
    await customer.say(SHOP, "du LID", as_lid=True, secret=False)
    message = await client.wait("message", text="du LID")
    assert (message["sender"], message["sender_alt"], message["secret"]) == (lid, CUSTOMER_JID, 0)
    await customer.read()
    kinds = [mark.kind for entry in lab.ledger.entries(sender=CUSTOMER) for mark in entry.receipts]
    assert "delivery" in kinds, "the phone receipts"
    await lab.ledger.wait(
        lambda ledger: all(entry.receipts_of("inactive") for entry in ledger.entries(sender=CUSTOMER)), 5
    )


@pytest.mark.parametrize("form", ["number", "lid"])
async def test_a_client_writes_and_learns_what_becomes_of_it(lab: Lab, client: NeonizeClient, form: str) -> None:
    customer = lab.customer(CUSTOMER)
    to = CUSTOMER_JID if form == "number" else str(customer.lid)
    if form == "lid":
        # A client cannot know the number behind a LID before it has met it.
        await customer.say(SHOP, "bonjour", as_lid=True)
        await client.wait("message", text="bonjour")
    sent = await client.do("send", to=to, text=TEXT, secret=True)
    heard = await customer.wait_heard(1)
    assert (heard[0].id, heard[0].text, heard[0].sender) == (sent["id"], TEXT, "+221770000001")
    await client.wait("receipt", kind="delivered", ids=[sent["id"]], chat=str(customer.lid))
    await client.wait("receipt", kind="sender", ids=[sent["id"]], from_me=True)
    await customer.read()
    await client.wait("receipt", kind="read", ids=[sent["id"]])
    [entry] = lab.ledger.entries(sender=SHOP, to=CUSTOMER)
    assert entry.sender == "221770000001:1@s.whatsapp.net"
    assert len(entry.stanzas) == len(entry.acks) == 1
    assert {mark.by for mark in entry.opened} == {CUSTOMER_JID, SHOP_JID}, "the phone has its copy"
    assert lab.ledger.heard(by=CUSTOMER)[0].text == TEXT


async def test_what_is_typed_on_the_phone_reaches_the_companion_as_its_own(lab: Lab, client: NeonizeClient) -> None:
    customer = lab.customer(CUSTOMER)
    await lab.phone(SHOP).say(CUSTOMER, "je réponds moi-même")
    message = await client.wait("message", text="je réponds moi-même")
    assert message["from_me"]
    assert (message["chat"], message["recipient_alt"]) == (CUSTOMER_JID, str(customer.lid))
    assert [heard.text for heard in await customer.wait_heard(1)] == ["je réponds moi-même"]


async def test_a_client_marks_as_read_and_the_customer_sees_it(lab: Lab, client: NeonizeClient) -> None:
    customer = lab.customer(CUSTOMER)
    ids = [await customer.say(SHOP, "un"), await customer.say(SHOP, "deux")]
    await client.wait("message", text="deux")
    await client.do("read", to=CUSTOMER_JID, ids=ids)
    phone = lab.phone(SHOP)
    await until(lambda: reads(customer) == reads(phone) == [tuple(ids)])
    for entry in lab.ledger.entries(sender=CUSTOMER):
        assert entry.receipts_of("read")


async def test_typing_shows_on_the_other_side(lab: Lab, client: NeonizeClient) -> None:
    customer = lab.customer(CUSTOMER)
    await customer.say(SHOP, "bonjour")
    await client.wait("message")
    await customer.typing(SHOP)
    assert (await client.wait("typing"))["on"]
    await client.do("typing", to=CUSTOMER_JID, on=True)
    # The state after it proves that the first has arrived.
    await client.do("typing", to=CUSTOMER_JID, on=False)
    await client.do("send", to=CUSTOMER_JID, text="voilà")
    await customer.wait_heard(1)
    await until(lambda: [seen.kind for seen in customer.typing_seen] == ["composing", "paused"])


async def test_the_push_name_comes_by_app_state_and_an_online_client_receipts_for_all_to_see(
    lab: Lab, client: NeonizeClient
) -> None:
    with trio.fail_after(10):
        while True:
            try:
                await client.do("present", there=True)
            except ClientError as error:
                # The collection with the name follows the key share; nothing announces that it has been read.
                assert "PushName" in str(error)  # noqa: PT017
                await trio.sleep(0.01)
            else:
                break
    customer = lab.customer(CUSTOMER)
    id = await customer.say(SHOP, "bonjour")
    by = "221770000001:1@s.whatsapp.net"
    [entry] = lab.ledger.entries(id=id)
    await lab.ledger.wait(lambda _: any(mark.by == by for mark in entry.receipts_of("delivery")), 5)
    await client.do("subscribe", to=CUSTOMER_JID)
    assert (await client.wait("presence", sender=CUSTOMER_JID))["away"]


async def test_unknown_numbers_are_not_on_whatsapp(lab: Lab, client: NeonizeClient) -> None:
    customer = lab.customer(CUSTOMER)
    found = await client.do("on_whatsapp", numbers=["+221770000101", "+221779999999"])
    by_number = {"".join(filter(str.isdigit, each["query"])): each for each in found}
    assert by_number["221770000101"]["there"]
    assert by_number["221770000101"]["jid"] == str(customer.lid)
    assert not by_number["221779999999"]["there"]
    with pytest.raises(ClientError, match="no LID found"):
        await client.do("send", to="221779999999", text="allô ?")


async def test_a_lost_session_is_mended_by_a_retry(lab: Lab, client: NeonizeClient) -> None:
    customer = lab.customer(CUSTOMER)
    await customer.say(SHOP, "bonjour")
    await client.wait("message", text="bonjour")
    await client.do("send", to=CUSTOMER_JID, text="un")
    await customer.wait_heard(1)
    customer.lose_session(SHOP)
    await client.do("send", to=CUSTOMER_JID, text="deux")
    assert [heard.text for heard in await customer.wait_heard(2)] == ["un", "deux"]
    await client.wait("receipt", kind="retry")
    assert not [seen for seen in lab.phone(SHOP).receipts if seen.kind == "retry"], "it was not the phone's message"


async def test_prekeys_are_used_up_and_refilled(lab: Lab, client: NeonizeClient) -> None:
    companion = lab.phone(SHOP).companions[0]
    ids: list[int] = []
    with trio.fail_after(10):
        # The first upload has 812; then the server says that few are left.
        while not ids or max(ids) <= 812:
            bundle = lab.server.take_bundle(companion)
            assert bundle is not None
            if bundle.prekey is None:
                await trio.sleep(0.01)
            else:
                ids.append(bundle.prekey.id)
    assert len(set(ids)) == len(ids)


async def test_a_file_goes_up_to_the_media_host_and_comes_down_again(lab: Lab, client: NeonizeClient) -> None:
    assert await client.do("upload_and_download", size=300_000)


async def test_the_history_is_fetched_from_the_media_host_and_deleted_there(lab: Lab, client: NeonizeClient) -> None:
    assert (await client.wait("history", kind=3))["messages"] > 0
    await until(lambda: len(lab.server.media) == 0)

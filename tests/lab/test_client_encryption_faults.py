"""What the unmodified client library makes of keys that are lost, used up or new, and what it cannot mend."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from neonize_client import ClientError, NeonizeClient, link, neonize

from comptoir.lab import Lab
from comptoir.lab.customer import Customer

SHOP = "+221 77 000 00 01"
CUSTOMER = "+221 77 000 01 01"
CUSTOMER_JID = "221770000101@s.whatsapp.net"
STRANGER = "+221 77 000 01 02"


@pytest.fixture
async def client(lab: Lab, tmp_path: Path) -> AsyncIterator[NeonizeClient]:
    async with neonize(lab, tmp_path / "session.db") as client:
        await link(lab, client, SHOP)
        await client.wait("offline_read")
        # Meet first: a session both ways, and the LID of the customer.
        await customer_of(lab).say(SHOP, "bonjour")
        await client.wait("message", text="bonjour")
        await client.do("send", to=CUSTOMER_JID, text="bienvenue")
        await customer_of(lab).wait_heard(1)
        yield client


def customer_of(lab: Lab) -> Customer:
    return lab.customer(CUSTOMER)


async def wait_retries(lab: Lab, id: str, count: int) -> None:
    """Return once the client has asked so often for a message."""
    await lab.ledger.wait(
        lambda ledger: len(ledger.entries(id=id)[0].receipts_of("retry")) >= count, 20, what=f"{count} retries"
    )


@pytest.mark.parametrize("tell", [True, False])
async def test_after_a_new_installation_both_read_each_other(lab: Lab, client: NeonizeClient, tell: bool) -> None:
    customer = customer_of(lab)
    before = customer.cipher.identity
    await customer.reinstall(tell=tell)
    assert customer.cipher.identity.pair != before.pair
    if tell:
        await client.wait("identity", jid=CUSTOMER_JID, implicit=False)
    await client.do("send", to=CUSTOMER_JID, text="toujours là ?")
    assert (await customer.wait_heard(2))[-1].text == "toujours là ?"
    await customer.say(SHOP, "nouveau téléphone")
    await client.wait("message", text="nouveau téléphone")
    assert not lab.ledger.reused_counters()


async def test_who_writes_first_after_a_new_installation_is_read_at_once(lab: Lab, client: NeonizeClient) -> None:
    await customer_of(lab).reinstall(tell=False)
    id = await customer_of(lab).say(SHOP, "nouveau téléphone")
    await client.wait("identity", implicit=True)
    await client.wait("message", text="nouveau téléphone")
    assert not lab.ledger.entries(id=id)[0].receipts_of("retry")


async def test_what_waited_for_the_old_installation_is_asked_for_again(lab: Lab, client: NeonizeClient) -> None:
    customer = customer_of(lab)
    lab.server.detach(customer)
    await client.do("send", to=CUSTOMER_JID, text="prêt demain")
    await customer.reinstall()
    lab.server.attach(customer)
    assert (await customer.wait_heard(2))[-1].text == "prêt demain"


async def test_a_message_damaged_at_every_repetition_is_given_up(lab: Lab, client: NeonizeClient) -> None:
    id = await customer_of(lab).say_garbled(SHOP, "illisible", failures=9)
    for _ in range(4):
        await client.wait("undecryptable", id=id, unavailable=False)
    await wait_retries(lab, id, 4)
    await customer_of(lab).say(SHOP, "lisible")
    await client.wait("message", text="lisible")
    assert len(lab.ledger.entries(id=id)[0].receipts_of("retry")) == 4
    assert not [report for report in client.seen("message") if report["id"] == id]


async def test_a_message_damaged_twice_is_read_in_the_end(lab: Lab, client: NeonizeClient) -> None:
    id = await customer_of(lab).say_garbled(SHOP, "enfin", failures=1)
    await client.wait("message", text="enfin", id=id)
    assert len(lab.ledger.entries(id=id)[0].receipts_of("retry")) == 2


async def test_a_prekey_that_is_gone_is_replaced_by_the_one_in_the_retry(lab: Lab, client: NeonizeClient) -> None:
    id = await lab.customer(STRANGER).say_with_lost_prekey(SHOP, "premier contact")
    await client.wait("undecryptable", id=id)
    await client.wait("message", text="premier contact", id=id)
    # The first retry brings no keys and cannot help.
    assert len(lab.ledger.entries(id=id)[0].receipts_of("retry")) == 2


async def test_without_one_time_prekeys_sessions_start_all_the_same(lab: Lab, client: NeonizeClient) -> None:
    companion = lab.phone(SHOP).companions[0]
    lab.faults.exhaust_prekeys(SHOP, upload=False)
    bundle = lab.server.take_bundle(companion)
    assert bundle is not None
    assert bundle.prekey is None
    await lab.customer(STRANGER).say(SHOP, "sans clé unique")
    await client.wait("message", text="sans clé unique")


async def test_a_client_that_hears_of_few_prekeys_uploads_more(lab: Lab, client: NeonizeClient) -> None:
    companion = lab.phone(SHOP).companions[0]
    lab.faults.exhaust_prekeys(SHOP)
    await lab.server.wait_prekeys(companion, 50, 10)
    await lab.customer(STRANGER).say(SHOP, "clé neuve")
    await client.wait("message", text="clé neuve")


@pytest.mark.parametrize("stored", [False, True])
async def test_an_upload_cut_short_is_made_up_for(lab: Lab, tmp_path: Path, stored: bool) -> None:
    lab.phone(SHOP)
    lab.faults.cut_upload(SHOP, stored=stored)
    async with neonize(lab, tmp_path / "session.db") as client:
        await link(lab, client, SHOP)
        companion = lab.phone(SHOP).companions[0]
        await lab.server.wait_ready(companion)
        assert lab.faults.standing("221770000001").cut_uploads == 0, "the upload was not cut"
        await lab.server.wait_prekeys(companion, 50, 10)
        await lab.customer(STRANGER).say(SHOP, "clé connue")
        await client.wait("message", text="clé connue")


async def test_a_client_killed_while_it_uploads_goes_on_where_it_was(lab: Lab, tmp_path: Path) -> None:
    lab.phone(SHOP)
    lab.faults.cut_upload(SHOP, stored=True, times=100)
    async with neonize(lab, tmp_path / "session.db") as client:
        code = (await client.wait("qr"))["code"]
        await lab.phone(SHOP).scan(code)
        companion = lab.phone(SHOP).companions[0]
        await lab.server.wait_prekeys(companion, 50, 20)
        await client.kill()
    lab.faults.lift(SHOP)
    # Customers take keys that the client does not know to be uploaded, and uploads again.
    first = await lab.customer(CUSTOMER).say(SHOP, "premier")
    async with neonize(lab, tmp_path / "session.db") as client:
        await client.wait("message", text="premier", id=first)
        await lab.customer(STRANGER).say(SHOP, "second")
        await client.wait("message", text="second")


@pytest.mark.parametrize("kind", ["", "bot", "hosted"])
async def test_what_is_unavailable_comes_from_the_phone(lab: Lab, client: NeonizeClient, kind: str) -> None:
    id = await customer_of(lab).say_unavailable(SHOP, "par le téléphone", kind=kind)
    await client.wait("undecryptable", id=id, unavailable=True)
    await client.wait("message", text="par le téléphone", id=id)


async def test_what_no_phone_hands_on_stays_unavailable(lab: Lab, client: NeonizeClient) -> None:
    lab.phone(SHOP).resends = False
    id = await customer_of(lab).say_unavailable(SHOP, "jamais")
    await client.wait("undecryptable", id=id, unavailable=True)
    await customer_of(lab).say(SHOP, "toujours là")
    await client.wait("message", text="toujours là")
    assert not client.seen("message")


async def test_a_retry_for_what_an_earlier_process_sent_reaches_python(lab: Lab, tmp_path: Path) -> None:
    async with neonize(lab, tmp_path / "session.db") as client:
        await link(lab, client, SHOP)
        await client.wait("offline_read")
        await customer_of(lab).say(SHOP, "bonjour")
        await client.wait("message", text="bonjour")
        lab.server.detach(customer_of(lab))
        id = (await client.do("send", to=CUSTOMER_JID, text="bienvenue"))["id"]
        await client.kill()
    async with neonize(lab, tmp_path / "session.db") as client:
        await client.wait("offline_read")
        customer_of(lab).cipher.deaf = 1
        lab.server.attach(customer_of(lab))
        await client.wait("receipt", kind="retry", ids=[id])
        # Nobody answers: this process has never sent it.
        await client.do("send", to=CUSTOMER_JID, text="la suite")
        assert [heard.text for heard in await customer_of(lab).wait_heard(1)] == ["la suite"]


async def test_an_app_asks_again_for_what_it_could_not_read(lab: Lab, client: NeonizeClient) -> None:
    customer_of(lab).cipher.deaf = 2
    id = (await client.do("send", to=CUSTOMER_JID, text="la suite"))["id"]
    assert (await customer_of(lab).wait_heard(2))[-1].text == "la suite"
    assert len(lab.ledger.entries(id=id)[0].receipts_of("retry")) == 2
    await customer_of(lab).ask_again(id)
    assert (await customer_of(lab).wait_heard(3))[-1].id == id


async def test_who_has_blocked_the_shop_is_written_to_in_vain(lab: Lab, client: NeonizeClient) -> None:
    customer_of(lab).block(SHOP)
    id = (await client.do("send", to=CUSTOMER_JID, text="vous êtes là ?"))["id"]
    [entry] = lab.ledger.entries(id=id)
    assert entry.error is None
    # The shop's own phone gets its copy, and nobody else anything.
    await lab.ledger.wait(lambda _: entry.opened, 10, what="the phone read its copy")
    assert {mark.by for mark in entry.opened} == {"221770000001@s.whatsapp.net"}
    customer_of(lab).unblock(SHOP)
    await client.do("send", to=CUSTOMER_JID, text="de nouveau")
    assert [heard.text for heard in await customer_of(lab).wait_heard(2)] == ["bienvenue", "de nouveau"]


async def test_whom_the_shop_has_blocked_it_cannot_write_to(lab: Lab, client: NeonizeClient) -> None:
    lab.phone(SHOP).block(CUSTOMER)
    with pytest.raises(ClientError, match="403"):
        await client.do("send", to=CUSTOMER_JID, text="bonjour")
    lab.phone(SHOP).unblock(CUSTOMER)
    await client.do("send", to=CUSTOMER_JID, text="bonjour")


async def test_a_client_can_block_by_itself(lab: Lab, client: NeonizeClient) -> None:
    assert len(await client.do("block", to=CUSTOMER_JID, on=True)) == 1
    await customer_of(lab).say(SHOP, "allô ?")
    assert await client.do("block", to=CUSTOMER_JID, on=False) == []
    await customer_of(lab).say(SHOP, "encore moi")
    await client.wait("message", text="encore moi")
    assert not client.seen("message")


async def test_only_messages_to_one_number_are_refused(lab: Lab, client: NeonizeClient) -> None:
    lab.customer(STRANGER)
    lab.faults.refuse_sends(SHOP, 429, to=STRANGER)
    await client.do("send", to=CUSTOMER_JID, text="bonjour")
    with pytest.raises(ClientError, match="429"):
        await client.do("send", to="221770000102@s.whatsapp.net", text="bonjour")
    await client.do("send", to="221770000102@s.whatsapp.net", text="bonjour")


async def test_a_message_can_be_too_large(lab: Lab, client: NeonizeClient) -> None:
    lab.faults.limit_size(SHOP, 2_000)
    await client.do("send", to=CUSTOMER_JID, text="court")
    with pytest.raises(ClientError, match="413"):
        await client.do("send", to=CUSTOMER_JID, text="long" * 600)

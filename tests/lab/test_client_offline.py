"""What waits for a client that is away, and comes when it is back."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from neonize_client import NeonizeClient, link, neonize, until

from comptoir.lab import Lab

SHOP = "+221 77 000 00 01"
COMPANION = "221770000001:1@s.whatsapp.net"
CUSTOMER = "+221 77 000 01 01"
CUSTOMER_JID = "221770000101@s.whatsapp.net"
SIX_HOURS = 6 * 3600


@pytest.fixture
async def client(lab: Lab, tmp_path: Path) -> AsyncIterator[NeonizeClient]:
    async with neonize(lab, tmp_path / "session.db") as client:
        await link(lab, client, SHOP)
        await client.wait("offline_read")
        await client.wait("history", kind=3)
        yield client


async def test_messages_of_an_absence_come_in_order_marked_and_counted(
    lab: Lab, client: NeonizeClient, tmp_path: Path
) -> None:
    await client.kill()
    customers = [lab.customer(f"+221 77 000 02 {i:02}") for i in range(10)]
    texts = [f"message {i}" for i in range(30)]
    with lab.clock.shifted(-SIX_HOURS):
        for i, text in enumerate(texts):
            await customers[i % 10].say(SHOP, text, as_lid=i % 3 == 0)
    await lab.customer(CUSTOMER).say(SHOP, "frais")
    async with neonize(lab, tmp_path / "session.db") as back:
        await back.wait("offline_read", count=31)
        messages = back.seen("message")
        assert [message["text"] for message in messages] == [*texts, "frais"]
        age = messages[-1]["time"] - messages[0]["time"]
        assert abs(age / 1000 - SIX_HOURS) < 60
        assert (await back.wait("offline_preview"))["count"] == 31
        await lab.ledger.wait(lambda ledger: all(entry.receipts_of("inactive") for entry in ledger.entries(to=SHOP)), 5)
        marks = [m for entry in lab.ledger.entries(to=SHOP) for m in entry.delivered if m.to == COMPANION]
        assert len(marks) == 31
        assert all(mark.offline for mark in marks)
        await back.kill()
    async with neonize(lab, tmp_path / "session.db") as again:
        await again.wait("offline_read", count=0)
        assert not again.seen("message")


async def test_receipts_of_an_absence_come_when_the_client_is_back(
    lab: Lab, client: NeonizeClient, tmp_path: Path
) -> None:
    customer = lab.customer(CUSTOMER)
    sent = await client.do("send", to=CUSTOMER_JID, text="êtes-vous là ?")
    await client.wait("receipt", kind="delivered")
    await client.kill()
    await customer.read()
    async with neonize(lab, tmp_path / "session.db") as back:
        await back.wait("receipt", kind="read", ids=[sent["id"]])


async def test_a_customer_who_is_away_hears_it_later(lab: Lab, client: NeonizeClient) -> None:
    customer = lab.customer(CUSTOMER)
    lab.server.detach(customer)
    sent = await client.do("send", to=CUSTOMER_JID, text="à plus tard")
    await client.wait("receipt", kind="sender")
    assert not client.seen("receipt")
    lab.server.attach(customer)
    [heard] = await customer.wait_heard(1)
    assert heard.offline
    await client.wait("receipt", kind="delivered", ids=[sent["id"]])


async def test_the_phones_own_words_of_an_absence_reach_the_companion(
    lab: Lab, client: NeonizeClient, tmp_path: Path
) -> None:
    await client.kill()
    await lab.customer(CUSTOMER).say(SHOP, "c'est ouvert ?")
    await lab.phone(SHOP).say(CUSTOMER, "oui, jusqu'à 19 h")
    async with neonize(lab, tmp_path / "session.db") as back:
        await back.wait("message", text="c'est ouvert ?", from_me=False)
        await back.wait("message", text="oui, jusqu'à 19 h", from_me=True, chat=CUSTOMER_JID)
        await until(lambda: not lab.server.waiting(lab.phone(SHOP).companions[0]))

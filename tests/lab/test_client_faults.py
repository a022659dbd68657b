"""What the unmodified client library does when a fault is ordered, and what the ledger says afterwards."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import trio
from neonize_client import ClientError, NeonizeClient, link, neonize

from comptoir.lab import Lab

SHOP = "+221 77 000 00 01"
CUSTOMER = "+221 77 000 01 01"
CUSTOMER_JID = "221770000101@s.whatsapp.net"


@pytest.fixture
async def client(lab: Lab, tmp_path: Path) -> AsyncIterator[NeonizeClient]:
    async with neonize(lab, tmp_path / "session.db") as client:
        await link(lab, client, SHOP)
        await client.wait("offline_read")
        # Meet first: a session both ways, and the LID of the customer.
        await lab.customer(CUSTOMER).say(SHOP, "bonjour")
        await client.wait("message", text="bonjour")
        await client.do("send", to=CUSTOMER_JID, text="bienvenue")
        await lab.customer(CUSTOMER).wait_heard(1)
        yield client


async def still_talk(lab: Lab, client: NeonizeClient) -> None:
    """Both ways, and nothing of the conversation is missing."""
    customer = lab.customer(CUSTOMER)
    before = len(customer.heard())
    await customer.say(SHOP, "toujours là ?")
    await client.wait("message", text="toujours là ?")
    await client.do("send", to=CUSTOMER_JID, text="toujours là")
    assert (await customer.wait_heard(before + 1))[-1].text == "toujours là"
    assert not lab.ledger.reused_counters()


async def test_a_dropped_connection_comes_back(lab: Lab, client: NeonizeClient) -> None:
    await lab.faults.drop(SHOP)
    await client.wait("disconnected")
    await client.wait("connected")
    await still_talk(lab, client)


@pytest.mark.parametrize("code", [515, 503])
async def test_a_stream_error_that_passes(lab: Lab, client: NeonizeClient, code: int) -> None:
    await lab.faults.stream_error(SHOP, code)
    await client.wait("connected")
    await still_talk(lab, client)


async def test_a_stalled_connection_delivers_when_it_goes_on(lab: Lab, client: NeonizeClient) -> None:
    customer = lab.customer(CUSTOMER)
    lab.faults.stall(SHOP)
    await customer.say(SHOP, "allô ?")
    lab.faults.stall(SHOP)
    order = await client.order("send", to=CUSTOMER_JID, text="attendez")
    with trio.move_on_after(0.3):
        await client.wait("message", text="allô ?")
    assert not client.seen("message")
    assert len(customer.heard()) == 1
    lab.faults.resume(SHOP)
    await client.wait("message", text="allô ?")
    await client.wait("answer", number=order)
    await customer.wait_heard(2)


async def test_what_went_into_a_stalled_connection_comes_again(lab: Lab, client: NeonizeClient) -> None:
    lab.faults.stall(SHOP)
    await lab.customer(CUSTOMER).say(SHOP, "allô ?")
    await lab.faults.drop(SHOP)
    await client.wait("message", text="allô ?")
    [entry] = lab.ledger.entries(id=lab.ledger.entries(sender=CUSTOMER)[-1].id)
    to_companion = [mark for mark in entry.delivered if mark.to == "221770000001:1@s.whatsapp.net"]
    assert to_companion[-1].offline


async def test_a_replaced_session_stays_away(lab: Lab, client: NeonizeClient) -> None:
    await lab.faults.replace(SHOP)
    await client.wait("replaced")


async def test_a_second_login_replaces_the_first(lab: Lab, client: NeonizeClient, tmp_path: Path) -> None:
    for name in ("session.db", "session.db-wal"):
        (tmp_path / f"copy-{name}").write_bytes((tmp_path / name).read_bytes())
    async with neonize(lab, tmp_path / "copy-session.db") as copy:
        await copy.wait("connected")
        await client.wait("replaced")
        await lab.customer(CUSTOMER).say(SHOP, "qui est là ?")
        await copy.wait("message", text="qui est là ?")


async def test_a_removed_device_is_logged_out(lab: Lab, client: NeonizeClient) -> None:
    await lab.phone(SHOP).unlink()
    assert (await client.wait("logged_out"))["on_connect"] is False
    assert lab.phone(SHOP).companions == []


async def test_a_device_removed_while_away_is_logged_out_at_login(
    lab: Lab, client: NeonizeClient, tmp_path: Path
) -> None:
    await client.kill()
    await lab.phone(SHOP).unlink()
    async with neonize(lab, tmp_path / "session.db") as back:
        assert (await back.wait("logged_out"))["on_connect"] is True


async def test_a_temporary_ban_says_why_and_how_long(lab: Lab, client: NeonizeClient) -> None:
    await lab.faults.ban(SHOP, code=101, expire=7200)
    ban = await client.wait("ban")
    assert (ban["code"], ban["expire"]) == (1, 7200), "neonize counts the kinds from 1"


async def test_an_outdated_client_is_told(lab: Lab, client: NeonizeClient) -> None:
    await lab.faults.outdate(SHOP)
    await client.wait("outdated")


async def test_a_fault_that_is_lifted_is_over(lab: Lab, client: NeonizeClient, tmp_path: Path) -> None:
    await lab.faults.ban(SHOP)
    await client.wait("ban")
    await client.kill()
    lab.faults.lift(SHOP)
    async with neonize(lab, tmp_path / "session.db") as back:
        await back.wait("connected")
        await still_talk(lab, back)


async def test_refused_connections_end_after_a_while(lab: Lab, client: NeonizeClient) -> None:
    await lab.faults.refuse_connections(SHOP, 1.0)
    await client.wait("disconnected")
    await client.wait("connected")
    await still_talk(lab, client)


async def test_while_the_server_is_down_a_client_cannot_connect(
    lab: Lab, client: NeonizeClient, tmp_path: Path
) -> None:
    await client.kill()
    lab.faults.refusing_all = True
    async with neonize(lab, tmp_path / "session.db") as back:
        await back.wait("refused")


async def test_a_duplicate_is_delivered_twice_and_read_once(lab: Lab, client: NeonizeClient) -> None:
    customer = lab.customer(CUSTOMER)
    lab.faults.duplicate(SHOP)
    id = await customer.say(SHOP, "deux fois")
    await customer.say(SHOP, "et après")
    await client.wait("message", text="deux fois")
    await client.wait("message", text="et après")
    assert not client.seen("message")
    [entry] = lab.ledger.entries(id=id)
    assert len([mark for mark in entry.delivered if ":1@" in mark.to]) == 2
    await lab.ledger.wait(lambda ledger: len(entry.receipts_of("inactive")) == 2, 5)


async def test_a_lost_ack_holds_the_sender_and_not_the_message(lab: Lab, client: NeonizeClient) -> None:
    customer = lab.customer(CUSTOMER)
    lab.faults.lose_acks(SHOP)
    order = await client.order("send", to=CUSTOMER_JID, text="perdu ?")
    await customer.wait_heard(2)
    assert not client.seen("answer")
    # A new connection makes the client send the same stanza again: now it is acknowledged.
    await lab.faults.drop(SHOP)
    answer = await client.wait("answer", number=order)
    [entry] = lab.ledger.entries(id=answer["result"]["id"])
    assert len(entry.stanzas) == 2
    assert len(entry.acks) == 1
    assert [heard.text for heard in customer.heard()] == ["bienvenue", "perdu ?"], "read once"


async def test_a_late_ack_is_late(lab: Lab, client: NeonizeClient) -> None:
    lab.faults.delay_acks(SHOP, 0.5)
    answer = await client.do("send", to=CUSTOMER_JID, text="lent")
    [entry] = lab.ledger.entries(id=answer["id"])
    assert 450 <= entry.acks[0] - entry.stanzas[0] <= 5_000


async def test_a_refused_send_says_463_and_goes_nowhere(lab: Lab, client: NeonizeClient) -> None:
    lab.faults.refuse_sends(SHOP)
    with pytest.raises(ClientError, match="463"):
        await client.do("send", to=CUSTOMER_JID, text="trop")
    await client.do("send", to=CUSTOMER_JID, text="assez")
    heard = await lab.customer(CUSTOMER).wait_heard(2)
    assert [message.text for message in heard] == ["bienvenue", "assez"]
    assert [entry.error for entry in lab.ledger.entries(sender=SHOP, to=CUSTOMER)] == [None, 463, None]


async def test_a_fault_for_nobody_is_a_mistake(lab: Lab) -> None:
    with pytest.raises(ValueError, match="no account"):
        lab.faults.lose_acks("+221 77 999 99 99")
    with pytest.raises(ValueError, match="no account"):
        await lab.faults.drop("+221 77 999 99 99")

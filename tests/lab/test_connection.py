"""What the lab owes a client stanza by stanza, shown with a client that does only what the test says."""

from collections.abc import AsyncIterator
from contextlib import suppress

import pytest
import trio
import trio.testing
from wire_client import ConnectionClosed, Credentials, WireClient, dial, log_in

from comptoir.lab import Lab
from comptoir.lab.nodes import JID, Node

SHOP = "+221 77 000 00 01"
CUSTOMER = "+221 77 000 01 01"


@pytest.fixture
def credentials() -> Credentials:
    return Credentials()


@pytest.fixture
async def client(lab: Lab, credentials: Credentials) -> AsyncIterator[WireClient]:
    async with log_in(lab, credentials, SHOP) as client:
        yield client


async def next_text(client: WireClient) -> Node:
    """The next message that is not from the shop's own phone."""
    while True:
        message = await client.receive("message")
        if message.get("category") != "peer":
            return message


def receipt(message: Node) -> Node:
    return Node("receipt", {"id": message.attr("id"), "to": message.attrs["from"]})


async def test_what_is_not_receipted_comes_again_until_it_is(lab: Lab, credentials: Credentials) -> None:
    async with log_in(lab, credentials, SHOP) as client:
        await client.go_active()
        ids = [await lab.customer(CUSTOMER).say(SHOP, str(i)) for i in range(3)]
        messages = [await next_text(client) for _ in range(3)]
        assert [message.attr("id") for message in messages] == ids
        assert not any(message.get("offline") for message in messages)
        await client.send(receipt(messages[1]))
        await client.ask("w:p", "get")
    for _ in range(2):
        async with dial(lab, credentials) as client:
            await client.receive("success")
            await client.go_active()
            messages = [await next_text(client) for _ in range(2)]
            assert [message.attr("id") for message in messages] == [ids[0], ids[2]]
            assert all(message.get("offline") for message in messages)
            done = await client.receive("ib")
            assert done.child("offline") is not None
    async with dial(lab, credentials) as client:
        await client.receive("success")
        await client.go_active()
        for _ in range(2):
            await client.send(receipt(await next_text(client)))
        await client.ask("w:p", "get")
        assert credentials.jid is not None
        waiting = lab.server.waiting(credentials.jid)
        assert [node for node in waiting if node.get("category") != "peer"] == []


async def test_a_receipt_is_kept_until_it_is_acked(lab: Lab, credentials: Credentials) -> None:
    customer = lab.customer(CUSTOMER).jid
    async with log_in(lab, credentials, SHOP) as client:
        await client.go_active()
        await client.send(Node("message", {"id": "A1", "to": customer, "type": "text"}, (enc_to(customer),)))
        asked = await client.receive("receipt")
        assert (asked.get("type"), asked.get("id")) == ("retry", "A1")
    async with dial(lab, credentials) as client:
        await client.receive("success")
        await client.go_active()
        asked = await client.receive("receipt")
        assert asked.get("offline")
        await client.send(Node("ack", {"class": "receipt", "id": "A1", "type": "retry", "to": asked.attrs["from"]}))
        await client.ask("w:p", "get")
    assert credentials.jid is not None
    assert [node.tag for node in lab.server.waiting(credentials.jid) if node.tag == "receipt"] == []


def enc_to(device: JID) -> Node:
    sealed = Node("enc", {"v": "2", "type": "msg"}, b"nothing that anyone could open")
    return Node("participants", {}, (Node("to", {"jid": device}, (sealed,)),))


async def test_nothing_is_handed_out_before_the_client_asks(lab: Lab, client: WireClient) -> None:
    await lab.customer(CUSTOMER).say(SHOP, "bonjour")
    answer = await client.ask("w:p", "get")
    assert answer.get("type") == "result"
    with pytest.raises(trio.TooSlowError), trio.fail_after(0.2):
        await client.receive("message")
    await client.go_active()
    assert (await next_text(client)).get("offline")


async def test_an_unknown_query_gets_an_empty_result(client: WireClient, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level("INFO", "comptoir.lab"):
        answer = await client.ask("w:no:such", "get", Node("what"))
    assert (answer.get("type"), answer.children()) == ("result", ())
    assert "w:no:such" in caplog.text


async def test_unknown_people_have_no_keys_and_no_devices(lab: Lab, client: WireClient) -> None:
    nobody = JID("221779999999", "s.whatsapp.net")
    answer = await client.ask("encrypt", "get", Node("key", {}, (Node("user", {"jid": nobody}),)))
    user = answer.child("list", "user")
    assert user is not None
    assert user.child("error") is not None
    query = Node("query", {}, (Node("devices", {"version": "2"}), Node("lid")))
    listed = Node("list", {}, (Node("user", {"jid": nobody}), Node("user", {"jid": lab.customer(CUSTOMER).jid})))
    answer = await client.ask("usync", "get", Node("usync", {}, (query, listed)))
    users = answer.child("usync", "list")
    assert users is not None
    assert [bool(user.child("lid")) for user in users.children("user")] == [False, True]


async def test_a_message_to_nobody_is_refused(lab: Lab, client: WireClient) -> None:
    nobody = JID("221779999999", "s.whatsapp.net")
    await client.send(Node("message", {"id": "A1", "to": nobody, "type": "text"}, (enc_to(nobody),)))
    assert (await client.receive("ack")).get("error") == "404"


async def test_another_noise_key_is_not_the_device(lab: Lab, credentials: Credentials) -> None:
    async with log_in(lab, credentials, SHOP):
        pass
    thief = Credentials(jid=credentials.jid)
    async with dial(lab, thief) as client:
        assert (await client.receive("failure")).get("reason") == "401"
        with pytest.raises(ConnectionClosed):
            await client.receive()


async def test_a_client_has_time_to_read_the_last_word(lab: Lab, client: WireClient) -> None:
    await client.go_active()
    # A message is on its way to it: that it cannot be sent any more must not end the connection.
    lab.faults.stall(SHOP)
    await lab.customer(CUSTOMER).say(SHOP, "bonjour")
    await trio.testing.wait_all_tasks_blocked(0.01)
    await lab.phone(SHOP).unlink()
    removed = await client.receive("stream:error")
    assert (removed.get("code"), removed.child("conflict")) == ("401", Node("conflict", {"type": "device_removed"}))
    with trio.move_on_after(0.3) as patience:
        await client.receive()
    assert patience.cancelled_caught
    await ended(client)


@pytest.mark.parametrize(
    "payload",
    [b"", b"\x00", b"\x00\xf8\x05\x01", b"\x02not zlib", b"\xff" * 300],
    ids=["empty", "no node", "cut short", "no zlib", "noise"],
)
async def test_garbage_ends_the_connection_and_nothing_else(lab: Lab, client: WireClient, payload: bytes) -> None:
    await client.send_raw(payload)
    await ended(client)
    await still_serves(lab)


@pytest.mark.parametrize(
    "node",
    [
        Node("message", {"id": "A1"}),
        Node("message", {"to": JID("221770000101", "s.whatsapp.net")}),
        Node("message", {"id": "A1", "to": "@"}),
        Node("receipt", {"id": "A1"}),
        Node("chatstate", {}),
        Node("iq", {"type": "get", "xmlns": "w:p"}),
        Node("presence", {"type": "subscribe"}),
    ],
    ids=str,
)
async def test_a_stanza_that_lacks_what_it_needs_ends_the_connection(lab: Lab, client: WireClient, node: Node) -> None:
    await client.send(node)
    await ended(client)
    await still_serves(lab)


@pytest.mark.parametrize(
    "node",
    [
        Node("no-such-stanza", {"id": "A1"}),
        Node("ack", {}),
        Node("ib", {}, (Node("unified_session", {"id": "1"}),)),
        Node("receipt", {"id": "A1", "to": JID("221779999999", "s.whatsapp.net")}),
        Node("chatstate", {"to": JID("221779999999", "s.whatsapp.net")}, (Node("composing"),)),
        Node("iq", {"id": "1", "type": "set", "xmlns": "encrypt"}),
        Node("iq", {"id": "1", "type": "get", "xmlns": "usync"}),
        Node("iq", {"id": "1", "type": "set", "xmlns": "w:sync:app:state"}),
    ],
    ids=str,
)
async def test_a_stanza_that_means_nothing_is_passed_over(client: WireClient, node: Node) -> None:
    await client.send(node)
    assert (await client.ask("w:p", "get")).get("type") == "result"


async def ended(client: WireClient) -> None:
    """The lab closes the connection."""
    with suppress(ConnectionClosed):
        while True:
            await client.receive()


async def still_serves(lab: Lab) -> None:
    async with log_in(lab, Credentials(), "+221 77 000 00 09") as other:
        assert (await other.ask("w:p", "get")).get("type") == "result"

"""Status updates, channels, calls and the shop's chat with itself, against the unmodified client library."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from neonize_client import NeonizeClient, link, neonize, until

from comptoir.lab import Lab
from comptoir.lab.calls import NoSuchCall

SHOP, AWA = "+221770000001", "+221770000101"
SHOP_JID, AWA_JID = "221770000001@s.whatsapp.net", "221770000101@s.whatsapp.net"


@pytest.fixture
async def client(lab: Lab, tmp_path: Path) -> AsyncIterator[NeonizeClient]:
    lab.customer(AWA, "Awa")
    async with neonize(lab, tmp_path / "session.db") as client:
        await link(lab, client, SHOP)
        await client.wait("offline_read")
        yield client


async def test_a_status_update_is_seen_by_those_it_is_for(lab: Lab, client: NeonizeClient) -> None:
    awa, moussa = lab.customer(AWA), lab.customer("+221770000102")
    for text in ("en vacances", "de retour"):
        id = await awa.post_status(text, to=[SHOP])
        seen = await client.wait("message", text=text)
        assert (seen["id"], seen["chat"], seen["sender"]) == (id, "status@broadcast", AWA_JID)
    assert [(heard.chat, heard.sender) for heard in await lab.phone(SHOP).wait_heard(2)] == [("status", AWA)] * 2
    assert moussa.heard() == []
    await lab.ledger.wait(lambda ledger: ledger.entries(id=id)[0].receipts_of("inactive"), 5)
    await until(lambda: not lab.server.waiting(lab.phone(SHOP).companions[0]))


async def test_the_owners_own_status_update_is_from_the_shop_itself(lab: Lab, client: NeonizeClient) -> None:
    await lab.phone(SHOP).post_status("arrivage demain", to=[AWA])
    seen = await client.wait("message", text="arrivage demain")
    assert (seen["from_me"], seen["chat"]) == (True, "status@broadcast")
    [heard] = await lab.customer(AWA).wait_heard(1)
    assert (heard.chat, heard.sender) == ("status", SHOP)


async def test_a_channels_posts_come_in_the_clear(lab: Lab, client: NeonizeClient) -> None:
    channel = lab.people.channel("Promos", [SHOP])
    for number, text in enumerate(("moins 20 %", "moins 30 %"), 1):
        id = lab.people.publish(channel.address, text)
        post = await client.wait("message", text=text)
        assert (post["id"], post["chat"], post["sender"]) == (id, str(channel.jid), str(channel.jid))
        assert post["server_id"] == number
    heard = await lab.phone(SHOP).wait_heard(2, chat=channel.address)
    assert [each.text for each in heard] == ["moins 20 %", "moins 30 %"]
    # A post is acknowledged and not receipted.
    await until(lambda: not lab.server.waiting(lab.phone(SHOP).companions[0]))
    assert await lab.phone(SHOP).read() == []


@pytest.mark.parametrize("as_lid", [False, True])
@pytest.mark.parametrize("video", [False, True])
async def test_a_missed_call_rings_and_ends(lab: Lab, client: NeonizeClient, as_lid: bool, video: bool) -> None:
    awa = lab.customer(AWA)
    lid = str(awa.lid)
    before = int(lab.clock.now())
    call = await awa.call(SHOP, video=video, as_lid=as_lid)
    rings = await client.wait("call", what="offer", id=call, video=video)
    names = (lid, AWA_JID) if as_lid else (AWA_JID, lid)
    assert (rings["sender"], rings["caller"], rings["caller_alt"]) == (names[0], *names)
    assert before <= rings["time"] <= lab.clock.now()
    await awa.hang_up(call)
    ended = await client.wait("call", what="terminate", id=call)
    assert (ended["reason"], ended["caller"]) == ("timeout", names[0])
    assert awa.calls[call].state == "ended"
    assert (await lab.phone(SHOP).calls.wait(call, "ended")).video is video
    phone = lab.phone(SHOP)
    await until(lambda: not lab.server.waiting(phone.companions[0]) and not lab.server.waiting(phone.jid))


async def test_a_call_that_the_client_rejects(lab: Lab, client: NeonizeClient) -> None:
    awa = lab.customer(AWA)
    call = await awa.call(SHOP)
    rings = await client.wait("call", what="offer")
    await client.do("reject", caller=rings["caller"], call=call)
    assert (await awa.calls.wait(call, "rejected")).callee == SHOP
    stopped = await lab.phone(SHOP).calls.wait(call, "ended")
    assert stopped.reason == "rejected_elsewhere"
    with pytest.raises(NoSuchCall):
        await lab.phone(SHOP).pick_up(call)


async def test_a_call_that_the_owner_takes(lab: Lab, client: NeonizeClient) -> None:
    awa, phone = lab.customer(AWA), lab.phone(SHOP)
    call = await awa.call(SHOP, as_lid=True)
    [rings] = await phone.calls.wait_ringing()
    assert (rings.id, rings.caller, rings.state) == (call, AWA, "ringing")
    await client.wait("call", what="offer")
    await phone.pick_up(call)
    await awa.calls.wait(call, "accepted")
    ended = await client.wait("call", what="terminate", id=call)
    assert ended["reason"] == "accepted_elsewhere"


async def test_a_call_while_the_client_was_away_comes_late(lab: Lab, tmp_path: Path) -> None:
    async with neonize(lab, tmp_path / "session.db") as client:
        await link(lab, client, SHOP)
        await client.wait("offline_read")
        await client.kill()
    awa = lab.customer(AWA)
    call = await awa.call(SHOP)
    await awa.hang_up(call)
    async with neonize(lab, tmp_path / "session.db") as client:
        await client.wait("call", what="offer", id=call)
        await client.wait("call", what="terminate", id=call)


async def test_a_groups_call_is_a_notice(lab: Lab, client: NeonizeClient) -> None:
    group = lab.people.group("Tontine", [SHOP, AWA])
    call = await lab.customer(AWA).call(SHOP, video=True, group=group.address)
    assert (await client.wait("call", what="notice", id=call))["video"]


@pytest.mark.parametrize("as_lid", [False, True])
async def test_the_owner_writes_to_the_own_number(lab: Lab, client: NeonizeClient, as_lid: bool) -> None:
    phone = lab.phone(SHOP)
    id = await phone.say(SHOP, "acheter du riz", as_lid=as_lid)
    note = await client.wait("message", text="acheter du riz")
    own = str(phone.lid) if as_lid else SHOP_JID
    assert (note["from_me"], note["chat"], note["sender"]) == (True, own, own)
    [entry] = lab.ledger.entries(id=id)
    assert [mark.to for mark in entry.sealed] == [str(phone.companions[0])], "nobody encrypts for oneself"


async def test_what_the_client_writes_to_its_own_number_shows_on_the_phone(lab: Lab, client: NeonizeClient) -> None:
    sent = await client.do("send", to=SHOP_JID, text="Noté")
    [heard] = await lab.phone(SHOP).wait_heard(1, chat=SHOP)
    assert (heard.id, heard.sender, heard.text) == (sent["id"], SHOP, "Noté")
    [entry] = lab.ledger.entries(id=sent["id"])
    assert [mark.by for mark in entry.opened] == [SHOP_JID]
    assert not client.seen("message"), "the client does not hear itself"

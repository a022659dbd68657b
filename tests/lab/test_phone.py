"""Phones and customers against the unmodified client library."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import trio
from neonize_client import NeonizeClient, link, neonize

from comptoir.lab import Lab, open_lab
from comptoir.lab.adv import AdvError
from comptoir.lab.history import OldConversation, OldMessage
from comptoir.lab.server import PairingRefused

SHOP, AWA = "+225070000003", "+221770000001"


@pytest.fixture
async def lab(tmp_path: Path) -> AsyncIterator[Lab]:
    async with open_lab(tmp_path / "lab") as lab:
        yield lab


@pytest.fixture
async def client(lab: Lab, tmp_path: Path) -> AsyncIterator[NeonizeClient]:
    async with neonize(lab, tmp_path / "session.db") as client:
        yield client


async def test_a_scan_hands_over_keys_and_history(lab: Lab, client: NeonizeClient) -> None:
    old = OldMessage("AC01", "Vous livrez ?", 1_800_000_000, secret=b"s" * 32)
    chat = OldConversation("221779999999@s.whatsapp.net", "999000000000009@lid", "Binta", (old,))
    phone = lab.phone(SHOP, "Chez Awa")
    phone.old_conversations = [chat]

    await link(lab, client, SHOP)

    history = await client.wait("history")
    assert (history["conversations"], history["messages"]) == (1, 1)
    assert [device.device for device in phone.companions] == [1]
    # The client marks itself available only with a push name, which came sealed in the app state.
    await lab.ledger.wait(lambda ledger: peer_receipts(lab) >= 3, 10, what="key share and two chunks of history")


def peer_receipts(lab: Lab) -> int:
    entries = lab.ledger.entries(sender=SHOP)
    return sum(1 for entry in entries if entry.receipts_of("peer_msg") or entry.receipts_of("hist_sync"))


async def test_what_is_typed_by_hand_reaches_companion_and_customer(lab: Lab, client: NeonizeClient) -> None:
    await link(lab, client, SHOP)
    awa = lab.customer(AWA)

    await lab.phone(SHOP).say(AWA, "J'arrive")
    await lab.phone(SHOP).say(AWA, "dans une heure", as_lid=True)

    copy = await client.wait("message", text="J'arrive")
    assert (copy["from_me"], copy["chat"]) == (True, f"{awa.account.number}@s.whatsapp.net")
    copy = await client.wait("message", text="dans une heure")
    assert (copy["from_me"], copy["chat"]) == (True, f"{awa.account.lid}@lid")
    assert [entry.text for entry in await awa.wait_heard(2)] == ["J'arrive", "dans une heure"]


async def test_what_the_companion_sends_shows_on_the_phone(lab: Lab, client: NeonizeClient) -> None:
    await link(lab, client, SHOP)
    awa = lab.customer(AWA)

    sent = await client.do("send", to=awa.account.number, text="Bonjour Awa")

    (heard,) = await awa.wait_heard(1)
    (shown,) = await lab.phone(SHOP).wait_heard(1)
    assert (heard.id, heard.sender, heard.text) == (sent["id"], SHOP, "Bonjour Awa")
    assert (shown.id, shown.sender, shown.chat, shown.text) == (sent["id"], SHOP, AWA, "Bonjour Awa")
    # The client tells these apart from a customer's.
    await client.wait("receipt", kind="sender", ids=[sent["id"]])


async def test_damaged_messages_are_repeated_on_request(lab: Lab, client: NeonizeClient) -> None:
    await link(lab, client, SHOP)
    awa = lab.customer(AWA)

    # A first message and a later one differ: the later one comes without the keys for a session.
    for text in ("un", "deux"):
        repeated = await awa.say_garbled(SHOP, text)
        await client.wait("undecryptable", id=repeated)
        await client.wait("message", text=text)
        await client.do("send", to=awa.account.number, text="oui ?")
    lost = await awa.say_garbled(SHOP, "trois", again=False)
    await client.wait("undecryptable", id=lost)
    await awa.say(SHOP, "quatre")

    await client.wait("message", text="quatre")
    assert not [event for event in client.seen("message") if event["text"] == "trois"]


async def test_a_damaged_copy_of_what_was_typed_by_hand_is_repeated(lab: Lab, client: NeonizeClient) -> None:
    await link(lab, client, SHOP)
    awa = lab.customer(AWA)

    typed = await lab.phone(SHOP).say_garbled(AWA, "J'arrive")
    await client.wait("undecryptable", id=typed)

    copy = await client.wait("message", text="J'arrive")
    assert (copy["from_me"], copy["chat"]) == (True, f"{awa.account.number}@s.whatsapp.net")


async def test_people_who_lost_their_sessions_get_the_message_again(lab: Lab, client: NeonizeClient) -> None:
    await link(lab, client, SHOP)
    awa = lab.customer(AWA)
    await client.do("send", to=awa.account.number, text="un")
    await awa.wait_heard(1)
    await awa.say(SHOP, "deux")
    await client.wait("message", text="deux")

    awa.lose_session(SHOP)
    await client.do("send", to=awa.account.number, text="trois")

    assert [entry.text for entry in await awa.wait_heard(2)] == ["un", "trois"]
    awa.renew_session(SHOP)
    await awa.say(SHOP, "quatre")
    await client.wait("message", text="quatre")
    assert lab.ledger.reused_counters() == []


async def test_every_kind_and_text_passes_the_client(lab: Lab, client: NeonizeClient) -> None:
    await link(lab, client, SHOP)
    awa = lab.customer(AWA)

    await awa.say_unknown(SHOP)
    await awa.ask_poll(SHOP, "Livrer ?", ("Oui", "Non"))
    await awa.say(SHOP, "")
    await awa.say(SHOP, "é" * 32_768, extended=True)
    await awa.say(SHOP, "مرحبا")
    await client.wait("message", text="مرحبا")

    others = [event["text"] for event in client.seen("message") if event["sender"].startswith(awa.account.number)]
    assert others == ["", "", "", "é" * 32_768]


async def test_an_unlinked_companion_is_logged_out(lab: Lab, client: NeonizeClient) -> None:
    await link(lab, client, SHOP)
    phone = lab.phone(SHOP)

    removed = await phone.unlink()

    await client.wait("logged_out")
    assert ([device.device for device in removed], phone.companions) == ([1], [])
    # Nobody encrypts for it any more.
    await lab.customer(AWA).say(SHOP, "bonjour")
    (heard,) = await phone.wait_heard(1)
    (entry,) = lab.ledger.entries(id=heard.id)
    assert [mark.to for mark in entry.sealed] == [str(phone.jid)]


async def test_a_restarted_phone_knows_its_companion(tmp_path: Path) -> None:
    async with open_lab(tmp_path / "lab") as lab, neonize(lab, tmp_path / "session.db") as client:
        await link(lab, client, SHOP)
        await lab.phone(SHOP).say(lab.customer(AWA).number, "un")
        await client.wait("message", text="un")
        await client.kill()

    async with open_lab(tmp_path / "lab") as lab, neonize(lab, tmp_path / "session.db") as client:
        await client.wait("connected")
        await lab.phone(SHOP).say(AWA, "deux")
        await client.wait("message", text="deux")
        await lab.phone(SHOP).rename("Chez Awa")
        assert not client.seen("undecryptable")
        assert [device.device for device in lab.phone(SHOP).companions] == [1]


async def test_only_a_code_that_is_shown_can_be_scanned(lab: Lab) -> None:
    phone = lab.phone(SHOP)
    key = "A" * 43 + "="

    with pytest.raises(AdvError, match="link code was expected"):
        await phone.scan("https://example.org")
    with pytest.raises(PairingRefused), trio.fail_after(5):
        await phone.scan(f"ref,{key},{key},{key},6")
    assert phone.companions == []


async def test_a_companion_is_served_after_a_restart_in_between(tmp_path: Path) -> None:
    async with open_lab(tmp_path / "lab") as lab, neonize(lab, tmp_path / "session.db") as client:
        code = (await client.wait("qr"))["code"]
        lab.faults.refusing_all = True
        await lab.phone(SHOP).scan(code)
        await client.wait("paired")

    async with open_lab(tmp_path / "lab") as lab, neonize(lab, tmp_path / "session.db") as client:
        await client.wait("connected")
        assert (await client.wait("history"))["conversations"] == 3

"""The unmodified client library is linked by a code that is typed into the shop's phone."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from neonize_client import ClientError, NeonizeClient, neonize

from comptoir.lab import Lab
from comptoir.lab.crypto import KeyPair
from comptoir.lab.pairing_code import ALPHABET, PairingCodeError, read_code, unwrap, wrap
from comptoir.lab.server import PairingRefused

SHOP, OTHER = "+221770000001", "+221770000002"
CUSTOMER = "+221770000101"


@pytest.fixture
async def client(lab: Lab, tmp_path: Path) -> AsyncIterator[NeonizeClient]:
    """One that is connected and shows QR codes, which is when it may ask for a pairing code."""
    async with neonize(lab, tmp_path / "session.db") as client:
        await client.wait("qr")
        yield client


async def ask(client: NeonizeClient, number: str = SHOP) -> str:
    return str(await client.do("pair_phone", number=number))


def another(code: str) -> str:
    """A code that differs in its last character only."""
    return code[:-1] + ALPHABET[ALPHABET.index(code[-1]) - 1]


async def test_a_client_pairs_by_code_and_resumes_without_one(lab: Lab, tmp_path: Path) -> None:
    async with neonize(lab, tmp_path / "session.db") as client:
        await client.wait("qr")
        # Whoever types it writes it as they like.
        device = await lab.phone(SHOP).enter_code(f" {(await ask(client)).lower().replace('-', ' ')}\n")
        assert str(device) == "221770000001:1@s.whatsapp.net"
        assert (await client.wait("paired"))["jid"] == str(device)
        await client.wait("connected")
        assert (await client.wait("history"))["conversations"]
        await client.kill()
    async with neonize(lab, tmp_path / "session.db") as client:
        await client.wait("connected")
        assert not client.seen("qr")
        await lab.customer(CUSTOMER).say(SHOP, "toujours là ?")
        await client.wait("message", text="toujours là ?")


async def test_after_a_wrong_code_the_right_one_links(lab: Lab, client: NeonizeClient) -> None:
    code, phone = await ask(client), lab.phone(SHOP)
    for _ in range(2):
        with pytest.raises(PairingCodeError, match="not the code"):
            await phone.enter_code(another(code))
    assert phone.companions == []
    # The client has noticed nothing.
    assert not client.seen("paired")
    await phone.enter_code(code)
    await client.wait("connected")


async def test_a_code_that_was_typed_wrongly_makes_the_qr_codes_of_the_connection_useless(
    lab: Lab, tmp_path: Path
) -> None:
    async with neonize(lab, tmp_path / "session.db") as client:
        qr, phone = (await client.wait("qr"))["code"], lab.phone(SHOP)
        with pytest.raises(PairingCodeError):
            await phone.enter_code(another(await ask(client)))
        with pytest.raises(PairingRefused, match="hmac-mismatch"):
            await phone.scan(qr)


async def test_a_code_is_good_for_its_number_only(lab: Lab, client: NeonizeClient) -> None:
    code = await ask(client)
    with pytest.raises(PairingRefused, match=f"no connected client shows a code for \\{OTHER}"):
        await lab.phone(OTHER).enter_code(code)
    await lab.phone(SHOP).enter_code(code)
    await client.wait("connected")


@pytest.mark.parametrize(("first", "refusal"), [(SHOP, "not the code"), (OTHER, "no connected client")])
async def test_a_second_code_makes_the_first_one_void(
    lab: Lab, client: NeonizeClient, first: str, refusal: str
) -> None:
    old, new = await ask(client, first), await ask(client)
    with pytest.raises((PairingRefused, PairingCodeError), match=refusal):
        await lab.phone(first).enter_code(old)
    await lab.phone(SHOP).enter_code(new)
    await client.wait("connected")


async def test_of_two_clients_the_last_to_ask_is_linked(lab: Lab, client: NeonizeClient, tmp_path: Path) -> None:
    await ask(client)
    async with neonize(lab, tmp_path / "two.db") as second:
        await second.wait("qr")
        await lab.phone(SHOP).enter_code(await ask(second))
        await second.wait("connected")
        assert not client.seen("paired")


async def test_a_code_expires(lab: Lab, client: NeonizeClient) -> None:
    code = await ask(client)
    with lab.clock.shifted(161), pytest.raises(PairingRefused, match="expired"):
        await lab.phone(SHOP).enter_code(code)
    with lab.clock.shifted(159):
        await lab.phone(SHOP).enter_code(code)
    await client.wait("connected")


async def test_nobody_waits_for_the_code_of_a_client_that_is_gone(lab: Lab, client: NeonizeClient) -> None:
    code = await ask(client)
    await lab.server.close_pairings()
    with pytest.raises(PairingRefused, match="no connected client"):
        await lab.phone(SHOP).enter_code(code)


async def test_a_refused_request(lab: Lab, client: NeonizeClient) -> None:
    phone = lab.phone(SHOP)
    lab.faults.refuse_codes(SHOP)
    with pytest.raises(ClientError, match="PairPhoneError: info query returned status 429"):
        await ask(client)
    with pytest.raises(PairingRefused):
        lab.server.code_request(phone.jid)
    # What the client calls itself must be a browser that is known.
    with pytest.raises(ClientError, match="status 400"):
        await client.do("pair_phone", number=SHOP, type="OTHER")
    await phone.enter_code(await ask(client))
    await client.wait("connected")


@pytest.mark.parametrize("number", ["221770", "0770000001"])
async def test_the_library_asks_no_code_for_what_is_no_number(lab: Lab, client: NeonizeClient, number: str) -> None:
    with pytest.raises(ClientError, match="PairPhoneError"):
        await ask(client, number)
    with pytest.raises(PairingRefused):
        lab.server.code_request(lab.phone(SHOP).jid)


@pytest.mark.parametrize("text", ["", "ABCD-123", "ABCD-12345", "ABCD-123O", "https://wa.me/#2@x,y,z"])
async def test_a_text_that_is_no_code(lab: Lab, text: str) -> None:
    with pytest.raises(PairingCodeError, match="eight letters and digits"):
        await lab.phone(SHOP).enter_code(text)


def test_only_the_code_opens_what_it_wrapped() -> None:
    key, code = KeyPair.generate().public, read_code("abcd-1234")
    assert unwrap(code, wrap(code, key)) == key
    assert unwrap(another(code), wrap(code, key)) != key

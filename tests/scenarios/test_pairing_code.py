"""Shops linked by a code that the owner types into the phone, and all that can go wrong on the way."""

import crowd
import judge
import pytest
import rig
import trio

from comptoir.lab.pairing_code import ALPHABET, PairingCodeError
from comptoir.lab.server import PairingRefused
from comptoir.sessions.protocol import ErrorCode

SHOP, CUSTOMER = "+221770000001", "+221771000001"


async def unlinked(here: rig.Rig) -> rig.Shop:
    folder = here.home / "config/tenants/chez-awa"
    folder.mkdir(parents=True)
    (folder / "tenant.toml").write_text(crowd.config("chez-awa"))
    await here.call("tenant.add", tenant="chez-awa")
    shop = here.shops["chez-awa"] = rig.Shop("chez-awa", SHOP, here.lab.phone(SHOP, "Chez Awa"))
    return shop


def another(code: str) -> str:
    return ALPHABET[ALPHABET.index(code[0]) - 1] + code[1:]


@pytest.mark.shows(
    under="linking",
    what="a pairing code of eight characters",
    happens="links as a QR code does; a wrong one is told on the phone, and the right one still links",
)
async def test_a_shop_is_linked_by_a_code_and_answers() -> None:
    async with rig.open_rig() as here:
        shop = await unlinked(here)
        async with here.linking(shop.name, code=SHOP) as attempt:
            # The first thing told: no QR code comes before it or after it.
            offer = await attempt.next("pairing_code")
            assert 100 < offer["expires_in"] <= 160
            assert (await here.status(shop.name))["state"] == "linking"
            with pytest.raises(PairingCodeError):
                await shop.phone.enter_code(another(offer["code"]))
            await shop.phone.enter_code(offer["code"])
            assert (await attempt.next("linked"))["number"] == SHOP
            with pytest.raises(trio.EndOfChannel):
                await attempt.notes.receive()
            assert attempt.refusal is None
        await here.wait_state(shop.name, "online")
        await here.lab.server.wait_ready(shop.phone.companions[0])
        customer = here.lab.customer(CUSTOMER)
        await customer.say(shop.number, "Bonjour, menu svp ?")
        await judge.settle(here, shop)
        assert [item.text for item in customer.heard()] == [crowd.answer(shop, "menu")]
        assert await judge.disagreements(here, shop) == []
        # The last that follows of itself: what a worker did not tell before it is killed, nobody tells.
        await here.wait_event(lambda event: event["kind"] == "delivered")
        await here.kill_worker(shop.name)
        await here.wait_event(lambda event: event["kind"] == "recovered")
        await here.wait_state(shop.name, "online")
        assert await judge.disagreements(here, shop) == []


@pytest.mark.shows(
    under="linking",
    what="nobody types the code in time",
    happens="`link` ends with what to type next; the tenant is as before",
)
async def test_a_code_typed_wrongly_until_time_is_over_says_so_and_leaves_the_way_free() -> None:
    async with rig.open_rig() as here:
        shop = await unlinked(here)
        async with here.linking(shop.name, code=SHOP) as attempt:
            code = (await attempt.next("pairing_code"))["code"]
            with pytest.raises(PairingCodeError):
                await shop.phone.enter_code(another(code))
            await here.lab.server.close_pairings()
            assert (await attempt.next("failed"))["reason"] == "expired"
            refusal = await attempt.failed()
        assert refusal.code == ErrorCode.NOT_NOW
        assert f"comptoir link chez-awa --code {SHOP}" in refusal.message
        with pytest.raises(PairingRefused):
            await shop.phone.enter_code(code)
        # A new connection: its QR codes are good, whatever was typed before.
        assert (await here.link(shop.name))["number"] == SHOP


@pytest.mark.shows(
    under="linking", what="a link attempt that was left", happens="its code is void; the next attempt links"
)
async def test_a_code_that_was_left_is_void_and_the_next_one_links() -> None:
    async with rig.open_rig() as here:
        shop = await unlinked(here)
        async with here.linking(shop.name, code=SHOP) as attempt:
            old = (await attempt.next("pairing_code"))["code"]
        async with here.linking(shop.name, code=SHOP) as attempt:
            new = (await attempt.next("pairing_code"))["code"]
            with pytest.raises(PairingCodeError):
                await shop.phone.enter_code(old)
            async with here.linking(shop.name) as beside:
                assert "being linked already" in (await beside.failed()).message
            await shop.phone.enter_code(new)
            await attempt.next("linked")


@pytest.mark.shows(
    under="linking", what="the server gives no code", happens="`link` says why and what to do; the next attempt is free"
)
async def test_what_the_server_refuses_is_told_with_what_to_do() -> None:
    async with rig.open_rig() as here:
        shop = await unlinked(here)
        for error, code, words in (
            (429, ErrorCode.NOT_NOW, f"gives {SHOP} no more pairing codes for now"),
            (400, ErrorCode.FAILED, "status 400"),
        ):
            here.lab.faults.refuse_codes(SHOP, error)
            async with here.linking(shop.name, code=SHOP) as attempt:
                await attempt.next("failed")
                refusal = await attempt.failed()
            assert (refusal.code, words in refusal.message) == (code, True), refusal
        before = (await here.status(shop.name))["pid"]
        async with here.linking(shop.name, code="+22177") as attempt:
            refusal = await attempt.failed()
        assert refusal.code == ErrorCode.INVALID_PARAMS
        assert (await here.status(shop.name))["pid"] == before
        assert (await here.link(shop.name, code=SHOP))["number"] == SHOP


@pytest.mark.shows(
    under="linking",
    what="the account asks for a passkey",
    happens="`link` ends at once and says so, and that a second attempt is of no use; the tenant is as before",
)
@pytest.mark.parametrize("by_code", [False, True])
async def test_an_account_that_asks_for_a_passkey_is_told_as_such(by_code: bool) -> None:
    async with rig.open_rig() as here:
        shop = await unlinked(here)
        here.lab.faults.ask_passkey(SHOP)
        async with here.linking(shop.name, **({"code": SHOP} if by_code else {})) as attempt:
            offer = await attempt.next("pairing_code" if by_code else "qr")
            with pytest.raises(PairingRefused):
                await (shop.phone.enter_code if by_code else shop.phone.scan)(offer["code"])
            assert "passkey" in (await attempt.next("failed"))["reason"]
            refusal = await attempt.failed()
        assert refusal.code == ErrorCode.FAILED
        assert "passkey (fingerprint, face or PIN)" in refusal.message
        assert "take another number" in refusal.message
        assert "try again" not in refusal.message
        assert (await here.status(shop.name))["state"] == "new"
        here.lab.faults.lift(SHOP)
        assert (await here.link(shop.name))["number"] == SHOP

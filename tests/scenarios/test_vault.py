"""What rests on disk of a session: it comes back without a new QR code, and no counter is used twice."""

import crowd
import judge
import pytest
import rig
import vaulted
from acquainted import CUSTOMER, heard, open_acquainted, shop_of


def of_kind(kind: str):
    return lambda event: event["kind"] == kind


async def talk(here: rig.Rig, word: str) -> None:
    """A customer asks, and hears the answer."""
    customer = here.lab.customer(CUSTOMER)
    before = len(heard(here))
    await customer.say(shop_of(here).number, f"Bonjour, {word} svp ?")
    await customer.wait_heard(before + 1, seconds=30, sender=shop_of(here).number)
    assert heard(here)[-1] == crowd.answer(shop_of(here), word)


@pytest.mark.shows(
    under="absence",
    what="a power cut, or the machine starts again",
    happens="each session comes back from its vault without a new QR code, and no counter is used twice",
)
async def test_a_session_comes_back_after_a_power_cut() -> None:
    async with open_acquainted() as here:
        shop = shop_of(here)
        devices = list(shop.phone.companions)
        await talk(here, "horaire")
        await vaulted.cut_power(here)
        await here.start_daemon()
        restored = await here.wait_event(of_kind("session_restored"))
        assert restored["generation"] >= 1
        await here.wait_state("chez-awa", "online")
        assert shop.phone.companions == devices
        await talk(here, "adresse")
        await talk(here, "livraison")
        await judge.settle(here, shop)
        assert here.lab.ledger.reused_counters() == []
        assert here.lab.ledger.unheard() == []
        assert not (vaulted.memory(here) / "chez-awa" / "restored").exists()

"""Customers who write without end: kept, told so once, and nobody else waits for them."""

import statistics

import crowd
import judge
import pytest
import rig
import trio

OWNER, FLOODER = "+221772000000", "+221771000001"
SHOP = "+221770000001"
INBOUND = "[inbound]\ncustomer_per_minute = 20\n"
FAST = f"version = 1\n\n[lab]\nfast = true\n\n{INBOUND}"
NORMAL = (
    "version = 1\n\n[outbox]\nquiet_ms = 300\ntyping = false\nchat_per_second = 10.0\nanswers_per_minute = 600\n\n"
    f"{INBOUND}"
)
BEFORE, BESIDE, AFTER = ([f"+221772{group}{number:03}" for number in range(7)] for group in ("100", "200", "300"))
MESSAGES = 120
ANSWERED = 20
SLOWER_AT_MOST = 2.0


async def ask_in_turn(here: rig.Rig, shop: rig.Shop, numbers: list[str]) -> list[float]:
    """A question of each, one after the other: how long each waited for the answer, in seconds."""
    waited = []
    for number in numbers:
        customer = here.lab.customer(number)
        begun = trio.current_time()
        await customer.say(shop.number, "Bonjour, horaire svp ?")
        [answer] = await customer.wait_heard(1, 20)
        waited.append(trio.current_time() - begun)
        assert answer.text == crowd.answer(shop, "horaire")
    return waited


@pytest.mark.shows(
    under="people",
    what="a customer who floods the shop, beside others",
    happens="the others are answered as quickly as without; the flood is kept, twenty of it are answered, then one "
    "polite line",
)
@pytest.mark.parametrize("settings", [FAST, NORMAL], ids=["fast", "normal"])
async def test_nobody_waits_for_a_customer_who_writes_without_end(settings: str) -> None:
    async with rig.open_rig(settings) as here:
        config = crowd.config("chez-awa").replace(
            "version = 1\n", f'version = 1\nowner = "{OWNER}"\njoin_seconds = 0\n'
        )
        shop = await here.add_shop("chez-awa", SHOP, config)
        owner, flooder = here.lab.customer(OWNER), here.lab.customer(FLOODER)
        before = await ask_in_turn(here, shop, BEFORE)
        flooding = trio.Event()

        async def flood() -> None:
            for number in range(MESSAGES):
                await flooder.say(shop.number, f"le menu {number} ?")
                if number == ANSWERED:
                    flooding.set()
                await trio.sleep(0.02)

        async with trio.open_nursery() as nursery:
            nursery.start_soon(flood)
            await flooding.wait()
            beside = await ask_in_turn(here, shop, BESIDE)
        await judge.settle(here, shop, within=60)
        after = await ask_in_turn(here, shop, AFTER)
        # The machine may have got more to do meanwhile, or less.
        alone, took = max(map(statistics.median, (before, after))), statistics.median(beside)
        print(f"an answer took {alone:.3f} s alone, {took:.3f} s beside the flood, at most {max(beside):.3f} s")
        assert took <= alone * SLOWER_AT_MOST
        states = [row["state"] for row in await here.messages(shop.name) if row["chat"] == FLOODER]
        assert (states.count("done"), states.count("skipped")) == (ANSWERED, MESSAGES - ANSWERED)
        heard = [item.text for item in await flooder.wait_heard(ANSWERED + 1, 20, sender=SHOP)]
        assert heard.count(crowd.answer(shop, "menu")) == ANSWERED
        [line] = [text for text in heard if text != crowd.answer(shop, "menu")]
        assert line.startswith("Vos messages sont bien arrivés")
        [notice] = await owner.wait_heard(1, sender=SHOP)
        assert notice.text.startswith(f"{FLOODER} écrit trop de messages d'un coup")
        assert [event["chat"] for event in here.events if event["kind"] == "flood"] == [FLOODER]
        assert (await here.status(shop.name))["flooded"] == [FLOODER]
        assert await judge.disagreements(here, shop) == []

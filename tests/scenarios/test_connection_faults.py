"""What a network or a restarting server does to a shop: the session comes back by itself, and nothing is missing."""

from collections.abc import Awaitable, Callable

import crowd
import judge
import pytest
import rig

from comptoir.lab.faults import Faults


async def drop(faults: Faults, number: str) -> None:
    await faults.drop(number)


async def log_in_again(faults: Faults, number: str) -> None:
    await faults.stream_error(number, 515)


async def restart(faults: Faults, number: str) -> None:
    await faults.stream_error(number, 503)


async def refuse(faults: Faults, number: str) -> None:
    await faults.refuse_connections(number, seconds=1.0)


async def fail_login(faults: Faults, number: str) -> None:
    """The server takes the connection, and is too busy for a login until the fault is lifted."""
    await faults.fail_logins(number, 503)


FAULTS: tuple[Callable[[Faults, str], Awaitable[None]], ...] = (drop, log_in_again, restart, refuse, fail_login)


@pytest.mark.shows(
    under="connection",
    what="dropped, stream error 503 or 515, connections refused, logins failing",
    happens="the session comes back by itself, and each message that came meanwhile is answered once",
)
async def test_a_session_comes_back_and_answers_what_it_missed() -> None:
    async with rig.open_rig() as here:
        shops = {
            fault: await here.add_shop(f"shop-{index}", f"+22177000000{index}", crowd.config(f"shop-{index}"))
            for index, fault in enumerate(FAULTS, start=1)
        }
        customer = here.lab.customer("+221771000001")
        for shop in shops.values():
            await customer.say(shop.number, "Bonjour, menu svp ?")
        await judge.settle(here, *shops.values())
        missed = {}
        for fault, shop in shops.items():
            await fault(here.lab.faults, shop.number)
            missed[fault] = await customer.say(shop.number, "Bonjour, horaire svp ?")
        await here.wait_event(
            lambda event: event["tenant"] == shops[fail_login].name and event.get("state") == "offline"
        )
        here.lab.faults.lift(shops[fail_login].number)
        await judge.settle(here, *shops.values())
        for fault, shop in shops.items():
            [entry] = here.lab.ledger.entries(id=missed[fault])
            assert entry.delivered[-1].offline, f"{fault.__name__}: the shop was not away"
            assert [item.text for item in customer.heard(shop.number)] == [
                crowd.answer(shop, "menu"),
                crowd.answer(shop, "horaire"),
            ]
            assert await judge.disagreements(here, shop) == []
        offline = {
            fault.__name__
            for fault, shop in shops.items()
            if any(event["tenant"] == shop.name and event.get("state") == "offline" for event in here.events)
        }
        assert offline == {"drop", "restart", "refuse", "fail_login"}, "the library comes back from a 515 unnoticed"

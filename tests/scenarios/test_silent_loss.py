"""Connections that are gone without a word: the shop must not stay "online" and deaf, and comes back by itself."""

import crowd
import judge
import pytest
import rig
import trio

# Recycled a second after the loss is known, instead of a minute.
SETTINGS = "version = 1\n\n[lab]\nfast = true\n\n[daemon]\noffline_seconds = 1\n"


@pytest.mark.shows(
    under="connection", what="a connection that carries nothing any more", happens="noticed, given up and replaced"
)
@pytest.mark.shows(
    under="connection",
    what="the client library gives up in silence after a stream error 515",
    happens="noticed within seconds, and connected again",
)
async def test_a_connection_that_is_gone_without_a_word_is_noticed_and_replaced() -> None:
    """Both at once, each with a daemon of its own: they do little but wait."""
    async with trio.open_nursery() as nursery:
        nursery.start_soon(stalled_connection)
        nursery.start_soon(reconnection_that_fails)


async def stalled_connection() -> None:
    """The library asks for a sign of life every 20 to 30 seconds and waits 10: nothing can be known sooner."""
    async with rig.open_rig(SETTINGS) as here:
        shop = await here.add_shop("chez-awa", "+221770000001", crowd.config("chez-awa"))
        customer = here.lab.customer("+221771000001")
        await customer.say(shop.number, "Bonjour, menu svp ?")
        await judge.settle(here, shop)
        here.lab.faults.stall(shop.number)
        await customer.say(shop.number, "Bonjour, horaire svp ?")
        lost = await here.wait_event(lambda event: event.get("state") == "offline", within=60)
        assert lost["reason"] == "the server does not answer"
        await here.wait_event(lambda event: event["kind"] == "worker_recycled")
        await here.wait_state(shop.name, "online")
        await judge.settle(here, shop)
        assert [item.text for item in customer.heard()] == [crowd.answer(shop, "menu"), crowd.answer(shop, "horaire")]
        assert await judge.disagreements(here, shop) == []


async def reconnection_that_fails() -> None:
    """After a 515 the library tries once to connect; where that fails, it neither says so nor tries again."""
    async with rig.open_rig(SETTINGS) as here:
        shop = await here.add_shop("chez-awa", "+221770000001", crowd.config("chez-awa"))
        customer = here.lab.customer("+221771000001")
        await customer.say(shop.number, "Bonjour, menu svp ?")
        await judge.settle(here, shop)
        here.lab.faults.refusing_all = True
        await here.lab.faults.stream_error(shop.number, 515)
        await customer.say(shop.number, "Bonjour, horaire svp ?")
        lost = await here.wait_event(lambda event: event.get("state") == "offline")
        assert lost["reason"] == "the library gave up its connection"
        here.lab.faults.refusing_all = False
        await here.wait_state(shop.name, "online")
        await judge.settle(here, shop)
        assert [item.text for item in customer.heard()] == [crowd.answer(shop, "menu"), crowd.answer(shop, "horaire")]
        assert await judge.disagreements(here, shop) == []

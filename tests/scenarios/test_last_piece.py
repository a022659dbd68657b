"""Ten customers have the last piece in their cart and say yes at once, to the real daemon over the real library."""

import judge
import pytest
import rig
import trio

SHOP, OWNER = "+221770000001", "+221338000000"
TENANT = f"""version = 1
name = "Chez Awa"
lang = "fr"
country = "SN"
timezone = "Africa/Dakar"
owner = "{OWNER}"
join_seconds = 0
pipeline = ["desk", "clerk"]

[plugins.clerk]
ask_name = false
"""
CATALOGUE = """version = 1

[[produits]]
nom = "Chaise"
prix = 1000
stock = 1
"""
CUSTOMERS = 10


@pytest.mark.shows(
    under="people",
    what="ten customers say yes at once to the last piece",
    happens="one order, one receipt, one notice to the owner; the nine others hear that it is sold out",
)
async def test_the_last_piece_is_sold_once_to_ten_who_say_yes_at_once() -> None:
    async with rig.open_rig() as here:
        folder = here.home / "config" / "tenants" / "chez-awa"
        folder.mkdir(parents=True)
        (folder / "catalogue.toml").write_text(CATALOGUE, encoding="utf-8")
        shop = await here.add_shop("chez-awa", SHOP, TENANT)
        owner = here.lab.customer(OWNER)
        customers = [here.lab.customer(f"+22177100000{place}") for place in range(CUSTOMERS)]

        async def everyone_says(text: str) -> None:
            async with trio.open_nursery() as nursery:
                for customer in customers:
                    nursery.start_soon(customer.say, SHOP, text)

        await everyone_says("je veux une chaise, je viens la chercher")
        for customer in customers:
            assert "Total" in (await customer.wait_heard(1, sender=SHOP))[0].text
        # Held until all have come, so that all are answered side by side, each by the stock as it was before.
        await here.call("tenant.pause", tenant=shop.name)
        held = len(here.events)
        await everyone_says("oui")
        while sum(event["kind"] == "received" for event in here.events[held:]) < CUSTOMERS:
            await here.wait_event(lambda event: event["kind"] == "received", after=len(here.events))
        await here.call("tenant.resume", tenant=shop.name)
        said = [(await customer.wait_heard(2, sender=SHOP))[1].text for customer in customers]
        await judge.settle(here, shop)
        assert sum("n° 1" in text for text in said) == 1, said
        assert sum(text.startswith("Désolé, il n'y a plus de Chaise.") for text in said) == CUSTOMERS - 1, said
        assert [len(customer.heard(SHOP)) for customer in customers] == [2] * CUSTOMERS
        (order,) = (await here.call("orders", tenant=shop.name))["orders"]
        assert (order["number"], [line["name"] for line in order["items"]]) == (1, ["Chaise"])
        await owner.say(SHOP, "stock chaise")
        notice, left = [heard.text for heard in await owner.wait_heard(2, sender=SHOP)]
        assert "n° 1" in notice
        assert left == "Chaise : 0, épuisé"
        assert await judge.disagreements(here, shop) == []

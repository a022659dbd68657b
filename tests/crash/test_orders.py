"""The worker is killed between a customer's yes and the receipt, while others want the same last piece."""

import judge
import pytest
import rig
import trio
from killing import points
from killing.arming import Arms
from killing.course import starter

SHOP, OWNER = "+221770000001", "+221338000000"
POINTS = (*(point.name for point in points.ORDERING), "effects committed")
TENANT = f"""version = 1
name = "Chez Awa"
lang = "fr"
country = "SN"
timezone = "Africa/Dakar"
owner = "{OWNER}"
join_seconds = 0
pipeline = ["clerk"]

[plugins.clerk]
ask_name = false
"""
WARES = ("Chaise", "Table", "Lampe", "Tapis")


def catalogue() -> str:
    wares = (
        f'[[produits]]\nnom = "{ware}"\nprix = {1000 * (place + 1)}\nstock = 1\n' for place, ware in enumerate(WARES)
    )
    return "version = 1\n\n" + "\n".join(wares)


@pytest.mark.shows(
    under="plugins",
    what="the worker is killed between a customer's yes and the receipt",
    happens="one order, its stock taken once, one receipt, one notice to the owner; who came second hears that it is "
    "sold out",
)
async def test_the_last_piece_is_sold_once_whatever_dies() -> None:
    async with rig.open_rig(start=starter()) as here:
        folder = here.home / "config" / "tenants" / "chez-awa"
        folder.mkdir(parents=True)
        (folder / "catalogue.toml").write_text(catalogue(), encoding="utf-8")
        shop = await here.add_shop("chez-awa", SHOP, TENANT)
        owner = here.lab.customer(OWNER)
        arms = Arms(here.home / "kills")
        pairs = [[here.lab.customer(f"+2217710000{place}{rival}") for rival in range(2)] for place in range(len(WARES))]
        async with trio.open_nursery() as nursery:
            for ware, pair in zip(WARES, pairs, strict=True):
                for rival in pair:
                    nursery.start_soon(rival.say, SHOP, f"je veux une {ware.lower()}, je viens la chercher")
        for rival in (rival for pair in pairs for rival in pair):
            assert "Total" in (await rival.wait_heard(1, sender=SHOP))[0].text
        for number, (pair, point) in enumerate(zip(pairs, POINTS, strict=True), start=1):
            arms.arm(shop.name, point)
            for rival in pair:
                await rival.say(SHOP, "oui")
            said = [(await rival.wait_heard(2, sender=SHOP))[1].text for rival in pair]
            assert not arms.is_armed(shop.name, point), point
            assert sum(f"n° {number}" in text for text in said) == 1, (point, said)
            assert sum("il n'y a plus de" in text for text in said) == 1, (point, said)
            assert f"n° {number}" in (await owner.wait_heard(number, sender=SHOP))[-1].text
            # What is on its way when the next kill comes may stay uncertain.
            await judge.settle(here, shop)
        orders = (await here.call("orders", tenant=shop.name))["orders"]
        sold = [(order["number"], [line["name"] for line in order["items"]]) for order in reversed(orders)]
        assert sold == [(number, [ware]) for number, ware in enumerate(WARES, start=1)]
        assert len(owner.heard(SHOP)) == len(POINTS)
        assert await judge.disagreements(here, shop, followed=False) == []

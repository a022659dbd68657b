"""The worker is killed between a customer's yes and the receipt, while others want the same last piece."""

from collections.abc import Sequence

import judge
import pytest
import rig
from killing import points
from killing.arming import Arms
from killing.course import starter

SHOP, OWNER = "+221770000001", "+221338000000"
POINTS = (*(point.name for point in points.ORDERING), "effects committed")
SOME = ("stock taken, receipt not queued",)
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
    await sell_while_dying(SOME)


@pytest.mark.long
async def test_the_last_piece_is_sold_once_at_every_point() -> None:
    await sell_while_dying(POINTS)


async def sell_while_dying(at: Sequence[str]) -> None:
    async with rig.open_rig(start=starter()) as here:
        folder = here.home / "config" / "tenants" / "chez-awa"
        folder.mkdir(parents=True)
        (folder / "catalogue.toml").write_text(catalogue(), encoding="utf-8")
        shop = await here.add_shop("chez-awa", SHOP, TENANT)
        owner = here.lab.customer(OWNER)
        arms = Arms(here.home / "kills")
        for place, (ware, point) in enumerate(zip(WARES, at, strict=False)):
            rivals = [here.lab.customer(f"+2217710000{place}{rival}") for rival in range(2)]
            for rival in rivals:
                await rival.say(SHOP, f"je veux une {ware.lower()}, je viens la chercher")
                assert "Total" in (await rival.wait_heard(1, sender=SHOP))[0].text
            arms.arm(shop.name, point)
            for rival in rivals:
                await rival.say(SHOP, "oui")
            said = [(await rival.wait_heard(2, sender=SHOP))[1].text for rival in rivals]
            assert not arms.is_armed(shop.name, point), point
            assert sum(f"n° {place + 1}" in text for text in said) == 1, (point, said)
        await judge.settle(here, shop)
        orders = (await here.call("orders", tenant=shop.name))["orders"]
        assert [(order["number"], order["items"][0]["name"]) for order in orders] == [
            (place + 1, ware) for place, ware in reversed(list(enumerate(WARES[: len(at)])))
        ]
        assert len(owner.heard(SHOP)) == len(at)
        assert await judge.disagreements(here, shop, followed=False) == []

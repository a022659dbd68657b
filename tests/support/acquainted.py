"""A linked shop and a customer who have talked before: each knows the other's keys."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import crowd
import judge
import rig

CUSTOMER = "+221771000001"
STRANGER = "+221771000002"
"""Somebody whom the shop has never heard of."""


@asynccontextmanager
async def open_acquainted() -> AsyncIterator[rig.Rig]:
    async with rig.open_rig() as here:
        shop = await here.add_shop("chez-awa", "+221770000001", crowd.config("chez-awa"))
        await here.lab.customer(CUSTOMER).say(shop.number, "Bonjour, menu svp ?")
        await judge.settle(here, shop)
        yield here


def shop_of(here: rig.Rig) -> rig.Shop:
    return here.shops["chez-awa"]


def heard(here: rig.Rig, number: str = CUSTOMER) -> list[str]:
    """What they heard from the shop."""
    return [item.text for item in here.lab.customer(number).heard(shop_of(here).number)]

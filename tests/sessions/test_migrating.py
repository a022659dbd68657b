"""What a plugin remembers, brought to the version that its code knows."""

from dataclasses import replace

import pytest
from journal_rig import AWA
from runner_rig import CONFIG, TENANT, Shop

from comptoir.plugins.api import Json, Plugin, PluginConfig
from comptoir.plugins.config import Step
from comptoir.plugins.loading import Pipeline, start_pipeline
from comptoir.plugins.walking.state import TENANT as WHOLE
from comptoir.plugins.walking.state import Slot
from comptoir.sessions.journal import state
from comptoir.sessions.migrating import migrate

CART, RATE = Slot("cart", 1, "items"), Slot("cart", WHOLE, "rate")


class Cart(Plugin):
    """Its second version keeps lists where the first kept numbers."""

    name = "cart"
    state_version = 2
    asked: list[tuple[int, str, Json]]

    def migrate(self, version: int, key: str, value: Json) -> Json:
        if not hasattr(self, "asked"):
            self.asked = []
        self.asked.append((version, key, value))
        if value == "rotten":
            raise ValueError("no cart")
        return None if key == "rate" else [value]


async def remember(shop: Shop, slot: Slot, value: Json) -> None:
    await shop.store.write(lambda db: state.put(db, slot, value))


def remembered(shop: Shop, slot: Slot) -> Json:
    value: Json = state.get(shop.store.db, slot).value
    return value


async def started(shop: Shop, kind: type[Plugin]) -> Pipeline:
    config = replace(CONFIG, pipeline=(Step(kind.name, PluginConfig()),))
    return await start_pipeline(config, {}, {kind.name: kind}, migrate=lambda plugin: migrate(shop.store, plugin))


async def test_each_value_is_brought_over_once(shop: Shop) -> None:
    await shop.hears(AWA, "x")
    await remember(shop, CART, 3)
    await remember(shop, RATE, 0.18)
    await remember(shop, Slot("other", 1, "items"), 5)
    cart = Cart(PluginConfig(), TENANT)
    await migrate(shop.store, cart)
    assert (remembered(shop, CART), remembered(shop, RATE)) == ([3], None)
    assert remembered(shop, Slot("other", 1, "items")) == 5
    again = Cart(PluginConfig(), TENANT)
    await migrate(shop.store, again)
    assert not hasattr(again, "asked")


@pytest.mark.shows(
    under="plugins",
    what="a new version of a plugin cannot bring over what the earlier one remembered",
    happens="it is left out, named in `status` with the reason, and its state stays as it was",
)
async def test_one_that_raises_is_left_out_with_its_state_as_it_was(shop: Shop) -> None:
    await remember(shop, CART, 3)
    await remember(shop, Slot("cart", 2, "items"), "rotten")
    pipeline = await started(shop, Cart)
    assert [(left.plugin, left.reason) for left in pipeline.left_out] == [
        ("cart", "did not start: ValueError: no cart")
    ]
    assert remembered(shop, CART) == 3
    # The next try begins where this one did.
    await remember(shop, Slot("cart", 2, "items"), None)
    assert (await started(shop, Cart)).left_out == ()
    assert remembered(shop, CART) == [3]


async def test_state_of_a_newer_version_is_left_alone(shop: Shop) -> None:
    class Newer(Cart):
        state_version = 3

    class Older(Cart):
        state_version = 2

        async def start(self) -> None:
            pytest.fail("it must not see what it does not know")

    await started(shop, Newer)
    await remember(shop, CART, {"v": 3})
    (left,) = (await started(shop, Older)).left_out
    assert left.reason == "did not start: NewerState: what it remembers is of version 3, this is version 2"
    assert remembered(shop, CART) == {"v": 3}

"""One busy shop beside many idle ones: nothing reordered, nothing lost or repeated, and memory that does not grow."""

import load
import pytest
import rig
from load import Load, Measured

# Against the first part, which warms up. A leak of 2 kB a message would show.
MEMORY_GROWS_AT_MOST = 1.15
# Twenty neighbours who do nothing must not be felt.
SLOWER_AT_MOST = 2.0


@pytest.mark.shows(
    under="people",
    what="one busy shop beside many idle ones",
    happens="every question is answered once and in order; memory stays flat, and the idle ones do not slow it",
)
@pytest.mark.parametrize(
    "much",
    [
        pytest.param(Load(messages=240, customers=10, idle=3), id="short"),
        pytest.param(Load(messages=2_000, customers=25, idle=20), id="long", marks=pytest.mark.long),
    ],
)
async def test_one_busy_shop_beside_idle_ones(much: Load) -> None:
    async with rig.open_rig() as here:
        shop, everyone, measured = await load.run(here, much)
        assert {asking.customer.number: asking.heard for asking in everyone if asking.heard != asking.expected} == {}
        assert here.lab.ledger.reused_counters() == []
        rows = await here.messages(shop.name)
        for asking in everyone:
            chat = [row for row in rows if row["chat"] == asking.customer.number]
            assert [row["text"] for row in chat if row["direction"] == "in"] == asking.said
            assert [row["text"] for row in chat if row["direction"] == "out"] == asking.expected
        for other in set(here.shops) - {shop.name}:
            assert await here.messages(other) == []
        check(measured)


def check(measured: Measured) -> None:
    """Ratios within one run."""
    warm, last = measured.memory[0], measured.memory[-1]
    print(measured)
    assert last.worker <= warm.worker * MEMORY_GROWS_AT_MOST
    assert last.idle <= warm.idle * MEMORY_GROWS_AT_MOST
    assert last.daemon <= warm.daemon * MEMORY_GROWS_AT_MOST
    assert measured.beside_others <= measured.alone * SLOWER_AT_MOST

"""Workers that die between cart and confirmation: stock, order and messages agree, whenever it was."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from journal_rig import AWA, MOUSSA, open_new
from mortal_store import Killed, MortalStore, reopened
from runner_rig import OWNER, Shop, WatchedStore, customer
from shop_rig import selling, with_stock
from trio.testing import MockClock

from comptoir.sessions.events import Address
from comptoir.sessions.journal import orders, stock
from comptoir.sessions.journal.database import Connection

T = TypeVar("T")
ENOUGH = 1_000
STATEMENTS = 100
"""More than an order takes."""
OWNERS = Address(OWNER)


async def dies(shop: Shop, pieces: int = 1) -> bool:
    """Whether the worker died before it had answered everything."""
    try:
        await serve(shop, pieces)
    except BaseExceptionGroup as death:
        if death.split(Killed)[1] is not None:
            raise
        return True
    return False


async def serve(shop: Shop, pieces: int = 1) -> None:
    async with shop.serving(selling(with_stock(pieces))):
        await shop.quiet()


async def fill(path: Path) -> None:
    """Two customers want the last one: both have it in their cart, and say yes."""
    shop = Shop(WatchedStore(open_new(path)))
    for text in ("commande poulet", "oui"):
        for who in (AWA, MOUSSA):
            await shop.hears(who, text)
    shop.store.db.close()


def agrees(shop: Shop) -> bool:
    """One of the two has it, and was told so once; so was the owner. The other was told that it is gone."""
    said = sorted(shop.answers(who)[-1] for who in (AWA, MOUSSA))
    (order,) = orders.orders(shop.store.db)
    return (
        said == ["Commande n° 1 : 4500 F", "épuisé"]
        and [len(shop.answers(who)) for who in (AWA, MOUSSA)] == [2, 2]
        and shop.answers(Address(order.chat))[-1].startswith("Commande")
        and shop.answers(OWNERS) == ["Nouvelle commande n° 1"]
        and stock.left(shop.store.db, ["poulet"]) == {"poulet": 0}
        and shop.states() == ["done"] * 4
    )


async def test_dying_at_any_write_sells_the_last_one_once(tmp_path: Path, autojump_clock: MockClock) -> None:
    whole = tmp_path / "whole.db"
    await fill(whole)
    kept = whole.read_bytes()
    with reopened(whole) as shop:
        await serve(shop)
        assert agrees(shop)
        store = shop.store
        assert isinstance(store, MortalStore)
        writes = store.writes
    deaths = 0
    # Who is asked first differs from run to run, and so does the number of writes, a little.
    for dies_at in range(writes):
        path = tmp_path / f"{dies_at}.db"
        path.write_bytes(kept)
        with reopened(path, dies_at) as shop:
            deaths += await dies(shop)
        with reopened(path) as shop:
            await serve(shop)
            assert agrees(shop), dies_at
    assert deaths > writes / 2


class Interrupted:
    """A connection over which the process dies before a chosen statement."""

    def __init__(self, db: Connection, dies_at: int) -> None:
        self._db = db
        self._left = dies_at

    def execute(self, *arguments: Any) -> Any:
        self._count()
        return self._db.execute(*arguments)

    def executemany(self, *arguments: Any) -> Any:
        self._count()
        return self._db.executemany(*arguments)

    def _count(self) -> None:
        self._left -= 1
        if self._left < 0:
            raise Killed


class CuttingStore(WatchedStore):
    """Cuts the transaction of what the plugins decided at one of its statements."""

    dies_at = ENOUGH

    async def write(self, fn: Callable[[Connection], T]) -> T:
        if getattr(getattr(fn, "func", None), "__name__", "") != "commit":
            return await super().write(fn)
        # What was not committed is undone, as the next to open the file would find it.
        return await super().write(lambda db: fn(Interrupted(db, self.dies_at)))  # type: ignore[arg-type]  # stands in


@contextmanager
def cutting(path: Path) -> Iterator[tuple[Shop, CuttingStore]]:
    store = CuttingStore(open_new(path))
    yield Shop(store), store
    store.db.close()


async def test_dying_at_any_statement_of_the_order_leaves_nothing_of_it(
    tmp_path: Path, autojump_clock: MockClock
) -> None:
    with cutting(tmp_path / "tenant.db") as (shop, store):
        for number in range(STATEMENTS):
            await shop.hears(customer(number), "commande poulet")
        await serve(shop, ENOUGH)
        deaths, died = 0, True
        while died:
            await shop.hears(customer(deaths), "oui")
            before = counts(shop)
            store.dies_at = deaths
            died = await dies(shop, ENOUGH)
            store.dies_at = ENOUGH
            if died:
                assert counts(shop) == before
                deaths += 1
                await serve(shop, ENOUGH)
            assert counts(shop) == tuple(count + 1 for count in before)
        assert deaths > 20


def counts(shop: Shop) -> tuple[int, int, int, int]:
    """Orders, pieces sold, receipts and notices."""
    (left,) = stock.left(shop.store.db, ["poulet"]).values()
    receipts = [text for text in shop.answers() if text.startswith("Commande n°")]
    (placed,) = shop.store.db.execute("SELECT count(*) FROM orders").fetchone()
    return placed, ENOUGH - left, len(receipts), len(shop.answers(OWNERS))

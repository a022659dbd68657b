"""What a walk reads of the shop."""

from collections.abc import Sequence
from datetime import datetime
from functools import partial

from comptoir.plugins.shop.model import MOST_ORDERS, ORDER_STATES, Catalogue, CatalogueChange, Figures, Order, Stock
from comptoir.sessions.journal import catalogue_changes, figures, orders, stock
from comptoir.sessions.journal.database import Connection
from comptoir.sessions.journal.journal import Store
from comptoir.sessions.shopkeeping.shop import Shop

_OPEN = tuple(state for state in ORDER_STATES if state not in ("delivered", "cancelled"))


class ShopPort:
    """The shop, read from the journal. Each method raises JournalUnavailable."""

    def __init__(self, journal: Store, shop: Shop) -> None:
        self._journal = journal
        self._shop = shop

    async def catalogue(self) -> Catalogue | None:
        await self._shop.adopt()
        return await self._journal.read(self._shop.in_force)

    async def stock(self, skus: Sequence[str]) -> Stock:
        return Stock(await self._journal.read(partial(stock.left, skus=tuple(skus))))

    async def orders(self, number: int | None, contact: int | None, *, open_only: bool) -> tuple[Order, ...]:
        def read(db: Connection) -> tuple[Order, ...]:
            if number is None:
                return orders.orders(db, contact=contact, states=_OPEN if open_only else (), limit=MOST_ORDERS)
            found = orders.kept(db, number)
            if found is None or contact not in (None, found.contact) or (open_only and not found.order.is_open):
                return ()
            return (found.order,)

        return await self._journal.read(read)

    async def changes(self) -> tuple[CatalogueChange, ...]:
        return await self._journal.read(catalogue_changes.in_force)

    async def figures(self, begins: datetime, ends: datetime) -> Figures:
        between = (round(begins.timestamp() * 1000), round(ends.timestamp() * 1000))
        return await self._journal.read(lambda db: figures.figures(db, *between))

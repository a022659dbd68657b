"""What tests of timers, receipts and changes share: a plugin of functions, and the task that tells it."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import trio
from runner_rig import TENANT, Shop, clock

from comptoir.plugins.api import Change, Context, Message, Plugin, PluginConfig, Receipt, Timer, Verdict
from comptoir.plugins.loading import Pipeline
from comptoir.sessions.enclosing import NoFiles
from comptoir.sessions.lending import Lender
from comptoir.sessions.occasions import Occasions

Hear = Callable[[Context, Any], Awaitable[None]]


class Listener(Plugin):
    """Is told of timers; its subclasses of more. Obeys what `orders` has for a text or a timer's name."""

    name = "clock"

    def __init__(self, **orders: Hear) -> None:
        super().__init__(PluginConfig(), TENANT)
        self.orders = orders
        self.told: list[Timer | Receipt | Change] = []

    async def message(self, context: Context, message: Message) -> Verdict:
        await self._obey(message.text, context, message)
        return Verdict.CONTINUE

    async def timer(self, context: Context, timer: Timer) -> None:
        self.told.append(timer)
        await self._obey(timer.name, context, timer)

    async def _obey(self, name: str, context: Context, what: Any) -> None:
        if order := self.orders.get(name):
            await order(context, what)


class Follower(Listener):
    """Is told of all there is."""

    name = "follower"

    async def receipt(self, context: Context, receipt: Receipt) -> None:
        self.told.append(receipt)
        await self._obey(receipt.state, context, receipt)

    async def conversation(self, context: Context, change: Change) -> None:
        self.told.append(change)
        await self._obey(change.kind, context, change)


def occasions_of(shop: Shop, pipelines: Lender, now: Callable[[], int] = clock) -> Occasions:
    return Occasions(shop.store, pipelines, NoFiles(), wake_outbox=lambda: None, now=now)


@asynccontextmanager
async def telling(shop: Shop, pipeline: Pipeline, now: Callable[[], int] = clock) -> AsyncIterator[Occasions]:
    """Open; cancelled at the end."""
    occasions = occasions_of(shop, Lender(pipeline), now)
    occasions.open()
    # Days of a mock clock: what never comes ends the test.
    with trio.fail_after(3 * 86_400):
        async with trio.open_nursery() as nursery:
            nursery.start_soon(occasions.run)
            yield occasions
            nursery.cancel_scope.cancel()

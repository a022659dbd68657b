"""One line for the recordings of all tenants: whose turn it is to have one put into words.

Which recordings wait is in the tenants' journals alone. A worker says that it has one; at its turn it is called,
puts one into words, and says whether it has more: then it goes to the end of the line. A turn ends with its call,
whatever ends that.
"""

import logging
from collections.abc import Awaitable, Callable

import trio

from comptoir.sessions.protocol import RpcError

logger = logging.getLogger(__name__)

Serve = Callable[[str], Awaitable[bool]]


class TranscriptionLine:
    """`ask` may be called at any time; a tenant stands in the line once, and is served once at a time."""

    def __init__(self) -> None:
        self._waiting: dict[str, None] = {}
        self._served: set[str] = set()
        self._changed = trio.Event()

    def ask(self, tenant: str) -> None:
        """It has a recording that is due."""
        self._waiting.setdefault(tenant)
        self._change()

    async def run(self, serve: Serve, at_once: int) -> None:
        """Give turns until cancelled. `serve` has a tenant take its turn, and says whether it has another recording."""
        async with trio.open_nursery() as nursery:
            for _ in range(at_once):
                nursery.start_soon(self._give_turns, serve)

    async def _give_turns(self, serve: Serve) -> None:
        while True:
            tenant = await self._next()
            self._served.add(tenant)
            more = False
            try:
                more = await serve(tenant)
            except RpcError as error:
                # Its worker asks again when it is there again.
                logger.info("%s: no recording was put into words: %s", tenant, error.message)
            finally:
                self._served.discard(tenant)
                self._change()
            if more:
                self.ask(tenant)

    async def _next(self) -> str:
        while True:
            changed = self._changed
            tenant = next((name for name in self._waiting if name not in self._served), None)
            if tenant is not None:
                del self._waiting[tenant]
                return tenant
            await changed.wait()

    def _change(self) -> None:
        changed, self._changed = self._changed, trio.Event()
        changed.set()

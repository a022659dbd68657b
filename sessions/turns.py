"""Walks side by side up to a bound, and walks alone: who is alone when the worker dies is what it died of."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import trio


class Turns:
    """At most `limit` side by side. Whoever goes alone waits for all others, and they for it."""

    def __init__(self, limit: int) -> None:
        self._slots = trio.CapacityLimiter(limit)
        self._collecting = trio.Lock()
        self._tokens = [object() for _ in range(limit)]

    @asynccontextmanager
    async def alongside(self) -> AsyncIterator[None]:
        async with self._slots:
            yield

    @asynccontextmanager
    async def alone(self) -> AsyncIterator[None]:
        # One at a time collects the slots: two that had half of them each would wait for ever.
        async with self._collecting:
            taken: list[object] = []
            try:
                for token in self._tokens:
                    await self._slots.acquire_on_behalf_of(token)
                    taken.append(token)
                yield
            finally:
                for token in taken:
                    self._slots.release_on_behalf_of(token)

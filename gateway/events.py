"""What happens, handed to everyone who follows it; a follower that does not keep up is dropped."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import trio

from comptoir.sessions.times import now_ms, rfc3339

BUFFER = 256


class TooSlow(Exception):
    """The follower let more than `BUFFER` events wait; it has missed some from here on."""


class Subscription:
    """An async iterator of events. Raises TooSlow once the buffer has run over and what was kept is read."""

    def __init__(self, tenant: str | None) -> None:
        self._tenant = tenant
        self._send, self._receive = trio.open_memory_channel[dict[str, Any]](BUFFER)
        self._overrun = False

    def offer(self, event: dict[str, Any]) -> None:
        if self._overrun or (self._tenant is not None and event["tenant"] != self._tenant):
            return
        try:
            self._send.send_nowait(event)
        except trio.WouldBlock:
            self._overrun = True
            self._send.close()

    def __aiter__(self) -> "Subscription":
        return self

    async def __anext__(self) -> dict[str, Any]:
        try:
            return await self._receive.receive()
        except trio.EndOfChannel:
            if self._overrun:
                raise TooSlow(f"more than {BUFFER} events waited to be read") from None
            raise StopAsyncIteration from None

    def end(self) -> None:
        self._send.close()


class EventHub:
    """Publishing never waits: no follower can hold up the daemon."""

    def __init__(self) -> None:
        self._subscriptions: set[Subscription] = set()

    def publish(self, tenant: str | None, kind: str, /, **data: Any) -> None:
        """`data` must be JSON; its own `time` wins, for what was noted earlier."""
        event = {"time": rfc3339(now_ms())} | data | {"tenant": tenant, "kind": kind}
        for subscription in self._subscriptions:
            subscription.offer(event)

    @contextmanager
    def follow(self, tenant: str | None = None) -> Iterator[Subscription]:
        """Every event of `tenant`, or of all, from now on."""
        subscription = Subscription(tenant)
        self._subscriptions.add(subscription)
        try:
            yield subscription
        finally:
            self._subscriptions.discard(subscription)
            subscription.end()

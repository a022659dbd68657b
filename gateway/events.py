"""What happens, handed to everyone who follows it; a follower that does not keep up is dropped."""

from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from typing import Any

import trio

from comptoir.gateway.times import now_ms, rfc3339

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

    async def __aiter__(self) -> AsyncIterator[dict[str, Any]]:
        async for event in self._receive:
            yield event
        if self._overrun:
            raise TooSlow(f"more than {BUFFER} events waited to be read")

    def end(self) -> None:
        self._send.close()


class EventHub:
    """Publishing never waits: no follower can hold up the daemon."""

    def __init__(self) -> None:
        self._subscriptions: set[Subscription] = set()

    def publish(self, tenant: str | None, kind: str, /, **data: Any) -> None:
        """`data` must be JSON; `time`, `tenant` and `kind` are ours to set."""
        event = data | {"time": rfc3339(now_ms()), "tenant": tenant, "kind": kind}
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

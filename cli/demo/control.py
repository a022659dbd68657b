"""The daemon's control socket from within trio: gateway's blocking client in threads, and the events it tells."""

from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from functools import partial
from pathlib import Path
from typing import Any

import trio

from comptoir.gateway.client import Client

Params = dict[str, Any]


class DemoFailed(Exception):
    """The demo cannot go on; the text says why, in one line."""


class Control:
    """Each call has a connection of its own. Raises what the client raises: ControlError, DaemonUnreachable."""

    def __init__(self, socket: Path) -> None:
        self._socket = socket

    async def call(self, method: str, **params: Any) -> Any:
        return await trio.to_thread.run_sync(partial(self._call, method, params), abandon_on_cancel=True)

    async def stream(self, method: str, handle: Callable[[Params], Awaitable[None]], **params: Any) -> None:
        """Hand each notification to `handle`, until the daemon answers. Stopping the daemon ends it too."""
        await trio.to_thread.run_sync(partial(self._stream, method, handle, params), abandon_on_cancel=True)

    def _call(self, method: str, params: Params) -> Any:
        with Client(self._socket) as client:
            return client.call(method, **params)

    def _stream(self, method: str, handle: Callable[[Params], Awaitable[None]], params: Params) -> None:
        with Client(self._socket) as client:
            for told in client.stream(method, **params):
                trio.from_thread.run(handle, told)


class Events:
    """What the daemon has told so far, and a way to wait for more."""

    def __init__(self) -> None:
        self._all: list[Params] = []
        self._grown = trio.Event()

    def __len__(self) -> int:
        return len(self._all)

    def of_kind(self, kind: str) -> list[Params]:
        return [event for event in self._all if event["kind"] == kind]

    async def add(self, event: Params) -> None:
        self._all.append(event)
        grown, self._grown = self._grown, trio.Event()
        grown.set()

    async def follow(self, after: int = 0) -> AsyncGenerator[Params, None]:
        """Those from position `after` on, then each new one as it comes; ends only with its caller."""
        while True:
            grown = self._grown
            new, after = self._all[after:], len(self._all)
            for event in new:
                yield event
            if grown is self._grown:
                await grown.wait()

    async def wait(self, seconds: float, *, after: int = 0, **fields: object) -> Params:
        """The first event from position `after` on that has these fields. Raises DemoFailed after `seconds`."""
        with trio.move_on_after(seconds):
            async with aclosing(self.follow(after)) as events:
                async for event in events:
                    if all(event.get(name) == value for name, value in fields.items()):
                        return event
        wanted = ", ".join(f"{name} {value}" for name, value in fields.items())
        raise DemoFailed(f"the daemon did not tell of {wanted} within {seconds:g} s")

"""What a worker says of itself: its state, an attempt to link, events of its journal, that a recording waits."""

import logging
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress

import trio

from comptoir.gateway.policy import OfflineWatch
from comptoir.gateway.registry import NumberTaken
from comptoir.gateway.tenant_record import TenantRecord
from comptoir.sessions.protocol import ErrorCode, Params, RpcError

logger = logging.getLogger(__name__)

LINK_EVENTS = 32


class Hearing:
    """`on_park` is called with a reason and a detail, `on_forgiven` for deaths that one message caused."""

    def __init__(
        self,
        record: TenantRecord,
        on_park: Callable[[str, str], Awaitable[None]],
        on_forgiven: Callable[[], None],
    ) -> None:
        self.offline = OfflineWatch(record.installation.settings.offline_seconds)
        self._record = record
        self._on_park = on_park
        self._on_forgiven = on_forgiven
        self.refused = ""
        """Why the session that its worker has just linked must not be."""
        self._reported: Params = {}
        self._link_events: trio.MemorySendChannel[Params] | None = None
        self._leaving = False

    @property
    def state(self) -> tuple[str, str | None] | None:
        """The worker's state and its reason, or None while it has not spoken."""
        if "state" not in self._reported:
            return None
        return str(self._reported["state"]), self._reported.get("reason") or None

    @property
    def is_linking(self) -> bool:
        """Whether somebody follows an attempt to link."""
        return self._link_events is not None

    def begin(self, *, linked: bool) -> None:
        """A new worker has been forked; what the last one said no longer counts."""
        self._reported, self.refused = {}, ""
        self.offline.heard("connecting" if linked else "new", trio.current_time())

    async def hear(self, method: str, params: Params) -> None:
        match method:
            case "state":
                await self._hear_state(params)
            case "link":
                self.tell_linking(params)
            case "event":
                if params.get("kind") == "message_given_up" and params.get("reason") == "deaths":
                    self._on_forgiven()
                self._record.forward(params)
            case "recording":
                self._record.installation.transcribing.ask(self._record.name)
            case _:
                logger.warning("%s: its worker said %r, which means nothing here", self._record.name, method)

    async def _hear_state(self, params: Params) -> None:
        self._reported = params
        # A pause is shown in the place of how its connection stands.
        self.offline.heard(str(params.get("link", params.get("state"))), trio.current_time())
        if self.refused:
            return
        if params.get("park") and not self._leaving and self._record.parked is None:
            await self._on_park(str(params.get("reason", "connect_failure")), str(params.get("detail", "")))
        elif number := params.get("number"):
            await self._learn_number(str(number))

    async def _learn_number(self, number: str) -> None:
        """Of a session that is linked: that one is, is decided by who follows the attempt to link."""
        try:
            await self._record.learn_number(number)
        except NumberTaken as taken:
            logger.error("%s: %s", self._record.name, taken)
            self.refused = str(taken)

    @contextmanager
    def leaving(self) -> Iterator[None]:
        """While the worker logs out, being logged out is no reason to park."""
        self._leaving = True
        try:
            yield
        finally:
            self._leaving = False

    @contextmanager
    def follow_linking(self) -> Iterator[trio.MemoryReceiveChannel[Params]]:
        """What is told of an attempt to link. Raises RpcError where somebody follows one already."""
        if self._link_events is not None:
            raise RpcError(ErrorCode.NOT_NOW, f"{self._record.name} is being linked already: end that attempt first")
        self._link_events, events = trio.open_memory_channel[Params](LINK_EVENTS)
        try:
            yield events
        finally:
            self._link_events = None

    def tell_linking(self, event: Params) -> None:
        if self._link_events is not None:
            with suppress(trio.WouldBlock, trio.BrokenResourceError):
                self._link_events.send_nowait(event)

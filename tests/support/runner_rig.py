"""What tests of the runner share: a shop whose journal is real, plugins made of functions, customers."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any, TypeVar

import trio
from journal_rig import InlineStore

from comptoir.plugins.api import Context, Message, Plugin, PluginConfig, Verdict
from comptoir.plugins.builtin.optout import OptOut
from comptoir.plugins.config import TenantConfig
from comptoir.plugins.loading import Pipeline
from comptoir.sessions.enclosing import Files
from comptoir.sessions.events import Address, MessageReceived
from comptoir.sessions.journal import event_log, history, recording
from comptoir.sessions.journal.database import Connection
from comptoir.sessions.journal.event_log import Event
from comptoir.sessions.journal.history import MessageRow
from comptoir.sessions.journal.recording import Arrival, Recorded
from comptoir.sessions.runner import Runner
from comptoir.sessions.spec import NO_LIMITS, InboundLimits

T = TypeVar("T")
Decide = Callable[[Context, Message], Awaitable[Verdict | None]]

OWNER = "+221338000000"
HOUR = 3_600_000
START = 1_790_000_000_000
"""The wall clock when a test begins, in milliseconds."""


CONFIG = TenantConfig(
    name="Chez Awa",
    lang="fr",
    country="SN",
    timezone="Africa/Dakar",
    owner=OWNER,
    silence_minutes=60,
    join_seconds=0,
    stale_hours=6,
    on_uncertain="hold",
    pipeline=(),
)
"""A shop that joins nothing."""
TENANT = CONFIG.tenant({})


class FunctionPlugin(Plugin):
    """A plugin whose decision is a function; None stands for CONTINUE."""

    def __init__(self, decide: Decide) -> None:
        super().__init__(PluginConfig(), TENANT)
        self._decide = decide
        self.stopped = trio.Event()

    async def message(self, context: Context, message: Message) -> Verdict:
        return await self._decide(context, message) or Verdict.CONTINUE

    async def stop(self) -> None:
        self.stopped.set()


def plugin(name: str, decide: Decide) -> FunctionPlugin:
    kind: type[FunctionPlugin] = type("Named", (FunctionPlugin,), {"name": name})
    return kind(decide)


async def echo(context: Context, message: Message) -> Verdict:
    context.reply(f"echo {message.text}")
    return Verdict.STOP


ECHO = plugin("echo", echo)


def pipeline(*plugins: Plugin, **changes: Any) -> Pipeline:
    """These plugins after the mandatory ones, under CONFIG with `changes`."""
    config = replace(CONFIG, **changes)
    tenant = config.tenant({})
    return Pipeline(config, tenant, (OptOut(PluginConfig(), tenant),), plugins)


def clock() -> int:
    """A wall clock that goes with a mock clock of trio."""
    return START + round(trio.current_time() * 1000)


class WatchedStore(InlineStore):
    """Tells of its commits, so that tests wait for them rather than for time."""

    def __init__(self, db: Connection) -> None:
        super().__init__(db)
        self._committed = trio.Event()

    async def write(self, fn: Callable[[Connection], T]) -> T:
        result = await super().write(fn)
        self._committed.set()
        self._committed = trio.Event()
        return result

    async def until(self, holds: Callable[[Connection], bool]) -> None:
        """Wait until it holds, looking after each commit."""
        while not holds(self.db):
            await self._committed.wait()


@dataclass
class Shop:
    """A journal and who serves it."""

    store: WatchedStore
    ids: int = 0
    woken: int = 0
    """How often the outbox was told that something is queued."""

    def runner(
        self, serving: Pipeline, *, fast: bool = False, files: Files | None = None, limits: InboundLimits = NO_LIMITS
    ) -> Runner:
        return Runner(
            self.store, serving, wake_outbox=self._wake_outbox, files=files, fast=fast, limits=limits, now=clock
        )

    @asynccontextmanager
    async def serving(
        self, served: Pipeline, *, fast: bool = False, files: Files | None = None, limits: InboundLimits = NO_LIMITS
    ) -> AsyncIterator[Runner]:
        """An open runner; cancelled at the end."""
        runner = self.runner(served, fast=fast, files=files, limits=limits)
        runner.open()
        async with trio.open_nursery() as nursery:
            nursery.start_soon(runner.run)
            yield runner
            nursery.cancel_scope.cancel()

    async def hears(
        self, chat: Address, text: str, *, age_ms: int = 0, by_owner: bool = False, kind: str = "text", **more: Any
    ) -> Recorded:
        """The link journals a message that was written `age_ms` ago, and then it comes with a backlog; its WhatsApp id
        is M1 for the first, and so on.
        """
        self.ids += 1
        event = MessageReceived(f"M{self.ids}", chat, by_owner, "person", kind, text, clock() - age_ms, "Awa", b"raw")
        event = replace(event, **more)
        arrival = Arrival(1, clock(), backlog=age_ms > 0, silence_ms=HOUR)
        return await self.store.write(lambda db: recording.record_event(db, event, arrival))

    async def quiet(self) -> None:
        """Nothing waits for the pipeline any more."""
        await self.store.until(lambda db: history.counters(db).inbox == 0)

    def rows(self) -> list[MessageRow]:
        return history.messages(self.store.db, limit=10_000)

    def answers(self, chat: Address | None = None) -> list[str]:
        """Texts that wait to be sent, to one chat or all, in order."""
        return [
            row.text
            for row in self.rows()
            if row.direction == "out" and row.by != "owner" and chat in (None, Address.parse(row.chat))
        ]

    def states(self) -> list[str]:
        """The states of what came in, in order."""
        return [row.state for row in self.rows() if row.direction == "in"]

    def events(self, kind: str) -> list[Event]:
        return [event for event in event_log.page(self.store.db, 0, 10_000) if event.kind == kind]

    def _wake_outbox(self) -> None:
        self.woken += 1


def customer(number: int) -> Address:
    return Address(f"+22177{number:07}")

"""Takes the customers' messages through the pipeline: in order within a chat, chats side by side."""

import math
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, suppress
from functools import partial
from typing import Any

import trio

from comptoir.plugins.loading import Pipeline
from comptoir.sessions import faulting, imagined
from comptoir.sessions.answering import Answerer
from comptoir.sessions.blaming import Blame
from comptoir.sessions.bursts import Burst, next_burst
from comptoir.sessions.enclosing import Files, NoFiles
from comptoir.sessions.events import Address
from comptoir.sessions.faulting import Record
from comptoir.sessions.imagined import Imagined
from comptoir.sessions.journal import inbox
from comptoir.sessions.journal.journal import JournalUnavailable, Store
from comptoir.sessions.lending import Lender
from comptoir.sessions.models.asking import Models
from comptoir.sessions.pacing import MINUTE, Pace
from comptoir.sessions.rounds import JOURNAL_PAUSE, Rounds
from comptoir.sessions.shopkeeping.shop import Shop
from comptoir.sessions.spec import NO_LIMITS, InboundLimits
from comptoir.sessions.staging import Fetch
from comptoir.sessions.stepping import Watch, unwatched
from comptoir.sessions.times import now_ms
from comptoir.sessions.turns import Turns

CHATS = 100
"""Chats that are looked after at once; most of them wait for the rest of a burst."""
WALKS = 16
"""Walks at once."""


class Runner(Rounds):
    """Held until `open`: nothing is answered before the backlog has been read.

    `wake_outbox` is called, inside trio, after a commit that queued something. `fast` joins no bursts; `limits` is how
    much is taken in a minute. `watch` is entered around a plugin's code; `blamed` is what the worker before died of;
    `fetch` how plugins read from outside, `models` what they may ask, `transcribes` whether recordings can be put into
    words.
    """

    def __init__(  # noqa: PLR0913 (what it serves, and with what)
        self,
        journal: Store,
        pipeline: Pipeline,
        *,
        wake_outbox: Callable[[], object],
        files: Files | None = None,
        fast: bool = False,
        limits: InboundLimits = NO_LIMITS,
        watch: Watch = unwatched,
        blamed: Blame | None = None,
        fetch: Fetch | None = None,
        models: Models | None = None,
        transcribes: bool = False,
        now: Callable[[], int] = now_ms,
    ) -> None:
        super().__init__()
        self._journal = journal
        self.pipelines = Lender(pipeline)
        self.shop = Shop(journal, pipeline.tenant.catalogue, now)
        self._answerer = Answerer(
            journal,
            self.pipelines,
            files or NoFiles(),
            wake_outbox=wake_outbox,
            now=now,
            timed=not fast,
            limits=limits,
            watch=watch,
            blamed=blamed,
            fetch=fetch,
            models=models,
            transcribes=transcribes,
            shop=self.shop,
        )
        self._pace = Pace(limits.tenant_per_minute, now)
        self._fast = fast
        self._watch = watch
        self._fetch = fetch
        self._now = now
        self._turns = Turns(WALKS)
        self._busy: set[int] = set()

    @property
    def held_up(self) -> str | None:
        """Why messages wait that could be answered otherwise: the pipeline has taken as much as it may in a minute."""
        return self._pace.why

    async def reload(self, pipeline: Pipeline) -> None:
        """The next walks use this pipeline, plugins that were suspended among them; the one before is stopped when its
        last walk has ended. Raises JournalUnavailable: all stays as it was.
        """
        await self.lift_suspensions()
        await self.shop.open_with(pipeline.tenant.catalogue)
        await self.pipelines.replace(pipeline)

    async def lift_suspensions(self) -> None:
        """Ask plugins again that failed too often. Raises JournalUnavailable."""
        await self._journal.write(faulting.lift)

    async def imagine(self, text: str, sender: Address, kind: str = "text", now: int | None = None) -> Imagined:
        """What would happen if `sender` wrote this now, or at another time. Nothing is kept, sent or counted."""
        async with self.pipelines.borrow() as pipeline:
            now = self._now() if now is None else now
            return await imagined.imagine(
                self._journal,
                pipeline,
                text,
                sender,
                kind=kind,
                now=now,
                fetch=self._fetch,
                shop=self.shop,
                watch=self._watch,
            )

    async def status(self) -> list[dict[str, Any]]:
        """For each plugin: whether it runs, how often it failed, and how it failed last."""
        pipeline = self.pipelines.current
        records = await self._journal.read(faulting.records)
        asked = [_status(name, records.get(name, Record())) for name in pipeline.names]
        return asked + [_status(out.plugin, Record(0, last=out.reason), "left out") for out in pipeline.left_out]

    async def run(self) -> None:
        """Serve the inbox until cancelled. What is then on its way counts as not begun, and is not lost."""
        try:
            await self._remember_pace()
            await self.shop.open_with(self.pipelines.current.tenant.catalogue)
            async with trio.open_nursery() as nursery:
                await self.rounds(partial(self._begin, nursery))
        finally:
            with trio.CancelScope(shield=True):
                await self._answerer.release()
                await self.pipelines.stop()

    async def _begin(self, nursery: trio.Nursery) -> float:
        """Begin with the chats that there is room for. A chat that has been served wakes the runner."""
        for contact in await self._waiting_chats():
            self._busy.add(contact)
            nursery.start_soon(self._serve_chat, contact)
        if not self._busy:
            await self._answerer.tell_of_stale()
        return math.inf

    async def _remember_pace(self) -> None:
        """What an earlier worker's pipeline took in the last minute counts."""
        with suppress(JournalUnavailable):
            self._pace.begun(await self._journal.read(partial(inbox.walked_since, since=self._now() - MINUTE)))

    async def _waiting_chats(self) -> list[int]:
        room = CHATS - len(self._busy)
        if room <= 0:
            return []
        return await self._journal.read(partial(inbox.next_chats, busy=frozenset(self._busy), limit=room))

    async def _serve_chat(self, contact: int) -> None:
        """Answer what waits in a chat, one burst after the other, until there is nothing more."""
        try:
            while burst := await self._next_burst(contact):
                if (early := burst.due_at - self._now()) > 0:
                    await trio.sleep(early / 1000)
                    continue
                async with self._pace.place(contact) as place, self._turn(burst):
                    if not self.is_open:
                        place.taken = False
                        return
                    place.taken = await self._answerer.answer(burst)
        except JournalUnavailable:
            await trio.sleep(JOURNAL_PAUSE)
        finally:
            self._busy.discard(contact)
            self.wake()

    def _turn(self, burst: Burst) -> AbstractAsyncContextManager[None]:
        alone = self._answerer.is_suspect(burst) and not self._answerer.is_given_up(burst)
        return self._turns.alone() if alone else self._turns.alongside()

    async def _next_burst(self, contact: int) -> Burst | None:
        config = self.pipelines.current.config
        messages = await self._journal.read(partial(inbox.due, contact=contact))
        join_seconds = 0 if self._fast else config.join_seconds
        return next_burst(messages, join_seconds, config.stale_hours, self._now()) if messages else None


def _status(plugin: str, record: Record, state: str = "") -> dict[str, Any]:
    state = state or ("suspended" if record.suspended else "running")
    return {"plugin": plugin, "state": state, "faults": record.count, "last_fault": record.last}

"""Tells plugins of timers that are due, of receipts of theirs, and of changes of conversations."""

import logging
import math
from collections import Counter
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import replace
from functools import partial

import trio

from comptoir.plugins.api import Plugin
from comptoir.plugins.loading import Pipeline
from comptoir.plugins.walking.walk import Walk, tell
from comptoir.sessions import faulting, staging
from comptoir.sessions.enclosing import Files, enclose
from comptoir.sessions.journal import conversations, event_log
from comptoir.sessions.journal import occasions as store
from comptoir.sessions.journal.causes import AlreadyDone
from comptoir.sessions.journal.database import Connection
from comptoir.sessions.journal.event_log import Event
from comptoir.sessions.journal.inbox import DEATHS
from comptoir.sessions.journal.journal import JournalUnavailable, Store
from comptoir.sessions.journal.occasions import Due, Listeners
from comptoir.sessions.journal.state import StateConflict
from comptoir.sessions.lending import Lender
from comptoir.sessions.log_line import note
from comptoir.sessions.models.asking import Models
from comptoir.sessions.occasion_effects import Told, commit, give_up
from comptoir.sessions.rounds import JOURNAL_PAUSE, Rounds
from comptoir.sessions.shopkeeping.shop import Shop
from comptoir.sessions.situation import chat_situation
from comptoir.sessions.staging import Fetch
from comptoir.sessions.stepping import Watch, unwatched
from comptoir.sessions.times import now_ms
from comptoir.sessions.turns import Turns

CHATS = 50
"""Chats that are looked after at once."""
WALKS = 8
"""Plugins that are told at once."""
MAX_WALKS = 3
"""How often a plugin is told before a conflict is taken for lasting."""
LOOK_AGAIN = 30.0
"""Seconds. A clock that is set shows after this, whatever was to be waited for."""

logger = logging.getLogger("messages")


class Occasions(Rounds):
    """In order within a chat, chats side by side; held until `open`, as the runner is.

    All that it knows lies in the journal: a crash before a commit tells the plugin again, one after it does not.
    `wake_outbox` is called, inside trio, after a commit that queued something.
    """

    def __init__(  # noqa: PLR0913 (what it serves, and with what)
        self,
        journal: Store,
        pipelines: Lender,
        files: Files,
        *,
        wake_outbox: Callable[[], object],
        watch: Watch = unwatched,
        fetch: Fetch | None = None,
        models: Models | None = None,
        transcribes: bool = False,
        shop: Shop | None = None,
        now: Callable[[], int] = now_ms,
    ) -> None:
        super().__init__()
        self._journal = journal
        self._pipelines = pipelines
        self._files = files
        self._wake_outbox = wake_outbox
        self._watch = watch
        self._fetch = fetch
        self._models = models or Models((), journal)
        self._shop = shop
        self._now = now
        self._transcribes = transcribes
        self._turns = Turns(WALKS)
        self._cursor: int | None = None
        self._busy: set[int] = set()
        self._begun: set[str] = set()
        self._conflicts: Counter[str] = Counter()

    def hear(self, events: Iterable[Event]) -> None:
        """These were noted: a round follows where a plugin may have to be told."""
        kinds = {event.kind for event in events}
        told = any(type(plugin).receipt is not Plugin.receipt for plugin in self._pipelines.current.plugins)
        if not kinds.isdisjoint(store.KINDS if told else (conversations.KIND,)):
            self.wake()

    async def run(self) -> None:
        """Until cancelled. What is then on its way counts as not begun."""
        try:
            async with trio.open_nursery() as nursery:
                await self.rounds(partial(self._turn, nursery))
        finally:
            with trio.CancelScope(shield=True), suppress(JournalUnavailable):
                await self._journal.write(partial(store.release, causes=tuple(self._begun)))

    async def _turn(self, nursery: trio.Nursery) -> float:
        """Take up what happened, begin with the chats that something is due in; how many seconds to wait then."""
        await self._take_up()
        room = CHATS - len(self._busy)
        if room <= 0:
            return math.inf

        def look(db: Connection) -> tuple[list[int], int | None]:
            listeners, now = self._listeners(db), self._now()
            return store.chats_due(db, listeners, now, frozenset(self._busy), room), store.wake_at(db, listeners, now)

        chats, wake_at = await self._journal.read(look)
        for contact in chats:
            self._busy.add(contact)
            nursery.start_soon(self._serve, contact)
        return LOOK_AGAIN if wake_at is None else min(max(wake_at - self._now(), 0) / 1000, LOOK_AGAIN)

    async def _take_up(self) -> None:
        if self._cursor is None:
            self._cursor = await self._journal.read(store.cursor)
        if self._cursor is None:
            # Of what was before plugins were told of anything, they are told nothing.
            self._cursor = await self._journal.write(_begin_here)
        while True:
            after = self._cursor

            def look(db: Connection, after: int = after) -> tuple[bool, int, bool]:
                listeners = self._listeners(db)
                return *store.unheard(db, after, listeners), store.has_strays(db, listeners, self._now())

            concerned, last, strays = await self._journal.read(look)
            if strays:
                await self._journal.write(lambda db: store.drop_strays(db, self._listeners(db), self._now()))
            if concerned:
                take_up = partial(self._take_up_after, after=after)
                self._cursor = await self._journal.write(take_up)
            else:
                self._cursor = last
            if self._cursor == after:
                return

    def _take_up_after(self, db: Connection, after: int) -> int:
        return store.take_up(db, after, self._listeners(db))

    def _listeners(self, db: Connection) -> Listeners:
        suspended = faulting.suspended(db)
        plugins = [plugin for plugin in self._pipelines.current.plugins if plugin.name not in suspended]
        return Listeners(
            tuple(plugin.name for plugin in plugins),
            frozenset(plugin.name for plugin in plugins if type(plugin).receipt is not Plugin.receipt),
            tuple(plugin.name for plugin in plugins if type(plugin).conversation is not Plugin.conversation),
        )

    async def _serve(self, contact: int) -> None:
        """Tell what is due in a chat, one thing after the other, until there is nothing more."""

        def look(db: Connection) -> Due | None:
            return store.next_due(db, self._listeners(db), contact, self._now())

        try:
            while due := await self._journal.read(look):
                suspect = due.walks > 0 and due.cause not in self._begun
                async with self._turns.alone() if suspect else self._turns.alongside():
                    if not self.is_open:
                        return
                    await self._tell(due)
        except JournalUnavailable:
            await trio.sleep(JOURNAL_PAUSE)
        finally:
            self._busy.discard(contact)
            self.wake()

    async def _tell(self, due: Due) -> None:
        """Tell the plugin, and do what it decides. Raises JournalUnavailable."""
        if due.cause not in self._begun:
            if due.walks >= DEATHS:
                await self._give_up(due, "the worker died of it")
                return
            await self._journal.write(partial(store.begin, cause=due.cause))
            self._begun.add(due.cause)
        async with self._pipelines.borrow() as pipeline:
            walk = await self._walk(pipeline, due)
        if walk is None:
            return
        told = Told(due, walk, pipeline.config, await enclose(self._files, walk), self._shop)
        try:
            wakes = await self._journal.write(partial(commit, told=told, now=self._now()))
        except StateConflict:
            self._conflicts[due.cause] += 1
            if self._conflicts[due.cause] < MAX_WALKS:
                return
            await self._give_up(due, "what it was decided on changed each time")
            wakes = False
        except AlreadyDone:
            await self._journal.write(partial(store.drop, cause=due.cause))
            wakes = False
        self._begun.discard(due.cause)
        self._conflicts.pop(due.cause, None)
        _log(due, walk)
        if wakes:
            self._wake_outbox()

    async def _walk(self, pipeline: Pipeline, due: Due) -> Walk | None:
        """None where the plugin has gone meanwhile."""
        plugin = next((plugin for plugin in pipeline.plugins if plugin.name == due.plugin), None)
        if plugin is None:
            return None
        now, config = self._now(), pipeline.config
        situation = await self._journal.read(partial(chat_situation, contact=due.contact, config=config, now=now))
        scene = replace(staging.scene(pipeline, situation, now), transcribes=self._transcribes)
        if due.number is not None:
            changed = await self._journal.read(partial(conversations.by_number, number=due.number, now=now))
            scene = scene if changed is None else replace(scene, conversation=changed.shown())
        model = self._models.port(due.contact, config)
        ports = staging.ports(
            self._journal, due.contact, now, fetch=self._fetch, model=model, watch=self._watch, shop=self._shop
        )
        return await tell(plugin, scene, ports, due.occasion, config.plugin_seconds)

    async def _give_up(self, due: Due, reason: str) -> None:
        await self._journal.write(partial(give_up, due=due, reason=reason, now=self._now()))


def _begin_here(db: Connection) -> int:
    last = event_log.last_id(db)
    store.set_cursor(db, last)
    return last


def _log(due: Due, walk: Walk) -> None:
    for outcome in walk.outcomes:
        cause = due.cause.partition(":")[0]
        note(
            logger, "told", plugin=due.plugin, cause=cause, decision=outcome.decision, ms=round(outcome.seconds * 1000)
        )

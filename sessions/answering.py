"""One burst from the inbox to its end: walked, committed, and walked again where the ground has shifted."""

import logging
from collections.abc import Callable
from dataclasses import replace
from functools import partial

from comptoir.plugins.api import Message, ReceivedFile
from comptoir.plugins.config import TenantConfig
from comptoir.plugins.loading import Pipeline
from comptoir.plugins.walking.walk import Outcome, walk
from comptoir.sessions import staging
from comptoir.sessions.blaming import Blame
from comptoir.sessions.bursts import Burst
from comptoir.sessions.concluding import Walked, asked, conclude, why_skipped
from comptoir.sessions.effects import Decided, GivenUp, commit
from comptoir.sessions.enclosing import Files, enclose
from comptoir.sessions.flood import Limit, lower
from comptoir.sessions.journal import inbox
from comptoir.sessions.journal.inbox import DEATHS
from comptoir.sessions.journal.journal import JournalUnavailable, Store
from comptoir.sessions.journal.state import StateConflict
from comptoir.sessions.lending import Lender
from comptoir.sessions.log_line import note
from comptoir.sessions.models.asking import Models
from comptoir.sessions.naming import without_address
from comptoir.sessions.shopkeeping.shop import Shop
from comptoir.sessions.situation import Situation, situation_of
from comptoir.sessions.spec import NO_LIMITS, InboundLimits
from comptoir.sessions.staging import Fetch
from comptoir.sessions.stale import REASON as STALE
from comptoir.sessions.stale import tell_owner
from comptoir.sessions.stepping import Watch, unwatched
from comptoir.sessions.times import as_time

logger = logging.getLogger("messages")

MAX_WALKS = 3
"""How often a message is walked before a conflict is taken for lasting."""


class Answerer:
    """Knows which walks this worker began, so that only those of dead workers count against a message."""

    def __init__(  # noqa: PLR0913 (what it works on, and with what)
        self,
        journal: Store,
        pipelines: Lender,
        files: Files,
        *,
        wake_outbox: Callable[[], object],
        now: Callable[[], int],
        timed: bool = True,
        limits: InboundLimits = NO_LIMITS,
        watch: Watch = unwatched,
        blamed: Blame | None = None,
        fetch: Fetch | None = None,
        models: Models | None = None,
        transcribes: bool = False,
        shop: Shop | None = None,
    ) -> None:
        self._journal = journal
        self._pipelines = pipelines
        self._files = files
        self._wake_outbox = wake_outbox
        self._now = now
        self._timed = timed
        self._limits = limits
        self._watch = watch
        self._blamed = blamed
        self._fetch = fetch
        self._models = models or Models((), journal)
        self._transcribes = transcribes
        self._shop = shop
        self._begun: set[int] = set()
        # The worker before may have died before it told.
        self._stale_untold = True

    def is_suspect(self, burst: Burst) -> bool:
        """Whether a worker died while it walked this: to be walked alone, so that only its own deaths count."""
        first = burst.messages[0]
        return first.walks > 0 and first.id not in self._begun

    def is_given_up(self, burst: Burst) -> bool:
        """Whether the tenant's plugins are not asked about it any more."""
        return self._deadly(burst) is not None

    async def answer(self, burst: Burst) -> bool:
        """Do what the plugins decide about a burst; nothing where it no longer waits. Whether the tenant's plugins were
        asked. Raises JournalUnavailable.
        """
        given_up = self._deadly(burst)
        for attempt in range(MAX_WALKS + 1):
            if attempt == MAX_WALKS:
                given_up = GivenUp("conflicts", None)
            async with self._pipelines.borrow() as pipeline:
                decided = await self._decide(pipeline, burst, given_up)
            if decided is None:
                return False
            decided = replace(decided, files=await enclose(self._files, decided.walk), shop=self._shop)
            try:
                sends = await self._journal.write(partial(commit, decided=decided, now=self._now()))
            except StateConflict:
                continue
            self._settle(decided)
            if sends:
                self._wake_outbox()
            return decided.ending == "done"
        return True

    async def tell_of_stale(self) -> None:
        """For when nothing waits any more: one notice to the owner about all that came too late."""
        if not self._stale_untold:
            return
        config = self._pipelines.current.config
        try:
            sends = await self._journal.write(partial(tell_owner, config=config, now=self._now()))
        except JournalUnavailable:
            return
        self._stale_untold = False
        if sends:
            self._wake_outbox()

    async def release(self) -> None:
        """The walks on their way were cancelled in good order: they do not count as deaths."""
        try:
            await self._journal.write(partial(inbox.release, messages=tuple(self._begun)))
        except JournalUnavailable:
            return  # they count, which is safe: at two a person looks at the message
        self._begun.clear()

    async def _decide(self, pipeline: Pipeline, burst: Burst, given_up: GivenUp | None) -> Decided | None:
        now, config = self._now(), pipeline.config
        look = partial(situation_of, burst=burst, config=config, timed=self._timed, limit=self._limit(config), now=now)
        situation = await self._journal.read(look)
        if situation is None:
            return None
        skipped = why_skipped(situation, burst, config.stale_hours, now)
        plugins = asked(pipeline, situation, skipped=skipped, given_up=given_up)
        message = _message(burst, situation, config)
        scene = replace(staging.scene(pipeline, situation, now, message), transcribes=self._transcribes)
        if isinstance(message.content, ReceivedFile):
            scene = replace(scene, load=partial(self._files.load, message.ids[-1]))
        ports = staging.ports(
            self._journal,
            burst.contact,
            now,
            fetch=self._fetch,
            model=self._models.port(burst.contact, config),
            shop=self._shop,
            watch=self._watch,
            message=burst.ids[0],
        )
        made = await walk(plugins, scene, ports, partial(self._mark, burst), config.plugin_seconds)
        return conclude(Walked(burst, situation, made, skipped, given_up, pipeline.names), config, now)

    def _limit(self, config: TenantConfig) -> Limit | None:
        """How much one customer may write."""
        join_ms = round(config.join_seconds * 1000) if self._timed else 0
        return lower(self._limits.customer_per_minute, config.inbound.customer_per_minute, join_ms=join_ms)

    def _deadly(self, burst: Burst) -> GivenUp | None:
        first = burst.messages[0]
        if not self.is_suspect(burst) or first.walks < DEATHS:
            return None
        known = self._blamed is not None and self._blamed.message == first.id
        return GivenUp(self._blamed.why if self._blamed and known else "deaths", first.plugin)

    async def _mark(self, burst: Burst, plugin: str) -> None:
        """Keep where the walk is, so that the next worker knows what this one died of."""
        if self._begun.issuperset(burst.ids):
            await self._journal.write(partial(inbox.at_plugin, messages=burst.ids, plugin=plugin))
        else:
            await self._journal.write(partial(inbox.begin_walk, messages=burst.ids, plugin=plugin))
            self._begun.update(burst.ids)

    def _settle(self, decided: Decided) -> None:
        self._begun.difference_update(decided.messages)
        self._stale_untold |= decided.reason == STALE
        for outcome in decided.walk.outcomes:
            _log(decided.messages[-1], outcome)


def _log(message: int, outcome: Outcome) -> None:
    ms = round(outcome.seconds * 1000)
    note(logger, "walked", message=message, plugin=outcome.plugin, decision=outcome.decision, ms=ms)


def _message(burst: Burst, situation: Situation, config: TenantConfig) -> Message:
    newest = burst.messages[-1]
    text = without_address(burst.text, config.name, situation.own) if situation.sender else burst.text
    time = as_time(newest.server_time)
    return Message(burst.ids, newest.kind, text, time, situation.content, situation.quote, situation.sender)

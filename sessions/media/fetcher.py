"""Fetches the files of received messages, a few at a time, and lets their messages go on when it is time."""

import logging
import random
from collections.abc import Callable
from functools import partial
from typing import Literal

import trio

from comptoir.sessions.journal import fetches, media
from comptoir.sessions.journal.database import Connection
from comptoir.sessions.journal.fetches import Wanted
from comptoir.sessions.journal.journal import Journal, JournalUnavailable
from comptoir.sessions.media.fetching import Download, Fetched, Limits, NotFetched, hosts_for
from comptoir.sessions.media.keeper import MediaKeeper
from comptoir.sessions.media.reference import Reference, reference_in
from comptoir.sessions.rounds import Rounds, insist
from comptoir.sessions.spec import LabServer
from comptoir.sessions.times import now_ms

logger = logging.getLogger("media")

AT_ONCE = 3
TRIES = 3
"""After so many the pipeline sees the message without its file."""
HOLD_LIMIT = 60.0
"""Seconds after a message came, or the first round: it goes on without its file, which may still be tried or coming."""
GIVE_UP_AFTER = 24 * 3600 * 1000
"""Milliseconds after the message came."""
# Seconds before the second attempt, the third, and so on; the last for all that follow.
_PAUSES = (2.0, 6.0, 60.0, 300.0, 900.0, 3600.0)
_LONGEST_WAIT = 3600.0
# Beyond a download's own limit, for what no limit of a socket covers: looking up the host's name.
_GRACE = 10.0
# More than run at once: an abandoned one may hang for a while.
_THREADS = 8


class Fetcher(Rounds):
    """Closed until `open`. `on_released` is called, inside trio, when a message no longer waits for its file."""

    def __init__(
        self,
        journal: Journal,
        keeper: MediaKeeper,
        lab: LabServer | None,
        *,
        on_released: Callable[[], object],
        limits: Limits | None = None,
    ) -> None:
        super().__init__()
        self._journal = journal
        self._keeper = keeper
        self._lab = lab
        self._limits = limits or Limits(keeper.limits.largest)
        self._on_released = on_released
        self.busy: set[int] = set()
        """Messages whose files are being fetched."""
        self._begun: int | None = None
        self._unanswered = 0
        """Attempts one after another that the network ate."""
        self._threads = trio.CapacityLimiter(_THREADS)

    async def run(self) -> None:
        """Until cancelled; what is then on its way is fetched again by the next worker."""
        async with trio.open_nursery() as nursery:
            await self.rounds(partial(self._begin, nursery))

    async def _begin(self, nursery: trio.Nursery) -> float:
        """Begin what there is room for, let go what waited long enough; how many seconds to wait for the next."""
        room, now = AT_ONCE - len(self.busy), now_ms()

        def read(db: Connection) -> tuple[list[Wanted], int | None]:
            return fetches.wanted(db, now, self.busy, room), fetches.next_due(db, now)

        let_go = await self._let_go(now)
        found, due = await self._journal.read(read)
        for wanted in found:
            self.busy.add(wanted.message)
            nursery.start_soon(self._serve, wanted)
        return min([_LONGEST_WAIT, *((at - now) / 1000 for at in (due, let_go) if at is not None)])

    async def _let_go(self, now: int) -> int | None:
        """What waited long enough for its file waits no longer, tried or not; when the next will have."""
        limit = round(HOLD_LIMIT * 1000)
        # What came while no worker ran is not late before it could be tried.
        self._begun = begun = now if self._begun is None else self._begun
        if begun <= now - limit:
            for message in await self._journal.read(partial(fetches.held_since, before=now - limit)):
                await self._give_up_for_now(message)
        first = await self._journal.read(fetches.first_held)
        return None if first is None else max(first, begun) + limit

    async def _give_up_for_now(self, message: int) -> None:
        if await insist(self._journal, partial(fetches.give_up_for_now, message=message, now=now_ms())):
            self._on_released()

    async def _serve(self, wanted: Wanted) -> None:
        try:
            if wanted.attempts >= TRIES:
                # Workers died of the last one; and of those that did not, this is none to wait for.
                await self._give_up_for_now(wanted.message)
            await insist(self._journal, partial(media.begin_attempt, message=wanted.message))
            outcome = await self._guarded_attempt(wanted)
            if isinstance(outcome, NotFetched):
                await insist(self._journal, partial(self._record_failure, wanted=wanted, outcome=outcome))
            await self._notice(outcome)
            self._on_released()
        finally:
            self.busy.discard(wanted.message)
            self.wake()

    async def _notice(self, outcome: Fetched | NotFetched) -> None:
        """The first file after an outage shows that the others need not wait for their later attempts."""
        if isinstance(outcome, NotFetched):
            self._unanswered = self._unanswered + 1 if outcome.reason == "network" else 0
            return
        # Fewer may be one file's fault: it must not be asked for again with each of the others.
        outage, self._unanswered = self._unanswered >= TRIES, 0
        if outage:
            await insist(self._journal, partial(fetches.fetch_now, now=now_ms()))

    async def _guarded_attempt(self, wanted: Wanted) -> Fetched | NotFetched:
        try:
            return await self._attempt(wanted)
        except Exception as error:
            # What a stranger wrote led here: it must not end the tenant's worker.
            logger.exception("fetching the file of message %d", wanted.message)
            return NotFetched("content", f"an internal error: {type(error).__name__}")

    async def _attempt(self, wanted: Wanted) -> Fetched | NotFetched:
        reference = reference_in(wanted.raw) if wanted.raw is not None else None
        if reference is None:
            return NotFetched("gone", "the message does not say where its file lies")
        size, quota = max(wanted.size, reference.size), self._keeper.limits.quota
        if size > self._limits.largest:
            return NotFetched("too_large", f"larger than {self._limits.largest // 1_000_000} MB")
        if size > quota:
            return NotFetched("too_large", f"larger than all the room for files, {quota // 1_000_000} MB")
        room_for = partial(self._keeper.room_for, size=reference.size)
        if not await self._journal.read(room_for):
            return NotFetched("no_room", "the room for files is used up by what still waits")
        hosts = hosts_for(reference)
        try:
            return await self._fetch(wanted.message, reference, hosts[wanted.attempts % len(hosts)])
        except (OSError, JournalUnavailable) as error:
            words = error.strerror if isinstance(error, OSError) else None
            return NotFetched("disk", f"it cannot be kept: {words or error}")

    async def _fetch(self, message: int, reference: Reference, host: str) -> Fetched | NotFetched:
        """Raises OSError, or JournalUnavailable, where the disk refuses."""
        download = Download(reference, host, self._limits, self._lab)
        with await self._keeper.incoming() as incoming:
            try:
                with trio.fail_after(self._limits.seconds_for(reference.size) + _GRACE):
                    outcome = await trio.to_thread.run_sync(
                        download.run, incoming.write, abandon_on_cancel=True, limiter=self._threads
                    )
            except trio.TooSlowError:
                return NotFetched("network", "the host does not answer")
            finally:
                download.abort()
            if isinstance(outcome, Fetched):
                size, now = incoming.size, now_ms()
                await self._keeper.keep(incoming, lambda db, file: fetches.mark_kept(db, message, file, size, now))
            return outcome

    def _record_failure(self, db: Connection, wanted: Wanted, outcome: NotFetched) -> None:
        message, now, tries = wanted.message, now_ms(), wanted.attempts + 1
        reason = f"{outcome.reason}: {outcome.detail}"
        if outcome.final or (outcome.hopeless and tries >= TRIES) or now - wanted.recorded_at > GIVE_UP_AFTER:
            state: Literal["refused", "failed"] = "refused" if outcome.never_asked else "failed"
            fetches.mark_failed(db, message, state, reason, now)
        else:
            pause = _PAUSES[min(tries, len(_PAUSES)) - 1] * random.uniform(0.75, 1.25)
            fetches.fetch_later(db, message, reason, now + round(pause * 1000))
            if tries >= TRIES:
                fetches.give_up_for_now(db, message, now)

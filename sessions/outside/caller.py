"""Sends what plugins want told outside: out of the journal, until the server takes it, for a day at most."""

import json
import logging
import random
from functools import partial
from typing import Any
from urllib.parse import urlsplit

import trio

from comptoir.plugins.api import OutsideFailed
from comptoir.sessions.journal import event_log, outside_queue
from comptoir.sessions.journal.database import Connection
from comptoir.sessions.journal.journal import Store
from comptoir.sessions.journal.outside_queue import QueuedCall
from comptoir.sessions.outside.exchange import Outside
from comptoir.sessions.rounds import Rounds, insist
from comptoir.sessions.times import now_ms

logger = logging.getLogger("outside")

AT_ONCE = 4
"""Calls, each to another server."""
LOOK_AT = 200
GIVEN_UP_AFTER = 24 * 3600 * 1000
"""Milliseconds."""
_BASE, _CAP = 2.0, 3600.0
_LONGEST_WAIT = 3600.0


class Caller(Rounds):
    """Held until `open`; `wake` it after a commit that queued a call.

    A call that is on its way at the end of the worker is sent again by the next one, with the same key.
    """

    def __init__(self, journal: Store, outside: Outside) -> None:
        super().__init__()
        self._journal = journal
        self._outside = outside
        self._busy: set[str] = set()
        """Servers that are being told something: one thing after the other."""

    async def run(self) -> None:
        """Until cancelled."""
        async with trio.open_nursery() as nursery:
            await self.rounds(partial(self._begin, nursery))

    async def _begin(self, nursery: trio.Nursery) -> float:
        """Begin what there is room for; how many seconds to wait for the next."""
        now = now_ms()
        for call in await self._journal.read(partial(outside_queue.due, now=now, limit=LOOK_AT)):
            host = urlsplit(call.url).hostname or ""
            if len(self._busy) < AT_ONCE and host not in self._busy:
                self._busy.add(host)
                nursery.start_soon(self._serve, call, host)
        at = await self._journal.read(outside_queue.next_at)
        if at is None or self._busy:
            # Whoever ends wakes us.
            return _LONGEST_WAIT
        return min(max(at - now, 0) / 1000, _LONGEST_WAIT)

    async def _serve(self, call: QueuedCall, host: str) -> None:
        try:
            error = await self._tell(call)
            await insist(self._journal, partial(_settle, call=call, host=host, error=error, now=now_ms()))
        finally:
            self._busy.discard(host)
            self.wake()

    async def _tell(self, call: QueuedCall) -> str | None:
        """Why the server has not taken it; None where it has."""
        headers = {**call.headers, "Content-Type": "application/json", "Idempotency-Key": call.key}
        try:
            answer = await self._outside.post(call.url, headers, json.dumps(call.body).encode())
        except OutsideFailed as failed:
            return str(failed)
        except Exception as error:
            # One plugin's call must not end the tenant's worker.
            logger.exception("call %d", call.id)
            return f"an internal error: {type(error).__name__}"
        return None if 200 <= answer.status < 300 else f"it answered with status {answer.status}"


def _settle(db: Connection, call: QueuedCall, host: str, error: str | None, now: int) -> None:
    """A job of the journal."""
    said: dict[str, Any] = {"plugin": call.plugin, "host": host, "attempts": call.attempts + 1}
    if error is None:
        outside_queue.finish(db, call.id, None, now)
        event_log.add(db, "call_done", now, contact=call.contact, **said)
        return
    # Full jitter: many calls that failed together do not come back together.
    later = now + round(1000 * random.uniform(0, min(_CAP, _BASE * 2.0 ** min(call.attempts, 32))))
    if later < call.recorded_at + GIVEN_UP_AFTER:
        outside_queue.again(db, call.id, error, later)
        return
    outside_queue.finish(db, call.id, error, now)
    event_log.add(db, "call_failed", now, contact=call.contact, error=error, **said)

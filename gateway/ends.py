"""What follows when a tenant's worker ends: another soon, a parked session, or none until an operator says so."""

import math

import trio

from comptoir.gateway.live_worker import End
from comptoir.gateway.policy import AT_ONCE, AT_ONCE_TIMES, Deaths, what_to_do
from comptoir.gateway.tenant_record import TenantRecord
from comptoir.sessions.start import EXIT_WRONG_KEY


class Ends:
    """The ends of one tenant's workers, one after another, and how long to wait before the next fork."""

    def __init__(self, record: TenantRecord) -> None:
        self.restarts = 0
        self.trouble: str | None = None
        """What ended the last worker, or kept it from being forked, until one answers again."""
        self.given_up = ""
        """Why there is no worker until an operator says `resume`: even without a session none can live."""
        self._record = record
        self._deaths = Deaths()
        self._tries = Deaths()
        """Ends that are no deaths, for the wait before the next fork."""
        self._freed = Deaths()
        """Those that a plugin brought about."""

    def after(self, end: End, said: str | None) -> float | None:
        """Seconds to wait before the next fork, infinite once given up; None where the session is to be parked.

        `said` is the reason that the worker gave itself.
        """
        if end.again:
            return self._try_again(said or end.again, end)
        if end.code == EXIT_WRONG_KEY:
            self.trouble = said or "its journal does not open"
            return self._give_up(self.trouble, end.how)
        return self._after_death(end.how)

    def answered(self, pid: int | None) -> None:
        """A worker lives."""
        if self.trouble:
            self._record.publish("recovered", pid=pid)
        self.trouble = None

    def parked(self) -> None:
        """What its session did is not held against the workers that follow, which have none."""
        self._deaths = Deaths()

    def forgive(self) -> None:
        """Two deaths on one message are one customer's doing: that must not close the shop."""
        self._deaths = self._deaths.forgive(2)

    def begin_anew(self) -> None:
        """An operator said so."""
        if self.given_up:
            self.given_up, self._deaths = "", Deaths()

    def _try_again(self, reason: str, end: End) -> float:
        self.trouble = reason
        self._record.publish("worker_recycled", pid=end.pid, reason=reason)
        if end.code in AT_ONCE:
            self._freed = self._freed.add(trio.current_time())
            return self._freed.delay(free=AT_ONCE_TIMES)
        self._tries = self._tries.add(trio.current_time())
        return self._tries.delay()

    def _after_death(self, how: str) -> float | None:
        self._deaths = self._deaths.add(trio.current_time())
        self.trouble = how
        self.restarts += 1
        self._record.publish("worker_died", how=how, deaths=len(self._deaths.times))
        if not self._deaths.too_many:
            return self._deaths.delay()
        if self._record.row.linked and self._record.parked is None:
            return None
        return self._give_up("crashed", how)

    def _give_up(self, reason: str, how: str) -> float:
        self.given_up = reason
        self._record.publish("gave_up", how=how, advice=what_to_do(reason, self._record.name))
        return math.inf

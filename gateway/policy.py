"""When a worker is forked again and when its tenant is parked: pure decisions over times in seconds."""

import random
import signal
from collections.abc import Callable
from dataclasses import dataclass

from comptoir.sessions.start import EXIT_AGAIN, EXIT_HELD, EXIT_LOCKED, EXIT_MEMORY

PARKING_WINDOW = 600.0
PARKING_DEATHS = 5

Jitter = Callable[[float, float], float]

PARK_REASONS = {
    "logged_out": "the phone removed this device: `comptoir link {name}` links it again",
    "replaced": "another program uses this session: stop that one, then `comptoir tenant resume {name}`",
    "banned": "WhatsApp has locked the number for a time: wait for the end that is named, see the phone, then "
    "`comptoir tenant resume {name}`",
    "outdated": "WhatsApp refuses this version of the client library: upgrade comptoir, then "
    "`comptoir tenant resume {name}`",
    "connect_failure": "WhatsApp refused the connection: see the tenant's log, then `comptoir tenant resume {name}`",
    "crashed": "its worker died five times in ten minutes: see the tenant's log, then `comptoir tenant resume {name}`",
    "session_lost": "its credentials are neither in this machine's memory nor in its vault: "
    "`comptoir link {name}` links it again",
    "vault_damaged": "its credentials were in this machine's memory, and the sealed copy on disk does not open: a copy "
    "of it is kept beside it; put vault.db back from a backup of state/, with its vault.db-wal or with none, then "
    "`comptoir tenant resume {name}`; or `comptoir unlink {name}` and `comptoir link {name}`",
    "lab_session": "it was linked in the lab and never connects to WhatsApp: start the daemon with COMPTOIR_LAB",
    "real_session": "it was linked with WhatsApp and never connects to a lab: start the daemon without COMPTOIR_LAB",
}
# Ends of a worker that are no crash: forking it again is all that helps, sooner or later.
_HELD = "a plugin held it up: see `comptoir events` for `plugin_held`, and the tenant's log"
AGAIN = {
    EXIT_HELD: _HELD,
    # The kernel's timer, where the worker could not even say so itself.
    -signal.SIGPROF: _HELD,
    EXIT_MEMORY: "it had taken more memory than [plugins] memory_mb allows: see the tenant's log",
    EXIT_AGAIN: "it asked to be forked again, as where its journal cannot be opened: see the tenant's log",
    EXIT_LOCKED: "another process holds its session: it is tried again until that one ends",
}
# Ends by which a worker frees its other chats: they wait for the next one.
AT_ONCE = frozenset({EXIT_HELD, -signal.SIGPROF, EXIT_MEMORY})
AT_ONCE_TIMES = 5
"""In ten minutes. A plugin that is always held up is suspended by then."""
# After these the credentials are worth nothing: only a new link helps.
LINK_AGAIN = frozenset({"logged_out", "session_lost"})


LOCKED = (
    "WhatsApp has locked or banned this account: look at the phone first, and only when it says that all is well "
    "again, `comptoir link {name}`"
)
"""In place of the text for `logged_out`, where WhatsApp gave a code and nobody has touched the device."""


def what_to_do(reason: str, name: str, detail: str | None = None) -> str:
    """Why a session is parked and what the operator does about it, in one line; `detail` as it was parked with."""
    if reason == "logged_out" and detail:
        return LOCKED.format(name=name)
    if reason in PARK_REASONS:
        return PARK_REASONS[reason].format(name=name)
    return f"{reason}: see the tenant's log, then `comptoir tenant resume {name}`"


def full_jitter(attempt: int, base: float, cap: float, jitter: Jitter = random.uniform) -> float:
    """A random wait below base × 2^(attempt-1), which never exceeds `cap`; the first attempt is 1."""
    return jitter(0.0, min(cap, base * 2.0 ** (min(attempt, 32) - 1)))


@dataclass(frozen=True, slots=True)
class Deaths:
    """The unexpected ends of a worker within the last ten minutes."""

    times: tuple[float, ...] = ()

    def add(self, now: float) -> "Deaths":
        return Deaths((*(time for time in self.times if time > now - PARKING_WINDOW), now))

    def forgive(self, count: int) -> "Deaths":
        """Without the newest `count`: one customer's message must not close a shop."""
        return Deaths(self.times[: max(0, len(self.times) - count)])

    @property
    def too_many(self) -> bool:
        return len(self.times) >= PARKING_DEATHS

    def delay(self, jitter: Jitter = random.uniform, *, free: int = 0) -> float:
        """How long to wait before the next fork; not at all after the first `free` ones."""
        if len(self.times) <= free:
            return 0.0
        return full_jitter(len(self.times) - free, 0.25, 30.0, jitter)


class OfflineWatch:
    """When a worker whose session is offline is due to be recycled: after `limit` s, then less and less often.

    It serves its journal meanwhile; the library's own attempts to reconnect have neither jitter nor a cap.
    """

    def __init__(self, limit: float, jitter: Jitter = random.uniform) -> None:
        self._first_limit = self._limit = limit
        self._jitter = jitter
        self._since: float | None = None
        self._recycled = 0

    def heard(self, state: str, now: float) -> None:
        """How the session's link stands, from the worker; repeating it changes nothing."""
        if state not in ("connecting", "offline"):
            self._since = None
        elif self._since is None:
            self._since = now
        if state == "online":
            self._recycled, self._limit = 0, self._first_limit

    def due(self, now: float) -> bool:
        """Whether to recycle now; then the next time comes later."""
        if self._since is None or now - self._since <= self._limit:
            return False
        self._recycled += 1
        self._limit = self._first_limit + full_jitter(self._recycled, 15.0, 240.0, self._jitter)
        self._since = None
        return True

"""Ends conversations in which nobody writes any more, and reminds the owner of those that wait for a person."""

from collections.abc import Callable

from comptoir.plugins.config import TenantConfig
from comptoir.sessions import noticing
from comptoir.sessions.casework import waits
from comptoir.sessions.ground import Ground
from comptoir.sessions.journal import causes, conversations
from comptoir.sessions.journal.conversations import By, Row
from comptoir.sessions.journal.database import Connection
from comptoir.sessions.journal.journal import Store
from comptoir.sessions.people import OWNER
from comptoir.sessions.rounds import Rounds
from comptoir.sessions.times import now_ms

LOOK_AGAIN = 60.0
"""Seconds."""
GRACE = 5 * 60_000
"""Milliseconds after a silence in which a plugin may give a chat back in its own way."""
NAME = "expiry"
_AT_ONCE, _MOST_PENDING = 100, 1_000
_HOUR = 3600 * 1000


class Expiry(Rounds):
    """Held until `open`: what waited at the server may bring messages. `wake_outbox` is called, inside trio, when
    something was queued.
    """

    def __init__(
        self,
        journal: Store,
        *,
        config: Callable[[], TenantConfig | None],
        wake_outbox: Callable[[], object],
        now: Callable[[], int] = now_ms,
    ) -> None:
        super().__init__()
        self._journal = journal
        self._config = config
        self._wake_outbox = wake_outbox
        self._now = now

    async def run(self) -> None:
        """Until cancelled."""
        await self.rounds(self._turn)

    async def _turn(self) -> float:
        config = self._config()
        if config is None:
            return LOOK_AGAIN
        now = self._now()
        if await self._journal.read(lambda db: bool(_due(db, config, now))):
            if await self._journal.write(lambda db: expire(db, config, now)):
                self._wake_outbox()
            return 1.0
        return LOOK_AGAIN


def expire(db: Connection, config: TenantConfig, now: int) -> bool:
    """Do what is due; whether something was queued. A job of the journal."""
    queued = False
    by = By(NAME, now)
    for number in conversations.quiet_since(db, now - _expire_ms(config), _AT_ONCE):
        # In this order plugins hear of both.
        conversations.release(db, number, by)
        conversations.close(db, number, by)
    for number in conversations.taken_before(db, now - GRACE, _AT_ONCE):
        conversations.release(db, number, by)
    for row in _to_remind(db, config, now):
        causes.mark_done(db, _reminder(row, config, now), now)
        text = waits(db, row.contact, row.reason, config.lang).replace("{number}", str(row.number))
        ground = Ground(row.contact, config, _reminder(row, config, now))
        queued |= noticing.tell(db, ground, NAME, text, (OWNER,), now)
    return queued


def _due(db: Connection, config: TenantConfig, now: int) -> bool:
    return bool(
        conversations.quiet_since(db, now - _expire_ms(config), 1)
        or conversations.taken_before(db, now - GRACE, 1)
        or _to_remind(db, config, now)
    )


def _to_remind(db: Connection, config: TenantConfig, now: int) -> list[Row]:
    """Those that have waited for as long as others live, and once more after each such time."""
    rows = conversations.pending_before(db, now - _expire_ms(config), now, _MOST_PENDING)
    return [row for row in rows if not causes.is_done(db, _reminder(row, config, now))]


def _reminder(row: Row, config: TenantConfig, now: int) -> str:
    return f"pending:{row.number}:{(now - row.changed_at) // _expire_ms(config)}"


def _expire_ms(config: TenantConfig) -> int:
    return round(config.expire_hours * _HOUR)

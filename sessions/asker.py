"""Asks customers to write again what stays unreadable, for as long as it is open."""

from collections.abc import Callable, Sequence

from comptoir.plugins.config import TenantConfig
from comptoir.sessions import asking
from comptoir.sessions.asking import Decision
from comptoir.sessions.events import Address
from comptoir.sessions.fallback import NAME
from comptoir.sessions.journal import causes, contacts, event_log, lost_mail, outbox
from comptoir.sessions.journal.database import Connection
from comptoir.sessions.journal.journal import Store
from comptoir.sessions.journal.outbox import Outgoing
from comptoir.sessions.journal.schema import chat_of
from comptoir.sessions.rounds import Rounds
from comptoir.sessions.stale import listed
from comptoir.sessions.times import now_ms

FAST_RETRIES_LIMIT = 3_000
"""Milliseconds, for tests: retries come within one there."""
_AUTHOR = f"plugin:{NAME}"


class Asker(Rounds):
    """Held until `open`: what waited at the server may bring what was missing. All that it knows lies in the journal,
    so a restart changes nothing. `wake_outbox` is called, inside trio, when something was queued.
    """

    def __init__(
        self,
        journal: Store,
        *,
        config: Callable[[], TenantConfig | None],
        wake_outbox: Callable[[], object],
        fast: bool = False,
        now: Callable[[], int] = now_ms,
    ) -> None:
        super().__init__()
        self._journal = journal
        self._config = config
        self._wake_outbox = wake_outbox
        self._limit = FAST_RETRIES_LIMIT if fast else asking.RETRIES_LIMIT
        self._now = now

    async def run(self) -> None:
        """Ask until cancelled; woken when a message was journaled as lost."""
        await self.rounds(self._turn)

    async def _turn(self) -> float:
        """Do what is due; how many seconds to wait before the next turn."""
        config = self._config()
        if config is None:
            # In which language, and for whom? The messages keep their place until a file says so.
            return asking.RETRIES_LIMIT / 1000
        # The time is taken inside: what is journaled while a job waits for its turn must not lie in its future.
        found = await self._journal.read(lambda db: decide(db, self._now(), self._limit))
        if found.decided:
            found = await self._journal.write(lambda db: commit(db, config, self._now(), self._limit))
            self._wake_outbox()
        return float("inf") if found.wake_at is None else max(found.wake_at - self._now(), 0) / 1000


def decide(db: Connection, now: int, limit: int) -> Decision:
    """What is to be done now, by what the journal knows."""
    lost = lost_mail.undecided(db, now)
    return asking.decide(lost, lost_mail.chats_of(db, lost, now), now, limit)


def commit(db: Connection, config: TenantConfig, now: int, limit: int) -> Decision:
    """Decide, and do it: a job of the journal."""
    decision = decide(db, now, limit)
    for message in decision.decided:
        causes.mark_done(db, f"lost:{message}", now)
    text = asking.TEXTS[config.lang].replace("{shop}", config.name)
    for contact in decision.ask:
        lost_mail.mark_asked(db, contact, now)
        message = outbox.enqueue(db, Outgoing(contact, text, _AUTHOR, cause=f"asked:{contact}:{now}"), now)
        event_log.add(db, "asked_again", now, contact=contact, message=message)
    if decision.tell:
        _tell_owner(db, config, decision.tell, now)
    return decision


def _tell_owner(db: Connection, config: TenantConfig, messages: Sequence[int], now: int) -> None:
    if config.owner is None:
        reason = "no owner in tenant.toml"
        event_log.add(db, "owner_not_told", now, message=messages[-1], plugin=NAME, reason=reason)
        return
    rows = [
        db.execute(f"SELECT {chat_of('messages.contact')} FROM messages WHERE id = ?", (id,)).fetchone()
        for id in messages
    ]
    owner = contacts.contact_for(db, Address(number=config.owner), now)
    text = asking.NOTICES[config.lang].format(count=len(messages), chats=listed([chat for (chat,) in rows]))
    outbox.enqueue(db, Outgoing(owner, text, _AUTHOR, outbox.NOTICE, cause=f"lost:{messages[-1]}"), now)

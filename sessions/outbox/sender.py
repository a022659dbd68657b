"""Sends what the outbox holds, one message at a time, for as long as it is open."""

import random
from collections.abc import Callable
from dataclasses import dataclass, field

import trio

from comptoir.sessions.events import Address
from comptoir.sessions.journal import outbox, postponing, waiting, withdrawing
from comptoir.sessions.journal.database import Connection
from comptoir.sessions.journal.journal import Store
from comptoir.sessions.journal.queued import QueuedMessage
from comptoir.sessions.marks import new_secret
from comptoir.sessions.outbox import policy
from comptoir.sessions.outbox.port import NotConnected, SendingLink, SendRefused, SendUnknown
from comptoir.sessions.rounds import Rounds, insist
from comptoir.sessions.spec import Rates
from comptoir.sessions.times import now_ms

Record = Callable[[Connection], None]

SEND_LIMIT = 90.0
"""Seconds. The library itself gives up after 75; this only guards against its hanging."""
STRANGERS_BACKOFF = 5_000
"""Milliseconds, added to the backoff of an answer that the server takes for a new chat."""
_LONGEST_WAIT = 60.0


@dataclass(frozen=True, slots=True)
class SenderSettings:
    rates: Rates
    resend_uncertain: bool = False
    """Repeat what recovery has judged uncertain: the tenant would rather do so than risk that it never arrived."""
    now: Callable[[], int] = now_ms
    rng: random.Random = field(default_factory=random.Random)


class Sender(Rounds):
    """One for a session; closed until `open`. `on_unknown` is called, inside trio, when the end of a send could not
    be learnt: only the recovery of the next worker finds the message's id in the session database.
    Cancelling `run` in the middle of a send leaves that message in `sending`, which the next start decides on;
    for a clean stop, `hold` and wait for `idle`.
    """

    def __init__(
        self,
        journal: Store,
        link: SendingLink,
        session: int,
        settings: SenderSettings,
        *,
        on_unknown: Callable[[], object] | None = None,
    ) -> None:
        super().__init__()
        self.settings = settings
        """May be replaced at any time; `wake` has it used at once."""
        self._journal = journal
        self._link = link
        self._session = session
        self._on_unknown = on_unknown
        self._idle = trio.Event()
        self._idle.set()
        self._last_heard: dict[int, int | None] = {}
        """In the chat of each message that waits, as it was last looked up."""
        self._held: dict[int, int] = {}
        self._typing: dict[int, int] = {}
        self._typing_in: dict[int, Address] = {}

    async def idle(self) -> None:
        """Wait until no send is under way."""
        await self._idle.wait()

    async def run(self) -> None:
        """Send until cancelled."""
        await self.rounds(self._turn)

    async def _turn(self) -> float:
        """Do what can be done now; how many seconds to wait before the next turn."""
        plan = await self._plan()
        if plan.too_old:
            await self._expire(plan.too_old)
            return 0
        for id in plan.type_for:
            await self._begin_typing(id)
        if plan.send is not None:
            # Held while it looked: it looks anew once it is open.
            if self.is_open:
                await self._send(plan.send)
            return 0
        wait = _LONGEST_WAIT if plan.wake_at is None else (plan.wake_at - self.settings.now()) / 1000
        return min(max(wait, 0), _LONGEST_WAIT)

    async def _plan(self) -> policy.Plan:
        settings, now = self.settings, self.settings.now()
        known = await self._journal.read(
            lambda db: waiting.snapshot(db, now, resend_uncertain=settings.resend_uncertain)
        )
        await self._forget_typing({row.id for row in known.waiting})
        # Where the clock was set back, what began in its future begins now.
        self._held, self._typing = _not_after(now, self._held), _not_after(now, self._typing)
        plan = policy.plan(known, policy.Progress(self._held, self._typing), settings.rates, now)
        # What is to go now may have to wait once more, and not for ever.
        self._held = {id: self._held.get(id, now) for id in (*plan.held, plan.send) if id is not None}
        self._last_heard = {row.id: row.last_heard for row in known.waiting}
        return plan

    async def _expire(self, ids: tuple[int, ...]) -> None:
        def expire(db: Connection) -> None:
            for id in ids:
                withdrawing.expire_answer(db, id, now)

        now = self.settings.now()
        await self._journal.write(expire)

    async def _begin_typing(self, id: int) -> None:
        address = await self._journal.read(lambda db: outbox.address_of_message(db, id))
        self._typing[id], self._typing_in[id] = self.settings.now(), address
        await self._link.typing(address, True)

    async def _forget_typing(self, waiting: set[int]) -> None:
        """A message that was withdrawn must not leave somebody typing for ever."""
        for id in self._typing.keys() - waiting:
            del self._typing[id]
            await self._link.typing(self._typing_in.pop(id), False)

    async def _send(self, id: int) -> None:
        self._idle = trio.Event()
        try:
            now = self.settings.now()
            secret = new_secret(automatic=await self._journal.read(lambda db: outbox.is_automatic(db, id)))
            message = await self._journal.write(lambda db: self._mark_sending(db, id, secret, now))
            if message is None:
                return
            if (quiet_at := self._quiet_at(message, now)) is not None:
                await insist(self._journal, lambda db: postponing.retry_later(db, id, None, quiet_at, counted=False))
            else:
                # The message itself ends the typing on the customer's screen.
                self._typing.pop(id, None)
                self._typing_in.pop(id, None)
                await self._send_marked(message, secret)
        finally:
            self._idle.set()

    def _mark_sending(self, db: Connection, id: int, secret: bytes, now: int) -> QueuedMessage | None:
        """None where it waits no longer, or where somebody wrote in the chat since it was looked at."""
        if not self._waited_enough(id, now) and waiting.last_heard(db, id) != self._last_heard[id]:
            return None
        return outbox.mark_sending(db, id, self._session, secret, now)

    def _quiet_at(self, message: QueuedMessage, now: int) -> int | None:
        """When it may go, if the customer wrote while the disk took the mark; the journal may not know of it yet."""
        at, known = self._link.heard_at(message.address), self._last_heard[message.id] or 0
        # Not in a future that a clock which was set back has yet to reach.
        if at is None or not known < at <= self.settings.now() or self._waited_enough(message.id, now):
            return None
        quiet_at = at + self.settings.rates.quiet_ms
        return quiet_at if self.settings.now() < quiet_at else None

    def _waited_enough(self, id: int, now: int) -> bool:
        """A customer who never pauses is answered all the same."""
        return now - self._held[id] >= policy.QUIET_LIMIT

    async def _send_marked(self, message: QueuedMessage, secret: bytes) -> None:
        try:
            record = await self._attempt(message, secret)
        except SendUnknown as error:
            text, now = str(error) or "no acknowledgement came", self.settings.now()
            await insist(self._journal, lambda db: outbox.mark_uncertain(db, message.id, text, now))
            if self._on_unknown is not None:
                self._on_unknown()
        else:
            await insist(self._journal, record)

    async def _attempt(self, message: QueuedMessage, secret: bytes) -> Record:
        """Send; what is to be recorded of it. Raises SendUnknown."""
        id, settings = message.id, self.settings
        try:
            with trio.fail_after(SEND_LIMIT):
                sent = await self._link.send(message, secret)
        except SendRefused as refusal:
            return self._refused(message, refusal)
        except NotConnected as error:
            text, later = str(error), settings.now() + policy.backoff(0, settings.rng)
            return lambda db: postponing.retry_later(db, id, text, later, counted=False)
        except trio.TooSlowError:
            raise SendUnknown("no acknowledgement came") from None
        now = settings.now()
        return lambda db: outbox.mark_sent(db, id, sent.whatsapp_id, sent.server_time, now)

    def _refused(self, message: QueuedMessage, refusal: SendRefused) -> Record:
        id, now = message.id, self.settings.now()
        text = f"{refusal.code}: {refusal.text}" if refusal.code else refusal.text
        if refusal.permanent or message.attempts >= outbox.MAX_ATTEMPTS:
            return lambda db: outbox.mark_failed(db, id, text, now)
        later = now + policy.backoff(message.attempts, self.settings.rng)
        if refusal.code == waiting.STRANGERS_REFUSED:
            # The server's limit on writing to strangers: asking again at once would only make it worse.
            until, later = now + waiting.STRANGERS_PAUSE, later + STRANGERS_BACKOFF
            return lambda db: postponing.hold_strangers(db, id, text, until, later, now)
        return lambda db: postponing.put_off(db, id, text, later, now)


def _not_after(now: int, begun: dict[int, int]) -> dict[int, int]:
    return {id: min(at, now) for id, at in begun.items()}

"""A shop's outbox on a clock that jumps: a real database, a link that does as it is told."""

import random
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import trio
from journal_rig import AWA, InlineStore, heard, record

from comptoir.sessions.events import Address
from comptoir.sessions.journal import contacts, history, outbox
from comptoir.sessions.journal.database import Connection
from comptoir.sessions.journal.queued import QueuedMessage
from comptoir.sessions.outbox.port import Sent
from comptoir.sessions.outbox.sender import Sender, SenderSettings
from comptoir.sessions.spec import Rates

EPOCH = 1_795_244_400_000
PLAIN = Rates(None, None, None, None, typing=False)


def now_ms() -> int:
    return EPOCH + round(trio.current_time() * 1000)


@dataclass
class FakeLink:
    """Acknowledges after `latency` seconds, unless an `outcomes` entry says otherwise; notes all it is told."""

    latency: float = 0.01
    outcomes: list[Exception | None] = field(default_factory=list)
    sent: list[tuple[float, str, str]] = field(default_factory=list)
    typed: list[tuple[float, str, bool]] = field(default_factory=list)
    inside: Callable[[bytes, str], Awaitable[None]] | None = None
    busy: int = 0
    most_busy: int = 0
    last_heard: dict[str, int] = field(default_factory=dict)
    """What has come in and may not be journaled yet, by chat."""

    async def send(self, message: QueuedMessage, secret: bytes) -> Sent:
        self.sent.append((trio.current_time(), str(message.address), message.text))
        self.busy += 1
        self.most_busy = max(self.busy, self.most_busy)
        try:
            whatsapp_id = f"W{len(self.sent)}"
            if self.inside is not None:
                await self.inside(secret, whatsapp_id)
            await trio.sleep(self.latency)
        finally:
            self.busy -= 1
        if self.outcomes and (outcome := self.outcomes.pop(0)) is not None:
            raise outcome
        return Sent(whatsapp_id, now_ms())

    def heard_at(self, address: Address) -> int | None:
        return self.last_heard.get(str(address))

    async def typing(self, address: Address, on: bool) -> None:
        await trio.lowlevel.checkpoint()
        self.typed.append((trio.current_time(), str(address), on))

    @property
    def texts(self) -> list[str]:
        return [text for _, _, text in self.sent]


class Desk:
    """A shop's outbox, its sender and its link."""

    def __init__(self, db: Connection, link: FakeLink, sender: Sender) -> None:
        self.db = db
        self.link = link
        self.sender = sender

    def queue(
        self, text: str, to: Address = AWA, author: str = "plugin:answers", *, priority: int = outbox.ANSWER
    ) -> int:
        contact = contacts.contact_for(self.db, to, now_ms())
        id = outbox.enqueue(self.db, outbox.Outgoing(contact, text, author, priority), now_ms())
        self.sender.wake()
        return id

    def hear(self, whatsapp_id: str, chat: Address = AWA, *, by_owner: bool = False) -> None:
        record(self.db, heard(whatsapp_id, chat, by_owner=by_owner), now_ms())
        self.sender.wake()

    def state(self, id: int) -> str:
        row = history.message(self.db, id)
        assert row is not None
        return row.state


@asynccontextmanager
async def desk(
    db: Connection,
    link: FakeLink,
    rates: Rates = PLAIN,
    *,
    resend: bool = False,
    store: InlineStore | None = None,
    on_unknown: Callable[[], object] | None = None,
) -> AsyncIterator[Desk]:
    """The sender runs, still closed."""
    settings = SenderSettings(rates, resend, now_ms, random.Random(7))
    sender = Sender(store or InlineStore(db), link, 1, settings, on_unknown=on_unknown)
    async with trio.open_nursery() as nursery:
        nursery.start_soon(sender.run)
        yield Desk(db, link, sender)
        nursery.cancel_scope.cancel()

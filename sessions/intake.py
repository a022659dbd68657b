"""The way of the link's reports into the worker: into the journal first, and only then to anyone else."""

import time
from collections.abc import Callable
from contextlib import suppress

import trio

from comptoir.plugins.config import TenantConfig
from comptoir.sessions.events import (
    Address,
    BacklogBegun,
    BacklogRead,
    Changed,
    Connected,
    Disconnected,
    Kept,
    MessageReceived,
    Paired,
)
from comptoir.sessions.journal import linkings, recording
from comptoir.sessions.journal.database import Connection
from comptoir.sessions.journal.journal import Journal, JournalUnavailable
from comptoir.sessions.journal.recording import Arrival, Recorded
from comptoir.sessions.judging import SecretRow
from comptoir.sessions.times import now_ms

# neonize hands over what it holds in well under a millisecond each.
QUIET = 0.1
# Addresses whose last message is remembered; only those of the last seconds matter.
MOST_HEARD = 1_000
# How long the bot is silent after the owner's hand while no configuration says otherwise.
SILENCE_MINUTES = 60


def _open_session(db: Connection) -> int:
    session = linkings.current_session(db)
    if session is None:
        raise LookupError("an event came before the session it belongs to")
    return session.id


class Intake:
    """A link's sink. Its methods run on neonize's thread; `on_recorded` and `on_change` run in trio.

    `on_recorded` is called after the commit: before it nobody knows of the event.
    """

    def __init__(  # noqa: PLR0913 (what it works on, and whom it tells)
        self,
        journal: Journal,
        *,
        lab: bool,
        config: Callable[[], TenantConfig | None],
        on_recorded: Callable[[Recorded], None],
        on_change: Callable[[Changed], None],
        on_dropped: Callable[[SecretRow], None],
    ) -> None:
        self._journal = journal
        self._lab = lab
        self._config = config
        self._on_recorded = on_recorded
        self._on_change = on_change
        self._on_dropped = on_dropped
        self._token = trio.lowlevel.current_trio_token()
        self._began = now_ms()
        self._backlog = True
        self._kept = 0
        self._heard: dict[str, int] = {}

    def keep(self, event: Kept) -> None:
        """Put the event in line for the writer; blocks while the line is full, which holds neonize back."""
        self._kept += 1
        backlog, arrived, config = self._backlog, now_ms(), self._config()
        if isinstance(event, MessageReceived) and not event.from_me:
            self._note_heard(event.chat, arrived)
        silence = (config.silence_minutes if config else SILENCE_MINUTES) * 60_000
        self._journal.write_from_thread(
            lambda db: recording.record_event(
                db,
                event,
                Arrival(
                    _open_session(db), arrived, backlog=backlog, silence_ms=silence, since=self._began, config=config
                ),
            ),
            self._on_recorded,
        )

    def change(self, event: Changed) -> None:
        """Follow the connection, in order with what is kept: a session must stand before its messages."""
        match event:
            case Paired(number):
                self._journal.write_from_thread(lambda db: self._begin(db, number))
            case Connected(number, lid, name):
                self._journal.write_from_thread(lambda db: self._learn(db, number, lid, name))
            case BacklogRead():
                # Told through the writer: the gates open behind the last message of the backlog, not before it.
                self.note(event)
                self._journal.write_from_thread(lambda _db: None, lambda _done: self._on_change(event))
                return
            case _:
                self.note(event)
        self._token.run_sync_soon(self._on_change, event)

    def dropped(self, row: SecretRow) -> None:
        """The library has dropped a message that it had decrypted before; from any thread."""
        with suppress(trio.RunFinishedError):
            self._token.run_sync_soon(self._on_dropped, row)

    def note(self, event: Changed) -> None:
        """Know from now on whether what comes is old mail; from any thread."""
        match event:
            case BacklogBegun() | Disconnected():
                self._backlog = True
            case BacklogRead():
                self._backlog = False
            case _:
                pass

    def heard_at(self, chat: Address) -> int | None:
        """When the customer last wrote, journaled or not yet, in milliseconds; None where that is long ago."""
        return max((at for at in map(self._heard.get, chat.aliases) if at is not None), default=None)

    def _note_heard(self, chat: Address, at: int) -> None:
        # Only ever set while it counts: trio's thread reads beside us.
        self._heard.update(dict.fromkeys(chat.aliases, at))
        while len(self._heard) > MOST_HEARD:
            del self._heard[min(self._heard, key=self._heard.__getitem__)]

    async def quiet(self, within: float = 2.0) -> None:
        """Wait until nothing more comes, after a disconnect: what neonize still holds was acknowledged already."""
        with trio.move_on_after(within):
            before = -1
            while before != self._kept:
                before = self._kept
                # Behind what is in line: until it is through, neonize's thread may be waiting for a place.
                with suppress(JournalUnavailable):
                    await self._journal.write(lambda _db: None)
                await trio.sleep(QUIET)

    def drain(self, within: float = 0.6) -> None:
        """As `quiet`, for a thread, while trio stands still; blocks."""
        end = time.monotonic() + within
        before = -1
        while before != self._kept and (left := end - time.monotonic()) > 0:
            before = self._kept
            with suppress(JournalUnavailable, TimeoutError):
                self._journal.write_from_thread(lambda _db: None).result(left)
            time.sleep(QUIET / 4)

    def _begin(self, db: Connection, number: str) -> int:
        return linkings.begin_session(db, number, lab=self._lab, now=now_ms())

    def _learn(self, db: Connection, number: str, lid: str | None, name: str) -> None:
        current = linkings.current_session(db)
        session = current.id if current and current.number == number else self._begin(db, number)
        linkings.learn_session(db, session, lid=lid, name=name)

"""What is done again and again: a task's rounds, and a write that the disk refuses."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

import trio

from comptoir.sessions.journal.database import Connection
from comptoir.sessions.journal.journal import JournalUnavailable, Store

T = TypeVar("T")

JOURNAL_PAUSE = 1.0
"""Seconds to wait when the journal cannot be used."""


async def insist(journal: Store, job: Callable[[Connection], T]) -> T:
    """Write, however long the disk refuses: nothing may follow before what happened is recorded."""
    while True:
        try:
            return await journal.write(job)
        except JournalUnavailable:
            await trio.sleep(JOURNAL_PAUSE)


class Rounds:
    """Of a task, when something is new and when the last round said; held until `open`.

    `open`, `hold` and `wake` may be called in trio at any time.
    """

    def __init__(self) -> None:
        self._opened = trio.Event()
        self._woken = trio.Event()

    @property
    def is_open(self) -> bool:
        return self._opened.is_set()

    def open(self) -> None:
        self._opened.set()

    def hold(self) -> None:
        """No round begins until `open`; what is on its way goes on."""
        if self._opened.is_set():
            self._opened = trio.Event()

    def wake(self) -> None:
        """There is something new: a round follows, at once or after the one that is on its way."""
        self._woken.set()

    async def rounds(self, once: Callable[[], Awaitable[float]]) -> None:
        """Await `once` again and again, until cancelled; it returns the most seconds to wait for `wake`."""
        while True:
            await self._opened.wait()
            # Before the round: what is new while it runs is for the next.
            woken = self._woken = trio.Event()
            try:
                seconds = await once()
            except JournalUnavailable:
                seconds = JOURNAL_PAUSE
            with trio.move_on_after(seconds):
                await woken.wait()

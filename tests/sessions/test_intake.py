"""The order in which the worker learns what neonize's thread reported: the journal first, the gates last."""

import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import trio

from comptoir.sessions.events import Address, BacklogRead, MessageReceived, Paired
from comptoir.sessions.intake import Intake
from comptoir.sessions.journal import history
from comptoir.sessions.journal.journal import Journal, open_journal


def heard(number: int) -> MessageReceived:
    chat = Address(number="+221770000001")
    return MessageReceived(f"W{number}", chat, False, "person", "text", "oui", 1_700_000_000_000, "Awa", b"raw")


class Told:
    """What the worker is told, in order; `grown` is renewed at each."""

    def __init__(self) -> None:
        self.all: list[str] = []
        self.grown = trio.Event()

    def note(self, what: object) -> None:
        self.all.append(type(what).__name__)
        grown, self.grown = self.grown, trio.Event()
        grown.set()

    async def until(self, count: int) -> list[str]:
        with trio.fail_after(5):
            while len(self.all) < count:
                await self.grown.wait()
        return self.all


@asynccontextmanager
async def open_intake(folder: Path) -> AsyncIterator[tuple[Journal, Intake, Told]]:
    told = Told()
    async with open_journal(folder / "tenant.db", bytes(32)) as journal:
        intake = Intake(
            journal, lab=True, config=lambda: None, on_recorded=told.note, on_change=told.note, on_dropped=told.note
        )
        yield journal, intake, told


def busy(journal: Journal) -> threading.Event:
    """Keep the writer busy until the event is set."""
    go_on = threading.Event()
    journal.write_from_thread(lambda _db: go_on.wait(5))
    return go_on


async def test_the_gates_open_behind_the_last_message_of_the_backlog(tmp_path: Path) -> None:
    async with open_intake(tmp_path) as (journal, intake, told):
        intake.change(Paired("+221770000009"))
        assert await told.until(1) == ["Paired"]
        go_on = busy(journal)

        def report() -> None:
            intake.keep(heard(1))
            intake.change(BacklogRead(1))

        await trio.to_thread.run_sync(report)
        assert told.all == ["Paired"]
        go_on.set()
        assert await told.until(3) == ["Paired", "Recorded", "BacklogRead"]


async def test_quiet_waits_for_what_neonize_still_holds(tmp_path: Path) -> None:
    """More than the line to the writer holds, and a writer that is slow: all of it was acknowledged already."""
    async with open_intake(tmp_path) as (journal, intake, _told):
        intake.change(Paired("+221770000009"))
        go_on = busy(journal)

        def report() -> None:
            for number in range(100):
                intake.keep(heard(number))

        async with trio.open_nursery() as nursery:
            nursery.start_soon(trio.to_thread.run_sync, report)
            nursery.start_soon(intake.quiet, 5.0)
            await trio.testing.wait_all_tasks_blocked(0.05)
            go_on.set()
        assert len(await journal.read(lambda db: history.messages(db, limit=500))) == 100

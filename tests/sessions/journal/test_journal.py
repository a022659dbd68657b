"""The journal's threads: group commit, what a failing job undoes, a full disk, and other threads' jobs."""

import contextlib
import subprocess
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import trio
from journal_rig import KEY

from comptoir.sessions.journal import event_log
from comptoir.sessions.journal.database import Connection, IntegrityError, WrongKey
from comptoir.sessions.journal.journal import Journal, JournalUnavailable, open_journal
from comptoir.sessions.journal.writer import KEPT_LIMIT

# Real threads are waited for here: a limit that only a hanging test reaches.
LIMIT = 30.0


def note(kind: str) -> Callable[[Connection], int]:
    return lambda db: event_log.add(db, kind, 0)


def kinds(db: Connection) -> list[str]:
    return [event.kind for event in event_log.page(db, 0)]


class Gate:
    """A job that holds the writer's thread until it is opened, so that other jobs pile up behind it."""

    def __init__(self) -> None:
        self.entered = threading.Event()
        self.opened = threading.Event()

    def job(self, db: Connection) -> None:
        self.entered.set()
        assert self.opened.wait(LIMIT)


@contextlib.asynccontextmanager
async def held(journal: Journal) -> AsyncIterator[Gate]:
    """The writer is busy inside; on leaving it goes on, and all that piled up is committed."""
    gate = Gate()
    with trio.fail_after(LIMIT):
        async with trio.open_nursery() as nursery:
            nursery.start_soon(journal.write, gate.job)
            await trio.to_thread.run_sync(gate.entered.wait, LIMIT)
            try:
                yield gate
            finally:
                gate.opened.set()


async def test_what_is_written_is_read_at_once_and_after_opening_again(tmp_path: Path) -> None:
    async with open_journal(tmp_path / "tenant.db", KEY) as journal:
        assert await journal.write(note("one")) == 1
        assert await journal.read(kinds) == ["one"]
    async with open_journal(tmp_path / "tenant.db", KEY) as journal:
        assert await journal.read(kinds) == ["one"]


async def test_jobs_that_wait_share_one_commit(tmp_path: Path) -> None:
    """Fifty one by one cost fifty commits; fifty that wait together cost one."""
    async with open_journal(tmp_path / "tenant.db", KEY) as journal:
        for number in range(50):
            await journal.write(note(f"alone {number}"))
        assert journal.commits == 50
        async with trio.open_nursery() as nursery, held(journal):
            for number in range(50):
                nursery.start_soon(journal.write, note(f"grouped {number}"))
            await trio.testing.wait_all_tasks_blocked()
        # One for the job that held the writer, one for all that waited meanwhile.
        assert journal.commits == 52
        assert len(await journal.read(kinds)) == 100


async def test_nothing_is_answered_before_its_commit(tmp_path: Path) -> None:
    async with open_journal(tmp_path / "tenant.db", KEY) as journal:
        answered = trio.Event()

        async def write() -> None:
            await journal.write(note("first"))
            answered.set()

        async with trio.open_nursery() as nursery, held(journal):
            nursery.start_soon(write)
            await trio.testing.wait_all_tasks_blocked()
            assert not answered.is_set()
            assert await journal.read(kinds) == []
        assert answered.is_set()


async def test_failing_job_undoes_only_itself(tmp_path: Path) -> None:
    def half(db: Connection) -> None:
        event_log.add(db, "half", 0)
        db.execute("INSERT INTO aliases VALUES ('+1', 404)")

    async with open_journal(tmp_path / "tenant.db", KEY) as journal:
        outcome: list[str] = []

        async def failing() -> None:
            with pytest.raises(IntegrityError, match="FOREIGN KEY"):
                await journal.write(half)
            outcome.append("raised")

        async with trio.open_nursery() as nursery, held(journal):
            nursery.start_soon(failing)
            nursery.start_soon(journal.write, note("before or after"))
            nursery.start_soon(journal.write, note("beside"))
            await trio.testing.wait_all_tasks_blocked()
        assert outcome == ["raised"]
        assert sorted(await journal.read(kinds)) == ["before or after", "beside"]


async def test_queued_job_is_finished_although_its_task_is_cancelled(tmp_path: Path) -> None:
    async with open_journal(tmp_path / "tenant.db", KEY) as journal:
        async with held(journal) as gate, trio.open_nursery() as nursery:
            nursery.start_soon(journal.write, note("kept"))
            await trio.testing.wait_all_tasks_blocked()
            nursery.cancel_scope.cancel()
            gate.opened.set()
        assert await journal.read(kinds) == ["kept"]
        with trio.CancelScope() as scope:
            scope.cancel()
            await journal.write(note("never queued"))
        assert await journal.read(kinds) == ["kept"]


async def test_commit_wakes_those_who_follow(tmp_path: Path) -> None:
    async with open_journal(tmp_path / "tenant.db", KEY) as journal:
        seen: list[str] = []

        async def follow() -> None:
            commits = journal.commits
            while "last" not in seen:
                commits = await journal.wait_commit(commits)
                seen[:] = await journal.read(kinds)

        with trio.fail_after(LIMIT):
            async with trio.open_nursery() as nursery:
                nursery.start_soon(follow)
                await trio.testing.wait_all_tasks_blocked()
                await journal.write(note("first"))
                await journal.write(note("last"))
        assert seen == ["first", "last"]


async def test_reads_see_one_moment(tmp_path: Path) -> None:
    async with open_journal(tmp_path / "tenant.db", KEY) as journal:
        between, go_on = threading.Event(), threading.Event()

        def twice(db: Connection) -> tuple[list[str], list[str]]:
            first = kinds(db)
            between.set()
            assert go_on.wait(LIMIT)
            return first, kinds(db)

        async def write() -> None:
            await trio.to_thread.run_sync(between.wait, LIMIT)
            await journal.write(note("meanwhile"))
            go_on.set()

        async with trio.open_nursery() as nursery:
            nursery.start_soon(write)
            first, second = await journal.read(twice)
        assert first == second == []


# --- jobs from another thread: neonize's


async def test_events_keep_their_order_and_are_told_after_the_commit(tmp_path: Path) -> None:
    async with open_journal(tmp_path / "tenant.db", KEY) as journal:
        told: list[int] = []
        done = trio.Event()

        def on_committed(id: int) -> None:
            told.append(id)
            if len(told) == 100:
                done.set()

        def arrive() -> None:
            for number in range(100):
                journal.write_from_thread(note(str(number)), on_committed)

        await trio.to_thread.run_sync(arrive)
        with trio.fail_after(LIMIT):
            await done.wait()
        assert told == list(range(1, 101))
        assert await journal.read(kinds) == [str(number) for number in range(100)]


async def test_full_queue_holds_the_thread_back(tmp_path: Path) -> None:
    async with open_journal(tmp_path / "tenant.db", KEY) as journal:
        queued = 0
        full = threading.Event()

        def arrive() -> None:
            nonlocal queued
            for _ in range(KEPT_LIMIT + 3):
                journal.write_from_thread(note("event"))
                queued += 1
                if queued == KEPT_LIMIT:
                    full.set()

        with ThreadPoolExecutor(1) as neonize:
            async with held(journal):
                arriving = neonize.submit(arrive)
                await trio.to_thread.run_sync(full.wait, LIMIT)
                with pytest.raises(TimeoutError):
                    arriving.result(timeout=0.05)
                assert queued == KEPT_LIMIT
            await trio.to_thread.run_sync(arriving.result, LIMIT)
        assert queued == KEPT_LIMIT + 3


async def test_job_with_a_fault_of_its_own_is_logged_and_not_tried_again(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(_: Connection) -> None:
        raise ZeroDivisionError("our bug")

    async with open_journal(tmp_path / "tenant.db", KEY) as journal:
        future = await trio.to_thread.run_sync(journal.write_from_thread, broken)
        with pytest.raises(ZeroDivisionError):
            await trio.to_thread.run_sync(future.result, LIMIT)
        assert await journal.write(note("after")) == 1
    assert "an event could not be journaled" in caplog.text


# --- a full disk


async def test_error_made_of_an_undone_transaction_ends_no_thread(tmp_path: Path) -> None:
    def undone(db: Connection) -> None:
        db.execute("ROLLBACK")  # as SQLite itself does when the disk fails
        raise ValueError("made of a failure of the disk")

    async with open_journal(tmp_path / "tenant.db", KEY) as journal:
        async with held(journal) as gate:
            other = trio.Event()

            async def caller(job: Callable[[Connection], object]) -> None:
                with pytest.raises(JournalUnavailable):
                    await journal.write(job)

            async with trio.open_nursery() as nursery:
                kept = journal.write_from_thread(note("kept"), lambda _: other.set())
                nursery.start_soon(caller, note("undone with it"))
                nursery.start_soon(caller, undone)
                await trio.testing.wait_all_tasks_blocked()
                gate.opened.set()
            with trio.fail_after(LIMIT):
                await other.wait()
        assert kept.result() == 1
        await journal.write(note("after"))
        assert await journal.read(kinds) == ["kept", "after"]


def fill(size: int = 400_000) -> Callable[[Connection], int]:
    """A job that needs about `size` bytes."""

    def job(db: Connection) -> int:
        return event_log.add(db, "big", 0, filling="x" * size)

    return job


async def test_full_disk_refuses_callers_and_keeps_events_until_there_is_room(tmp_path: Path) -> None:
    room = threading.Event()

    def event(db: Connection) -> int:
        if room.is_set():
            db.execute("PRAGMA max_page_count = 1000000")
        return fill()(db)

    async with open_journal(tmp_path / "tenant.db", KEY) as journal:
        await journal.write(note("before"))
        await journal.write(lambda db: db.execute("PRAGMA max_page_count = 60"))
        with pytest.raises(JournalUnavailable, match="disk is full: free some space"):
            await journal.write(fill())
        assert journal.trouble is not None
        future = await trio.to_thread.run_sync(journal.write_from_thread, event)
        # Nobody else's job can pass while the disk refuses the event it shares the transaction with.
        with pytest.raises(JournalUnavailable):
            await journal.write(note("beside"))
        assert not future.done()
        assert await journal.read(kinds) == ["before"]
        room.set()
        assert await trio.to_thread.run_sync(future.result, LIMIT) == 2
        assert journal.trouble is None
        await journal.write(note("after"))
        assert await journal.read(kinds) == ["before", "big", "after"]


async def test_closing_does_not_wait_for_a_disk_that_stays_full(tmp_path: Path) -> None:
    async with open_journal(tmp_path / "tenant.db", KEY) as journal:
        await journal.write(lambda db: db.execute("PRAGMA max_page_count = 60"))
        future = await trio.to_thread.run_sync(journal.write_from_thread, fill())
    with pytest.raises(JournalUnavailable, match="disk is full"):
        future.result(timeout=0)
    with pytest.raises(JournalUnavailable, match="closed"):
        journal.write_from_thread(note("late"))


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(disk)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("mounting a small disk needs root")
    yield disk
    subprocess.run(["umount", str(disk)], check=True)


async def test_really_full_disk(small_disk: Path) -> None:
    ballast = small_disk / "ballast"
    async with open_journal(small_disk / "tenant.db", KEY) as journal:
        await journal.write(note("before"))
        ballast.write_bytes(bytes(400_000))
        with pytest.raises(JournalUnavailable, match="disk is full"):
            await journal.write(fill(600_000))
        future = await trio.to_thread.run_sync(journal.write_from_thread, fill())
        ballast.unlink()
        await trio.to_thread.run_sync(future.result, LIMIT)
        assert await journal.read(kinds) == ["before", "big"]


async def test_wrong_key_opens_nothing(tmp_path: Path) -> None:
    async with open_journal(tmp_path / "tenant.db", KEY):
        pass
    with pytest.raises(WrongKey):
        async with open_journal(tmp_path / "tenant.db", bytes(32)):
            pytest.fail("opened")

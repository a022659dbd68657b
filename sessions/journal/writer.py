"""The one thread that writes a journal: all jobs that wait are committed together (group commit)."""

import contextlib
import threading
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any, TypeVar

from comptoir.sessions.journal.database import Connection, DatabaseError, trouble_of

T = TypeVar("T")

KEPT_LIMIT = 16
_FIRST_BACKOFF = 0.1
_LAST_BACKOFF = 5.0


class JournalUnavailable(Exception):
    """The job was not kept, and nothing of it was: the disk is full or failing, or the journal is closed."""


@dataclass(eq=False, slots=True)
class _Job:
    fn: Callable[[Connection], Any]
    keep: bool
    future: Future[Any] = field(default_factory=Future)
    outcome: Any = None
    error: Exception | None = None

    def settle(self) -> None:
        if self.error is None:
            self.future.set_result(self.outcome)
        else:
            self.future.set_exception(self.error)


class Writer:
    """Runs jobs in order of arrival, each in a savepoint, many in a transaction; answers after the commit.

    A job that raises undoes only itself. When the disk refuses, nothing of the transaction happened: jobs to
    be kept are tried again until the disk takes them, all others fail with JournalUnavailable.
    `on_commit` is called on the writer's thread after every commit, before its jobs are answered.
    """

    def __init__(self, db: Connection, on_commit: Callable[[], None]) -> None:
        self.trouble: str | None = None
        self._db = db
        self._on_commit = on_commit
        self._changed = threading.Condition()
        self._queue: list[_Job] = []
        self._keeping = 0
        self._closing = False
        self._thread = threading.Thread(target=self._run, name="journal", daemon=True)
        self._thread.start()

    def submit(self, fn: Callable[[Connection], T], *, keep: bool = False) -> Future[T]:
        """Queue a job, from any thread. With `keep`, blocks while KEPT_LIMIT such jobs are not committed."""
        job = _Job(fn, keep)
        with self._changed:
            while keep and self._keeping >= KEPT_LIMIT and not self._closing:
                self._changed.wait()
            if self._closing:
                raise JournalUnavailable("the journal is closed")
            self._keeping += keep
            self._queue.append(job)
            self._changed.notify_all()
        return job.future

    def close(self) -> None:
        """Finish what waits, trying each job to be kept once more, and end the thread. Blocks."""
        with self._changed:
            self._closing = True
            self._changed.notify_all()
        self._thread.join()

    def _run(self) -> None:
        kept: list[_Job] = []
        backoff = _FIRST_BACKOFF
        while True:
            batch, last = self._wait(kept, backoff)
            if batch:
                kept = self._attempt(batch)
                backoff = min(backoff * 2, _LAST_BACKOFF) if kept else _FIRST_BACKOFF
            if last:
                self._give_up(kept)
                return

    def _wait(self, kept: list[_Job], backoff: float) -> tuple[list[_Job], bool]:
        """What to commit now, and whether it is the last time. New jobs end a backoff early."""
        with self._changed:
            if not self._queue and not self._closing:
                self._changed.wait_for(lambda: self._queue or self._closing, backoff if kept else None)
            batch = kept + self._queue
            self._queue = []
            return batch, self._closing

    def _attempt(self, batch: list[_Job]) -> list[_Job]:
        """Commit a batch and settle it; what must be tried again."""
        try:
            self._transact(batch)
        except Exception as error:
            # Also where a job made another error of what the disk refused; the thread goes on in any case.
            self._undo()
            why = error if isinstance(error, DatabaseError) else type(error).__name__
            self.trouble = trouble_of(error) or f"the journal cannot be written: {why}"
            for job in batch:
                job.error = None if job.keep else JournalUnavailable(self.trouble)
            again = [job for job in batch if job.keep]
        else:
            self.trouble = None
            again = []
            self._on_commit()
        self._settle([job for job in batch if job not in again])
        return again

    def _transact(self, batch: list[_Job]) -> None:
        db = self._db
        db.execute("BEGIN IMMEDIATE")
        for job in batch:
            db.execute("SAVEPOINT job")
            try:
                job.outcome, job.error = job.fn(db), None
            except Exception as error:
                # After a refusal of the disk SQLite may have undone everything: no job may be answered.
                if trouble_of(error) or not db.in_transaction:
                    raise
                db.execute("ROLLBACK TO job")
                job.error = error
            db.execute("RELEASE job")
        db.execute("COMMIT")

    def _undo(self) -> None:
        if self._db.in_transaction:
            with contextlib.suppress(DatabaseError):
                self._db.execute("ROLLBACK")

    def _give_up(self, kept: list[_Job]) -> None:
        for job in kept:
            job.error = JournalUnavailable(self.trouble or "the journal is closed")
        self._settle(kept)

    def _settle(self, jobs: list[_Job]) -> None:
        with self._changed:
            self._keeping -= sum(job.keep for job in jobs)
            self._changed.notify_all()
        for job in jobs:
            job.settle()

"""Opens a tenant's journal and holds its two connections: one writer on its own thread, one reader."""

import logging
from collections.abc import AsyncIterator, Callable
from concurrent.futures import Future
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Protocol, TypeVar

import trio

from comptoir.sessions.journal.database import Connection, open_database, trouble_of
from comptoir.sessions.journal.migrations import migrate
from comptoir.sessions.journal.writer import JournalUnavailable, Writer
from comptoir.sessions.times import now_ms

__all__ = ["Journal", "JournalUnavailable", "Store", "open_journal"]

T = TypeVar("T")
_log = logging.getLogger(__name__)


class Store(Protocol):
    """What most users of a journal need of it."""

    async def write(self, fn: Callable[[Connection], T]) -> T: ...
    async def read(self, fn: Callable[[Connection], T]) -> T: ...


@asynccontextmanager
async def open_journal(path: Path, key: bytes) -> AsyncIterator["Journal"]:
    """The journal at `path`, made or migrated as needed; on leaving, all that waits is committed.

    Raises WrongKey, SchemaTooNew, or DatabaseError where the disk refuses.
    """
    writing, reading = await trio.to_thread.run_sync(_open, path, key)
    journal = Journal(writing, reading)
    try:
        yield journal
    finally:
        with trio.CancelScope(shield=True):
            await trio.to_thread.run_sync(journal.close)


def _open(path: Path, key: bytes) -> tuple[Connection, Connection]:
    writing = open_database(path, key)
    try:
        migrate(writing, path, now_ms())
        return writing, open_database(path, key, read_only=True)
    except BaseException:
        writing.close()
        raise


class Journal:
    """Jobs are functions of a connection; they must not begin or end transactions, and should be short.

    Use `open_journal`. Made inside `trio.run`; `write_from_thread` is for other threads.
    """

    def __init__(self, writing: Connection, reading: Connection) -> None:
        self._token = trio.lowlevel.current_trio_token()
        self._writing = writing
        self._reading = reading
        self._reader_limit = trio.CapacityLimiter(1)
        self._commits = 0
        self._committed = trio.Event()
        self._writer = Writer(writing, lambda: self._soon(self._after_commit))

    @property
    def trouble(self) -> str | None:
        """Why nothing can be written just now, for status; None while all is well."""
        return self._writer.trouble

    @property
    def commits(self) -> int:
        """How many transactions this journal has committed since it was opened."""
        return self._commits

    async def wait_commit(self, seen: int) -> int:
        """Wait until `commits` is more than `seen`; the number then. To follow what changes."""
        while self._commits <= seen:
            await self._committed.wait()
        return self._commits

    async def write(self, fn: Callable[[Connection], T]) -> T:
        """The job's result, once it is on disk. Raises what the job raised (it is then undone), or
        JournalUnavailable. Once queued it cannot be cancelled, so the caller always learns the outcome.
        """
        await trio.lowlevel.checkpoint_if_cancelled()
        settled = trio.Event()
        # Not bounded here: every waiting job is held by a task, and tasks are bounded where they begin.
        future = self._writer.submit(fn)
        future.add_done_callback(lambda _: self._soon(settled.set))
        with trio.CancelScope(shield=True):
            await settled.wait()
        return future.result()

    def write_from_thread(
        self, fn: Callable[[Connection], T], on_committed: Callable[[T], object] | None = None
    ) -> Future[T]:
        """Queue a job that is tried until the disk takes it, and return; for the link's thread.

        Blocks while too many such jobs wait, so that neonize holds back. `on_committed` is called with the
        result, inside trio, in order of commit. Raises JournalUnavailable when the journal is closed.
        """
        future = self._writer.submit(fn, keep=True)
        future.add_done_callback(lambda done: self._tell(done, on_committed))
        return future

    async def read(self, fn: Callable[[Connection], T]) -> T:
        """The job's result, from one consistent view of what is committed; one job at a time."""
        return await trio.to_thread.run_sync(self._read, fn, limiter=self._reader_limit)

    def close(self) -> None:
        """Commit what waits and close the file; blocks. `open_journal` calls it."""
        self._writer.close()
        self._reading.close()
        self._writing.close()

    def _read(self, fn: Callable[[Connection], T]) -> T:
        try:
            self._reading.execute("BEGIN")
            try:
                return fn(self._reading)
            finally:
                if self._reading.in_transaction:
                    self._reading.execute("ROLLBACK")
        except Exception as error:
            if reason := trouble_of(error):
                raise JournalUnavailable(reason) from error
            raise

    def _after_commit(self) -> None:
        self._commits += 1
        self._committed.set()
        self._committed = trio.Event()

    def _tell(self, done: Future[Any], on_committed: Callable[[Any], object] | None) -> None:
        error = done.exception()
        if error is None and on_committed is not None:
            self._soon(on_committed, done.result())
        elif error is not None and not isinstance(error, JournalUnavailable):
            _log.error("an event could not be journaled", exc_info=error)

    def _soon(self, fn: Callable[..., object], *arguments: object) -> None:
        try:
            self._token.run_sync_soon(fn, *arguments)
        except trio.RunFinishedError:
            # Nobody is left to be told; what was committed stays committed.
            return

"""Journals whose process dies at a chosen write, and the worker that follows."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from journal_rig import KEY
from runner_rig import Shop, WatchedStore

from comptoir.sessions.journal.database import Connection, open_database

T = TypeVar("T")


class Killed(BaseException):
    """The process ends here: nothing of it may catch this."""


class MortalStore(WatchedStore):
    """A journal whose process dies at a chosen write, before or just after that is committed."""

    def __init__(self, db: Connection, dies_at: int = -1, *, committed: bool = False) -> None:
        super().__init__(db)
        self.writes = 0
        self.dead = False
        self._dies_at = dies_at
        self._committed_first = committed

    def die(self) -> None:
        self.dead = True
        raise Killed

    async def write(self, fn: Callable[[Connection], T]) -> T:
        if self.dead:
            raise Killed
        self.writes += 1
        if self.writes - 1 == self._dies_at:
            if self._committed_first:
                await super().write(fn)
            self.die()
        return await super().write(fn)

    async def read(self, fn: Callable[[Connection], T]) -> T:
        if self.dead:
            raise Killed
        return await super().read(fn)


@contextmanager
def reopened(path: Path, dies_at: int = -1, *, committed: bool = False) -> Iterator[Shop]:
    db = open_database(path, KEY)
    try:
        yield Shop(MortalStore(db, dies_at, committed=committed))
    finally:
        db.close()

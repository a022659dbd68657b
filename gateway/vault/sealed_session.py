"""One session that the vault keeps: every change of it is on disk, sealed, within a second."""

import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import TypeVar

import trio

from comptoir.gateway.vault.beside import keep_aside
from comptoir.gateway.vault.errors import VaultDamaged, VaultFailed, failing
from comptoir.gateway.vault.file import VaultFile
from comptoir.gateway.vault.live import LiveSession, Unreadable, prune
from comptoir.gateway.vault.orders import Kept
from comptoir.gateway.vault.restoring import open_kept
from comptoir.sessions.times import now_ms

logger = logging.getLogger("vault")

# Together under a second, with what a seal takes.
LOOK_EVERY = 0.2
REST = 0.6
"""Between two seals of a busy session."""
AGAIN = 2.0
"""After one that failed."""
PRUNE_EVERY = 3600.0
# Each thread waits for the disk, one session after the other's.
THREADS = 4

FAILURES = (VaultFailed, VaultDamaged, Unreadable)

Tell = Callable[..., Awaitable[None]]
"""`tell(kind, **data)`: what the daemon should know."""
T = TypeVar("T")


class SealedSession:
    """Run `run` in a nursery; `close` it when that has ended.

    `tell` is called with `sealed`, `failing`, `damaged` or `older`.
    """

    def __init__(self, kept: Kept, scratch: Path, limiter: trio.CapacityLimiter, tell: Tell) -> None:
        self.kept = kept
        self._scratch = scratch
        self._limiter = limiter
        self._tell = tell
        self._live = LiveSession(kept.session)
        self._file: VaultFile | None = None
        self._one_at_a_time = trio.Lock()
        self._newest = kept.least
        self._trouble = ""
        self._prune_at = 0.0

    async def run(self) -> None:
        while True:
            rest = LOOK_EVERY
            try:
                await self._prune()
                if await self._changed():
                    await self.seal()
                    rest = REST
            except FAILURES:
                rest = AGAIN
            await trio.sleep(rest)

    async def seal(self) -> int:
        """Bring what is in RAM now to disk; the generation that holds it, 0 where there is no session.

        Raises VaultFailed, VaultDamaged, Unreadable.
        """
        async with self._told():
            generation = await self._seal()
            await self._note_trouble("")
            return generation

    async def close(self) -> None:
        """Let go of both files; nothing is sealed any more."""
        async with self._one_at_a_time:
            self._live.close()
            if self._file is not None:
                file, self._file = self._file, None
                await self._on_thread(file.close)

    async def _changed(self) -> bool:
        async with self._told():
            if not self.kept.session.exists():
                self._live.close()
                return False
            # A few microseconds: a thread would cost more.
            return self._file is None or self._file.replaced or bool(self._trouble) or self._live.changed()

    async def _prune(self) -> None:
        """Now and then. It may fail: what is too much stands in nobody's way."""
        if trio.current_time() < self._prune_at:
            return
        self._prune_at = trio.current_time() + PRUNE_EVERY
        async with self._one_at_a_time:
            try:
                if self.kept.session.exists():
                    await self._on_thread(partial(prune, self.kept.session))
                if self._file is not None:
                    await self._on_thread(self._file.tidy)
            except FAILURES as error:
                logger.warning("%s: old secrets stay in its session for now: %s", self.kept.tenant, error)

    async def _seal(self) -> int:
        if not self.kept.session.exists():
            return self._file.generation if self._file else 0
        if self._file is not None and self._file.replaced:
            file, self._file = self._file, None
            await self._on_thread(file.close)
        file = self._file = self._file or await self._open()
        image = await self._on_thread(partial(self._live.copy, self._scratch))
        try:
            generation = await self._on_thread(partial(file.seal, image, now_ms(), self._newest))
        except BaseException:
            # What was copied is not on disk: it is still news.
            self._live.close()
            raise
        if generation is not None:
            if self._newest == 0:
                await self._on_thread(file.tidy)
            self._newest = generation
            await self._tell("sealed", generation=generation)
        return file.generation

    async def _open(self) -> VaultFile:
        try:
            file = await self._on_thread(partial(open_kept, self.kept))
        except VaultDamaged as error:
            # What is in memory is whole, and newer: it gets a vault of its own, and the other is for a person to see.
            with failing(self.kept.vault):
                aside = await self._on_thread(partial(keep_aside, self.kept.vault))
            await self._tell("damaged", what=str(error), kept=aside.name)
            file = await self._on_thread(partial(open_kept, self.kept))
        assert file is not None  # it is made
        if 0 < file.generation < self._newest:
            await self._tell("older", generation=file.generation, newest=self._newest)
        return file

    @asynccontextmanager
    async def _told(self) -> AsyncIterator[None]:
        """One at a time, and nothing fails unheard."""
        async with self._one_at_a_time:
            try:
                yield
            except FAILURES as error:
                await self._note_trouble(str(error), full=isinstance(error, VaultFailed) and error.full)
                raise

    async def _note_trouble(self, trouble: str, *, full: bool = False) -> None:
        if trouble != self._trouble:
            self._trouble = trouble
            await self._tell("failing", what=trouble, full=full)

    async def _on_thread(self, job: Callable[[], T]) -> T:
        return await trio.to_thread.run_sync(job, limiter=self._limiter)

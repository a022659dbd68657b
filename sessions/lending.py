"""The pipeline in use: replaced at once, stopped when the last walk in it has ended."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import trio

from comptoir.plugins.loading import Pipeline


@dataclass(eq=False, slots=True)
class _Lent:
    pipeline: Pipeline
    walks: int = 0


class Lender:
    """Whoever borrows gets the pipeline of that moment and keeps it to the end of the walk."""

    def __init__(self, pipeline: Pipeline) -> None:
        self._current = _Lent(pipeline)

    @property
    def current(self) -> Pipeline:
        return self._current.pipeline

    @asynccontextmanager
    async def borrow(self) -> AsyncIterator[Pipeline]:
        lent = self._current
        lent.walks += 1
        try:
            yield lent.pipeline
        finally:
            lent.walks -= 1
            if lent is not self._current:
                await self._stop_if_idle(lent)

    async def replace(self, pipeline: Pipeline) -> None:
        replaced, self._current = self._current, _Lent(pipeline)
        await self._stop_if_idle(replaced)

    async def stop(self) -> None:
        """No walk may be on its way."""
        with trio.CancelScope(shield=True):
            await self.current.stop()

    async def _stop_if_idle(self, lent: _Lent) -> None:
        if not lent.walks:
            # Plugins get their short time to stop even when the walk was cancelled.
            with trio.CancelScope(shield=True):
                await lent.pipeline.stop()

"""When the backlog of an absence is taken for read, though the server does not say so."""

from collections.abc import Callable

import trio

LIMIT = 60.0
"""Seconds of quiet. A server that announces a backlog and never its end must not keep a shop silent for ever."""
UNANNOUNCED_LIMIT = 5.0
"""The same where the server announces none: it is taken to have none."""


class Backlog:
    """What is known of it, by what was last heard. To be used in trio."""

    def __init__(self) -> None:
        self.announced = False
        """The server has said that one comes, and not yet that it is read."""
        self._heard = trio.current_time()

    @property
    def limit(self) -> float:
        """Seconds of quiet after which it is taken for read."""
        return LIMIT if self.announced else UNANNOUNCED_LIMIT

    def note_sign(self) -> None:
        """A login, or something that was journaled."""
        self._heard = trio.current_time()

    async def is_overdue(self, awaited: Callable[[], bool]) -> bool:
        """Wait until it has been quiet for too long; False where it is not `awaited` any more."""
        while awaited():
            until = self._heard + self.limit
            if trio.current_time() >= until:
                return True
            await trio.sleep_until(until)
        return False

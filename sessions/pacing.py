"""How many messages a tenant's pipeline takes in a minute: what is beyond that waits, and who had less goes first."""

import math
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass

import trio

MINUTE = 60_000


@dataclass(eq=False, slots=True)
class Place:
    """One walk's, within the limit."""

    contact: int
    at: int
    taken: bool = True
    """Whether it counts; one that no plugin was asked in is given back."""


class Pace:
    """`limit` is a minute's; `now` tells milliseconds."""

    def __init__(self, limit: int | None, now: Callable[[], int]) -> None:
        self._limit = limit
        self._now = now
        self._places: deque[Place] = deque()
        self._waiting: list[int] = []
        self._changed = trio.Event()

    @property
    def waiting(self) -> int:
        """How many chats the limit holds up now."""
        return len(self._waiting)

    @property
    def why(self) -> str | None:
        """What holds them up, in words; None where none waits."""
        chats = "one chat waits" if self.waiting == 1 else f"{self.waiting} chats wait"
        limit = "[inbound] tenant_per_minute in comptoir.toml"
        return f"{chats}: {self._limit} messages were taken in a minute ({limit})" if self._waiting else None

    def begun(self, walks: Iterable[tuple[int, int]]) -> None:
        """Count walks of before, each with its contact and time, oldest first; to be called before all others."""
        self._places.extend(Place(contact, at) for contact, at in walks)

    @asynccontextmanager
    async def place(self, contact: int) -> AsyncIterator[Place]:
        """Wait for a place; of the chats that wait, the one that had the fewest in the last minute is next."""
        place = Place(contact, self._now())
        if self._limit is None:
            yield place
            return
        if self._waiting or not self._is_free():
            await self._wait(contact)
        place.at = self._now()
        self._places.append(place)
        try:
            yield place
        finally:
            if not place.taken:
                # It may have been let go already, a minute later.
                with suppress(ValueError):
                    self._places.remove(place)
                self._tell()

    async def _wait(self, contact: int) -> None:
        self._waiting.append(contact)
        try:
            while not (self._is_free() and self._next() == contact):
                seconds = math.inf if self._is_free() else (self._free_at() - self._now()) / 1000
                with trio.move_on_after(seconds):
                    await self._changed.wait()
        finally:
            self._waiting.remove(contact)
            # Whoever is next now may find a place as well.
            self._tell()

    def _tell(self) -> None:
        self._changed.set()
        self._changed = trio.Event()

    def _next(self) -> int:
        """Among equals the one that has waited longest."""
        had = dict.fromkeys(self._waiting, 0)
        for place in self._places:
            if place.contact in had:
                had[place.contact] += 1
        return min(self._waiting, key=had.__getitem__)

    def _is_free(self) -> bool:
        return self._free_at() <= self._now()

    def _free_at(self) -> int:
        """When there is a place, as far as is known now; 0 where there is one."""
        now = self._now()
        # A time that is still to come shows that the clock was set back.
        while self._places and not now - MINUTE < self._places[0].at <= now:
            self._places.popleft()
        if self._limit is None or len(self._places) < self._limit:
            return 0
        return self._places[-self._limit].at + MINUTE

"""Where recordings are read: out of the tenant's sealed files, in clear in memory only."""

from typing import Protocol

from comptoir.sessions.media.giving import NotHere
from comptoir.sessions.media.keeper import MediaKeeper
from comptoir.sessions.transcribing.failed import TranscriptionFailed


class Recordings(Protocol):
    """A tenant's. Both raise TranscriptionFailed where the file is not here."""

    async def load(self, message: int) -> bytes: ...

    async def write(self, message: int, descriptor: int) -> None:
        """All of it, to a descriptor."""
        ...


class KeptRecordings:
    """Those that a keeper has."""

    def __init__(self, keeper: MediaKeeper) -> None:
        self._keeper = keeper

    async def load(self, message: int) -> bytes:
        try:
            return await self._keeper.load(message)
        except LookupError:
            raise TranscriptionFailed("the recording is not here any more", final=True) from None

    async def write(self, message: int, descriptor: int) -> None:
        try:
            await self._keeper.give(message, descriptor)
        except NotHere:
            raise TranscriptionFailed("the recording is not here any more", final=True) from None

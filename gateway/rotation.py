"""How far the rotation of one tenant's data key is, for whoever ordered it and for `status`."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

import trio

from comptoir.sessions.protocol import Params

_WORDS = {"journal": "its journal", "files": "its files", "vault": "its credentials"}


@dataclass(frozen=True, slots=True)
class Outcome:
    failure: str = ""
    """Why the tenant has its old key still, or nothing."""
    goes_on: bool = False
    """It was interrupted and is finished later, without another order."""


class Rotation:
    """Told by the one task that does the work; followed by any number."""

    def __init__(self, version: int) -> None:
        self.version = version
        """Of the new key."""
        self.deaths = 0
        """How often the process that does the work was killed in it."""
        self.outcome: Outcome | None = None
        self._progress: Params = {}
        self._changed = trio.Event()

    @property
    def reason(self) -> str:
        """Why the tenant has no worker meanwhile."""
        what, done, total = (self._progress.get(key) for key in ("what", "done", "total"))
        share = f": {_WORDS.get(str(what), what)}, {100 * int(done or 0) // int(total)} %" if what and total else ""
        return f"its data is being encrypted with a new key{share}"

    def tell(self, progress: Params) -> None:
        self._progress = progress
        self._wake()

    def end(self, outcome: Outcome) -> None:
        """Only the first outcome counts."""
        self.outcome = self.outcome or outcome
        self._wake()

    async def follow(self) -> AsyncIterator[Params]:
        """Progress as it comes, the newest where several came; until there is an outcome."""
        told: Params = {}
        while self.outcome is None:
            changed = self._changed
            if self._progress != told:
                told = self._progress
                yield told
            else:
                await changed.wait()

    def _wake(self) -> None:
        changed, self._changed = self._changed, trio.Event()
        changed.set()

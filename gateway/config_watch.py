"""Watches the tenants' folders, and has a worker read its tenant's anew soon after a save."""

import logging
from collections.abc import Awaitable, Callable, Iterable
from contextlib import aclosing
from dataclasses import dataclass
from pathlib import Path

import trio
from watchfiles import Change, awatch

from comptoir.gateway.arriving import Arriving
from comptoir.gateway.tenant_files import NOTHING, Survey, changed_between, look_at, survey, tenant_of
from comptoir.sessions.protocol import ErrorCode, RpcError

logger = logging.getLogger(__name__)

QUIET = 0.15
"""Seconds after a tenant's last change: an editor that empties, writes and renames is through by then."""
AT_MOST = 0.45
"""Seconds that changes without an end put a reload off."""
AGAIN = 2.0
"""Seconds after which a worker that could not answer is asked once more: it may have read the folder before."""
ATTEMPTS = 5
"""Then its next worker reads the folder by itself."""
ARRIVING = 0.1
"""Seconds between two looks at a file that is still being written."""
ARRIVES_WITHIN = 300.0
"""Seconds that such files put a reload off: one that is written for ever must not keep out all others."""
SWEEP = 20.0
"""Seconds between two looks at everything: folders on another machine send no notification."""
POLL = 0.5
"""The same where this machine has no notifications to give."""
SETTLED = 0.2
"""Seconds after which the library surely watches: what came between the last look and that is looked for."""
_TICK = 250
_STEP = 50

Reload = Callable[[str], Awaitable[object]]


@dataclass(slots=True)
class _Changes:
    """Of a tenant, since its last reload began."""

    first: float
    last: float
    any: bool = True

    @property
    def due(self) -> float:
        return min(self.last + QUIET, self.first + AT_MOST)


class ConfigWatch:
    """`begin` before the workers start, then run `run` in a nursery.

    `reload` is called with a tenant's name, never twice at a time for one tenant, and may raise RpcError.
    """

    def __init__(self, root: Path, reload: Reload) -> None:
        self._root = root
        self._reload = reload
        self._seen = NOTHING
        self._changes: dict[str, _Changes] = {}
        self._notified = True

    async def begin(self) -> None:
        """What is saved from now on is seen, once `run` runs. Workers that read a folder later read it anyway."""
        self._seen = await self._look()

    async def run(self) -> None:
        """Watch until cancelled."""
        # It would tell the log of each change, by the files' names.
        logging.getLogger("watchfiles").setLevel(logging.WARNING)
        async with trio.open_nursery() as self._nursery:
            while True:
                await self._follow(self._seen.folders)
                await self._compare()

    # --- what changes

    async def _follow(self, folders: frozenset[Path]) -> None:
        """Note changes in these folders until others must be watched."""
        if not self._notified or not folders:
            await trio.sleep(POLL)
            return
        try:
            await self._listen(folders)
        except FileNotFoundError:
            # Gone since it was seen; the next look shows it.
            await trio.sleep(QUIET)
        except (OSError, RuntimeError, ExceptionGroup) as error:
            self._notified = False
            logger.warning("no notifications of changed files (%s): looking at them every %g s", error, POLL)

    async def _listen(self, folders: frozenset[Path]) -> None:
        # Each folder by itself: a recursive watch would follow links out of a tenant's folder, to anywhere.
        changes = awatch(
            *folders, recursive=False, watch_filter=None, debounce=2 * _STEP, step=_STEP, rust_timeout=_TICK,
            yield_on_timeout=True, stop_event=trio.Event(), force_polling=False, ignore_permission_denied=True,
        )  # fmt: skip
        compare_at = trio.current_time() + SETTLED
        async with aclosing(changes):
            async for changed in changes:
                paths = [(change, Path(name)) for change, name in changed]
                self._note(tenant_of(path, self._root) for _, path in paths)
                if any(change != Change.modified and (path in folders or path.is_dir()) for change, path in paths):
                    return
                if trio.current_time() >= compare_at:
                    await self._compare()
                    compare_at = trio.current_time() + SWEEP
                if self._seen.folders != folders:
                    return

    async def _compare(self) -> None:
        """Note whoever looks otherwise than the last time."""
        now = await self._look()
        before, self._seen = self._seen, now
        self._note(changed_between(before, self._seen))

    async def _look(self) -> Survey:
        return await trio.to_thread.run_sync(survey, self._root)

    # --- what follows

    def _note(self, tenants: Iterable[str | None]) -> None:
        now = trio.current_time()
        for name in {name for name in tenants if name is not None}:
            if (changes := self._changes.get(name)) is None:
                self._changes[name] = _Changes(now, now)
                self._nursery.start_soon(self._bring, name)
            elif changes.any:
                changes.last = now
            else:
                changes.first, changes.last, changes.any = now, now, True

    async def _bring(self, name: str) -> None:
        """Have the tenant's worker reload, again where something changes meanwhile."""
        changes = self._changes[name]
        try:
            while changes.any:
                while changes.due > trio.current_time():  # noqa: ASYNC110 (it moves on while this sleeps)
                    await trio.sleep_until(changes.due)
                await self._wait_arrived(self._root / name)
                changes.any = False
                # Before the worker reads: what changes from here on looks otherwise.
                look = await trio.to_thread.run_sync(look_at, self._root / name)
                self._seen = self._seen.after(name, look)
                await self._ask(name)
        finally:
            del self._changes[name]

    async def _wait_arrived(self, tenant: Path) -> None:
        """Until nobody is writing to what the worker would read: a slow upload goes on for minutes, and pauses."""
        arriving = Arriving(tenant)
        with trio.move_on_after(ARRIVES_WITHIN) as patience:
            while found := await trio.to_thread.run_sync(arriving.look):
                while found:
                    await trio.sleep(ARRIVING)
                    found = await trio.to_thread.run_sync(arriving.look, found)
        if patience.cancelled_caught:
            logger.warning("%s: a file is written to all the time, and read so", tenant.name)

    async def _ask(self, name: str) -> None:
        for _ in range(ATTEMPTS):
            try:
                await self._reload(name)
            except RpcError as error:
                # A file that is wrong is told by the worker itself.
                if error.code != ErrorCode.NOT_NOW:
                    return
            except Exception:
                logger.exception("%s: its files cannot be loaded, by a fault of the daemon's own", name)
                return
            else:
                return
            await trio.sleep(AGAIN)

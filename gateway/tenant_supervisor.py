"""Keeps one tenant's worker alive: forks it, recycles it, or parks the tenant."""

import logging
from contextlib import suppress
from typing import Any

import trio

from comptoir.gateway.ends import Ends
from comptoir.gateway.forked_process import fork_process
from comptoir.gateway.forkserver import ForkFailed, is_shortage
from comptoir.gateway.hearing import Hearing
from comptoir.gateway.keys import KeysWrong
from comptoir.gateway.live_worker import End, LiveWorker
from comptoir.gateway.locks import LockHeld
from comptoir.gateway.paths import PathsWrong
from comptoir.gateway.policy import what_to_do
from comptoir.gateway.preparing import prepare
from comptoir.gateway.rotating import RotationUnfinished
from comptoir.gateway.rotation import Outcome
from comptoir.gateway.tenant_record import TenantRecord
from comptoir.gateway.vault.errors import VaultFailed
from comptoir.sessions.protocol import ErrorCode, LineTooLong, Params, RpcError
from comptoir.sessions.rpc import ChannelClosed
from comptoir.sessions.times import now_ms

logger = logging.getLogger(__name__)

USABLE_LIMIT = 10.0
OWN_FAULT_PAUSE = 5.0
FOLLOW_LIMIT = 10.0

# A fork that fails counts towards parking like a worker that dies, unless the machine is short of something or the
# vault is away.
_NO_WORKER = (ForkFailed, LockHeld, PathsWrong, KeysWrong, VaultFailed, OSError)


class TenantSupervisor:
    """Run `run` in a nursery; cancelling it kills the worker, `stop` lets it finish first."""

    def __init__(self, record: TenantRecord) -> None:
        self.record = record
        self.ends = Ends(record)
        self.hearing = Hearing(record, self.park, self.ends.forgive)
        self.since = now_ms()
        """When `state` became what it is."""
        self._worker: LiveWorker | None = None
        self._usable = trio.Event()
        self._following = trio.Lock()
        self._told_to_finish = trio.Event()
        self._stopping = False
        self._preparing = trio.CancelScope()
        self._ended = trio.Event()
        self._published_state: tuple[str, str | None] | None = None

    @property
    def name(self) -> str:
        return self.record.name

    @property
    def pid(self) -> int | None:
        return self._worker.pid if self._worker else None

    @property
    def stopping(self) -> bool:
        """No worker is forked any more: the tenant is being removed, or the daemon stops."""
        return self._stopping

    @property
    def state(self) -> tuple[str, str | None]:
        """The contract's state and its reason."""
        if self._stopping or self.ends.given_up:
            return "stopped", "; ".join(filter(None, (self.record.parked, self.ends.trouble))) or None
        if self.record.parked:
            return "parked", self.record.parked
        if self._worker and self.hearing.state:
            return self.hearing.state
        why = self.ends.trouble or self.record.busy
        if self.record.row.wanted == "paused":
            return "paused", why
        return ("offline", why or "starting") if self.record.row.linked else ("new", why)

    async def call(self, method: str, params: Params | None = None, *, within: float = 30.0) -> Any:
        """The worker's answer. Raises RpcError: the worker's own, or NOT_NOW where no worker answers."""
        with trio.move_on_after(USABLE_LIMIT):
            while not (self._usable.is_set() or self._stopping or self.ends.given_up):
                await self._usable.wait()
        if self._worker is None or not self._usable.is_set():
            help = what_to_do(self.ends.given_up, self.name) if self.ends.given_up else "try again"
            raise RpcError(ErrorCode.NOT_NOW, f"{self.name}: no worker answers (state {self.state[0]}): {help}")
        try:
            return await self._worker.channel.call(method, params, within=within)
        except ChannelClosed:
            raise RpcError(
                ErrorCode.NOT_NOW,
                f"{self.name}: the worker ended before it answered {method}: try again (a send with the same "
                "client_key is never queued twice)",
            ) from None
        except LineTooLong as error:
            raise RpcError(ErrorCode.INVALID_PARAMS, f"{method}: too much at once: {error}") from None
        except trio.TooSlowError:
            raise RpcError(
                ErrorCode.NOT_NOW, f"{self.name}: no answer to {method} within {within:g} s: try again"
            ) from None

    async def follow_wanted(self, *, again: bool = False) -> None:
        """Have the worker rest or work as the registry says, told `again` where it does; one that is being forked is
        told once it answers.
        """
        async with self._following:
            worker, wanted = self._worker, self.record.row.wanted
            if worker and self._usable.is_set() and (again or worker.follows != wanted):
                await self.call("pause" if wanted == "paused" else "resume", within=FOLLOW_LIMIT)
                worker.follows = wanted

    async def park(self, reason: str, detail: str = "") -> None:
        """Stop the session until a person acts; a worker without one takes over."""
        self.ends.parked()
        await self.record.park(reason, detail)
        self.recycle(reason)

    def recycle(self, reason: str) -> None:
        """Let the worker finish and fork the next one; calls wait for that one."""
        if self._worker and not self._told_to_finish.is_set():
            self.record.publish("worker_recycled", pid=self.pid, reason=reason)
        self.ends.begin_anew()
        self._finish()

    async def stop(self) -> None:
        """Let the worker finish its sends and end; returns when it is gone."""
        self._stopping = True
        self._preparing.cancel()
        if self.record.rotation:
            self.record.rotation.end(Outcome(goes_on=True))
        self._finish()
        await self._ended.wait()

    def _finish(self) -> None:
        self._unusable()
        self._told_to_finish.set()
        self._note_state()

    def _unusable(self) -> None:
        """Calls look again at whether to wait on."""
        waited_for, self._usable = self._usable, trio.Event()
        waited_for.set()

    # --- the worker's life ---------------------------------------------------------------------------

    async def run(self) -> None:
        try:
            while not self._stopping:
                self._told_to_finish = trio.Event()
                try:
                    end = await self._one_worker()
                    if not self._told_to_finish.is_set():
                        await self._after(end)
                except Exception as error:
                    # A bug of ours, or a registry that cannot be written, must not take the other tenants down.
                    logger.exception("%s: cannot be supervised, trying again", self.name)
                    self.ends.trouble = f"the daemon's own fault, see its log: {error}"
                    with trio.move_on_after(OWN_FAULT_PAUSE):
                        await self._told_to_finish.wait()
        finally:
            self._ended.set()

    async def _one_worker(self) -> End:
        """One worker from fork to end."""
        try:
            self._note_state()
            with trio.CancelScope() as self._preparing:
                spec = await prepare(self.record)
            if self._preparing.cancelled_caught:
                return End("called off", again="called off")
            installation = self.record.installation
            log = installation.open_log(spec.tenant)
            name = f"worker {spec.tenant}"
            async with fork_process(installation.forkserver, installation.targets.worker, spec, name) as process:
                self.hearing.begin(linked=spec.linked)
                self._worker = LiveWorker(process, log, self._told_to_finish, self._hear, self._answered)
                self._worker.follows = "paused" if spec.paused else "active"
                self.record.publish("worker_started", pid=process.pid)
                self._note_state()
                return await self._worker.run()
        except RotationUnfinished as error:
            return End(str(error), again=str(error))
        except _NO_WORKER as error:
            how = f"no worker: {error}"
            return End(how, again=how if is_shortage(error) or isinstance(error, VaultFailed) else "")
        finally:
            self._worker = None
            self._unusable()

    async def _hear(self, method: str, params: Params) -> None:
        await self.hearing.hear(method, params)
        self._note_state()

    async def _answered(self) -> None:
        if self._told_to_finish.is_set():
            return
        if not self._usable.is_set():
            self._usable.set()
            self.ends.answered(self.pid)
            self._note_state()
        # What was wanted meanwhile; where it refuses, its next answer brings the next attempt.
        with suppress(RpcError):
            await self.follow_wanted()
        if self.hearing.offline.due(trio.current_time()):
            self.recycle("offline")

    async def _after(self, end: End) -> None:
        self.hearing.tell_linking({"event": "failed", "reason": "worker_died"})
        said = self.hearing.state[1] if end.pid and self.hearing.state else None
        seconds = self.ends.after(end, said)
        if seconds is None:
            await self.park("crashed", end.how)
            return
        if self.ends.given_up:
            self._unusable()
        await self._rest(seconds)

    async def _rest(self, seconds: float) -> None:
        """Wait before the next fork; `recycle` and `stop` cut it short."""
        self._note_state()
        with trio.move_on_after(seconds):
            await self._told_to_finish.wait()

    def _note_state(self) -> None:
        if self.state != self._published_state:
            self._published_state = self.state
            self.since = now_ms()
            self.record.publish("state", state=self.state[0], reason=self.state[1])

"""Keeps one tenant's worker alive: forks it, hears it, recycles it, or parks the tenant."""

import logging
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from typing import Any

import trio

from comptoir.gateway.forkserver import ForkFailed
from comptoir.gateway.installation import Installation
from comptoir.gateway.keys import KeysWrong
from comptoir.gateway.live_worker import LiveWorker
from comptoir.gateway.locks import LockHeld, make_sure_nobody_holds
from comptoir.gateway.paths import PathsWrong
from comptoir.gateway.policy import LINK_AGAIN, Deaths, offline_limit, what_to_do
from comptoir.gateway.registry import Tenant
from comptoir.gateway.times import now_ms
from comptoir.gateway.worker_process import fork_worker
from comptoir.sessions.protocol import ErrorCode, Params, RpcError
from comptoir.sessions.rpc import ChannelClosed
from comptoir.sessions.spec import WorkerSpec

logger = logging.getLogger(__name__)

USABLE_LIMIT = 10.0
# As long as a worker may take to finish its sends.
ORPHAN_GRACE = 8.0
OWN_FAULT_PAUSE = 5.0
LINK_EVENTS = 32

# A fork that fails counts towards parking like a worker that dies.
_NO_WORKER = (ForkFailed, LockHeld, PathsWrong, KeysWrong, OSError)


class TenantSupervisor:
    """Run `run` in a nursery; cancelling it kills the worker, `stop` lets it finish first."""

    def __init__(self, installation: Installation, tenant: Tenant) -> None:
        self.tenant = tenant
        self.restarts = 0
        self.since = now_ms()
        """When `state` became what it is."""
        self.given_up = False
        """It died too often even without a session: no worker until an operator says `resume`."""
        self._installation = installation
        self._worker: LiveWorker | None = None
        self._usable = trio.Event()
        self._told_to_finish = trio.Event()
        self._stopping = False
        self._ended = trio.Event()
        self._deaths = Deaths()
        self._trouble: str | None = None
        self._reported: Params = {}
        self._published_state: tuple[str, str | None] | None = None
        self._offline_since: float | None = None
        self._offline_limit = offline_limit(0)
        self._offline_recycles = 0
        self._link_events: trio.MemorySendChannel[Params] | None = None
        self._leaving = False

    # --- what others ask -----------------------------------------------------------------------------

    @property
    def name(self) -> str:
        return self.tenant.name

    @property
    def pid(self) -> int | None:
        return self._worker.pid if self._worker else None

    @property
    def on_wrong_server(self) -> str | None:
        return self._installation.wrong_server(self.tenant)

    @property
    def parked(self) -> str | None:
        """Why the session must not connect, or None."""
        return self.tenant.parked_reason or self.on_wrong_server

    @property
    def state(self) -> tuple[str, str | None]:
        """The contract's state and its reason."""
        if self._stopping or self.given_up:
            return "stopped", self._trouble
        if self.parked:
            return "parked", self.parked
        if self._worker and "state" in self._reported:
            return str(self._reported["state"]), self._reported.get("reason") or None
        if self.tenant.wanted == "paused":
            return "paused", self._trouble
        return ("offline", self._trouble or "starting") if self.tenant.linked else ("new", self._trouble)

    async def call(self, method: str, params: Params | None = None, *, within: float = 30.0) -> Any:
        """The worker's answer. Raises RpcError: the worker's own, or NOT_NOW where no worker answers."""
        with trio.move_on_after(USABLE_LIMIT):
            while not (self._usable.is_set() or self._stopping or self.given_up):
                await self._usable.wait()
        if self._worker is None or not self._usable.is_set():
            help = what_to_do("crashed", self.name) if self.given_up else "try again"
            raise RpcError(ErrorCode.NOT_NOW, f"{self.name}: no worker answers (state {self.state[0]}): {help}")
        try:
            return await self._worker.channel.call(method, params, within=within)
        except ChannelClosed:
            raise RpcError(
                ErrorCode.NOT_NOW,
                f"{self.name}: the worker ended before it answered {method}: try again (a send with the same "
                "client_key is never queued twice)",
            ) from None
        except trio.TooSlowError:
            raise RpcError(
                ErrorCode.NOT_NOW, f"{self.name}: no answer to {method} within {within:g} s: try again"
            ) from None

    # --- for the orders ------------------------------------------------------------------------------

    async def change(self, **fields: Any) -> None:
        """Store fields of the registry's row."""
        self.tenant = await self._installation.registry.change(self.tenant, **fields)

    def publish(self, kind: str, /, **data: Any) -> None:
        """An event of the daemon's own; it also goes to the log, and so holds nothing that customers wrote."""
        logger.info("%s: %s %s", self.name, kind, " ".join(f"{key}={value}" for key, value in data.items()))
        self._installation.hub.publish(self.name, kind, **data)

    async def tell_living_worker(self, method: str) -> None:
        """A worker that is just being forked learns it from its spec instead."""
        if self._worker and self._usable.is_set():
            await self.call(method)

    async def park(self, reason: str, detail: str = "") -> None:
        """Stop the session until a person acts; a worker without one takes over."""
        await self._store_parking(reason, detail)
        self.recycle(reason)

    async def _store_parking(self, reason: str, detail: str) -> None:
        ended = {"lab": None} if reason in LINK_AGAIN else {}
        fields: dict[str, Any] = {"parked_reason": reason, "parked_at": now_ms(), **ended}
        try:
            await self.change(**fields)
        except sqlite3.Error:
            # A full disk is no reason to connect a banned number again.
            logger.exception("%s: parked (%s) until the daemon ends, the registry cannot be written", self.name, reason)
            self.tenant = replace(self.tenant, **fields)
        self._deaths = Deaths()
        self.publish("parked", reason=reason, detail=detail, advice=what_to_do(reason, self.name))

    def recycle(self, reason: str) -> None:
        """Let the worker finish and fork the next one; calls wait for that one."""
        if self._worker and not self._told_to_finish.is_set():
            self.publish("worker_recycled", pid=self.pid, reason=reason)
        if self.given_up:
            self.given_up = False
            self._deaths = Deaths()
        self._finish()

    async def stop(self) -> None:
        """Let the worker finish its sends and end; returns when it is gone."""
        self._stopping = True
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

    @contextmanager
    def leaving(self) -> Iterator[None]:
        """While the worker logs out, being logged out is no reason to park."""
        self._leaving = True
        try:
            yield
        finally:
            self._leaving = False

    @contextmanager
    def follow_linking(self) -> Iterator[trio.MemoryReceiveChannel[Params]]:
        """What the worker tells of an attempt to link. Raises RpcError where somebody follows one already."""
        if self._link_events is not None:
            raise RpcError(ErrorCode.NOT_NOW, f"{self.name} is being linked already: end that attempt first")
        self._link_events, events = trio.open_memory_channel[Params](LINK_EVENTS)
        try:
            yield events
        finally:
            self._link_events = None

    # --- the worker's life ---------------------------------------------------------------------------

    async def run(self) -> None:
        try:
            while not self._stopping:
                self._told_to_finish = trio.Event()
                try:
                    how = await self._one_worker()
                    if not self._told_to_finish.is_set():
                        await self._after_death(how)
                except Exception as error:
                    # A bug of ours, or a registry that cannot be written, must not take the other tenants down.
                    logger.exception("%s: cannot be supervised, trying again", self.name)
                    self._trouble = f"the daemon's own fault, see its log: {error}"
                    with trio.move_on_after(OWN_FAULT_PAUSE):
                        await self._told_to_finish.wait()
        finally:
            self._ended.set()

    async def _one_worker(self) -> str:
        """One worker from fork to end; how it ended."""
        try:
            spec = await self._prepare()
            async with fork_worker(self._installation.forkserver, spec) as process:
                self._worker = LiveWorker(process, self._told_to_finish, self._hear, self._answered)
                self._offline_since = trio.current_time() if spec.linked else None
                self._offline_limit = offline_limit(self._offline_recycles)
                self.publish("worker_started", pid=process.pid)
                self._note_state()
                return await self._worker.run()
        except _NO_WORKER as error:
            return f"no worker: {error}"
        finally:
            self._worker = None
            self._reported = {}
            self._unusable()

    async def _prepare(self) -> WorkerSpec:
        """What must be so before a fork: no other worker of this session, and no stray credentials."""
        spec = await trio.to_thread.run_sync(self._installation.spec, self.tenant)
        if killed := await make_sure_nobody_holds(spec.lock_path, ORPHAN_GRACE):
            self.publish("orphan_killed", pid=killed)
        if not self.tenant.linked:
            await trio.to_thread.run_sync(self._installation.forget_session, self.name)
        elif self.parked is None and not self._installation.has_credentials(self.tenant):
            await self._store_parking("session_lost", "")
        return await trio.to_thread.run_sync(self._installation.spec, self.tenant)

    def _answered(self) -> None:
        if self._told_to_finish.is_set():
            return
        if not self._usable.is_set():
            self._usable.set()
            if self._trouble:
                self.publish("recovered", pid=self.pid)
            self._trouble = None
            self._note_state()
        offline = 0.0 if self._offline_since is None else trio.current_time() - self._offline_since
        if offline > self._offline_limit:
            self._offline_recycles += 1
            self.recycle("offline")

    async def _after_death(self, how: str) -> None:
        self._deaths = self._deaths.add(trio.current_time())
        self._trouble = how
        self.restarts += 1
        self.publish("worker_died", how=how, deaths=len(self._deaths.times))
        self._tell_linking({"event": "failed", "reason": "worker_died"})
        if not self._deaths.too_many:
            self._note_state()
            with trio.move_on_after(self._deaths.delay()):
                await self._told_to_finish.wait()
        elif self.tenant.linked and self.parked is None:
            await self.park("crashed", how)
        else:
            self.given_up = True
            self._unusable()
            self.publish("gave_up", how=how, advice=what_to_do("crashed", self.name))
            self._note_state()
            await self._told_to_finish.wait()

    # --- what the worker says ------------------------------------------------------------------------

    async def _hear(self, method: str, params: Params) -> None:
        match method:
            case "state":
                await self._hear_state(params)
            case "link":
                await self._hear_link(params)
            case "event":
                self._hear_event(params)
            case _:
                logger.warning("%s: its worker said %r, which means nothing here", self.name, method)

    async def _hear_state(self, params: Params) -> None:
        self._reported = params
        state = params.get("state")
        if state not in ("connecting", "offline"):
            self._offline_since = None
        elif self._offline_since is None:
            self._offline_since = trio.current_time()
        if state == "online":
            self._offline_recycles = 0
        if number := params.get("number"):
            await self._learn_number(str(number), linked=state == "online")
        if params.get("park") and not self._leaving and self.parked is None:
            await self.park(str(params.get("reason", "connect_failure")), str(params.get("detail", "")))
        self._note_state()

    async def _hear_link(self, params: Params) -> None:
        if params.get("event") == "linked":
            await self._learn_number(str(params.get("number")), linked=True)
            self.publish("linked", number=self.tenant.number)
        self._tell_linking(params)

    def _hear_event(self, params: Params) -> None:
        kind = str(params.get("kind", "unknown"))
        if kind == "message_given_up":
            # Its two deaths are one customer's doing: that must not close the shop.
            self._deaths = self._deaths.forgive(2)
        data = {key: value for key, value in params.items() if key != "kind"}
        self._installation.hub.publish(self.name, kind, **data)

    async def _learn_number(self, number: str, *, linked: bool) -> None:
        lab = (self._installation.lab is not None) if linked else self.tenant.lab
        if (number, lab) != (self.tenant.number, self.tenant.lab):
            await self.change(number=number, lab=lab)

    def _tell_linking(self, event: Params) -> None:
        if self._link_events is not None:
            with suppress(trio.WouldBlock, trio.BrokenResourceError):
                self._link_events.send_nowait(event)

    def _note_state(self) -> None:
        if self.state != self._published_state:
            self._published_state = self.state
            self.since = now_ms()
            self.publish("state", state=self.state[0], reason=self.state[1])

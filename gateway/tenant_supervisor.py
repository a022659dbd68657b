"""Keeps one tenant's worker alive: forks it, listens to it, recycles it, or parks the tenant."""

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

import trio

from comptoir.gateway.forkserver import ForkFailed
from comptoir.gateway.installation import Installation
from comptoir.gateway.keys import KeysWrong
from comptoir.gateway.locks import LockHeld, make_sure_nobody_holds
from comptoir.gateway.paths import PathsWrong
from comptoir.gateway.policy import LINK_AGAIN, Deaths, offline_limit, what_to_do
from comptoir.gateway.registry import Tenant
from comptoir.gateway.times import now_ms
from comptoir.gateway.worker_process import WorkerProcess, fork_worker
from comptoir.sessions.protocol import ErrorCode, Params, RpcError
from comptoir.sessions.rpc import ChannelClosed
from comptoir.sessions.spec import WorkerSpec

START_LIMIT = 30.0
PING_EVERY = 2.0
PING_LIMIT = 10.0
USABLE_LIMIT = 10.0
STOP_LIMIT = 8.0
ORPHAN_GRACE = 5.0
LAST_WORDS_LIMIT = 1.0

# A fork that fails is as bad as a worker that dies: it counts towards parking in the same way.
_NO_WORKER = (ForkFailed, LockHeld, PathsWrong, KeysWrong, OSError)
_NO_ANSWER = (ChannelClosed, RpcError, trio.TooSlowError)


class TenantSupervisor:
    """Run `run` in a nursery; cancelling it kills the worker, `stop` lets it finish first."""

    def __init__(self, installation: Installation, tenant: Tenant) -> None:
        self.tenant = tenant
        self.restarts = 0
        self.since = now_ms()
        self._installation = installation
        self._worker: WorkerProcess | None = None
        self._usable = trio.Event()
        self._told_to_finish = trio.Event()
        self._stopping = False
        self._given_up = False
        self._ended = trio.Event()
        self._deaths = Deaths()
        self._trouble: str | None = None
        self._reported: Params = {}
        self._last_state: tuple[str, str | None] | None = None
        self._offline_since: float | None = None
        self._offline_recycles = 0
        self._link_events: trio.MemorySendChannel[Params] | None = None
        self._unlinking = False

    # --- what others ask -----------------------------------------------------------------------------

    @property
    def name(self) -> str:
        return self.tenant.name

    @property
    def pid(self) -> int | None:
        return self._worker.pid if self._worker else None

    @property
    def parked(self) -> str | None:
        """Why the session must not connect, or None."""
        return self.tenant.parked_reason or self._installation.wrong_server(self.tenant)

    @property
    def state(self) -> tuple[str, str | None]:
        """The contract's state and its reason."""
        if self._stopping or self._given_up:
            return "stopped", self._trouble
        if self.parked:
            return "parked", self.parked
        if self._worker and "state" in self._reported:
            return str(self._reported["state"]), self._reported.get("reason")
        if not self.tenant.linked:
            return "new", self._trouble
        return ("paused" if self.tenant.wanted == "paused" else "offline"), self._trouble or "starting"

    async def call(self, method: str, params: Params | None = None, *, within: float = 30.0) -> Any:
        """The worker's answer. Raises RpcError: the worker's own, or NOT_NOW where no worker answers."""
        with trio.move_on_after(USABLE_LIMIT):
            while not (self._usable.is_set() or self._stopping or self._given_up):
                await self._usable.wait()
        worker = self._worker
        if worker is None or not self._usable.is_set():
            state, reason = self.state
            raise RpcError(
                ErrorCode.NOT_NOW, f"{self.name}: no worker answers ({state}: {reason}): try again"
            )
        try:
            return await worker.channel.call(method, params, within=within)
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

    # --- orders --------------------------------------------------------------------------------------

    async def pause(self) -> None:
        await self._change(wanted="paused")
        await self._tell_living_worker("pause")
        self._publish("paused")

    async def resume(self) -> None:
        """Also the way out of parking where the credentials are still good. Raises RpcError otherwise."""
        if self.parked in LINK_AGAIN or self._installation.wrong_server(self.tenant):
            raise RpcError(ErrorCode.NOT_NOW, f"{self.name}: {what_to_do(str(self.parked), self.name)}")
        was_parked = self.parked is not None or self._given_up
        await self._change(wanted="active", parked_reason=None, parked_at=None)
        self._deaths = Deaths()
        if was_parked:
            self.recycle("resumed")
        else:
            await self._tell_living_worker("resume")
        self._publish("resumed")

    async def park(self, reason: str, detail: str = "") -> None:
        """Stop the session until a person acts; a worker without link takes over."""
        ended = {"lab": None} if reason in LINK_AGAIN else {}
        await self._change(parked_reason=reason, parked_at=now_ms(), **ended)
        self._deaths = Deaths()
        self._publish("parked", reason=reason, detail=detail, advice=what_to_do(reason, self.name))
        self.recycle(reason)

    async def unlink(self) -> bool:
        """Whether the server was told. The credentials are gone in any case. Raises RpcError."""
        if not self.tenant.linked:
            raise RpcError(ErrorCode.NOT_NOW, f"{self.name} is not linked: `comptoir link {self.name}`")
        reachable = self.parked is None
        self._unlinking = True
        try:
            if reachable:
                await self.call("unlink")
            await self._change(lab=None, number=None, parked_reason=None, parked_at=None)
        finally:
            self._unlinking = False
        self._publish("unlinked", logged_out=reachable)
        self.recycle("unlinked")
        return reachable

    @asynccontextmanager
    async def linking(self) -> AsyncIterator[trio.MemoryReceiveChannel[Params]]:
        """What the worker tells of an attempt to link; it is called off where the block is left without.

        Raises RpcError where the tenant is linked already or somebody else is linking it.
        """
        self._refuse_to_link()
        if self.tenant.parked_reason:
            await self._change(parked_reason=None, parked_at=None)
            self.recycle("linking")
        self._link_events, events = trio.open_memory_channel[Params](32)
        try:
            yield events
        finally:
            self._link_events = None
            if not self.tenant.linked:
                # A client that has failed or been left is never used again.
                self.recycle("not linked")

    def _refuse_to_link(self) -> None:
        if self._link_events is not None:
            raise RpcError(ErrorCode.NOT_NOW, f"{self.name} is being linked already: end that attempt first")
        if self.tenant.linked:
            help = (
                what_to_do(self.parked, self.name) if self.parked else f"`comptoir unlink {self.name}` first"
            )
            raise RpcError(ErrorCode.FAILED, f"{self.name} is linked as {self.tenant.number}: {help}")

    def recycle(self, reason: str) -> None:
        """Let the worker finish and fork the next one."""
        if self._worker and not self._told_to_finish.is_set():
            self._publish("worker_recycled", pid=self.pid, reason=reason)
        self._given_up = False
        self._finish()

    async def stop(self) -> None:
        """Let the worker finish its sends and end; returns when it is gone."""
        self._stopping = True
        self._finish()
        await self._ended.wait()

    def _finish(self) -> None:
        waiting, self._usable = self._usable, trio.Event()
        waiting.set()
        self._told_to_finish.set()
        self._note_state()

    # --- the worker's life ---------------------------------------------------------------------------

    async def run(self) -> None:
        try:
            while not self._stopping:
                self._told_to_finish = trio.Event()
                died = await self._one_worker()
                if died is not None and not self._told_to_finish.is_set():
                    await self._after_death(died)
        finally:
            self._ended.set()

    async def _one_worker(self) -> str | None:
        """One worker from fork to end. How it died, or None where it was told to finish."""
        try:
            spec = await self._prepare()
            if self._told_to_finish.is_set():
                return None
            async with fork_worker(self._installation.forkserver, spec) as worker:
                code = await self._live_with(worker)
        except _NO_WORKER as error:
            return f"no worker: {error}"
        finally:
            self._worker = None
            self._reported = {}
            if self._usable.is_set():
                self._usable = trio.Event()
        if self._told_to_finish.is_set():
            return None
        how = "unknown" if code is None else f"signal {-code}" if code < 0 else f"exit code {code}"
        return f"{self._trouble}: {how}" if self._trouble else how

    async def _prepare(self) -> WorkerSpec:
        """Whatever must be true before a fork: no other worker of this session, and no stray credentials."""
        spec = await trio.to_thread.run_sync(self._installation.spec, self.tenant)
        if killed := await make_sure_nobody_holds(spec.lock_path, ORPHAN_GRACE):
            self._publish("orphan_killed", pid=killed)
        if not self.tenant.linked:
            await trio.to_thread.run_sync(self._installation.forget_session, self.name)
        elif self.parked is None and not self._installation.has_credentials(self.tenant):
            await self._change(parked_reason="session_lost", parked_at=now_ms(), lab=None)
            self._publish("parked", reason="session_lost", advice=what_to_do("session_lost", self.name))
        return await trio.to_thread.run_sync(self._installation.spec, self.tenant)

    async def _live_with(self, worker: WorkerProcess) -> int | None:
        self._worker = worker
        self._offline_since = trio.current_time() if self.tenant.linked else None
        self._publish("worker_started", pid=worker.pid)
        self._note_state()
        said_all = trio.Event()
        async with trio.open_nursery() as nursery:
            nursery.start_soon(self._listen, worker, said_all)
            nursery.start_soon(self._watch, worker)
            nursery.start_soon(self._finish_when_told, worker)
            code = await worker.exited()
            with trio.move_on_after(LAST_WORDS_LIMIT):
                await said_all.wait()
            nursery.cancel_scope.cancel()
        return code

    async def _after_death(self, how: str) -> None:
        self._deaths = self._deaths.add(trio.current_time())
        self._trouble = how
        self.restarts += 1
        self._publish("worker_died", how=how, deaths=len(self._deaths.times))
        if self._link_events is not None:
            self._tell_linking({"event": "failed", "reason": "worker_died"})
        if not self._deaths.too_many:
            self._note_state()
            with trio.move_on_after(self._deaths.delay()):
                await self._told_to_finish.wait()
        elif self.tenant.linked and self.parked is None:
            await self.park("crashed", how)
        else:
            await self._give_up(how)

    async def _give_up(self, how: str) -> None:
        """Even without a link it dies: no worker until an operator says so."""
        self._given_up = True
        self._publish("gave_up", how=how, advice=what_to_do("crashed", self.name))
        self._note_state()
        await self._told_to_finish.wait()
        self._deaths = Deaths()

    async def _watch(self, worker: WorkerProcess) -> None:
        """A worker must answer; one that has been offline for too long is recycled on our schedule."""
        limit = START_LIMIT
        while True:
            try:
                await worker.channel.call("ping", within=limit)
            except trio.TooSlowError:
                self._trouble = f"no answer for {limit:g} s"
                worker.kill()
                return
            except ChannelClosed:
                # It is about to end, or has lost its mind.
                await trio.sleep(STOP_LIMIT)
                worker.kill()
                return
            if limit == START_LIMIT:
                self._now_usable(worker)
                limit = PING_LIMIT
            self._recycle_when_offline()
            await trio.sleep(PING_EVERY)

    def _now_usable(self, worker: WorkerProcess) -> None:
        if self._told_to_finish.is_set():
            return
        self._usable.set()
        if self._trouble:
            self._publish("recovered", pid=worker.pid)
        self._trouble = None
        self._note_state()

    def _recycle_when_offline(self) -> None:
        if self._offline_since is None or self._told_to_finish.is_set():
            return
        if trio.current_time() - self._offline_since > offline_limit(self._offline_recycles):
            self._offline_recycles += 1
            self.recycle("offline")

    async def _finish_when_told(self, worker: WorkerProcess) -> None:
        await self._told_to_finish.wait()
        with trio.move_on_after(STOP_LIMIT):
            with suppress(*_NO_ANSWER):
                await worker.channel.call("stop", within=STOP_LIMIT)
            await worker.exited()
        worker.kill()

    # --- what the worker says ------------------------------------------------------------------------

    async def _listen(self, worker: WorkerProcess, said_all: trio.Event) -> None:
        await worker.channel.serve(self._hear)
        said_all.set()

    async def _hear(self, method: str, params: Params) -> None:
        match method:
            case "state":
                await self._hear_state(params)
            case "link":
                await self._hear_link(params)
            case "event":
                self._hear_event(dict(params))
            case _:
                raise RpcError(ErrorCode.METHOD_NOT_FOUND, f"a worker may not ask for {method}")

    async def _hear_state(self, params: Params) -> None:
        self._reported = params
        state = params.get("state")
        if state in ("connecting", "offline"):
            self._offline_since = self._offline_since or trio.current_time()
        else:
            self._offline_since = None
        if state == "online":
            self._offline_recycles = 0
        if number := params.get("number"):
            await self._learn_number(str(number), linked=state == "online")
        if params.get("park") and not self._unlinking and self.tenant.parked_reason is None:
            await self.park(str(params.get("reason", "connect_failure")), str(params.get("detail", "")))
        self._note_state()

    async def _hear_link(self, params: Params) -> None:
        if params.get("event") == "linked":
            await self._learn_number(str(params["number"]), linked=True)
            self._publish("linked", number=self.tenant.number)
        self._tell_linking(params)

    def _hear_event(self, params: Params) -> None:
        kind = str(params.pop("kind", "unknown"))
        if kind == "message_given_up":
            self._deaths = self._deaths.forgive(2)
        for ours in ("time", "tenant"):
            params.pop(ours, None)
        self._publish(kind, **params)

    async def _learn_number(self, number: str, *, linked: bool) -> None:
        lab = (self._installation.lab is not None) if linked else self.tenant.lab
        if (number, lab) != (self.tenant.number, self.tenant.lab):
            await self._change(number=number, lab=lab)

    def _tell_linking(self, event: Params) -> None:
        if self._link_events is not None:
            with suppress(trio.WouldBlock, trio.BrokenResourceError):
                self._link_events.send_nowait(event)

    # --- small things --------------------------------------------------------------------------------

    async def _tell_living_worker(self, method: str) -> None:
        """A worker that is just being forked learns it from its spec instead."""
        if self._worker and self._usable.is_set():
            await self.call(method)

    async def _change(self, **changes: Any) -> None:
        self.tenant = await self._installation.registry.change(self.tenant, **changes)

    def _note_state(self) -> None:
        if self.state != self._last_state:
            self._last_state = self.state
            self.since = time.time_ns() // 1_000_000
            self._publish("state", state=self.state[0], reason=self.state[1])

    def _publish(self, kind: str, /, **data: Any) -> None:
        self._installation.hub.publish(self.name, kind, **data)

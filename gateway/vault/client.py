"""The daemon's side of the vault: one process that seals, forked again when it dies, told again what to keep.

Nothing that works waits for it: a worker whose session is in RAM goes on while there is no vault.
"""

import logging
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

import trio

from comptoir.gateway.events import EventHub
from comptoir.gateway.forked_process import ForkedProcess, fork_process
from comptoir.gateway.forkserver import ForkFailed, Forkserver, Target
from comptoir.gateway.locks import LockHeld, make_sure_nobody_holds
from comptoir.gateway.paths import PathsWrong
from comptoir.gateway.policy import full_jitter
from comptoir.gateway.session_dirs import make_session_dir
from comptoir.gateway.vault.errors import VaultDamaged, VaultFailed
from comptoir.gateway.vault.orders import Kept, VaultSpec
from comptoir.gateway.vault.printing import log_output
from comptoir.sessions.protocol import ErrorCode, Params, RpcError
from comptoir.sessions.rpc import ChannelClosed

logger = logging.getLogger(__name__)

# An earlier one seals a last time when its daemon is gone.
ORPHAN_GRACE = 6.0
PING_EVERY = 2.0
PING_LIMIT = 10.0
START_LIMIT = 30.0
CALL_LIMIT = 30.0
STOP_LIMIT = 6.0
LONGEST_PAUSE = 5.0
LASTING = 60.0
"""Seconds after which an end is no longer one of a series."""


@dataclass(frozen=True, slots=True)
class Sealed:
    """How a tenant's vault stands."""

    generation: int = 0
    trouble: str = ""
    """Why what changed last is not on disk."""
    older: int = 0
    """The newest generation that was known when an older vault was found in its place; 0 where none was."""

    def as_json(self) -> Params:
        return {"generation": self.generation, "trouble": self.trouble or None, "older_than": self.older or None}


class Vault:
    """Run `run` in a nursery. Calls wait for the process, and are repeated when it dies under them.

    All raise VaultFailed where `CALL_LIMIT` seconds do not suffice or the disk refuses.
    """

    def __init__(self) -> None:
        self.pid: int | None = None
        self._hub = EventHub()
        self._kept: dict[str, Kept] = {}
        self._sealed: dict[str, Sealed] = {}
        self._process: ForkedProcess | None = None
        self._usable = trio.Event()
        self.stopping = False
        """Nothing more is sealed but a last time."""
        self._unwritten: dict[str, int] = {}
        self._news = trio.Event()
        self._told_to_stop = trio.Event()
        self._ended = trio.Event()

    def keeps(self, tenant: str) -> bool:
        return tenant in self._kept

    def sealed(self, tenant: str) -> Sealed:
        return self._sealed.get(tenant, Sealed())

    async def wait_sealed(self, tenant: str, least: int) -> None:
        """Until the generation `least`, or a later one, is on disk."""
        while self.sealed(tenant).generation < least:
            await self._news.wait()

    async def keep(self, kept: Kept) -> None:
        """Have every change of this session sealed from now on; returns at once where the vault is away."""
        kept = replace(kept, least=max(kept.least, self.sealed(kept.tenant).generation))
        self._kept[kept.tenant] = kept
        self._note(kept.tenant, generation=kept.least)
        if self._process is not None and self._usable.is_set():
            with suppress(VaultFailed):
                await self._call("keep", kept.as_params(), once=True)

    async def seal(self, tenant: str) -> int:
        """Bring what is in RAM now to disk; its generation."""
        return int((await self._call("seal", {"tenant": tenant}))["generation"])

    async def release(self, tenant: str) -> None:
        """Seal a last time and let go of the session and of the vault: somebody is going to replace one of them."""
        if self._kept.pop(tenant, None) is not None:
            await self._call("release", {"tenant": tenant})

    async def forget(self, kept: Kept) -> None:
        """Delete the vault; the session is nobody's any more."""
        self._kept.pop(kept.tenant, None)
        await self._call("forget", kept.as_params())
        self._note(kept.tenant, trouble="", older=0)

    async def restore(self, kept: Kept) -> int | None:
        """Make the session in RAM out of the vault; its generation, None where there is none. Raises VaultDamaged."""
        newest = max(kept.least, self.sealed(kept.tenant).generation)
        self._kept.pop(kept.tenant, None)
        generation = (await self._call("restore", kept.as_params()))["generation"]
        if generation is None:
            return None
        if generation < newest:
            self._note_older(kept.tenant, generation, newest)
        return int(generation)

    def take_unwritten(self) -> dict[str, int]:
        """The generations reached since the last time, to be noted outside the vaults."""
        unwritten, self._unwritten = self._unwritten, {}
        return unwritten

    def give_back(self, unwritten: Mapping[str, int]) -> None:
        """They could not be noted."""
        self._unwritten = {**unwritten, **self._unwritten}

    # --- the process

    async def run(self, forkserver: Forkserver, target: Target[VaultSpec], spec: VaultSpec, hub: EventHub) -> None:
        """Keep one running until `stop`, and publish what befalls it. Cancelling kills it."""
        self._hub = hub
        attempt = 0
        while not self.stopping:
            begun = trio.current_time()
            how = await self._one_process(forkserver, target, spec)
            if self.stopping:
                break
            attempt = 1 if trio.current_time() - begun > LASTING else attempt + 1
            logger.warning("the vault process ended (%s): another is forked", how)
            self._hub.publish(None, "vault_died", how=how)
            with trio.move_on_after(full_jitter(attempt, 0.25, LONGEST_PAUSE)):
                await self._told_to_stop.wait()
        self._ended.set()

    async def stop(self) -> None:
        """Have it seal a last time and end."""
        self.stopping = True
        self._told_to_stop.set()
        process = self._process
        if process is None:
            return
        with trio.move_on_after(STOP_LIMIT):
            with suppress(RpcError, ChannelClosed, trio.TooSlowError):
                await process.channel.call("seal_all", within=STOP_LIMIT)
            process.hang_up()
            await self._ended.wait()

    async def _one_process(self, forkserver: Forkserver, target: Target[VaultSpec], spec: VaultSpec) -> str:
        """One from fork to end; how it ended."""
        try:
            make_session_dir(spec.folder.parent, spec.folder.name)
            if killed := await make_sure_nobody_holds(spec.lock_path, ORPHAN_GRACE):
                logger.warning("an earlier vault process (%d) had to be killed", killed)
            async with fork_process(forkserver, target, spec, "vault") as process:
                return await self._follow(process)
        except (ForkFailed, LockHeld, PathsWrong, OSError) as error:
            return str(error)
        finally:
            self._process = self.pid = None
            waited_for, self._usable = self._usable, trio.Event()
            waited_for.set()

    async def _follow(self, process: ForkedProcess) -> str:
        self.pid = process.pid
        async with trio.open_nursery() as nursery:
            nursery.start_soon(process.channel.serve, self._hear)
            nursery.start_soon(log_output, process.printed)
            nursery.start_soon(self._watch, process)
            self._process = process
            nursery.start_soon(self._tell_all, process)
            code = await process.exited()
            nursery.cancel_scope.cancel()
        return "cause unknown" if code is None else f"signal {-code}" if code < 0 else f"exit code {code}"

    async def _tell_all(self, process: ForkedProcess) -> None:
        """What the last one kept. What is added meanwhile is told, too."""
        told: dict[str, Kept] = {}
        with suppress(ChannelClosed, trio.TooSlowError):
            while missing := [kept for name, kept in self._kept.items() if told.get(name) is not kept]:
                for kept in missing:
                    with suppress(RpcError):
                        await process.channel.call("keep", kept.as_params(), within=CALL_LIMIT)
                    told[kept.tenant] = kept
            self._usable.set()

    async def _watch(self, process: ForkedProcess) -> None:
        limit = START_LIMIT
        try:
            while True:
                with suppress(RpcError):
                    await process.channel.call("ping", within=limit)
                limit = PING_LIMIT
                await trio.sleep(PING_EVERY)
        except trio.TooSlowError:
            logger.error("the vault process does not answer within %g s: it is killed", limit)
            process.kill()
        except ChannelClosed:
            # It ends; should it not, it is of no use.
            await trio.sleep(STOP_LIMIT)
            process.kill()

    async def _call(self, method: str, params: Params, *, once: bool = False) -> Any:
        try:
            with trio.fail_after(CALL_LIMIT):
                while True:
                    try:
                        return await self._call_once(method, params)
                    except ChannelClosed:
                        if once:
                            return None
                    # It has died under us: all methods may be repeated with the next one.
                    await trio.sleep(0.05)
        except trio.TooSlowError:
            raise VaultFailed(f"the vault process did not answer {method} within {CALL_LIMIT:g} s") from None
        except RpcError as error:
            data = error.data or {}
            if data.get("damaged"):
                raise VaultDamaged(error.message) from None
            raise VaultFailed(error.message, full=bool(data.get("full"))) from None

    async def _call_once(self, method: str, params: Params) -> Any:
        while not self._usable.is_set():
            if self.stopping:
                raise RpcError(ErrorCode.NOT_NOW, "the vault is being closed")
            await self._usable.wait()
        if self._process is None:
            raise ChannelClosed
        return await self._process.channel.call(method, params, within=CALL_LIMIT)

    # --- what it says

    async def _hear(self, method: str, params: Params) -> None:
        tenant = str(params["tenant"])
        match method:
            case "sealed":
                self._note(tenant, generation=int(params["generation"]))
                self._unwritten[tenant] = int(params["generation"])
            case "failing":
                self._note_trouble(tenant, str(params["what"]), full=bool(params["full"]))
            case "damaged":
                logger.error("%s: its vault was damaged, and is made anew: %s", tenant, params["what"])
                self._hub.publish(tenant, "vault_damaged", what=params["what"], kept=params["kept"])
            case "older":
                self._note_older(tenant, int(params["generation"]), int(params["newest"]))

    def _note_trouble(self, tenant: str, trouble: str, *, full: bool) -> None:
        self._note(tenant, trouble=trouble)
        if trouble:
            logger.error("%s: its session cannot be sealed: %s", tenant, trouble)
            self._hub.publish(tenant, "vault_failing", what=trouble, full=full)
        else:
            logger.info("%s: its session is sealed again", tenant)
            self._hub.publish(tenant, "vault_recovered")

    def _note_older(self, tenant: str, generation: int, newest: int) -> None:
        if self.sealed(tenant).older == newest:
            return
        said = "%s: its vault is of generation %d, after %d: an older one was put back"
        logger.warning(said, tenant, generation, newest)
        self._note(tenant, older=newest)
        self._hub.publish(tenant, "vault_older", generation=generation, newest=newest)

    def _note(self, tenant: str, **changes: Any) -> None:
        self._sealed[tenant] = replace(self.sealed(tenant), **changes)
        news, self._news = self._news, trio.Event()
        news.set()

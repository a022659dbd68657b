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
from comptoir.gateway.forkserver import Forkserver, Target
from comptoir.gateway.vault.errors import VaultDamaged, VaultFailed
from comptoir.gateway.vault.orders import Kept, VaultSpec
from comptoir.gateway.vault.running import CALL_LIMIT, Gone, VaultRunner
from comptoir.sessions.protocol import Params, RpcError
from comptoir.sessions.rpc import Channel

logger = logging.getLogger(__name__)

AGAIN = 0.05


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
        self._runner = VaultRunner(self._hear, self._tell_all)
        self._hub = EventHub()
        self._kept: dict[str, Kept] = {}
        self._sealed: dict[str, Sealed] = {}
        self._unwritten: dict[str, int] = {}
        self._news = trio.Event()

    @property
    def pid(self) -> int | None:
        return self._runner.process.pid if self._runner.process else None

    @property
    def stopping(self) -> bool:
        """Nothing more is sealed but a last time."""
        return self._runner.stopping

    async def run(self, forkserver: Forkserver, target: Target[VaultSpec], spec: VaultSpec, hub: EventHub) -> None:
        """Keep a process running until `stop`, and publish what befalls it. Cancelling kills it."""
        self._hub = hub
        await self._runner.run(forkserver, target, spec, lambda how: hub.publish(None, "vault_died", how=how))

    async def stop(self) -> None:
        """Have it seal a last time and end."""
        await self._runner.stop()

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
        # Otherwise the next process is told with all others.
        if self._runner.usable:
            with suppress(RpcError, Gone, trio.TooSlowError):
                await self._runner.call("keep", kept.as_params(), within=CALL_LIMIT)

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

    async def _tell_all(self, channel: Channel) -> None:
        """What the last process kept. What is added meanwhile is told, too."""
        told: dict[str, Kept] = {}
        while missing := [kept for name, kept in self._kept.items() if told.get(name) is not kept]:
            for kept in missing:
                with suppress(RpcError):
                    await channel.call("keep", kept.as_params(), within=CALL_LIMIT)
                told[kept.tenant] = kept

    async def _call(self, method: str, params: Params) -> Any:
        try:
            with trio.fail_after(CALL_LIMIT):
                while True:
                    # When it dies under us: every method may be repeated with the next one.
                    with suppress(Gone):
                        return await self._runner.call(method, params, within=CALL_LIMIT)
                    await trio.sleep(AGAIN)
        except trio.TooSlowError:
            raise VaultFailed(f"the vault process did not answer {method} within {CALL_LIMIT:g} s") from None
        except RpcError as error:
            data = error.data or {}
            if data.get("damaged"):
                raise VaultDamaged(error.message) from None
            raise VaultFailed(error.message, full=bool(data.get("full"))) from None

    # --- what it says

    async def _hear(self, method: str, params: Params) -> None:
        tenant = str(params["tenant"])
        if tenant not in self._sealed:
            return
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

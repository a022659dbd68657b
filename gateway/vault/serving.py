"""The vault process: what the daemon asks of it, and the sessions that it keeps sealed meanwhile."""

import logging
import socket
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

import trio

from comptoir.gateway.vault.beside import copy_aside, remove_database
from comptoir.gateway.vault.errors import VaultDamaged, VaultFailed, failing
from comptoir.gateway.vault.live import Unreadable
from comptoir.gateway.vault.orders import Kept, VaultSpec, kept_from
from comptoir.gateway.vault.resealing import new_vault
from comptoir.gateway.vault.restoring import restore
from comptoir.gateway.vault.sealed_session import THREADS, SealedSession
from comptoir.sessions import output
from comptoir.sessions.protocol import ErrorCode, Params, RpcError
from comptoir.sessions.rpc import Channel, ChannelClosed

logger = logging.getLogger("vault")

URGENT = ("ping",)
LAST_SEALS_LIMIT = 5.0


async def main(spec: VaultSpec, connection: socket.socket) -> None:
    """Serve until told to stop or until the daemon closes `connection`, then seal once more what has changed."""
    channel = Channel(trio.SocketStream(trio.socket.from_stdlib_socket(connection)), URGENT)
    async with trio.open_nursery() as nursery:
        keeper = Keeper(spec, channel, nursery)
        await channel.serve(keeper.handle)
        output.discard()
        with trio.move_on_after(LAST_SEALS_LIMIT):
            await keeper.release_all()
        nursery.cancel_scope.cancel()


Method = Callable[[Params], Awaitable[Any]]


class Keeper:
    """Answers the daemon. Every method may be repeated: the daemon does so when it has lost an answer."""

    def __init__(self, spec: VaultSpec, channel: Channel, nursery: trio.Nursery) -> None:
        self._spec = spec
        self._channel = channel
        self._nursery = nursery
        self._limiter = trio.CapacityLimiter(THREADS)
        self._sessions: dict[str, tuple[SealedSession, trio.CancelScope]] = {}
        self._changing: dict[str, trio.Lock] = {}
        self._methods: dict[str, Method] = {
            "keep": self._keep,
            "seal": self._seal,
            "release": self._release,
            "restore": self._restore,
            "forget": self._forget,
            "seal_all": self._seal_all,
        }

    async def handle(self, method: str, params: Params) -> Any:
        if method == "ping":
            return {}
        if method not in self._methods:
            raise RpcError(ErrorCode.METHOD_NOT_FOUND, f"the vault knows no {method}")
        try:
            return await self._methods[method](params)
        except VaultDamaged as error:
            raise RpcError(ErrorCode.FAILED, str(error), {"damaged": True}) from None
        except (VaultFailed, Unreadable) as error:
            full = isinstance(error, VaultFailed) and error.full
            raise RpcError(ErrorCode.FAILED, str(error), {"full": full}) from None

    async def seal_all(self) -> None:
        async with trio.open_nursery() as nursery:
            for session, _ in list(self._sessions.values()):
                nursery.start_soon(self._last_seal, session)

    async def release_all(self) -> None:
        """Seal a last time and close: a vault that is closed is one file, with no log beside it."""
        async with trio.open_nursery() as nursery:
            for tenant in list(self._sessions):
                nursery.start_soon(self._release, {"tenant": tenant})

    async def _keep(self, params: Params) -> Params:
        kept = kept_from(params)
        async with self._lock(kept.tenant):
            if (known := self._sessions.get(kept.tenant)) and known[0].kept.data_key == kept.data_key:
                return {}
            await self._let_go(kept.tenant)
            scratch = self._spec.folder / f"{kept.tenant}.db"
            session = SealedSession(kept, scratch, self._limiter, partial(self._tell, kept.tenant))
            scope = trio.CancelScope()
            self._sessions[kept.tenant] = session, scope
            self._nursery.start_soon(_run_in, scope, session)
        return {}

    async def _seal(self, params: Params) -> Params:
        found = self._sessions.get(params["tenant"])
        if found is None:
            raise RpcError(ErrorCode.NOT_FOUND, "this session is not kept")
        return {"generation": await found[0].seal()}

    async def _release(self, params: Params) -> Params:
        async with self._lock(params["tenant"]):
            if found := self._sessions.get(params["tenant"]):
                await self._last_seal(found[0])
            await self._let_go(params["tenant"])
        return {}

    async def _restore(self, params: Params) -> Params:
        kept = kept_from(params)
        async with self._lock(kept.tenant):
            await self._let_go(kept.tenant)
            try:
                manifest = await self._on_thread(partial(restore, kept))
            except VaultDamaged:
                try:
                    await self._on_thread(partial(_keep_a_copy, kept))
                except (VaultFailed, VaultDamaged) as error:
                    logger.error("%s: no copy of its damaged vault was made: %s", kept.tenant, error)
                raise
        if manifest is None:
            return {"generation": None}
        return {"generation": manifest.generation, "sealed_at": manifest.sealed_at}

    async def _forget(self, params: Params) -> Params:
        kept = kept_from(params)
        async with self._lock(kept.tenant):
            await self._let_go(kept.tenant)
            await self._on_thread(partial(_remove, kept))
        return {}

    async def _seal_all(self, _params: Params) -> Params:
        await self.seal_all()
        return {}

    async def _let_go(self, tenant: str) -> None:
        if found := self._sessions.pop(tenant, None):
            session, scope = found
            scope.cancel()
            await session.close()

    async def _last_seal(self, session: SealedSession) -> None:
        try:
            await session.seal()
        except (VaultFailed, VaultDamaged, Unreadable) as error:
            logger.error("%s: what changed last is not sealed: %s", session.kept.tenant, error)

    async def _tell(self, tenant: str, kind: str, **data: Any) -> None:
        try:
            await self._channel.notify(kind, {"tenant": tenant, **data})
        except ChannelClosed:
            # The daemon is gone; the last seals are told to nobody.
            return

    def _lock(self, tenant: str) -> trio.Lock:
        return self._changing.setdefault(tenant, trio.Lock())

    async def _on_thread(self, job: Any) -> Any:
        return await trio.to_thread.run_sync(job, limiter=self._limiter)


async def _run_in(scope: trio.CancelScope, session: SealedSession) -> None:
    with scope:
        await session.run()


def _keep_a_copy(kept: Kept) -> None:
    with failing(kept.vault):
        copy_aside(kept.vault)


def _remove(kept: Kept) -> None:
    with failing(kept.vault):
        remove_database(kept.vault)
        remove_database(new_vault(kept.vault))

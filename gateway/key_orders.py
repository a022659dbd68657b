"""What an operator may order of keys while the daemon runs. All raise RpcError where it cannot be."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import trio

from comptoir.gateway.control.table import Tell
from comptoir.gateway.installation import Installation
from comptoir.gateway.keys import KeysWrong, new_key, unwrap, wrap
from comptoir.gateway.master_key import find_master_key, following_key, settle_master_key
from comptoir.gateway.paths import Paths
from comptoir.gateway.rotation import Rotation
from comptoir.gateway.tenant_supervisor import TenantSupervisor
from comptoir.sessions.protocol import ErrorCode, Params, RpcError

logger = logging.getLogger(__name__)

# Longer than any work may take that it waits for.
ROTATION_LIMIT = 1_800.0
ANSWER_LIMIT = 60.0


async def rotate(tenant: TenantSupervisor, tell: Tell) -> Params:
    """Encrypt all of a tenant's data with a new key, without a worker meanwhile; tells how far it is.

    Who stops listening does not stop it. NOT_NOW while the tenant is being linked or rotated, or where it was
    interrupted and goes on by itself; FAILED where all is as it was.
    """
    if tenant.hearing.is_linking:
        raise RpcError(ErrorCode.NOT_NOW, f"{tenant.name} is being linked: end that attempt first")
    rotation = await _begin(tenant)
    begun = trio.current_time()
    tenant.recycle("new key")
    with trio.move_on_after(ROTATION_LIMIT):
        async for progress in rotation.follow():
            await tell({"tenant": tenant.name} | progress)
    outcome, pause = rotation.outcome, trio.current_time() - begun
    if outcome and outcome.failure:
        raise RpcError(ErrorCode.FAILED, f"{tenant.name} has its old key still: {outcome.failure}")
    if outcome is None or outcome.goes_on:
        raise RpcError(
            ErrorCode.NOT_NOW,
            f"{tenant.name}: interrupted, and nothing is lost: it goes on before the tenant's worker is started again",
        )
    if await _worker_answers(tenant):
        pause = trio.current_time() - begun
    if tenant.stopping:
        raise RpcError(
            ErrorCode.NOT_NOW, f"{tenant.name} has a new key and no worker: it is removed, or the daemon ends"
        )
    return {"tenant": tenant.name, "version": rotation.version, "pause_ms": round(1000 * pause)}


async def _begin(tenant: TenantSupervisor) -> Rotation:
    """Note the new key, from which on the rotation goes on after any interruption."""
    record = tenant.record
    async with record.installation.wrapping, record.deciding:
        row, master = record.row, record.installation.registry.master_key
        if row.next_wrapped_key is not None:
            raise RpcError(ErrorCode.NOT_NOW, f"{tenant.name} is being given a new key already: wait for its end")
        try:
            unwrap(master, row.wrapped_key, row.name, row.key_version)
        except KeysWrong as error:
            raise RpcError(ErrorCode.FAILED, str(error)) from None
        version = row.key_version + 1
        await record.change(next_wrapped_key=wrap(master, new_key(), row.name, version))
        rotation = record.rotation = Rotation(version)
    record.publish("keys_rotating", version=version)
    return rotation


async def _worker_answers(tenant: TenantSupervisor) -> bool:
    """Waits for a while: a worker may have troubles of its own, which are none of the rotation's."""
    with trio.move_on_after(ANSWER_LIMIT):
        while not (tenant.ends.given_up or tenant.stopping):
            try:
                await tenant.call("ping")
            except RpcError:
                await trio.sleep(0.1)
            else:
                return True
    return False


async def rotate_master(installation: Installation, supervised: Callable[[], Sequence[TenantSupervisor]]) -> Params:
    """Wrap every tenant's data key with a new master key; no worker notices. Says where the keys lie now."""
    async with installation.wrapping:
        # Not before: while it is held, none is added or removed.
        tenants = supervised()
        if rotating := [tenant.name for tenant in tenants if tenant.record.row.next_wrapped_key is not None]:
            raise RpcError(ErrorCode.NOT_NOW, f"{rotating[0]} is being given a new key: wait for its end")
        try:
            # From the registry's change to the records' nobody may see the one without the other.
            with trio.CancelScope(shield=True):
                following = await trio.to_thread.run_sync(following_key, installation.paths)
                rows = {row.name: row for row in await installation.registry.change_master_key(following)}
                for tenant in tenants:
                    key = rows[tenant.name].wrapped_key
                    tenant.record.row = replace(tenant.record.row, wrapped_key=key)
                kept = await trio.to_thread.run_sync(_settle, installation.paths)
        except KeysWrong as error:
            raise RpcError(ErrorCode.FAILED, str(error)) from None
    logger.info("the master key was rotated")
    installation.hub.publish(None, "master_key_rotated")
    place, _ = await trio.to_thread.run_sync(find_master_key, installation.paths)
    return {
        "key": str(place),
        "old": str(kept) if kept else None,
        "credential": place.parent == installation.paths.credentials,
        "tenants": len(tenants),
    }


def _settle(paths: Paths) -> Path | None:
    """What keeps the new key from its place does not undo that it is the key: the next start sees to it."""
    try:
        return settle_master_key(paths)
    except OSError as error:
        logger.warning("the new master key stays in master.key.next until the next start: %s", error.strerror)
        return None

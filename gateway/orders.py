"""What an operator may order of a tenant while the daemon runs. All raise RpcError where it cannot be."""

from contextlib import suppress

import trio

from comptoir.gateway.policy import LINK_AGAIN, what_to_do
from comptoir.gateway.registry import NOT_PARKED
from comptoir.gateway.tenant_supervisor import TenantSupervisor
from comptoir.gateway.vault.errors import VaultFailed
from comptoir.sessions.protocol import ErrorCode, RpcError


async def pause(tenant: TenantSupervisor) -> None:
    """The pipeline rests; link and journal go on."""
    await tenant.record.change(wanted="paused")
    await tenant.follow_wanted()
    tenant.record.publish("paused")


async def resume(tenant: TenantSupervisor) -> None:
    """Also the way out of parking, where the credentials are still good, and back for plugins that were suspended."""
    async with tenant.record.deciding:
        parked = tenant.record.parked
        if parked in LINK_AGAIN or tenant.record.on_wrong_server:
            help = what_to_do(str(parked), tenant.name, tenant.record.row.parked_detail)
            raise RpcError(ErrorCode.NOT_NOW, f"{tenant.name}: {help}")
        await tenant.record.change(wanted="active", **NOT_PARKED)
    if parked or tenant.ends.given_up:
        tenant.recycle("resumed")
    else:
        await tenant.follow_wanted(again=True)
    tenant.record.publish("resumed")


async def unlink(tenant: TenantSupervisor) -> bool:
    """Whether the server was told; the credentials are gone in any case."""
    if not tenant.record.row.linked:
        raise RpcError(ErrorCode.NOT_NOW, f"{tenant.name} is not linked: `comptoir link {tenant.name}`")
    told = False
    vault = tenant.record.installation.vault
    with tenant.hearing.leaving():
        # The worker deletes its session: nobody else may have it open then.
        with suppress(VaultFailed):
            await vault.release(tenant.name)
        try:
            if tenant.record.parked is None:
                told = bool((await tenant.call("unlink")).get("told"))
            async with tenant.record.deciding:
                await tenant.record.change(lab=None, number=None, **NOT_PARKED)
        except BaseException:
            with trio.CancelScope(shield=True):
                await vault.keep(tenant.record.installation.kept(tenant.record.row))
            raise
    tenant.record.publish("unlinked", logged_out=told)
    tenant.recycle("unlinked")
    return told

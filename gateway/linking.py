"""Linking a tenant's number: the worker offers codes until somebody scans one."""

import trio

from comptoir.gateway.control.table import Tell
from comptoir.gateway.policy import what_to_do
from comptoir.gateway.registry import NOT_PARKED
from comptoir.gateway.tenant_supervisor import TenantSupervisor
from comptoir.sessions.protocol import ErrorCode, Params, RpcError

# Six codes live 160 s; then the phone's scan, the reconnection and the first login.
WINDOW = 300.0


async def link(tenant: TenantSupervisor, tell: Tell) -> Params:
    """Tell every event of the attempt; return when linked. Cancelling calls the attempt off.

    Raises RpcError: NOT_NOW where the time for scanning ran out or another attempt runs, else FAILED.
    """
    record = tenant.record
    if record.row.linked:
        help = what_to_do(record.parked, tenant.name) if record.parked else f"`comptoir unlink {tenant.name}`"
        raise RpcError(ErrorCode.FAILED, f"{tenant.name} is linked as {record.row.number} already: {help}")
    with tenant.hearing.follow_linking() as events:
        if record.row.parked_reason:
            async with record.deciding:
                await record.change(**NOT_PARKED)
            tenant.recycle("linking")
        try:
            await tenant.call("link")
            return await _follow(tenant.name, events, tell)
        finally:
            if not record.row.linked:
                # A client that has failed or been left is never used again.
                tenant.recycle("not linked")


async def _follow(name: str, events: trio.MemoryReceiveChannel[Params], tell: Tell) -> Params:
    with trio.move_on_after(WINDOW):
        async for event in events:
            await tell(event)
            if event.get("event") == "linked":
                return {"number": event.get("number"), "name": event.get("name")}
            if event.get("event") == "failed":
                raise _failure(name, str(event.get("reason")))
    await tell({"event": "failed", "reason": "expired"})
    raise _failure(name, "expired")


def _failure(name: str, reason: str) -> RpcError:
    if reason == "expired":
        return RpcError(ErrorCode.NOT_NOW, f"nobody scanned a code in time: `comptoir link {name}` offers new ones")
    return RpcError(ErrorCode.FAILED, f"{name} was not linked: {reason}: see the tenant's log and try again")

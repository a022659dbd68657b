"""Linking a tenant's number: the worker offers codes until somebody scans one."""

import trio

from comptoir.gateway.control.table import Tell
from comptoir.gateway.tenant_supervisor import TenantSupervisor
from comptoir.sessions.protocol import ErrorCode, Params, RpcError

# Six codes live 160 s; then the phone's scan, the reconnection and the first login.
WINDOW = 300.0


async def link(tenant: TenantSupervisor, tell: Tell) -> Params:
    """Tell every event of the attempt; return when linked. Cancelling calls the attempt off.

    Raises RpcError: NOT_NOW where the time for scanning ran out, FAILED for everything else.
    """
    async with tenant.linking() as events:
        await tenant.call("link")
        with trio.move_on_after(WINDOW):
            async for event in events:
                await tell(event)
                if event.get("event") == "linked":
                    return {"number": event.get("number"), "name": event.get("name")}
                if event.get("event") == "failed":
                    raise _failure(tenant.name, str(event.get("reason")))
        await tell({"event": "failed", "reason": "expired"})
        raise _failure(tenant.name, "expired")


def _failure(name: str, reason: str) -> RpcError:
    if reason == "expired":
        return RpcError(
            ErrorCode.NOT_NOW, f"nobody scanned a code in time: `comptoir link {name}` offers new ones"
        )
    return RpcError(ErrorCode.FAILED, f"{name} was not linked: {reason}; see the tenant's log and try again")

"""Linking a tenant's number: the worker offers codes until somebody scans one, or types the one asked for."""

import sqlite3
from contextlib import suppress

import trio

from comptoir.gateway.control.table import Tell
from comptoir.gateway.numbers import check_number
from comptoir.gateway.policy import what_to_do
from comptoir.gateway.registry import NOT_PARKED, NumberTaken
from comptoir.gateway.tenant_supervisor import TenantSupervisor
from comptoir.gateway.vault.errors import VaultDamaged, VaultFailed
from comptoir.sessions.protocol import ErrorCode, Params, RpcError

# Six codes live 160 s; then the phone's scan, the reconnection and the first login.
WINDOW = 300.0
LOG_OUT_WITHIN = 10.0
# For the first sealed generation, on a disk that may be full.
SEAL_LIMIT = 20.0
SEAL_AGAIN = 1.0


async def link(tenant: TenantSupervisor, tell: Tell, code: str | None = None) -> Params:
    """Tell every event of the attempt; return when linked. Cancelling calls the attempt off.

    With `code`, the number of the phone that is to be linked, a pairing code takes the place of the QR codes.
    Raises RpcError: INVALID_PARAMS for what is no number; NOT_NOW where the time ran out, too many codes were
    asked for, or another attempt runs; else FAILED.
    """
    if code is not None:
        check_number("code", code)
    record = tenant.record
    if record.row.linked:
        advice = record.parked and what_to_do(record.parked, tenant.name, record.row.parked_detail)
        help = advice or f"`comptoir unlink {tenant.name}`"
        raise RpcError(ErrorCode.FAILED, f"{tenant.name} is linked as {record.row.number} already: {help}")
    with tenant.hearing.follow_linking() as events:
        if record.row.parked_reason:
            async with record.deciding:
                await record.change(**NOT_PARKED)
            tenant.recycle("linking")
        try:
            answer = await tenant.call("link", {} if code is None else {"code": code})
            return await _follow(tenant, code, events, _warning(tell, answer.get("config_wrong")))
        finally:
            if tenant.hearing.refused:
                await _log_out(tenant)
            if not record.row.linked:
                # A client that has failed or been left is never used again.
                tenant.recycle("not linked")


async def _log_out(tenant: TenantSupervisor) -> None:
    """Take the device off the phone again, if the server can be told."""
    with tenant.hearing.leaving(), trio.move_on_after(LOG_OUT_WITHIN, shield=True):
        with suppress(VaultFailed):
            await tenant.record.installation.vault.release(tenant.name)
        with suppress(RpcError):
            await tenant.call("unlink")


def _warning(tell: Tell, wrong: str | None) -> Tell:
    """Says with `linked` that nothing will be answered, as long as the tenant's file is wrong."""

    async def tell_with_warning(event: Params) -> None:
        await tell(event | {"config_wrong": wrong} if wrong and event.get("event") == "linked" else event)

    return tell_with_warning


async def _follow(
    tenant: TenantSupervisor, code: str | None, events: trio.MemoryReceiveChannel[Params], tell: Tell
) -> Params:
    name = tenant.name
    with trio.move_on_after(WINDOW):
        async for event in events:
            if event.get("event") == "linked" and (refused := await _confirm(tenant, str(event.get("number")))):
                tenant.hearing.refused = refused
                await tell({"event": "failed", "reason": refused})
                raise _failure(name, code, refused)
            await tell(event)
            if event.get("event") == "linked":
                return {"number": event.get("number"), "name": event.get("name")}
            if event.get("event") == "failed":
                raise _failure(name, code, str(event.get("reason")))
    await tell({"event": "failed", "reason": "expired"})
    raise _failure(name, code, "expired")


async def _confirm(tenant: TenantSupervisor, number: str) -> str:
    """Make the session the tenant's, or say why it must not be.

    Not before it is on disk: a number that is said to be linked stays so over a power cut. What the phone has
    accepted is decided upon in any case, also where nobody follows the attempt any more.
    """
    record = tenant.record
    with trio.CancelScope(shield=True):
        if trouble := await _first_seal(tenant):
            return (
                f"its credentials cannot be brought to disk ({trouble}): make room on the disk of state/, then "
                f"`comptoir link {tenant.name}`"
            )
        try:
            await record.note_linked(number)
        except NumberTaken as taken:
            return str(taken)
        except sqlite3.Error as error:
            return f"that it is linked cannot be written down ({error}): make room, then `comptoir link {tenant.name}`"
    record.publish("linked", number=record.row.number)
    return ""


async def _first_seal(tenant: TenantSupervisor) -> str:
    """Why there is no sealed generation, or an empty text."""
    installation = tenant.record.installation
    await installation.vault.keep(installation.kept(tenant.record.row))
    trouble = "the vault is away"
    with trio.move_on_after(SEAL_LIMIT):
        while not installation.vault.stopping:
            try:
                if await installation.vault.seal(tenant.name):
                    return ""
            except (VaultFailed, VaultDamaged) as error:
                trouble = str(error)
            await trio.sleep(SEAL_AGAIN)
    return trouble


def _failure(name: str, code: str | None, reason: str) -> RpcError:
    match reason:
        case "expired" if code is not None:
            # What is typed wrongly is seen on the phone only: the library is not told.
            return RpcError(
                ErrorCode.NOT_NOW,
                f"nobody typed the code into {code} in time, or not the right one: `comptoir link {name} --code "
                f"{code}` gives a new one, `comptoir link {name}` a QR code",
            )
        case "expired":
            return RpcError(ErrorCode.NOT_NOW, f"nobody scanned a code in time: `comptoir link {name}` offers new ones")
        case "too_many_codes":
            return RpcError(
                ErrorCode.NOT_NOW,
                f"WhatsApp gives {code} no more pairing codes for now: wait some hours, or `comptoir link {name}` "
                "for a QR code",
            )
        case "removed":
            return RpcError(ErrorCode.NOT_FOUND, f"{name} was removed while it was being linked")
        case _ if "`comptoir " in reason:
            return RpcError(ErrorCode.FAILED, f"{name} was not linked: {reason}")
    return RpcError(ErrorCode.FAILED, f"{name} was not linked: {reason}: see the tenant's log and try again")

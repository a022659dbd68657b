"""A tenant's row in `status`: what the daemon knows, and what its worker says of itself."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import trio

from comptoir.gateway.policy import what_to_do
from comptoir.gateway.tenant_supervisor import TenantSupervisor
from comptoir.sessions.protocol import Params, RpcError
from comptoir.sessions.times import rfc3339

ANSWER_WITHIN = 2.0
ALONE_WITHIN = 10.0
"""Of one that is asked alone: it may be starting on a busy machine, and what its file says is wanted."""
COUNTED = (
    "inbox", "outbox", "uncertain", "lost", "failed", "last_in", "last_out", "pipeline", "journal", "media",
    "new_chats_held_until", "longest_waiting", "inbox_held", "owner_paused", "flooded", "pending",
)  # fmt: skip
CONFIGURED = ("country", "lang", "timezone", "owner")


def brief(supervisor: TenantSupervisor) -> Params:
    """What needs no question to the worker."""
    state, reason = supervisor.state
    row = {"name": supervisor.name, "state": state, "reason": reason, "number": supervisor.record.row.number}
    if state == "parked" and reason:
        detail = supervisor.record.row.parked_detail
        row |= {"detail": detail, "advice": what_to_do(reason, supervisor.name, detail)}
    return row


async def tenant_status(supervisor: TenantSupervisor) -> Params:
    """The contract's row. What a silent worker would have said is None."""
    return _row(supervisor, await _ask(supervisor, ANSWER_WITHIN))


async def full_status(supervisor: TenantSupervisor, config: Path) -> Params:
    """The row, and what the tenant's own file says."""
    said = await _ask(supervisor, ALONE_WITHIN)
    return _row(supervisor, said) | {key: said.get(key) for key in CONFIGURED} | {"config": str(config)}


async def status_of_all(supervisors: Sequence[TenantSupervisor]) -> list[Params]:
    """In the order given; asked side by side, so that one silent worker costs no more than its limit."""
    rows: dict[str, Params] = {}

    async def ask(supervisor: TenantSupervisor) -> None:
        rows[supervisor.name] = await tenant_status(supervisor)

    async with trio.open_nursery() as nursery:
        for supervisor in supervisors:
            nursery.start_soon(ask, supervisor)
    return [rows[supervisor.name] for supervisor in supervisors]


async def _ask(supervisor: TenantSupervisor, within: float) -> Params:
    answer: Any = None
    with trio.move_on_after(within):
        try:
            answer = await supervisor.call("status")
        except RpcError:
            return {}
    return answer if isinstance(answer, dict) else {}


def _row(supervisor: TenantSupervisor, said: Params) -> Params:
    known = brief(supervisor)
    return (
        known
        | {
            # A wrong tenant.toml or a full disk is worth a word, whatever the state.
            "reason": known["reason"] or said.get("reason") or None,
            "pid": supervisor.pid,
            "since": rfc3339(supervisor.since),
            "restarts": supervisor.ends.restarts,
            "memory_pss_kb": said.get("memory_pss_kb"),
            "vault": supervisor.record.installation.vault.sealed(supervisor.name).as_json(),
        }
        | {key: said.get(key) for key in COUNTED}
    )

"""Tenants in tables: all of them, or one in detail."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Literal

from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

from comptoir.cli.numbers import pretty
from comptoir.cli.render.console import listing
from comptoir.cli.render.text import ago, duration, local_time, safe, told

_WIDE = 100
_NARROW = 72
_NAME = 8

STATE_STYLES = {
    "online": "bold green",
    "connecting": "yellow",
    "linking": "cyan",
    "offline": "bold yellow",
    "paused": "blue",
    "parked": "bold red",
    "stopped": "red",
    "new": "dim",
}


def status_report(console: Console, report: dict[str, Any]) -> RenderableType:
    """The daemon's line, the table, and what the operator should know about both."""
    daemon, tenants = report["daemon"], report["tenants"]
    parts: list[RenderableType] = []
    if daemon["lab"]:
        parts.append(Text(" LAB ", "bold black on yellow") + Text(" the stand-in server; nothing reaches WhatsApp"))
    parts.append(Text(f"comptoir {daemon['version']}, pid {daemon['pid']}, up {duration(daemon['uptime'])}", "dim"))
    if tenants:
        parts.append(tenant_table(console, tenants))
        parts += [_reason_line(tenant) for tenant in tenants if tenant.get("reason")]
        parts += [_held_line(tenant) for tenant in tenants if tenant.get("new_chats_held_until")]
        parts += [_line(tenant, safe(tenant["inbox_held"])) for tenant in tenants if tenant.get("inbox_held")]
        parts += [_paused_line(tenant) for tenant in tenants if tenant.get("owner_paused")]
        parts += [_flooded_line(tenant) for tenant in tenants if tenant.get("flooded")]
        parts += [_pending_line(tenant) for tenant in tenants if tenant.get("pending")]
        parts += [_plugin_line(tenant, step) for tenant in tenants for step in _missing(tenant)]
    else:
        parts.append(Text("No tenant yet: `comptoir tenant add NAME`"))
    parts += [Text(f"Note: {safe(notice)}.", "dim") for notice in daemon.get("notices", [])]
    return Group(*parts)


def tenant_table(console: Console, tenants: Iterable[dict[str, Any]]) -> Table:
    """A row a tenant. The usual 80 columns have no room for what matters less."""
    room = console.width if console.is_terminal else _WIDE
    columns = [column for column in _COLUMNS if room >= column.from_width]
    table = listing(console)
    for column in columns:
        # Only names may wrap: half a number is no number.
        may_wrap = column.heading == "Tenant"
        least = _NAME if may_wrap else None
        table.add_column(column.heading, justify=column.justify, no_wrap=not may_wrap, overflow="fold", min_width=least)
    for tenant in tenants:
        table.add_row(*(column.cell(tenant) for column in columns))
    return table


def tenant_details(tenant: dict[str, Any]) -> RenderableType:
    """Every field on its line."""
    table = Table.grid(padding=(0, 2))
    for key, value in tenant.items():
        table.add_row(Text(key.replace("_", " "), "dim"), _detail(key, value))
    return table


def state_text(state: str) -> Text:
    return Text(state, STATE_STYLES.get(state, ""))


def _reason_line(tenant: dict[str, Any]) -> Text:
    """Why, and what to do: `advice` comes with parked sessions."""
    # A configuration file may have many faults, a line each; `comptoir check` lists them.
    reason, _, others = tenant["reason"].partition("\n")
    more = f"(and {others.count(chr(10)) + 1} more: comptoir check {tenant['name']})" if others else None
    why = told(" · ".join(filter(None, (reason, tenant.get("detail"), more, tenant.get("advice")))))
    return Text.assemble((tenant["name"], "bold"), f": {tenant['state']}: {why}")


def _held_line(tenant: dict[str, Any]) -> Text:
    until = f"{local_time(tenant['new_chats_held_until']):%Y-%m-%d %H:%M}"
    why = f"no new chats before {until}: WhatsApp refused one (463). Answers go on; write to nobody who has not written"
    return _line(tenant, why)


def _paused_line(tenant: dict[str, Any]) -> Text:
    since = f"{local_time(tenant['owner_paused']):%Y-%m-%d %H:%M}"
    return _line(tenant, f"customers get no answer: the owner wrote `pause` on {since}, and ends it by `reprends`")


def _flooded_line(tenant: dict[str, Any]) -> Text:
    chats = ", ".join(pretty(safe(chat)) for chat in tenant["flooded"])
    return _line(tenant, f"too many messages at once, not answered one by one: {chats}")


def _pending_line(tenant: dict[str, Any]) -> Text:
    name = safe(tenant["name"])
    return _line(tenant, f"{tenant['pending']} waiting for a person: `comptoir chats {name} --state pending`")


def _missing(tenant: dict[str, Any]) -> list[dict[str, Any]]:
    """The plugins of a tenant that do not do their work."""
    return [step for step in tenant.get("pipeline") or () if step["state"] in ("suspended", "left out")]


def _plugin_line(tenant: dict[str, Any], step: dict[str, Any]) -> Text:
    why = told(step["last_fault"] or "")
    if step["state"] == "suspended":
        why = f"failed five times running ({why}); comptoir reload {tenant['name']} asks it again"
    return _line(tenant, f"plugin {safe(step['plugin'])} {step['state']}: {why}")


def _line(tenant: dict[str, Any], said: str) -> Text:
    return Text.assemble((tenant["name"], "bold"), f": {said}")


def _detail(key: str, value: Any) -> Text:
    match key, value:
        case _, None:
            return Text("–", "dim")
        case "state", _:
            return state_text(value)
        case (("new_chats_held_until" | "owner_paused"), str()):
            return Text(f"{local_time(value):%Y-%m-%d %H:%M:%S}")
        case (("since" | "last_in" | "last_out"), _):
            return Text(f"{local_time(value):%Y-%m-%d %H:%M:%S} ({ago(value)} ago)")
        case _, dict():
            return Text(", ".join(f"{name} {told(str(each))}" for name, each in value.items()))
        case _, list():
            return Text(", ".join(safe(_step(item)) for item in value))
        case _:
            return Text(told(str(value)))


def _step(step: Any) -> str:
    """A plugin of the pipeline, and whether it does its work."""
    if not isinstance(step, dict):
        return str(step)
    faults = f", {step['faults']} faults, the last: {step['last_fault']}" if step.get("faults") else ""
    return f"{step['plugin']} ({step['state']}{faults})"


def _shown(value: Any) -> str:
    return "" if value is None else safe(str(value))


def _megabytes(kilobytes: int | None) -> str:
    return "" if kilobytes is None else f"{kilobytes / 1024:.0f}"


@dataclass(frozen=True, slots=True)
class _Column:
    heading: str
    cell: Callable[[dict[str, Any]], str | Text]
    justify: Literal["left", "right"] = "left"
    from_width: int = 0
    """Left out where the window has fewer columns."""


_COLUMNS = (
    _Column("Tenant", lambda row: Text(row["name"], "bold")),
    _Column("State", lambda row: state_text(row["state"])),
    _Column("Number", lambda row: pretty(safe(row.get("number") or ""))),
    _Column("Since", lambda row: ago(row.get("since")), from_width=_NARROW),
    _Column("Restarts", lambda row: _shown(row.get("restarts")), "right", from_width=_WIDE),
    _Column("MB", lambda row: _megabytes(row.get("memory_pss_kb")), "right", from_width=_WIDE),
    _Column("In", lambda row: _shown(row.get("inbox")), "right"),
    _Column("Out", lambda row: _shown(row.get("outbox")), "right"),
    _Column("Last in", lambda row: ago(row.get("last_in")), from_width=_NARROW),
    _Column("Last out", lambda row: ago(row.get("last_out")), from_width=_NARROW),
)

"""Tenants in tables: all of them, or one in detail."""

from collections.abc import Iterable
from typing import Any

from rich.box import ROUNDED
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from comptoir.cli.numbers import pretty
from comptoir.cli.render.text import ago, duration, safe

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


def status_report(report: dict[str, Any], *, boxed: bool = True) -> RenderableType:
    """The daemon's line, the table, and what the operator should know about both."""
    daemon, tenants = report["daemon"], report["tenants"]
    parts: list[RenderableType] = []
    if daemon["lab"]:
        parts.append(
            Text(" LAB ", "bold black on yellow") + Text(" the stand-in server; nothing reaches WhatsApp")
        )
    parts.append(
        Text(f"comptoir {daemon['version']}, pid {daemon['pid']}, up {duration(daemon['uptime'])}", "dim")
    )
    if tenants:
        parts.append(tenant_table(tenants, boxed=boxed))
        parts += [_reason_line(tenant) for tenant in tenants if tenant.get("reason")]
    else:
        parts.append(Text("No tenant yet: `comptoir tenant add NAME`"))
    parts += [Text(f"Note: {safe(notice)}.", "dim") for notice in daemon.get("notices", [])]
    return Group(*parts)


def tenant_table(tenants: Iterable[dict[str, Any]], *, boxed: bool) -> Table:
    """A row a tenant. Without a box the columns are two spaces apart, for pipes."""
    table = Table(box=ROUNDED if boxed else None, pad_edge=boxed, header_style="bold", border_style="dim")
    for heading in ("Tenant", "State", "Number", "Since"):
        table.add_column(heading, no_wrap=True)
    for heading in ("Starts", "MB", "In", "Out"):
        table.add_column(heading, no_wrap=True, justify="right")
    table.add_column("Last in", no_wrap=True)
    table.add_column("Last out", no_wrap=True)
    for tenant in tenants:
        table.add_row(
            Text(tenant["name"], "bold"),
            state_text(tenant["state"]),
            _shown(tenant.get("number") and pretty(tenant["number"])),
            ago(tenant.get("since")),
            _shown(tenant.get("restarts")),
            _megabytes(tenant.get("memory_pss_kb")),
            _shown(tenant.get("inbox")),
            _shown(tenant.get("outbox")),
            ago(tenant.get("last_in")),
            ago(tenant.get("last_out")),
        )
    return table


def tenant_details(tenant: dict[str, Any]) -> RenderableType:
    """Every field on its line."""
    table = Table.grid(padding=(0, 2))
    for key, value in tenant.items():
        shown = state_text(value) if key == "state" else _value(value)
        table.add_row(Text(key.replace("_", " "), "dim"), shown)
    return table


def state_text(state: str) -> Text:
    return Text(state, STATE_STYLES.get(state, ""))


def _reason_line(tenant: dict[str, Any]) -> Text:
    return Text.assemble((tenant["name"], "bold"), f": {tenant['state']}: {safe(str(tenant['reason']))}")


def _value(value: Any) -> Text:
    match value:
        case None:
            return Text("–", "dim")
        case list():
            return Text(", ".join(safe(str(item)) for item in value))
        case _:
            return Text(safe(str(value)))


def _shown(value: Any) -> str:
    return "" if value is None else safe(str(value))


def _megabytes(kilobytes: int | None) -> str:
    return "" if kilobytes is None else f"{kilobytes / 1024:.0f}"

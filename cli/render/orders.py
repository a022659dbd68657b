"""Orders in a table, or one in detail."""

from collections.abc import Sequence
from typing import Any

from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

from comptoir.cli.numbers import pretty
from comptoir.cli.render.console import listing
from comptoir.cli.render.text import isolated, local_time, safe

STATE_STYLES = {
    "new": "bold yellow",
    "confirmed": "yellow",
    "preparing": "cyan",
    "ready": "cyan",
    "delivering": "cyan",
    "delivered": "green",
    "cancelled": "dim",
}


def order_table(console: Console, rows: Sequence[dict[str, Any]]) -> RenderableType:
    """A line an order: columns on a terminal, without their lines for programs."""
    if not rows:
        return Text("No such order.")
    table = listing(console)
    table.add_column("No.", justify="right", no_wrap=True)
    table.add_column("State", no_wrap=True)
    table.add_column("Total", justify="right", no_wrap=True)
    table.add_column("Paid", no_wrap=True)
    table.add_column("Customer", overflow="fold", max_width=20)
    table.add_column("Chat", no_wrap=True)
    table.add_column("Ordered", no_wrap=True)
    table.add_column("Items", overflow="ellipsis", no_wrap=True)
    for row in rows:
        items = ", ".join(f"{item['quantity']} {item['name']}" for item in row["items"])
        table.add_row(
            Text(str(row["number"])),
            _state(row["state"]),
            Text(_amount(row["total"], row["currency"])),
            Text(_paid(row["payment"])),
            Text(isolated(safe(row["customer"]))),
            Text(pretty(safe(row["chat"])), "cyan"),
            Text(f"{local_time(row['created']):%Y-%m-%d %H:%M}"),
            Text(isolated(safe(items))),
        )
    return table


def order_details(row: dict[str, Any]) -> RenderableType:
    """Lines and history, and every other field on its line."""
    fields = Table.grid(padding=(0, 2))
    currency = row["currency"]
    shown = {
        "number": Text(str(row["number"])),
        "state": _state(row["state"]),
        "payment": Text(row["payment"].replace("_", " ")),
        "customer": Text(isolated(safe(row["customer"]))),
        "chat": Text(pretty(safe(row["chat"])), "cyan"),
        "ordered": Text(f"{local_time(row['created']):%Y-%m-%d %H:%M:%S}"),
        "delivery": Text(safe(row["delivery"] or "-")),
        "zone": Text(isolated(safe(row["zone"] or "")) or "-"),
        "address": Text(isolated(safe(row["address"] or "")) or "-"),
        "time": Text(isolated(safe(row["time"] or "")) or "-"),
        "note": Text(isolated(safe(row["note"] or "")) or "-"),
    }
    for key, value in shown.items():
        fields.add_row(Text(key, "dim"), value)
    return Group(fields, Text(), _lines(row, currency), Text(), _history(row))


def _lines(row: dict[str, Any], currency: str) -> Table:
    table = Table.grid(padding=(0, 2))
    for item in row["items"]:
        each = f"× {_amount(item['unit_price'], currency)}"
        name = Text(isolated(safe(item["name"])))
        table.add_row(Text(str(item["quantity"])), name, Text(each, "dim"), Text(_amount(item["amount"], currency)))
    if row["fee"]:
        table.add_row(Text(), Text("delivery"), Text(), Text(_amount(row["fee"], currency)))
    table.add_row(Text(), Text("total", "bold"), Text(), Text(_amount(row["total"], currency), "bold"))
    return table


def _history(row: dict[str, Any]) -> Table:
    table = Table.grid(padding=(0, 2))
    for step in row["history"]:
        time = Text(f"{local_time(step['time']):%Y-%m-%d %H:%M:%S}", "dim")
        table.add_row(time, Text(safe(step["state"])), Text(safe(step["by"]), "dim"))
    return table


def _state(state: str) -> Text:
    return Text(state, STATE_STYLES.get(state, ""))


def _paid(payment: str) -> str:
    return {"paid": "yes", "to_check": "to check"}.get(payment, "no")


def _amount(amount: int, currency: str) -> str:
    from comptoir.plugins.shop.money import format_amount

    return format_amount(amount, currency)

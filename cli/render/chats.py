"""Conversations in a table, or one in detail."""

from collections.abc import Sequence
from typing import Any

from rich.console import Console, RenderableType
from rich.table import Table
from rich.text import Text

from comptoir.cli.numbers import pretty
from comptoir.cli.render.console import listing
from comptoir.cli.render.text import ago, isolated, local_time, safe

STATE_STYLES = {"open": "green", "pending": "bold yellow", "closed": "dim"}
_TIMES = ("since", "held_until", "last_in", "last_out")


def chat_table(console: Console, rows: Sequence[dict[str, Any]]) -> RenderableType:
    """A line a conversation: columns on a terminal, without their lines for programs."""
    if not rows:
        return Text("No such conversation.")
    table = listing(console)
    table.add_column("No.", justify="right", no_wrap=True)
    table.add_column("Chat", no_wrap=True)
    table.add_column("Name", overflow="fold", max_width=20)
    table.add_column("State", no_wrap=True)
    table.add_column("With", overflow="fold", max_width=16)
    table.add_column("Since", justify="right", no_wrap=True)
    table.add_column("Last words", overflow="ellipsis", no_wrap=True)
    for row in rows:
        table.add_row(
            Text(str(row["number"] or ""), "dim"),
            Text(pretty(safe(row["chat"])), "cyan"),
            Text(isolated(safe(row["name"]))),
            Text(row["state"] or "", STATE_STYLES.get(row["state"] or "", "")),
            _with(row),
            Text(ago(row["since"])),
            Text(isolated(safe(row["last_words"]))),
        )
    return table


def chat_details(row: dict[str, Any]) -> RenderableType:
    """Every field on its line."""
    table = Table.grid(padding=(0, 2))
    for key, value in row.items():
        table.add_row(Text(key.replace("_", " "), "dim"), _detail(key, value))
    return table


def _with(row: dict[str, Any]) -> Text:
    """Who has it, or why nobody answers."""
    if row["agent"]:
        return Text(safe(row["agent"]))
    held = row["held"] or ""
    return Text(held, "yellow") if held in ("silenced", "paused") else Text("")


def _detail(key: str, value: Any) -> Text:
    if value is None or value == "":
        return Text("-", "dim")
    if key in _TIMES:
        return Text(f"{local_time(value):%Y-%m-%d %H:%M:%S}")
    if isinstance(value, bool):
        return Text("yes" if value else "no")
    shown = safe(str(value))
    return Text(pretty(shown) if key == "chat" else isolated(shown) if key in ("name", "last_words") else shown)

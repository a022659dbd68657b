"""Chats as people read them: a heading a day, a line a message, everybody's text kept inside its place."""

from collections.abc import Callable, Iterable
from itertools import groupby
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from comptoir.cli.numbers import pretty
from comptoir.cli.render.kinds import line_of
from comptoir.cli.render.text import isolated, local_time, safe, safe_lines, told

_STATE_STYLES = {
    "received": "yellow",
    "queued": "yellow",
    "sending": "yellow",
    "uncertain": "bold yellow",
    "lost": "bold red",
    "failed": "bold red",
    "skipped": "dim",
    "done": "dim",
    "sent": "dim",
    "delivered": "dim",
    "read": "dim green",
}
_INDENT = "         "


def print_messages(console: Console, rows: Iterable[dict[str, Any]]) -> None:
    """Newest last, in local time: columns on a terminal, a line a message for programs."""
    for day, of_the_day in groupby(rows, lambda row: local_time(row["time"]).date()):
        console.print(Text(f"{day:%A %d %B %Y}", "bold"))
        if console.is_terminal:
            console.print(_columns(of_the_day))
            continue
        for row in of_the_day:
            console.print(Text(" ").join([*_head(row), _words(row, f"\n{_INDENT}")]), soft_wrap=True)


def _columns(rows: Iterable[dict[str, Any]]) -> Table:
    """Long texts wrap below themselves."""
    table = Table.grid(padding=(0, 1, 0, 0))
    for justify in ("left", "right", "left", "left"):
        table.add_column(no_wrap=True, justify=justify)
    table.add_column(overflow="fold")
    for row in rows:
        table.add_row(*_head(row), _words(row, "\n", isolated))
    return table


def _head(row: dict[str, Any]) -> list[Text]:
    """When, which, with whom, and in which direction."""
    incoming = row["direction"] == "in"
    return [
        Text(f"{local_time(row['time']):%H:%M:%S}", "dim"),
        Text(f"#{row['id']}", "dim"),
        Text(pretty(safe(row["chat"])), "cyan" if incoming else "green"),
        Text("→" if incoming else "←"),
    ]


def _words(row: dict[str, Any], line_end: str, line: Callable[[str], str] = str) -> Text:
    """What was said, and what became of it where that is worth a word."""
    who = (f"{pretty(safe(row['sender']))}: ", "cyan") if row.get("sender") else ""
    words = Text.assemble(who, line_end.join(line(text) for text in safe_lines(line_of(row))))
    if outcome := _outcome(row):
        words.append(f"  {outcome}", _STATE_STYLES.get(row["state"], ""))
    return words


def _outcome(row: dict[str, Any]) -> str:
    if row["direction"] == "in":
        return "" if row["state"] == "done" else safe(row["state"])
    why = f" ({told(row['error'])})" if row.get("error") else ""
    return f"{safe(row['state'])}, {safe(row['by'])}{why}"

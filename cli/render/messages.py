"""Chats as people read them: a heading a day, a line a message, everybody's text kept inside its place."""

from collections.abc import Iterable
from typing import Any

from rich.console import Console
from rich.text import Text

from comptoir.cli.numbers import pretty
from comptoir.cli.render.text import isolated, local_time, safe, safe_lines

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
    """Newest last, in local time."""
    day = None
    for row in rows:
        time = local_time(row["time"])
        if time.date() != day:
            day = time.date()
            console.print(Text(f"{day:%A %d %B %Y}", "bold"))
        console.print(message_text(row, terminal=console.is_terminal), soft_wrap=not console.is_terminal)


def message_text(row: dict[str, Any], *, terminal: bool) -> Text:
    """`07:00:03  #12  +221 77 123 45 67 → Bonjour`, further lines of the text indented."""
    incoming = row["direction"] == "in"
    # Isolates would be noise for a program that reads the text.
    words = [isolated(line) if terminal else line for line in safe_lines(row["text"] or "")]
    if row["kind"] != "text":
        words[0] = f"[{safe(row['kind'])}] {words[0]}".rstrip()
    text = Text.assemble(
        (f"{local_time(row['time']):%H:%M:%S}  #{row['id']}  ", "dim"),
        (pretty(safe(row["chat"])), "cyan" if incoming else "green"),
        " → " if incoming else " ← ",
        ("\n" + _INDENT).join(words),
    )
    if not incoming or row["state"] != "done":
        text.append(f"  {_outcome(row, incoming)}", _STATE_STYLES.get(row["state"], ""))
    return text


def _outcome(row: dict[str, Any], incoming: bool) -> str:
    return safe(row["state"]) if incoming else f"{safe(row['state'])}, {safe(row['by'])}"

"""What `comptoir try` found out: what each plugin looked at and would do, then the answer."""

from typing import Any

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from comptoir.cli.render.text import safe, safe_lines
from comptoir.cli.render.trace_words import Words

_STYLES = {"stop": "bold green", "raised": "bold red", "late": "bold red", "suspended": "bold red"}
_QUIET = ("continue", "not reached")
SLOW = 1000
"""Milliseconds from which it is said how long a plugin took."""


def print_trace(console: Console, trace: dict[str, Any]) -> None:
    """The pipeline in its order, each plugin in plain words, and under it what the customer would read."""
    words = Words(trace)
    if trace["skipped"]:
        console.print(Text(words.held(), "yellow"))
    table = Table(box=None, pad_edge=False, show_header=False, padding=(0, 2, 0, 0))
    for step in trace["steps"]:
        table.add_row(Text(safe(step["plugin"]), _style(step)), _told(words, step))
    for left in trace.get("left_out", ()):
        table.add_row(Text(safe(left["plugin"]), "bold red"), Text(words.left_out(left["reason"])))
    console.print(table)
    if not trace["replies"]:
        console.print(Text(words.no_answer(), "yellow"))
        return
    console.print(Text(words.answer(), "bold"))
    for reply in trace["replies"]:
        console.print(Padding(Text("\n".join(safe_lines(reply))), (0, 0, 0, 2), expand=False))


def _style(step: dict[str, Any]) -> str:
    quiet = step["decision"] in _QUIET and not step["effects"]
    return "dim" if quiet else _STYLES.get(step["decision"], "bold")


def _told(words: Words, step: dict[str, Any]) -> Text:
    *looked, does = words.step(step)
    slow = f" ({step['ms'] / 1000:.1f} s)" if step["ms"] >= SLOW else ""
    return Text("\n").join([*(Text(line, "dim") for line in looked), Text(does + slow, _style(step))])

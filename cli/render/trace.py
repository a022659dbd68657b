"""What `comptoir try` found out: each plugin's decision and what it wants done, then the answer."""

from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from comptoir.cli.render.text import safe, safe_lines

_DECISION_STYLES = {
    "continue": "dim",
    "stop": "bold green",
    "raised": "bold red",
    "late": "bold red",
    "not reached": "dim",
}


def print_trace(console: Console, trace: dict[str, Any]) -> None:
    """The pipeline in its order, a line a plugin, and under it what the customer would read."""
    if trace["skipped"]:
        console.print(Text(f"a real message would get no answer now: {safe(trace['skipped'])}", "yellow"))
    table = Table(box=None, pad_edge=False, show_header=False)
    for step in trace["steps"]:
        table.add_row(Text(step["plugin"], "bold"), _decision(step), _time(step), _effects(step))
    console.print(table)
    if not trace["replies"]:
        console.print(Text("no answer", "yellow"))
    for reply in trace["replies"]:
        console.print(Text("answer:", "bold"))
        console.print(Text("  " + "\n  ".join(safe_lines(reply))))


def _decision(step: dict[str, Any]) -> Text:
    return Text(step["decision"], _DECISION_STYLES.get(step["decision"], ""))


def _effects(step: dict[str, Any]) -> Text:
    lines = [safe(" ".join(_words(effect))) for effect in step["effects"]]
    if step["fault"]:
        lines.append(safe(step["fault"]))
    return Text("\n".join(lines))


def _words(effect: dict[str, Any]) -> list[str]:
    """An effect's name and what it carries; texts in quotes."""
    return [f'"{value}"' if key == "text" else str(value) for key, value in effect.items() if value is not None]


def _time(step: dict[str, Any]) -> Text:
    return Text("" if step["decision"] == "not reached" else f"{step['ms']} ms", "dim")

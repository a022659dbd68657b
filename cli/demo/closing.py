"""The last thing shown: what became of every message, by the server's own count."""

from collections.abc import Mapping, Sequence

from rich.box import SIMPLE_HEAD
from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from comptoir.cli.demo.control import Params
from comptoir.cli.demo.judge import Verdict


def closing_table(verdicts: Sequence[Verdict], rows: Mapping[str, Params], *, plain: bool) -> RenderableType:
    """A row a shop; `rows` are the daemon's of `status`."""
    table = Table(box=None if plain else SIMPLE_HEAD, header_style="bold", border_style="dim", pad_edge=True)
    table.add_column("Shop")
    for heading in ("Messages in", "Answers", "Each once", "Median", "Slowest", "Restarts", "Memory"):
        table.add_column(heading, justify="right", no_wrap=True)
    for verdict in verdicts:
        row = rows[verdict.shop.tenant]
        table.add_row(
            Text(verdict.shop.name, verdict.shop.colour),
            str(verdict.asked),
            str(verdict.answered),
            Text("no", "bold red") if verdict.faults else Text("yes", "bold green"),
            _seconds(verdict.median),
            _seconds(verdict.slowest),
            str(row["restarts"]),
            _megabytes(row["memory_pss_kb"]),
        )
    return table


def summary(verdicts: Sequence[Verdict]) -> str:
    asked = sum(verdict.asked for verdict in verdicts)
    answered = sum(verdict.answered for verdict in verdicts)
    return f"{asked} messages came in and {answered} answers went out: each once, to the right person, in order."


def _seconds(seconds: float | None) -> str:
    return "–" if seconds is None else f"{seconds:.1f} s"


def _megabytes(kilobytes: int | None) -> str:
    return "–" if kilobytes is None else f"{kilobytes / 1024:.0f} MB"

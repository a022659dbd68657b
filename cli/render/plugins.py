"""Plugins in a table, with what keeps one from being used."""

from collections.abc import Iterable, Mapping

from rich.box import SIMPLE_HEAD
from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

from comptoir.cli.render.text import safe


def plugin_table(console: Console, plugins: Iterable[Mapping[str, str | None]]) -> RenderableType:
    """A row a plugin; what is wrong with one has a line of its own below, because it may be long."""
    table = Table(
        box=SIMPLE_HEAD if console.is_terminal else None, pad_edge=False, header_style="bold", border_style="dim"
    )
    for heading in ("Plugin", "Package", "Version", ""):
        table.add_column(heading)
    wrong = []
    for row in plugins:
        mark = Text("cannot be used", "bold red") if row["wrong"] else Text("")
        table.add_row(*(Text(safe(row[key] or "")) for key in ("plugin", "package", "version")), mark)
        if row["wrong"]:
            wrong.append(Text(safe(f"{row['plugin']}: {row['wrong']}")))
    return Group(table, *wrong)

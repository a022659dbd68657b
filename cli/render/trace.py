"""What `comptoir try` found out: each plugin's decision, then the answer."""

from typing import Any

from rich.console import Console
from rich.text import Text

from comptoir.cli.render.text import safe


def print_trace(console: Console, trace: dict[str, Any]) -> None:
    console.print(Text(safe(str(trace))))

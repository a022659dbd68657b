"""What people read on stdout."""

import sys

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

# Tables are cut to the window's width; a pipe has none, and cutting there would lose data.
_PIPE_COLUMNS = 10_000


def listing(console: Console) -> Table:
    """A table of one line each: with its lines on a terminal, without them for programs."""
    on_terminal = console.is_terminal
    box, padding = (SIMPLE_HEAD, (0, 1, 0, 0)) if on_terminal else (None, (0, 2, 0, 0))
    return Table(box=box, padding=padding, pad_edge=False, header_style="bold", border_style="dim")


def console(*, no_color: bool | None = None) -> Console:
    """Colours and the window's width on a terminal; plain and uncut in a pipe.

    `no_color` False keeps the colours of what cannot be read without; otherwise the user's NO_COLOR decides.
    """
    return Console(
        width=None if sys.stdout.isatty() else _PIPE_COLUMNS,
        no_color=no_color,
        # Texts are people's: nothing in them is markup, an emoji's name or worth a colour.
        highlight=False,
        markup=False,
        emoji=False,
    )

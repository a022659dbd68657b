"""The two consoles of a command: the answer goes to stdout, everything else to stderr."""

import sys

from rich.console import Console

# Tables are cut to the window's width; a pipe has none, and cutting there would lose data.
_PIPE_COLUMNS = 10_000


def console(*, stderr: bool = False) -> Console:
    """Colours and the window's width on a terminal; plain and uncut in a pipe."""
    stream = sys.stderr if stderr else sys.stdout
    return Console(
        stderr=stderr,
        width=None if stream.isatty() else _PIPE_COLUMNS,
        # Texts are people's: nothing in them is markup, an emoji's name or worth a colour.
        highlight=False,
        markup=False,
        emoji=False,
    )

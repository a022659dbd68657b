"""A second console that keeps what is essential, and makes a picture of it."""

import io

from rich.console import Console
from rich.terminal_theme import TerminalTheme

COLUMNS = 112

_NORMAL = [
    (22, 27, 34),
    (255, 123, 114),
    (86, 211, 100),
    (227, 179, 65),
    (121, 192, 255),
    (219, 140, 255),
    (86, 212, 221),
    (201, 209, 217),
]
# Dark, with every colour readable on it.
_THEME = TerminalTheme((13, 17, 23), (230, 237, 243), _NORMAL)


def picture_console() -> Console:
    """Draws into memory only, in colours and with a width of its own."""
    return Console(
        record=True,
        file=io.StringIO(),
        force_terminal=True,
        color_system="truecolor",
        width=COLUMNS,
        legacy_windows=False,
        highlight=False,
        markup=False,
        emoji=False,
    )


def svg(console: Console) -> str:
    """What was drawn so far, as SVG."""
    return console.export_svg(title="comptoir demo", theme=_THEME, unique_id="comptoir-demo")

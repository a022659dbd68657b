"""A second console that keeps what is essential, and makes a picture of it."""

import io

from rich.console import Console
from rich.terminal_theme import TerminalTheme

_COLUMNS = 104
_COLOURS = [
    (22, 27, 34),
    (255, 123, 114),
    (86, 211, 100),
    (227, 179, 65),
    (121, 192, 255),
    (219, 140, 255),
    (86, 212, 221),
    (201, 209, 217),
]
_THEME = TerminalTheme((13, 17, 23), (230, 237, 243), _COLOURS)

# Rich's own form would fetch its font from the network. Spaces count: some viewers drop those that begin a text.
_FORMAT = """\
<svg viewBox="0 0 {width} {height}" xmlns="http://www.w3.org/2000/svg" xml:space="preserve">
<style>
.{unique_id}-matrix {{
  font-family: "Fira Code", "DejaVu Sans Mono", Menlo, Consolas, monospace;
  font-size: {char_height}px;
  line-height: {line_height}px;
}}
.{unique_id}-title {{ font-size: 18px; font-weight: bold; font-family: arial, sans-serif; }}
{styles}
</style>
<defs>
<clipPath id="{unique_id}-clip-terminal">
<rect x="0" y="0" width="{terminal_width}" height="{terminal_height}"/>
</clipPath>
{lines}
</defs>
{chrome}
<g transform="translate({terminal_x}, {terminal_y})" clip-path="url(#{unique_id}-clip-terminal)">
{backgrounds}
<g class="{unique_id}-matrix">
{matrix}
</g>
</g>
</svg>
"""


def picture_console() -> Console:
    """Draws into memory only, in colours and with a width of its own."""
    return Console(
        record=True,
        file=io.StringIO(),
        force_terminal=True,
        color_system="truecolor",
        width=_COLUMNS,
        legacy_windows=False,
        highlight=False,
        markup=False,
        emoji=False,
    )


def svg(console: Console) -> str:
    """What was drawn so far, as SVG."""
    return console.export_svg(title="comptoir demo", theme=_THEME, code_format=_FORMAT, unique_id="demo")

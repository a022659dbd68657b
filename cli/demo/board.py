"""What stands below the conversations on a terminal: how each shop stands, and a code that waits to be scanned."""

from collections.abc import Mapping
from dataclasses import dataclass

from rich.console import Group, RenderableType
from rich.style import Style
from rich.table import Table
from rich.text import Text

from comptoir.cli import qr
from comptoir.cli.demo.script import Shop
from comptoir.cli.render.status import state_text

# Readers want black on white, whatever the terminal's own colours are.
_PAPER = Style(color="#000000", bgcolor="#ffffff")


@dataclass(slots=True)
class Standing:
    """A shop as it is now."""

    state: str = "new"
    pid: int | None = None
    asked: int = 0
    answered: int = 0
    typing_to: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Offer:
    """A code that waits to be scanned."""

    shop: Shop
    modules: qr.Modules


def standings(shops: Mapping[Shop, Standing]) -> RenderableType:
    """A line a shop."""
    table = Table.grid(padding=(0, 2))
    for shop, now in shops.items():
        typing = f"typing to {', '.join(now.typing_to)}…" if now.typing_to else ""
        table.add_row(
            Text(f"  {shop.name}", shop.colour),
            state_text(now.state),
            Text(f"pid {now.pid}", "dim") if now.pid else Text("no worker", "bold red"),
            Text(f"{now.asked} in, {now.answered} answers"),
            Text(typing, "italic dim", overflow="ellipsis", no_wrap=True),
        )
    return table


def code(offer: Offer, columns: int, lines: int) -> RenderableType:
    """The code in the smallest form that readers accept; a word about it where none fits."""
    picture = qr.fit(offer.modules, columns, lines - 1)
    if picture is None:
        return Text("  its QR code is shown in a larger window; the phone reads it all the same", "dim")
    rows = [Text(row, _PAPER, no_wrap=True) for row in picture.rows]
    return Group(*rows, Text(f"  {offer.shop.owner} scans this code with the shop's phone", offer.shop.colour))

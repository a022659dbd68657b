"""One message of a conversation, drawn for a terminal or written for a pipe."""

from dataclasses import dataclass
from typing import Literal

from rich.table import Table
from rich.text import Text

from comptoir.cli.demo.script import SHOPS, Customer

LABEL_WIDTH = max(len(shop.label) for shop in SHOPS)
_WHO_WIDTH = 14


@dataclass(frozen=True, slots=True)
class Row:
    """Something written in a chat. `took`: the seconds that an answer took.

    `owner`: by hand on the shop's phone. `desk`: the owner's own phone writes to the shop; `told`: what comes back.
    """

    customer: Customer
    by: Literal["customer", "bot", "owner", "desk", "told"]
    text: str
    took: float | None = None

    @property
    def who(self) -> str:
        match self.by:
            case "customer":
                return self.customer.name
            case "bot":
                return f"  → {self.customer.name}"
            case "owner":
                return f"{self.customer.shop.owner}, by hand"
            case "desk":
                return f"{self.customer.shop.owner} to the shop"
            case "told":
                return f"  → {self.customer.shop.owner}"

    @property
    def time(self) -> str:
        return "" if self.took is None else f"{self.took:.1f} s"


def drawn(row: Row) -> Table:
    """In columns: the shop in its colour, who, what, and how long it took."""
    colour = row.customer.shop.colour
    style = {"customer": "bold", "bot": colour, "told": colour}.get(row.by, f"bold {colour}")
    table = Table.grid(padding=(0, 1), expand=True)
    table.add_column(width=LABEL_WIDTH + 2, no_wrap=True)
    table.add_column(width=_WHO_WIDTH, no_wrap=True)
    table.add_column(ratio=1, overflow="fold")
    table.add_column(width=6, justify="right", no_wrap=True)
    table.add_row(
        Text(f"  {row.customer.shop.label}", colour),
        Text(row.who, style),
        Text(row.text, "" if row.by == "customer" else style),
        Text(row.time, "dim"),
    )
    return table


def written(row: Row) -> str:
    """In one line."""
    time = f" ({row.time})" if row.time else ""
    text = " / ".join(filter(None, row.text.splitlines()))
    return f"{row.customer.shop.label:{LABEL_WIDTH}}  {row.who}: {text}{time}"

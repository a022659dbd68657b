"""`orders` and `order`: what was ordered, and to move an order on."""

from enum import StrEnum
from typing import Annotated, Any

import typer

from comptoir.cli.connection import daemon
from comptoir.cli.options import AsJson, Tenant, examples
from comptoir.cli.output import print_json, print_warning

PANEL = "Orders"

app = typer.Typer()


class State(StrEnum):
    NEW = "new"
    CONFIRMED = "confirmed"
    PREPARING = "preparing"
    READY = "ready"
    DELIVERING = "delivering"
    DELIVERED = "delivered"
    CANCELLED = "cancelled"


@app.command(
    rich_help_panel=PANEL,
    epilog=examples(
        "comptoir orders chez-awa",
        "comptoir orders chez-awa --state confirmed",
        "comptoir orders chez-awa --json | jq 'map(.total) | add'",
    ),
)
def orders(
    name: Tenant,
    state: Annotated[State | None, typer.Option(help="Only these.")] = None,
    limit: Annotated[int, typer.Option(metavar="N", min=1, help="At most so many, the newest.")] = 500,
    json: AsJson = False,
) -> None:
    """What customers ordered, the newest first."""
    rows: list[dict[str, Any]] = []
    page: dict[str, Any] = {"next": None}
    with daemon() as client:
        while "next" in page and len(rows) < limit:
            page = client.call("orders", tenant=name, state=state and state.value, before=page["next"])
            rows += page["orders"]
    if len(rows) > limit or "next" in page:
        print_warning(f"there are more than these {limit}: --limit shows more, --state those in a state")
    rows = rows[:limit]
    if json:
        print_json(rows)
        return
    from comptoir.cli.render.console import console
    from comptoir.cli.render.orders import order_table

    screen = console()
    screen.print(order_table(screen, rows))


@app.command(
    rich_help_panel=PANEL,
    epilog=examples("comptoir order chez-awa 12", "comptoir order chez-awa 12 --set ready"),
)
def order(
    name: Tenant,
    number: Annotated[int, typer.Argument(metavar="NUMBER", min=1, help="As customer and owner know it.")],
    state: Annotated[
        State | None, typer.Option("--set", metavar="STATE", help="Move it on; customer and owner are told.")
    ] = None,
    json: AsJson = False,
) -> None:
    """One order with its lines and its history; or move it on."""
    with daemon() as client:
        row: dict[str, Any]
        if state is None:
            row = client.call("order", tenant=name, number=number)
        else:
            row = client.call("order.set", tenant=name, number=number, state=state.value)
    if json:
        print_json(row)
        return
    from comptoir.cli.render.console import console
    from comptoir.cli.render.orders import order_details

    console().print(order_details(row))

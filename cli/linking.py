"""`comptoir link` and `comptoir unlink`: a tenant's number comes and goes."""

from pathlib import Path
from typing import Annotated

import typer

from comptoir.cli.codefile import CodeFile
from comptoir.cli.connection import call, daemon
from comptoir.cli.options import AsJson, Tenant, examples
from comptoir.cli.output import on_terminal, print_line

PANEL = "Tenants"

app = typer.Typer()


@app.command(
    rich_help_panel=PANEL,
    epilog=examples("comptoir link chez-awa", "comptoir link chez-awa --png code.png", "comptoir link chez-awa --json"),
)
def link(
    name: Tenant,
    png: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Keep the code there instead of on screen.", show_default=False),
    ] = None,
    json: AsJson = False,
) -> None:
    """Show the QR code that the tenant's phone scans; ends when linked.

    From 59 × 31 characters on, the window shows it in a form that every font has.
    """
    from comptoir.cli.render.link import CodeScreen, EventLines, JsonLines, LinkView

    view: LinkView
    if json:
        view = JsonLines()
    elif on_terminal():
        view = CodeScreen(name, png)
    else:
        view = EventLines()
    with daemon() as client, CodeFile(png) as file, view:
        for event in client.stream("link", tenant=name):
            if event["event"] == "qr":
                file.write(event["code"])
            view.show(event)


@app.command(rich_help_panel=PANEL, epilog=examples("comptoir unlink chez-awa"))
def unlink(name: Tenant) -> None:
    """Log the device out at the server and forget its credentials; the messages stay."""
    call("unlink", tenant=name)
    print_line(f"{name} unlinked; `comptoir link {name}` links it again")

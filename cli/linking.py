"""`comptoir link` and `comptoir unlink`: a tenant's number comes and goes."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from comptoir.cli.codefile import CodeFile
from comptoir.cli.connection import call, daemon
from comptoir.cli.errors import CommandError, ExitCode
from comptoir.cli.numbers import needs_country, read_number
from comptoir.cli.options import AsJson, Tenant, examples
from comptoir.cli.output import on_terminal, print_line, print_warning

if TYPE_CHECKING:
    from comptoir.cli.render.link import LinkView
    from comptoir.gateway.client import Client

PANEL = "Tenants"

app = typer.Typer()


@app.command(
    rich_help_panel=PANEL,
    epilog=examples(
        "comptoir link chez-awa",
        "comptoir link chez-awa --png code.png",
        "comptoir link chez-awa --code +221771234567",
        "comptoir link chez-awa --json",
    ),
)
def link(
    name: Tenant,
    code: Annotated[
        str | None,
        typer.Option(
            metavar="NUMBER", help="Show a code of eight characters to type into this phone.", show_default=False
        ),
    ] = None,
    png: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Keep the code there instead of on screen.", show_default=False),
    ] = None,
    json: AsJson = False,
) -> None:
    """Show the QR code that the tenant's phone scans; ends when linked.

    From 59 × 31 characters on, the window shows it in a form that every font has. With --code, whoever holds the
    phone need not see this screen: tell them the code.
    """
    if code is not None and png is not None:
        raise CommandError(ExitCode.USAGE, "--png draws a QR code and --code shows none: give one of them")
    with daemon() as client, CodeFile(png) as file:
        number = None if code is None else _phone_number(client, name, code)
        with _view(name, number, png, json=json) as view:
            wrong = _follow(client.stream("link", tenant=name, code=number), view, file)
    if wrong:
        print_warning(f"{wrong}\n{name} answers nothing before its file is right: then run `comptoir reload {name}`")


@app.command(rich_help_panel=PANEL, epilog=examples("comptoir unlink chez-awa"))
def unlink(name: Tenant) -> None:
    """Log the device out at the server and forget its credentials; the messages stay."""
    call("unlink", tenant=name)
    print_line(f"{name} unlinked; `comptoir link {name}` links it again")


def _follow(events: Iterator[dict[str, Any]], view: "LinkView", file: CodeFile) -> str | None:
    """Show each event; what is wrong in the tenant's file. Raises as the client does, once the view was told."""
    from comptoir.gateway.client import ControlError, DaemonUnreachable

    event: dict[str, Any] = {"event": ""}
    try:
        for event in events:
            if event["event"] == "qr":
                file.write(event["code"])
            view.show(event)
    except (ControlError, DaemonUnreachable) as error:
        if event["event"] != "failed":
            view.fail(str(error))
        raise
    return event.get("config_wrong")


def _phone_number(client: "Client", tenant: str, text: str) -> str:
    """The number in full; local forms are the tenant's country's. Raises CommandError."""
    country = client.call("tenant.show", tenant=tenant).get("country") if needs_country(text) else None
    return read_number(text, country)


def _view(name: str, number: str | None, png: Path | None, *, json: bool) -> "LinkView":
    from comptoir.cli.render.link import EventLines, JsonLines, QrScreen
    from comptoir.cli.render.pairing_code import PairingCodeScreen

    if json:
        return JsonLines()
    if not on_terminal():
        return EventLines()
    return QrScreen(name, png) if number is None else PairingCodeScreen(name, number)

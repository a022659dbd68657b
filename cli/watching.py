"""`status` and `events`: how the tenants are, and what happens."""

import time
from typing import Annotated

import typer

from comptoir.cli.connection import daemon
from comptoir.cli.options import AnyTenant, AsJson, examples
from comptoir.cli.output import on_terminal, print_json

PANEL = "Watching"

app = typer.Typer()


@app.command(
    rich_help_panel=PANEL,
    epilog=examples(
        "comptoir status",
        "comptoir status --follow",
        "comptoir status chez-awa --json | jq -r '.tenants[0].state'",
    ),
)
def status(
    name: AnyTenant = None,
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Redraw every second.")] = False,
    json: AsJson = False,
) -> None:
    """The daemon and each tenant: state, number, what waits, when somebody last wrote."""
    with daemon() as client:
        report = client.call("status", tenant=name)
        if json:
            print_json(report)
            return
        from comptoir.cli.render.console import console
        from comptoir.cli.render.status import status_report

        screen = console()
        if not (follow and on_terminal()):
            screen.print(status_report(screen, report))
            return
        from rich.live import Live

        with Live(status_report(screen, report), console=screen, screen=True, auto_refresh=False) as live:
            while True:
                time.sleep(1)
                live.update(status_report(screen, client.call("status", tenant=name)), refresh=True)


@app.command(rich_help_panel=PANEL, epilog=examples("comptoir events", "comptoir events chez-awa --json"))
def events(name: AnyTenant = None, json: AsJson = False) -> None:
    """Follow what happens until interrupted."""
    with daemon() as client:
        stream = client.stream("events", tenant=name)
        if json:
            for event in stream:
                print_json(event)
            return
        from comptoir.cli.render.console import console
        from comptoir.cli.render.events import event_line

        screen = console()
        for event in stream:
            # The first only says that nothing is missed from here on.
            if event["kind"] != "following":
                screen.print(event_line(event), soft_wrap=True)

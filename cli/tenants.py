"""`comptoir tenant …`: the businesses on this machine."""

import sys
from typing import Annotated

import typer

from comptoir.cli.connection import call, folders
from comptoir.cli.errors import CommandError, ExitCode
from comptoir.cli.numbers import read_number
from comptoir.cli.options import AsJson, Tenant, check_tenant_name, examples
from comptoir.cli.output import print_json, print_line

app = typer.Typer(help="Add, show, pause and remove tenants.", rich_markup_mode="rich")

NewTenant = Annotated[
    str, typer.Argument(metavar="NAME", help="Small letters, digits and hyphens.", show_default=False)
]


@app.command(
    epilog=examples(
        "comptoir tenant add chez-awa --template restaurant --owner +221771234567",
        "comptoir tenant add mairie --template office --lang fr",
    )
)
def add(
    name: NewTenant,
    template: Annotated[
        str | None, typer.Option(help="Files to begin with: restaurant, clothes, cosmetics, office or empty.")
    ] = None,
    owner: Annotated[str | None, typer.Option(help="The owner's own number, +E164, for notices.")] = None,
    lang: Annotated[str | None, typer.Option(help="The tenant's language: fr or en.")] = None,
    json: AsJson = False,
) -> None:
    """Make a tenant and its folder of files."""
    check_tenant_name(name)
    added = call("tenant.add", tenant=name, template=template, owner=owner and read_number(owner), lang=lang)
    if json:
        print_json(added)
    else:
        file = f"{added['config']}/tenant.toml"
        if added.get("kept"):
            print_line(
                f"{file} was there already and stays as it is: no template, owner or language was written into it"
            )
        print_line(f"{name} added: edit {file}, then run `comptoir link {name}`")


@app.command("list", epilog=examples("comptoir tenant list", "comptoir tenant list --json"))
def list_(json: AsJson = False) -> None:
    """The tenants and their states."""
    tenants = call("tenant.list")["tenants"]
    if json:
        print_json(tenants)
        return
    from comptoir.cli.render.console import console
    from comptoir.cli.render.status import tenant_table

    screen = console()
    screen.print(tenant_table(screen, tenants))


@app.command(epilog=examples("comptoir tenant show chez-awa", "comptoir tenant show chez-awa --json"))
def show(name: Tenant, json: AsJson = False) -> None:
    """Everything known about one tenant."""
    tenant = call("tenant.show", tenant=name)
    if json:
        print_json(tenant)
        return
    from comptoir.cli.render.console import console
    from comptoir.cli.render.status import tenant_details

    console().print(tenant_details(tenant))


@app.command(epilog=examples("comptoir tenant pause chez-awa"))
def pause(name: Tenant) -> None:
    """Stop answering; messages are still received and kept."""
    call("tenant.pause", tenant=name)
    print_line(f"{name} paused")


@app.command(epilog=examples("comptoir tenant resume chez-awa"))
def resume(name: Tenant) -> None:
    """Answer again, first what came meanwhile; also starts a parked session again."""
    call("tenant.resume", tenant=name)
    print_line(f"{name} resumed")


@app.command(epilog=examples("comptoir tenant remove chez-awa", "comptoir tenant remove chez-awa --yes"))
def remove(name: Tenant, yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False) -> None:
    """Log the tenant's device out and delete its journal and key for good; its config folder stays."""
    if not yes:
        _ask(name)
    call("tenant.remove", tenant=name)
    print_line(f"{name} removed; its files stay in {folders().tenant_config(name)}")


def _ask(name: str) -> None:
    if not sys.stdin.isatty():
        raise CommandError(ExitCode.USAGE, f"nobody to ask: add --yes to delete {name} and all its messages")
    if not typer.confirm(f"Delete {name}, with all its messages?", err=True):
        raise CommandError(ExitCode.FAILED, f"{name} was kept")

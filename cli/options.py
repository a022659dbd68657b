"""Arguments and options that several commands share, and their completion."""

from typing import Annotated

import typer

from comptoir.cli.errors import CommandError, ExitCode

TENANT_FORM = "expected small letters, digits and hyphens, at most 32, as in chez-awa"


def tenant_names(incomplete: str) -> list[str]:
    """For the shell's completion: the tenants that have a folder; no daemon needed."""
    from comptoir.cli.connection import folders

    try:
        names = sorted(folder.name for folder in (folders().config / "tenants").iterdir())
    except (OSError, CommandError):
        return []
    return [name for name in names if name.startswith(incomplete)]


def examples(*lines: str) -> str:
    """A help's last paragraph."""
    # A line that began with spaces would lose them to typer's cleaning.
    return "\n".join(["Examples:", *(f"[cyan]  {line}[/cyan]" for line in lines)])


def check_tenant_name(name: str) -> str:
    """The name, where one can be made of it. Raises CommandError."""
    from comptoir.gateway.paths import is_tenant_name

    if not is_tenant_name(name):
        raise CommandError(ExitCode.USAGE, f"{name!r} cannot be a tenant's name: {TENANT_FORM}")
    return name


Tenant = Annotated[
    str, typer.Argument(metavar="NAME", help="The tenant.", autocompletion=tenant_names, show_default=False)
]
AnyTenant = Annotated[
    str | None,
    typer.Argument(metavar="[NAME]", help="The tenant; all without.", autocompletion=tenant_names, show_default=False),
]
AsJson = Annotated[bool, typer.Option("--json", help="For scripts: JSON.")]

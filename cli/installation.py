"""Commands that need no daemon: `init`, `daemon` and `check`."""

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from comptoir.cli.connection import folders
from comptoir.cli.errors import CommandError, ExitCode
from comptoir.cli.options import AnyTenant, AsJson, check_tenant_name, examples
from comptoir.cli.output import print_json, print_line

if TYPE_CHECKING:
    from comptoir.gateway.paths import Paths
    from comptoir.plugins.faults import Fault

PANEL = "Installation"

app = typer.Typer()


@app.command(rich_help_panel=PANEL, epilog=examples("comptoir init", "COMPTOIR_HOME=/srv/shops comptoir init"))
def init() -> None:
    """Make the folders, the master key and a commented comptoir.toml. Safe to repeat."""
    from comptoir.gateway.keys import KeysWrong
    from comptoir.gateway.paths import PathsWrong
    from comptoir.gateway.refused import explain
    from comptoir.gateway.registry_schema import RegistryWrong
    from comptoir.gateway.setup import initialise

    paths = folders()
    try:
        made = initialise(paths)
    except (PathsWrong, KeysWrong, RegistryWrong) as error:
        raise CommandError(ExitCode.FAILED, str(error)) from None
    except OSError as error:
        code = ExitCode.NOT_PERMITTED if isinstance(error, PermissionError) else ExitCode.FAILED
        raise CommandError(code, explain(error)) from None
    for line in made:
        print_line(line)
    if not made:
        print_line(f"nothing to do: {paths.config} and {paths.state} are ready")


@app.command(rich_help_panel=PANEL, epilog=examples("comptoir daemon"))
def daemon() -> None:
    """Run in the foreground until SIGTERM; prints `ready` on stderr once commands are answered."""
    folders()
    # -P: the folder it is started from must not shadow a module of the daemon or of its workers.
    os.execv(sys.executable, [sys.executable, "-P", "-m", "comptoir.gateway"])


@app.command(rich_help_panel=PANEL, epilog=examples("comptoir check", "comptoir check chez-awa"))
def check(name: AnyTenant = None, json: AsJson = False) -> None:
    """Check the configuration files, without the daemon. Each fault is a line FILE:LINE; the code then 78."""
    paths = folders()
    names = _all_tenants(paths) if name is None else [_tenant_with_files(paths, name)]
    faults = [] if name else _settings_faults(paths.settings_file)
    faults += [fault for tenant in names for fault in _tenant_faults(paths.tenant_config(tenant))]
    if json:
        print_json({"faults": [fault.as_json() for fault in faults]})
    if faults:
        raise CommandError(ExitCode.CONFIG_WRONG, "\n".join(map(str, faults)))
    if not json:
        print_line(f"no fault in {', '.join(names if name else ['comptoir.toml', *names])}")


def _all_tenants(paths: "Paths") -> list[str]:
    """Those that have a folder: the daemon, which knows them all, may not be running."""
    try:
        return sorted(folder.name for folder in (paths.config / "tenants").iterdir() if folder.is_dir())
    except FileNotFoundError:
        raise CommandError(ExitCode.FAILED, f"{paths.config}: nothing there yet: `comptoir init` makes it") from None
    except PermissionError:
        raise CommandError(
            ExitCode.NOT_PERMITTED, f"{paths.config}: not permitted: run this as root or as its owner"
        ) from None


def _tenant_with_files(paths: "Paths", name: str) -> str:
    check_tenant_name(name)
    if not paths.tenant_config(name).is_dir():
        raise CommandError(
            ExitCode.NOT_FOUND,
            f"no tenant {name}: {paths.tenant_config(name)} is not there; see `comptoir tenant list`",
        )
    return name


def _settings_faults(file: Path) -> list["Fault"]:
    from comptoir.gateway.settings import SettingsWrong, load_settings

    try:
        load_settings(file)
    except SettingsWrong as wrong:
        return [*wrong.faults]
    return []


def _tenant_faults(folder: Path) -> list["Fault"]:
    from comptoir.plugins.faults import ConfigWrong
    from comptoir.plugins.loading import load_tenant

    try:
        load_tenant(folder)
    except ConfigWrong as wrong:
        return [*wrong.faults]
    return []

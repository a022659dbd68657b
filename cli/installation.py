"""Commands that need no daemon: `init`, `daemon`, `check` and `schema`."""

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from comptoir.cli.by_chat import change_line, changes_by_chat
from comptoir.cli.connection import folders
from comptoir.cli.errors import CommandError, ExitCode
from comptoir.cli.options import AnyTenant, AsJson, check_tenant_name, examples
from comptoir.cli.output import print_json, print_line, print_warning

if TYPE_CHECKING:
    from comptoir.gateway.paths import Paths
    from comptoir.plugins.faults import Fault
    from comptoir.plugins.loading import LeftOut, Prepared

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
    made += _write_schema(paths.config)
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
    """Check the configuration files, without the daemon. Each fault is a line FILE:LINE: column; the code then 78.

    Of one tenant, what the owner changed by chat over its catalogue is shown too, where a daemon can be asked.
    """
    paths = folders()
    names = _all_tenants(paths) if name is None else [_tenant_with_files(paths, name)]
    faults = [] if name else _settings_faults(paths.settings_file)
    left_out: list[dict[str, str]] = []
    idle: list[str] = []
    sold = ""
    for tenant in names:
        wrong, out, sold = _look_at(paths.tenant_config(tenant))
        faults += wrong
        left_out += [{"tenant": tenant, "plugin": one.plugin, "reason": one.reason} for one in out]
        idle += [tenant] if sold == _NOTHING else []
    changed = changes_by_chat(name) if name and sold else None
    if json:
        told = {} if changed is None else {"changes": changed}
        print_json({"faults": [fault.as_json() for fault in faults], "left_out": left_out} | told)
    for one in left_out:
        print_warning("{tenant}: the plugin {plugin} is left out: {reason}".format_map(one))
    for tenant in idle:
        print_warning(f"{tenant}: {_NOTHING}; a running shop keeps the catalogue before")
    if faults:
        raise CommandError(ExitCode.CONFIG_WRONG, "\n".join(map(str, faults)))
    if not json:
        if name and sold and not idle:
            print_line(sold)
        for change in changed or ():
            print_line(change_line(change))
        print_line(f"no fault in {', '.join(names if name else ['comptoir.toml', *names])}")


@app.command(rich_help_panel=PANEL, epilog=examples("comptoir schema", "comptoir schema --output tenant.schema.json"))
def schema(
    output: Annotated[Path | None, typer.Option("--output", help="Write it there instead.", dir_okay=False)] = None,
) -> None:
    """The JSON Schema of tenant.toml, for editors: with the tables of all plugins that are installed here."""
    if output is None:
        print_line(_schema().rstrip("\n"))
        return
    try:
        output.write_text(_schema(), encoding="utf-8")
    except OSError as error:
        raise CommandError(ExitCode.FAILED, f"{output}: {error.strerror}") from None
    print_line(f"{output}: the schema of tenant.toml")


def _schema() -> str:
    from comptoir.plugins.installed import Unusable, installed
    from comptoir.plugins.loading import BUILT_IN, MANDATORY
    from comptoir.plugins.schema import schema_text

    others = installed()
    found = [others.within(name) for name in others if name not in BUILT_IN]
    usable = [plugin for plugin in found if not isinstance(plugin, Unusable)]
    return schema_text([*BUILT_IN.values(), *usable], MANDATORY.values())


def _write_schema(config: Path) -> list[str]:
    """Beside the tenants' folders, where the first line of their files says that it is; what was made."""
    from comptoir.plugins.schema import FILE_NAME

    file, text = config / FILE_NAME, _schema()
    part = file.with_name(f".{FILE_NAME}.new")
    try:
        if file.exists() and file.read_text(encoding="utf-8") == text:
            return []
        part.write_text(text, encoding="utf-8")
        part.replace(file)
    except OSError as error:
        raise CommandError(ExitCode.FAILED, f"{file}: {error.strerror}") from None
    finally:
        part.unlink(missing_ok=True)
    return [f"{file}: what tenant.toml may hold, for editors"]


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


def _look_at(folder: Path) -> tuple[list["Fault"], list["LeftOut"], str]:
    """What is wrong, which plugins the rest would run without, and what is sold."""
    from comptoir.plugins.checking import prepare_tenant
    from comptoir.plugins.faults import ConfigWrong
    from comptoir.plugins.loading import LeftOut

    try:
        made = prepare_tenant(folder)
    except ConfigWrong as wrong:
        return [*wrong.faults], [], ""
    return [], [plugin for plugin in made.chosen if isinstance(plugin, LeftOut)], _sold(made)


_NOTHING = "sells nothing: there is no product"


def _sold(made: "Prepared") -> str:
    """That all of a table was read is seen by its numbers. Empty where nothing is to be sold."""
    from comptoir.plugins.shop.files import sells_example

    sold, has_clerk = made.tenant.catalogue, any(step.plugin == "clerk" for step in made.config.pipeline)
    if sold is None or not sold.products:
        return _NOTHING if has_clerk else ""
    text = f"sells {len(sold.products)} products in {len(sold.by_sku)} variants, delivers to {len(sold.zones)} zones"
    if sells_example(made.tenant.files):
        text += ": the template's example, to be replaced"
    return (
        f"{text}; nobody is told of an order: no owner in tenant.toml" if has_clerk and not made.config.owner else text
    )

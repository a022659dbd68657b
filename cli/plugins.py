"""`comptoir plugin …`: which plugins are here, and a package to begin one with. No daemon is asked."""

from pathlib import Path
from typing import Annotated

import typer

from comptoir.cli.errors import CommandError, ExitCode
from comptoir.cli.options import AsJson, examples
from comptoir.cli.output import print_json, print_line

PANEL = "Installation"

app = typer.Typer(help="Plugins: those that are here, and new ones.", rich_markup_mode="rich")

NewPlugin = Annotated[
    str,
    typer.Argument(metavar="NAME", help="Small letters, digits, hyphens and underscores.", show_default=False),
]


@app.command(epilog=examples("comptoir plugin new horoscope", "comptoir plugin new horoscope --directory ~/plugins"))
def new(
    name: NewPlugin,
    directory: Annotated[
        Path, typer.Option(metavar="D", help="Where its folder is made; here, if not given.", show_default=False)
    ] = Path(),
) -> None:
    """Write a package with a plugin that works, and its test."""
    from comptoir.plugins.loading import BUILT_IN, MANDATORY
    from comptoir.plugins.scaffold import ScaffoldWrong, write_plugin

    try:
        files = write_plugin(name, directory, {*BUILT_IN, *MANDATORY})
    except ScaffoldWrong as wrong:
        raise CommandError(ExitCode.USAGE, str(wrong)) from None
    except OSError as error:
        raise CommandError(ExitCode.FAILED, f"{error.filename or directory}: {error.strerror}") from None
    for file in files:
        print_line(str(file))
    # In full: pip takes a bare name for a package of the index.
    folder = (directory / name).resolve()
    print_line(
        f"try it: cd {folder} && pytest\n"
        f"install it into the daemon's environment: pip install {folder}\n"
        f'then name it in a tenant.toml, pipeline = ["{name}"], and save'
    )


@app.command("list", epilog=examples("comptoir plugin list", "comptoir plugin list --json"))
def list_(json: AsJson = False) -> None:
    """The plugins that a tenant.toml may name, and what keeps one from being used."""
    plugins = _plugins()
    if json:
        print_json(plugins)
        return
    from comptoir.cli.render.console import console
    from comptoir.cli.render.plugins import plugin_table

    screen = console()
    screen.print(plugin_table(screen, plugins))


def _plugins() -> list[dict[str, str | None]]:
    from importlib.metadata import version

    from comptoir.plugins.installed import Unusable, installed
    from comptoir.plugins.loading import BUILT_IN, MANDATORY

    rows: list[dict[str, str | None]] = [
        {"plugin": name, "package": "comptoir", "version": version("comptoir"), "wrong": None}
        for name in (*MANDATORY, *BUILT_IN)
    ]
    others = installed()
    for name in sorted(others):
        found = others.within(name)
        packages = others.packages(name)
        wrong = found.reason if isinstance(found, Unusable) else None
        if name in BUILT_IN or name in MANDATORY:
            wrong = "comptoir has a plugin of this name, and uses its own"
        package, release = packages[0] if len(packages) == 1 else (", ".join(name for name, _ in packages), None)
        rows.append({"plugin": name, "package": package, "version": release, "wrong": wrong})
    return rows

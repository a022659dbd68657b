"""The command `comptoir`. Each command imports what it needs when it runs: help and completion are quick."""

import errno
import io
import os
import signal
import sys
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from comptoir.cli import (
    chats,
    diagnosis,
    installation,
    keys,
    lab,
    lab_audiences,
    lab_faults,
    lab_messages,
    linking,
    media,
    messaging,
    orders,
    plugins,
    tenants,
    watching,
)
from comptoir.cli.errors import CommandError, ExitCode
from comptoir.cli.options import examples
from comptoir.cli.output import print_error, print_line

# How a file system says that it has no room, and a disk that it fails.
UNWRITABLE = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO})

app = typer.Typer(
    name="comptoir",
    help="One WhatsApp gateway for many tenants: each with its own number, its own process, its own key.",
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
)
for commands in (installation.app, linking.app, messaging.app, chats.app, orders.app, watching.app, diagnosis.app):
    app.add_typer(commands)
app.add_typer(tenants.app, name="tenant", rich_help_panel="Tenants")
app.add_typer(keys.app, name="keys", rich_help_panel=keys.PANEL)
app.add_typer(plugins.app, name="plugin", rich_help_panel=plugins.PANEL)
app.add_typer(media.app, name="media", help="Files of messages.", rich_help_panel=media.PANEL)
lab.app.add_typer(lab_messages.app)
lab.app.add_typer(lab_audiences.app)
lab.app.add_typer(lab_faults.app)
app.add_typer(lab.app, name="lab", rich_help_panel="Trying it out")


@app.command(rich_help_panel="Trying it out", epilog=examples("comptoir demo", "comptoir demo --speed 4"))
def demo(
    speed: Annotated[float, typer.Option(min=0.1, metavar="X", help="So many times as fast.")] = 1,
    picture: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Draw it there too, as SVG.", show_default=False)
    ] = None,
) -> None:
    """The whole thing in one terminal, on the lab: tenants linked, customers answered, a worker killed."""
    from comptoir.cli.demo import run as run_demo

    raise typer.Exit(run_demo(speed, picture))


def _print_version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        print_line(f"comptoir {version('comptoir')}")
        raise typer.Exit


@app.callback()
def options(
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    pass


def main() -> NoReturn:
    _prepare_streams()
    # A full screen is left properly, as on Ctrl-C.
    signal.signal(signal.SIGTERM, lambda number, _frame: sys.exit(128 + number))
    sys.exit(run(sys.argv[1:]))


def _prepare_streams() -> None:
    # A stream that the caller closed is None in Python, and its number would go to the next socket.
    sys.stdin = sys.stdin or os.fdopen(os.open(os.devnull, os.O_RDONLY))
    sys.stdout = sys.stdout or os.fdopen(os.open(os.devnull, os.O_WRONLY), "w")
    sys.stderr = sys.stderr or os.fdopen(os.open(os.devnull, os.O_WRONLY), "w")
    for stream in (sys.stdout, sys.stderr):
        # A terminal that cannot show a character gets a substitute, not a traceback.
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def run(arguments: list[str]) -> int:
    """Run one command and say with what code to exit. Prints why, where it failed."""
    try:
        command = typer.main.get_command(app)
        result = command.main(arguments or ["--help"], prog_name="comptoir", standalone_mode=False)
    except CommandError as error:
        print_error(error)
        return error.code
    except typer.TyperException as error:
        failure = CommandError(ExitCode.USAGE, usage(error))
        print_error(failure)
        return failure.code
    except typer.Abort:
        return ExitCode.INTERRUPTED
    except SystemExit as exit:
        # Typer and rich turn a broken pipe into exit code 1.
        return ExitCode.BROKEN_PIPE if isinstance(exit.__context__, BrokenPipeError) else _code(exit.code)
    except OSError as error:
        if error.errno not in UNWRITABLE:
            raise
        _give_up_stdout()
        print_error(CommandError(ExitCode.FAILED, f"the output cannot be written: {error.strerror}"))
        return ExitCode.FAILED
    return _code(result)


def _give_up_stdout() -> None:
    # Else the interpreter tries again, in its last moment, to write what waits.
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)


def usage(error: typer.TyperException) -> str:
    """One line: what was wrong with the command, and where to read how it is written."""
    context = getattr(error, "ctx", None)
    command = context.command_path if context else "comptoir"
    return f"{error.format_message().rstrip('.')}; see {command} --help"


def _code(result: object) -> int:
    return result if isinstance(result, int) else ExitCode.DONE


if __name__ == "__main__":
    main()

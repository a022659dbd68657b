"""`comptoir lab …`: the stand-in for WhatsApp, its phones and its customers."""

import re
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from comptoir.cli.connection import folders
from comptoir.cli.errors import CommandError, ExitCode
from comptoir.cli.numbers import read_number
from comptoir.cli.options import examples
from comptoir.cli.output import print_line

if TYPE_CHECKING:
    from comptoir.lab.client import LabClient

DESCRIPTION = "lab.json"
# A code in whatever `comptoir link` prints: its plain lines and its JSON alike.
_CODE = re.compile(r'https?://[^\s"]+#[^\s"]+|\b2@[^\s"]+')
_PAIRING_CODE = re.compile(r"\b[1-9A-Z]{4}-[1-9A-Z]{4}\b")

app = typer.Typer(
    help="A stand-in for WhatsApp on this machine, to try everything without a phone.",
    rich_markup_mode="rich",
)

Number = Annotated[str, typer.Argument(metavar="NUMBER", help="An invented number, +E164.")]
Lab = Annotated[
    Path | None,
    typer.Option("--lab", envvar="COMPTOIR_LAB", metavar="FILE", help="The lab's description.", show_default=False),
]


@app.command(epilog=examples("comptoir lab serve", "comptoir lab serve /tmp/lab --port 8400"))
def serve(
    folder: Annotated[
        Path | None,
        typer.Argument(metavar="[FOLDER]", help="Where its accounts are kept.", show_default=False),
    ] = None,
    port: Annotated[int, typer.Option(min=0, max=65535, help="On 127.0.0.1; 0 takes a free one.")] = 0,
) -> None:
    """Run the lab until SIGTERM or Ctrl-C. Start the daemon with COMPTOIR_LAB set to the file it names."""
    from comptoir.lab.lab import LabInUse
    from comptoir.lab.serve import LabRefused
    from comptoir.lab.serve import serve as serve_lab

    try:
        serve_lab(folder or _default_folder(), port)
    except (LabInUse, LabRefused) as error:
        raise CommandError(ExitCode.FAILED, str(error)) from None


@app.command(
    epilog=examples(
        "comptoir lab scan +221770000001 'https://wa.me/settings/linked_devices#2@…'",
        "comptoir link chez-awa | comptoir lab scan +221770000001 --name 'Chez Awa'",
    )
)
def scan(
    number: Number,
    code: Annotated[str | None, typer.Argument(metavar="[CODE]", help="The code; found in stdin without.")] = None,
    name: Annotated[str, typer.Option(help="What the phone's owner is called.")] = "",
    lab: Lab = None,
) -> None:
    """A phone scans the code that `comptoir link` shows."""
    phone = read_number(number)
    lines = iter([code]) if code else iter(sys.stdin)
    found = find_code(lines)
    if found is None:
        raise CommandError(ExitCode.USAGE, "no code to scan: expected what `comptoir link NAME` prints")
    with lab_client(lab) as client:
        client.scan(found, phone, name)
    print_line(f"{phone} scanned the code")
    _read_on(lines)


@app.command(
    "enter-code",
    epilog=examples(
        "comptoir lab enter-code +221770000001 ABCD-1234",
        "comptoir link chez-awa --code +221770000001 | comptoir lab enter-code +221770000001 --name 'Chez Awa'",
    ),
)
def enter_code(
    number: Number,
    code: Annotated[str | None, typer.Argument(metavar="[CODE]", help="The code; found in stdin without.")] = None,
    name: Annotated[str, typer.Option(help="What the phone's owner is called.")] = "",
    lab: Lab = None,
) -> None:
    """Type the code that `comptoir link --code` shows into a phone."""
    phone = read_number(number)
    lines = iter(()) if code else iter(sys.stdin)
    found = code or find_pairing_code(lines)
    if found is None:
        raise CommandError(ExitCode.USAGE, "no code to type: expected what `comptoir link NAME --code NUMBER` prints")
    with lab_client(lab) as client:
        client.enter_code(found, phone, name)
    print_line(f"{phone} was given the code")
    _read_on(lines)


def find_code(lines: Iterable[str]) -> str | None:
    """The first code in these lines."""
    return next((match[0] for line in lines if (match := _CODE.search(line))), None)


def find_pairing_code(lines: Iterable[str]) -> str | None:
    """The first pairing code in these lines."""
    return next((match[0] for line in lines if (match := _PAIRING_CODE.search(line))), None)


def _read_on(lines: Iterable[str]) -> None:
    """The other end of a pipe must be able to say that it is linked."""
    for _ in lines:
        pass


def _default_folder() -> Path:
    return folders().state / "lab"


@contextmanager
def lab_client(lab: Path | None) -> Iterator["LabClient"]:
    """The running lab that a description file names. Raises CommandError."""
    from comptoir.lab.client import LabClient, LabError, LabUnreachable

    try:
        with LabClient(lab or _default_folder() / DESCRIPTION) as client:
            yield client
    except LabUnreachable as error:
        raise CommandError(ExitCode.UNREACHABLE, str(error)) from None
    except LabError as error:
        raise CommandError(ExitCode.FAILED, str(error)) from None

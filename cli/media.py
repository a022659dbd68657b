"""`media get`: brings the file of a message out, through a descriptor of the command's own."""

import os
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from comptoir.cli.connection import daemon
from comptoir.cli.errors import CommandError, ExitCode
from comptoir.cli.files import FILE_ANSWER_LIMIT, patience
from comptoir.cli.options import AsJson, Tenant, examples
from comptoir.cli.output import print_json, print_line

if TYPE_CHECKING:
    from comptoir.gateway.client import Client

PANEL = "Messages"

app = typer.Typer(no_args_is_help=True)


@app.command(
    "get",
    epilog=examples(
        "comptoir media get chez-awa 17 --out photo.jpg",
        "comptoir media get chez-awa 17 --out - | sha256sum",
    ),
)
def get(
    name: Tenant,
    id: Annotated[int, typer.Argument(metavar="ID", min=1, help="The message's id, as `comptoir messages` shows it.")],
    out: Annotated[
        str, typer.Option(metavar="FILE", help="Where to write it, - for stdout; without: NAME-ID and what fits it.")
    ] = "",
    force: Annotated[bool, typer.Option("--force", help="Write over a file that is there.")] = False,
    json: AsJson = False,
) -> None:
    """Write the file of a message to disk, or to stdout; it is kept sealed otherwise."""
    with daemon(answer_limit=FILE_ANSWER_LIMIT) as client:
        if out == "-":
            _get_to_stdout(client, name, id)
            return
        target = Path(out) if out else _own_name(client, name, id)
        told = _get_to_file(client, name, id, target, force=force)
    if json:
        print_json(told | {"file": str(target)})
    else:
        print_line(str(target))


def _get_to_stdout(client: "Client", name: str, id: int) -> None:
    if sys.stdout.isatty():
        raise CommandError(ExitCode.USAGE, "stdout is a terminal: pipe it somewhere, or name a file with --out")
    sys.stdout.flush()
    _fetch(client, name, id, sys.stdout.fileno())


def _get_to_file(client: "Client", name: str, id: int, target: Path, *, force: bool) -> dict[str, Any]:
    """Whole, or not at all: written aside and then given its name."""
    if target.is_dir():
        raise CommandError(ExitCode.USAGE, f"{target}: a folder: name a file in it")
    if not force and os.path.lexists(target):
        raise CommandError(ExitCode.FAILED, f"{target} is there already: name another file, or say --force")
    import tempfile  # it takes a while to import

    try:
        descriptor, part = tempfile.mkstemp(prefix=".comptoir-", dir=target.parent)
    except OSError as error:
        raise CommandError(ExitCode.FAILED, f"{target}: cannot be written: {error.strerror}") from None
    try:
        told = _fetch(client, name, id, descriptor)
        (os.replace if force else _name_new)(part, target)
    except FileExistsError:
        raise CommandError(ExitCode.FAILED, f"{target} is there already: name another file, or say --force") from None
    except OSError as error:
        raise CommandError(ExitCode.FAILED, f"{target}: cannot be written: {error.strerror}") from None
    finally:
        os.close(descriptor)
        with suppress(FileNotFoundError):
            Path(part).unlink()
    return told


def _name_new(part: str, target: Path) -> None:
    """Never over what took the name meanwhile, as a rename would. Raises FileExistsError."""
    try:
        os.link(part, target)
    except PermissionError:
        # A file system without links, such as a USB stick's.
        if os.path.lexists(target):
            raise FileExistsError from None
        Path(part).rename(target)


def _fetch(client: "Client", name: str, id: int, descriptor: int) -> dict[str, Any]:
    from comptoir.sessions.descriptors import Descriptor

    with patience(f"reading the file of message {id}"):
        out = Descriptor(os.dup(descriptor))
        try:
            told: dict[str, Any] = client.call("media.get", tenant=name, id=id, out=out)
        finally:
            out.close()
    return told


def _own_name(client: "Client", name: str, id: int) -> Path:
    """Of our own making: what a stranger calls a file never becomes a path."""
    import mimetypes

    mime = str((client.call("message", tenant=name, id=id).get("media") or {}).get("mime", ""))
    return Path(f"{name}-{id}{_ENDINGS.get(mime) or mimetypes.guess_extension(mime.partition(';')[0]) or '.bin'}")


_ENDINGS = {"audio/ogg; codecs=opus": ".ogg", "image/webp": ".webp", "image/jpeg": ".jpg"}

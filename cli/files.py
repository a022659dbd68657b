"""Files: opened by the command and passed to the daemon as descriptors; and `media get`, which brings one out."""

import os
import stat
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from comptoir.cli.connection import daemon
from comptoir.cli.errors import CommandError, ExitCode
from comptoir.cli.options import AsJson, Tenant, examples
from comptoir.cli.output import print_json, print_line
from comptoir.cli.render.text import safe

if TYPE_CHECKING:
    from comptoir.gateway.client import Client

PANEL = "Messages"
# Seconds after which a person wonders whether anything happens.
_PATIENCE = 2.0
# The daemon bounds the work with a file by ten minutes.
FILE_ANSWER_LIMIT = 660.0

app = typer.Typer(no_args_is_help=True)


class FileKindName(StrEnum):
    IMAGE = "image"
    VIDEO = "video"
    AUDIO = "audio"
    VOICE = "voice"
    DOCUMENT = "document"
    STICKER = "sticker"


@dataclass(frozen=True, slots=True)
class GivenFile:
    """A file as `send` was told of it."""

    path: Path
    caption: str
    kind: FileKindName | None


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


def checked_file(
    file: Path | None, text: str | None, caption: str | None, kind: FileKindName | None
) -> GivenFile | None:
    """What `send` was given of a file, None for a text. Raises CommandError."""
    if file is None:
        if caption is not None or kind is not None:
            raise CommandError(ExitCode.USAGE, "--caption, --kind and --as-document go with --file: name the file")
        return None
    if text is not None and caption is not None:
        raise CommandError(ExitCode.USAGE, "TEXT and --caption both go with the file: give one of them")
    words = caption if text is None else text
    try:
        return GivenFile(file, (words or "").encode().decode(), kind)
    except UnicodeEncodeError:
        raise CommandError(ExitCode.USAGE, "the text is not UTF-8: convert it first") from None


def send_file(client: "Client", given: GivenFile, **params: Any) -> dict[str, Any]:
    """Queue it; the message. The daemon gets the open file and nothing of its path but the name."""
    from comptoir.sessions.descriptors import Descriptor

    with opened(given.path) as descriptor:
        size = megabytes(os.fstat(descriptor).st_size)
        file = Descriptor(os.dup(descriptor))
        try:
            with patience(f"taking {safe(given.path.name)} ({size})"):
                kind = given.kind and given.kind.value
                message: dict[str, Any] = client.call(
                    "send", text=given.caption, file=file, name=given.path.name, kind=kind, **params
                )
        finally:
            file.close()
    return message


@contextmanager
def opened(file: Path) -> Iterator[int]:
    """A descriptor of a file to be sent. Raises CommandError with what is wrong with it."""
    try:
        # Not to wait for the other end of a named pipe.
        descriptor = os.open(file, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    except FileNotFoundError:
        raise CommandError(ExitCode.USAGE, f"{file}: no such file") from None
    except OSError as error:
        raise CommandError(ExitCode.USAGE, f"{file}: cannot be read: {error.strerror}") from None
    try:
        info = os.fstat(descriptor)
        if stat.S_ISDIR(info.st_mode):
            raise CommandError(ExitCode.USAGE, f"{file}: a folder: name a file in it, or pack it first")
        if not stat.S_ISREG(info.st_mode):
            raise CommandError(ExitCode.USAGE, f"{file}: not a regular file: write it to disk first")
        if not info.st_size:
            raise CommandError(ExitCode.USAGE, f"{file}: the file is empty: nothing would be sent")
        yield descriptor
    finally:
        os.close(descriptor)


@contextmanager
def patience(what: str) -> Iterator[None]:
    """Say on a terminal what takes so long, where it does."""
    told = threading.Event()

    def tell() -> None:
        told.set()
        print(f"{what} …", end="", file=sys.stderr, flush=True)

    timer = threading.Timer(_PATIENCE, tell)
    timer.daemon = True
    if sys.stderr.isatty():
        timer.start()
    try:
        yield
    finally:
        timer.cancel()
        if told.is_set():
            print("\r\033[K", end="", file=sys.stderr, flush=True)


def megabytes(size: int) -> str:
    return f"{size / 1_000_000:.1f} MB"


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

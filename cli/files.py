"""Files that are sent: opened by the command and passed to the daemon as descriptors."""

import os
import stat
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any

from comptoir.cli.errors import CommandError, ExitCode
from comptoir.cli.render.text import safe

if TYPE_CHECKING:
    from comptoir.gateway.client import Client

# Seconds after which a person wonders whether anything happens.
_PATIENCE = 2.0
# The daemon bounds the work with a file by ten minutes.
FILE_ANSWER_LIMIT = 660.0


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

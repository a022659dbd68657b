"""Takes a file that is to be sent: checks it, seals it, and says what it is."""

import os
import stat
from dataclasses import dataclass
from pathlib import Path

from comptoir.plugins.api import FileKind, FileToSend
from comptoir.sessions.journal.media import MAX_NAME, FileRefused, TakenFile
from comptoir.sessions.media.sniffing import HEAD, Looks, lacking, pixels_of, seconds_of, sniff
from comptoir.sessions.media.store import Incoming

_PIECE = 128 * 1024


@dataclass(frozen=True, slots=True)
class Ends:
    """A file's first and last bytes: what it is, and often how long it lasts, is seen there."""

    head: bytes
    tail: bytes


def open_within(folder: Path, file: FileToSend) -> int:
    """A descriptor of a file in the tenant's folder. Raises FileRefused.

    Nothing outside the folder is ever sent, whoever names it: a tenant may edit its own files without other rights.
    """
    root = folder.resolve()
    path = _within(root, _resolved(root, file), file)
    try:
        # Not to wait for the other end of a named pipe.
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    except OSError as error:
        raise FileRefused(f"{file.path}: {error.strerror or error}") from None
    try:
        # Whoever may write to the folder may have put a link into the path meanwhile.
        _within(root, Path(f"/proc/self/fd/{descriptor}").readlink(), file)
    except BaseException:
        os.close(descriptor)
        raise
    return descriptor


def _resolved(root: Path, file: FileToSend) -> Path:
    try:
        return (root / file.path).resolve()
    except (OSError, ValueError, RuntimeError):
        # A NUL in it, or (before Python 3.13) a link to itself.
        raise FileRefused(f"{file.path}: this path leads nowhere: name a file in {root}") from None


def _within(root: Path, path: Path, file: FileToSend) -> Path:
    """The path, if it lies in the folder. Raises FileRefused."""
    if not path.is_relative_to(root):
        raise FileRefused(f"{file.path}: not in the tenant's folder {root}: put the file there")
    return path


def seal_from(descriptor: int, incoming: Incoming, largest: int) -> Ends:
    """Seal all that a regular file holds; blocking, in constant memory. Raises FileRefused, OSError."""
    head, tail, at = b"", b"", 0
    # By position: whoever opened the file may be reading it, too.
    while piece := os.pread(descriptor, _PIECE, at):
        at += len(piece)
        if at > largest:
            raise FileRefused(f"the file grew over {_mb(largest)}, the largest that is sent")
        if len(head) < HEAD:
            head = (head + piece)[:HEAD]
        tail = (tail + piece)[-HEAD:]
        incoming.write(piece)
    if not at:
        raise FileRefused("the file is empty: nothing would be sent")
    return Ends(head, tail)


def checked_size(descriptor: int, largest: int) -> int:
    """Of a regular file, in bytes. Raises FileRefused for what is no file, or too large a one."""
    info = os.fstat(descriptor)
    if stat.S_ISDIR(info.st_mode):
        raise FileRefused("a folder cannot be sent: name a file in it, or pack it first")
    if not stat.S_ISREG(info.st_mode):
        raise FileRefused("not a regular file: only those can be sent")
    if info.st_size > largest:
        raise FileRefused(
            f"{_mb(info.st_size)} are too large: at most {_mb(largest)} are sent ([media] largest_mb in comptoir.toml)"
        )
    return info.st_size


class KindWrong(FileRefused):
    """A file that is nothing of the kind it is to be sent as."""


def check_kind(ends: Ends, name: str, kind: FileKind | None) -> None:
    """Raises KindWrong: the receiver's app would show something broken, and the sender would never know."""
    if kind is not None and (wrong := lacking(ends.head, name, kind)):
        expected, found = wrong
        raise KindWrong(f"{expected} was expected as {kind}, and it is {found}: convert it, or send it as a document")


def describe(file: str, size: int, ends: Ends, name: str, kind: FileKind | None) -> TakenFile:
    """What the receiver is told about a sealed file."""
    looks = sniff(ends.head, name)
    if kind is not None:
        looks = Looks(kind, looks.mime)
    seconds = seconds_of(ends.head, ends.tail, looks.mime)
    shown = shown_name(name) if looks.kind == "document" else ""
    return TakenFile(file, looks.kind, looks.mime, size, seconds, shown, *pixels_of(ends.head))


def shown_name(name: str) -> str:
    """A file's own name without its folders and without what a terminal or an app might obey."""
    last = name.replace("\\", "/").rpartition("/")[2]
    return "".join(letter for letter in last if letter.isprintable())[:MAX_NAME] or "file"


def _mb(size: int) -> str:
    return f"{size / 1_000_000:.1f} MB"

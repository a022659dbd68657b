"""What the system refuses a daemon, in words that an operator can act on."""

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_NOT_PERMITTED = "run this as root or as the owner of the folder, or set COMPTOIR_HOME"
_IN_THE_WAY = "something else stands there: move it away, or set COMPTOIR_HOME"
_WHAT_TO_DO = {
    errno.EACCES: _NOT_PERMITTED,
    errno.EPERM: _NOT_PERMITTED,
    errno.EROFS: "mount it writable, or set COMPTOIR_HOME to another place",
    errno.ENOSPC: "free some space, then try again",
    errno.EDQUOT: "free some space, then try again",
    errno.EFBIG: "allow larger files: `ulimit -f` shows how large they may be",
    errno.EMFILE: "allow more open files: `ulimit -n`, or LimitNOFILE= in the unit",
    errno.ENFILE: "the whole system has too many files open: end something",
    errno.ENOMEM: "the machine is out of memory: end something",
    errno.EEXIST: _IN_THE_WAY,
    errno.ENOTDIR: _IN_THE_WAY,
    errno.EISDIR: _IN_THE_WAY,
}


def explain(error: OSError) -> str:
    """One line: the file, what was refused, what to do."""
    place = f"{os.fsdecode(error.filename)}: " if isinstance(error.filename, str | bytes) else ""
    what = (error.strerror or str(error)).lower()
    advice = _WHAT_TO_DO.get(error.errno or 0)
    return f"{place}{what}: {advice}" if advice else f"{place}{what}"


@contextmanager
def about(path: Path) -> Iterator[None]:
    """Name the file in errors of calls that know only a descriptor or a socket."""
    try:
        yield
    except OSError as error:
        if error.filename is None:
            error.filename = os.fspath(path)
        raise

"""How the vault says that it cannot do what is asked; the daemon and the vault process share these."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

# What stands there is a folder or a link: trying again does not help.
_NO_FILE = (errno.EISDIR, errno.ENOTDIR, errno.ELOOP)


class VaultFailed(Exception):
    """The disk, or the vault process, does not do what is asked; trying again later may help."""

    def __init__(self, text: str, *, full: bool = False) -> None:
        super().__init__(text)
        self.full = full
        """There is no room."""


class VaultDamaged(Exception):
    """The file is there and is not a vault of this tenant under this key."""


@contextmanager
def failing(path: Path) -> Iterator[None]:
    """The system's errors about the file `path`, as ours."""
    try:
        yield
    except OSError as error:
        if error.errno in _NO_FILE:
            raise VaultDamaged(f"{path}: {error.strerror}: expected a file") from None
        full = error.errno in (errno.ENOSPC, errno.EDQUOT)
        raise VaultFailed(f"{path}: {error.strerror}", full=full) from None

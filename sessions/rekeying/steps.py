"""The steps of a rotation that need the tenant's keys. Each may be cut short anywhere and done again."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from comptoir.sessions.durable import fsync_folder
from comptoir.sessions.journal.database import DatabaseError, WrongKey, trouble_of
from comptoir.sessions.rekeying import headers
from comptoir.sessions.rekeying.databases import Progress, copy_under
from comptoir.sessions.rekeying.files import NEW, RotationFiles, replace, size_of
from comptoir.sessions.rekeying.spec import RekeyingFailed, RekeySpec

# What other tenants write meanwhile must still find room.
MARGIN = 16 * 1024 * 1024
MEDIA = "media"

Tell = Callable[[str, int, int], None]
"""What is being encrypted, how much of it is done, of how much."""


def build(spec: RekeySpec, tell: Tell) -> None:
    """Make everything that needs room, beside what is in use. Raises RekeyingFailed."""
    files = RotationFiles(spec.state_dir, spec.version)
    with _failing():
        # Of an earlier attempt, or of a rotation that ended just before it had forgotten its list.
        files.take_back()
        _check_room(files)
        for path in files.databases():
            target = path.with_name(path.name + NEW)
            copy_under(path, spec.old_key, target, spec.new_key, _telling(tell, "journal"))
        listing = _telling(tell, "files")
        headers.write_list(spec.state_dir / MEDIA, spec.old_key, spec.new_key, files.unfinished_headers, listing)
        fsync_folder(files.folder)


def commit(spec: RekeySpec, tell: Tell) -> None:
    """From here on there is no way back: put the new in the place of the old. Raises RekeyingFailed."""
    files = RotationFiles(spec.state_dir, spec.version)
    with _failing():
        if not files.committed:
            files.unfinished_headers.rename(files.headers)
            fsync_folder(files.folder)
        for leftover in [*files.worthless(), *(files.folder / MEDIA).glob("*.part")]:
            leftover.unlink(missing_ok=True)
        headers.apply_list(files.folder / MEDIA, files.headers, _telling(tell, "files"))
        for new, place in files.built():
            replace(new, place)


@contextmanager
def _failing() -> Iterator[None]:
    try:
        yield
    except (WrongKey, DatabaseError, OSError) as error:
        raise RekeyingFailed(trouble_of(error) or str(error)) from error


def _check_room(files: RotationFiles) -> None:
    sealed = len(headers.sealed_files(files.folder / MEDIA)) * headers.RECORD
    # The vault is written twice as well, a moment later.
    needed = sum(map(size_of, files.databases())) + size_of(files.folder / "vault.db") + sealed + MARGIN
    disk = os.statvfs(files.folder)
    room = disk.f_bavail * disk.f_frsize
    if room < needed:
        raise RekeyingFailed(
            f"{files.folder}: encrypting with a new key needs {needed / 1e6:.0f} MB of room for a while, and there are "
            f"{room / 1e6:.0f} MB: free some space"
        )


def _telling(tell: Tell, what: str) -> Progress:
    return lambda done, total: tell(what, done, total)

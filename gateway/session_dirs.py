"""The RAM folders of the sessions: neonize insists on a plain SQLite file, which must never reach a disk."""

import os
import re
import secrets
import shutil
import stat
from pathlib import Path

from comptoir.gateway.paths import RAM_FILE_SYSTEMS, SHARED_MEMORY, Paths, PathsWrong

LOCK = "lock"
IDENTITY_BYTES = 16
IDENTITY = re.compile(rf"[0-9a-f]{{{2 * IDENTITY_BYTES}}}")


def sessions_root(paths: Paths) -> Path:
    """`run/sessions` where that is in RAM, else a folder in shared memory that belongs to this state folder.

    One installation finds its sessions again after a restart. It never finds those of another one: not of its own
    copy, because that has another inode, nor of a deleted one whose inode it got, because that had another identity.
    Raises PathsWrong where there is no RAM, or no identity.
    """
    if file_system(paths.run) in RAM_FILE_SYSTEMS:
        return paths.run / "sessions"
    if file_system(SHARED_MEMORY) not in RAM_FILE_SYSTEMS:
        raise PathsWrong(
            f"neither {paths.run} nor {SHARED_MEMORY} is a tmpfs: sessions' credentials would reach the disk "
            "in clear; mount a tmpfs on one of them"
        )
    state = paths.state.stat()
    return SHARED_MEMORY / f"comptoir-{os.geteuid()}-{_identity(paths)}-{state.st_dev:x}-{state.st_ino:x}"


def new_identity() -> bytes:
    """The content of a new installation's identity file."""
    return secrets.token_hex(IDENTITY_BYTES).encode() + b"\n"


def _identity(paths: Paths) -> str:
    try:
        text = paths.identity_file.read_text(errors="replace").strip()
    except OSError as error:
        raise PathsWrong(f"{paths.identity_file}: {error.strerror}: `comptoir init` makes it") from None
    if not IDENTITY.fullmatch(text):
        raise PathsWrong(f"{paths.identity_file}: expected {IDENTITY_BYTES} bytes in hex: remove it and start again")
    return text


def make_session_dir(root: Path, name: str) -> Path:
    """The tenant's folder, private to us. Raises PathsWrong where somebody else made it first."""
    for folder in (root, root / name):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        # Shared memory is open to all users: a folder made by another one is a trap.
        found = folder.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid():
            raise PathsWrong(f"{folder} belongs to another user or is a link: remove it and start again")
        folder.chmod(0o700)
    return root / name


def forget_session(folder: Path) -> None:
    """Delete the session's credentials; the lock stays, because a lock on a deleted file protects nothing."""
    if not folder.is_dir():
        return
    for entry in folder.iterdir():
        if entry.name == LOCK:
            continue
        if entry.is_dir() and not entry.is_symlink():
            shutil.rmtree(entry)
        else:
            entry.unlink()


def file_system(path: Path, mountinfo: Path = Path("/proc/self/mountinfo")) -> str:
    """The name of the file system that holds `path`, or "" where it is not known."""
    device = path.stat().st_dev
    wanted = f"{os.major(device)}:{os.minor(device)}"
    for line in mountinfo.read_text(errors="surrogateescape").splitlines():
        # proc(5): ID parent major:minor root mountpoint options [fields…] - type source options
        fields, _, rest = line.partition(" - ")
        if fields.split()[2] == wanted:
            return rest.split()[0]
    return ""

"""Files that lie beside a database: SQLite's logs, what is kept of a damaged vault. Blocking; raises OSError."""

import os
import shutil
from pathlib import Path

from comptoir.sessions.durable import LOGS, fsync_folder, remove_logs
from comptoir.sessions.times import now_ms, rfc3339


def remove_database(path: Path) -> None:
    path.unlink(missing_ok=True)
    remove_logs(path)


def keep_aside(vault: Path) -> Path:
    """Move a damaged vault out of the way, whole; where to."""
    aside = _aside(vault)
    for suffix in ("", *LOGS):
        file = vault.with_name(vault.name + suffix)
        if os.path.lexists(file):
            file.replace(aside.with_name(aside.name + suffix))
    fsync_folder(vault.parent)
    return aside


def copy_aside(vault: Path) -> Path:
    """Keep a copy of a damaged vault, one of each content; where it is."""
    content = vault.read_bytes()
    for old in vault.parent.glob(f"{vault.name}.damaged-*"):
        if old.stat().st_size == len(content) and old.read_bytes() == content:
            return old
    aside = _aside(vault)
    for suffix in ("", *LOGS):
        file = vault.with_name(vault.name + suffix)
        if file.exists():
            shutil.copyfile(file, aside.with_name(aside.name + suffix))
    return aside


def _aside(vault: Path) -> Path:
    stamp = rfc3339(now_ms()).translate(str.maketrans("", "", "-:"))
    return vault.with_name(f"{vault.name}.damaged-{stamp}")

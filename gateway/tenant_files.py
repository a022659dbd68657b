"""How the tenants' files look from outside, without reading them: which folders there are, and what has changed."""

import os
import stat
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from comptoir.plugins.folder import passes

DEPTH = 3
"""Of folders in a tenant's folder; what lies deeper is not looked at."""
MAX_FOLDERS = 50
"""Of a tenant: one that has copied a whole disk into its folder costs the others nothing."""
MAX_FILES = 5_000


@dataclass(frozen=True, slots=True)
class Survey:
    """What was there at one moment."""

    folders: frozenset[Path]
    """All that must be watched, the tenants' own parent among them."""
    looks: Mapping[str, int]
    """By tenant; two that differ mean that a file has changed."""

    def after(self, tenant: str, look: int | None) -> "Survey":
        """With this tenant's look as it has become; None where it has no folder."""
        others = {name: known for name, known in self.looks.items() if name != tenant}
        return replace(self, looks=others if look is None else others | {tenant: look})


NOTHING = Survey(frozenset(), {})


def tenant_of(path: Path, root: Path) -> str | None:
    """Whose file or folder this is; None where it is nobody's, or its name is only passing."""
    parts = path.relative_to(root).parts if path.is_relative_to(root) else ()
    return None if not parts or any(map(passes, parts)) else parts[0]


def survey(root: Path) -> Survey:
    """Look at all tenants' files. A tenant's folder may be a link; links in it lead nowhere."""
    folders, looks = set(), {}
    for tenant, _ in _entries(root):
        if tenant.is_dir():
            own, looks[tenant.name] = _look(tenant)
            folders |= own
    if root.is_dir():
        folders.add(root)
    return Survey(frozenset(folders), looks)


def look_at(tenant: Path) -> int | None:
    """How one tenant's folder looks; None where there is none."""
    return _look(tenant)[1] if tenant.is_dir() else None


def changed_between(before: Survey, after: Survey) -> set[str]:
    """The tenants that came, went, or have a file that did."""
    names = before.looks.keys() | after.looks.keys()
    return {name for name in names if before.looks.get(name) != after.looks.get(name)}


def entries_of(tenant: Path) -> Iterator[tuple[Path, os.stat_result]]:
    """All files and folders of a tenant that are looked at, its own folder not among them."""
    waiting = [(tenant, 0)]
    folders = files = 0
    while waiting:
        folder, depth = waiting.pop()
        for path, status in _entries(folder):
            if stat.S_ISDIR(status.st_mode):
                if depth < DEPTH and folders < MAX_FOLDERS - 1:
                    folders += 1
                    waiting.append((path, depth + 1))
                    yield path, status
            elif files < MAX_FILES:
                files += 1
                yield path, status


def _look(tenant: Path) -> tuple[set[Path], int]:
    folders: set[Path] = {tenant}
    seen: list[tuple[str, int, int, int, int]] = []
    for path, status in entries_of(tenant):
        if stat.S_ISDIR(status.st_mode):
            folders.add(path)
        else:
            seen.append((str(path), status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns))
    # A link that now leads elsewhere is a change, though every file be as it was.
    return folders, hash((os.path.realpath(tenant), tuple(sorted(seen)), frozenset(folders)))


def _entries(folder: Path) -> Iterator[tuple[Path, os.stat_result]]:
    """What lies in a folder, as it is itself and not what it links to. A folder that has gone is empty."""
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                if not passes(entry.name):
                    try:
                        yield Path(entry.path), entry.stat(follow_symlinks=False)
                    except OSError:
                        continue
    except OSError:
        return

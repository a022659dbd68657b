"""Which of the master keys that are there is the registry's: a rotation may have ended between two of its steps.

Rotating, the new key is first written beside the old one; then one transaction makes it the registry's; then it takes
the old one's place.
"""

import os
import time
from contextlib import suppress
from pathlib import Path

from comptoir.gateway.keys import (
    KeysWrong,
    create_master_key,
    load_master_key,
    master_key_id,
    master_key_path,
    next_master_key_path,
    read_key_at,
)
from comptoir.gateway.paths import Paths
from comptoir.gateway.peeking import belongs_to, is_empty, is_marked_with
from comptoir.gateway.registry_schema import not_ours
from comptoir.sessions.durable import fsync_folder

_ADD_CREDENTIAL = (
    "the master key comes from systemd, which alone can replace it: make a second credential with "
    "`head -c 32 /dev/urandom | base64 | systemd-creds encrypt --name=master.key.next - "
    "/etc/credstore.encrypted/comptoir.master.key.next`, restart the service and give this command again"
)


def find_master_key(paths: Paths) -> tuple[Path, bytes]:
    """Where the registry's master key lies, and the key; nothing is written. Raises KeysWrong, RegistryWrong."""
    there = [path for path in (master_key_path(paths), next_master_key_path(paths)) if path.exists()]
    if not paths.registry_file.exists() or (not there and is_empty(paths.registry_file)):
        return master_key_path(paths), load_master_key(paths)
    if not there:
        raise KeysWrong(
            f"{master_key_path(paths)} is missing, but {paths.registry_file} holds tenants locked with it, and nothing "
            "was changed: restore the master key from its backup"
        )
    keys = [(path, read_key_at(paths, path)) for path in there]
    # A registry without tenants belongs to any key, but rather to the one that it was made with.
    for fits in (is_marked_with, belongs_to):
        for path, key in keys:
            if fits(paths.registry_file, key):
                return path, key
    raise _not_ours(paths)


def check_master_key(paths: Paths) -> None:
    """Raises KeysWrong where there are tenants that no master key opens, RegistryWrong."""
    if _tenants_are_locked(paths):
        find_master_key(paths)


def following_key(paths: Paths) -> bytes:
    """The key that a rotation is to make the registry's: a new one, or the one of a rotation that was cut short.

    systemd's credentials are read-only: there it is the operator who adds it. Raises KeysWrong, RegistryWrong, OSError.
    """
    settle_master_key(paths)
    path = next_master_key_path(paths)
    if not path.exists():
        if path.parent == paths.credentials:
            raise KeysWrong(_ADD_CREDENTIAL)
        create_master_key(path)
    key = read_key_at(paths, path)
    if key == find_master_key(paths)[1]:
        raise KeysWrong(
            f"{path} is the master key already: encrypt it as master.key in its place, remove master.key.next, restart "
            "the service, and begin the next rotation after that"
        )
    return key


def settle_master_key(paths: Paths) -> Path | None:
    """Put the registry's key in its place, where it is still beside it; where the old one is kept, if so.

    Raises KeysWrong, RegistryWrong, OSError.
    """
    path, following = master_key_path(paths), next_master_key_path(paths)
    if following.parent == paths.credentials or not following.exists() or find_master_key(paths)[0] != following:
        return None
    kept = _keep(path, read_key_at(paths, path)) if path.exists() else None
    following.replace(path)
    fsync_folder(path.parent)
    return kept


def _keep(path: Path, key: bytes) -> Path:
    """A second name for the file, under which it stays when its place is taken."""
    kept = path.with_name(f"{path.name}.old-{time.strftime('%Y-%m-%d')}-{master_key_id(key).hex()}")
    # It is there where this was cut short before.
    with suppress(FileExistsError):
        os.link(path, kept)
    return kept


def _tenants_are_locked(paths: Paths) -> bool:
    return paths.registry_file.exists() and not is_empty(paths.registry_file)


def _not_ours(paths: Paths) -> KeysWrong:
    """Names an older key that is kept beside it and fits: somebody has put back an older registry."""
    for old in sorted(paths.keys.glob("master.key.old-*"), reverse=True):
        try:
            fits = belongs_to(paths.registry_file, read_key_at(paths, old))
        except KeysWrong:
            continue
        if fits:
            return KeysWrong(
                f"{paths.registry_file} is older than the master key, which was rotated since; nothing was changed. "
                f"{old} opens it: copy that over {master_key_path(paths)}, or put back the newer registry"
            )
    return not_ours(paths.registry_file)

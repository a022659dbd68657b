"""Which of the master keys that are there is the registry's: a rotation may have ended between two of its steps."""

from pathlib import Path

from comptoir.gateway.keys import KeysWrong, load_master_key, master_key_path, next_master_key_path, read_key_at
from comptoir.gateway.paths import Paths
from comptoir.gateway.peeking import belongs_to, is_empty
from comptoir.gateway.registry_schema import not_ours


def find_master_key(paths: Paths) -> tuple[Path, bytes]:
    """Where the registry's master key lies, and the key; nothing is written. Raises KeysWrong, RegistryWrong."""
    if not _tenants_are_locked(paths):
        return master_key_path(paths), load_master_key(paths)
    there = [path for path in (master_key_path(paths), next_master_key_path(paths)) if path.exists()]
    if not there:
        raise KeysWrong(
            f"{master_key_path(paths)} is missing, but {paths.registry_file} holds tenants locked with it, and nothing "
            "was changed: restore the master key from its backup"
        )
    for path in there:
        key = read_key_at(paths, path)
        if belongs_to(paths.registry_file, key):
            return path, key
    raise _not_ours(paths)


def check_master_key(paths: Paths) -> None:
    """Raises KeysWrong where there are tenants that no master key opens, RegistryWrong."""
    if _tenants_are_locked(paths):
        find_master_key(paths)


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

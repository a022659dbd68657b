"""Makes an installation: folders, master key, a commented `comptoir.toml`. Safe to repeat."""

from contextlib import suppress

from comptoir.gateway.keys import create_master_key, master_key_path
from comptoir.gateway.master_key import check_master_key
from comptoir.gateway.new_file import create_file
from comptoir.gateway.paths import Paths
from comptoir.gateway.refused import about
from comptoir.gateway.registry_schema import RegistryWrong
from comptoir.gateway.session_dirs import new_identity
from comptoir.gateway.settings import DEFAULT_TEXT


def initialise(paths: Paths) -> list[str]:
    """What was made, one line each. Raises PathsWrong, KeysWrong, RegistryWrong or OSError."""
    # Before anything is made: a new key would leave every tenant that exists locked for good.
    check_master_key(paths)
    if lost := registry_lost(paths):
        raise lost
    made = [f"{folder}: folder" for folder in paths.make()]
    if not master_key_path(paths).exists():
        # Another process may just have made it.
        with suppress(FileExistsError):
            create_master_key(paths.master_key_file)
            made.append(f"{paths.master_key_file}: the master key; keep a copy apart from the backups of state/")
    if not paths.identity_file.exists():
        with suppress(FileExistsError):
            create_file(paths.identity_file, new_identity())
            made.append(f"{paths.identity_file}: the name of this installation's folder in memory")
    if not paths.settings_file.exists():
        with about(paths.settings_file):
            paths.settings_file.write_text(DEFAULT_TEXT, encoding="utf-8")
        made.append(f"{paths.settings_file}: settings, all at their defaults")
    return made


def registry_lost(paths: Paths) -> RegistryWrong | None:
    """Why a new registry must not be made: there are tenants' data, whose keys were in the old one."""
    folder = paths.state / "tenants"
    if paths.registry_file.exists() or not folder.is_dir():
        return None
    names = ", ".join(sorted(entry.name for entry in folder.iterdir()))
    if not names:
        return None
    return RegistryWrong(
        f"{paths.registry_file} is missing, and with it the keys of what lies in {folder} ({names[:100]}): "
        "restore it from a backup; to begin anew without these data, move them away"
    )

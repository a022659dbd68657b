"""From a tenant's folder to its decisions: all that can be known to be wrong in there is said at once."""

from pathlib import Path

from comptoir.plugins.builtin.calls import Calls
from comptoir.plugins.config import TenantConfig, parse_tenant
from comptoir.plugins.faults import ConfigWrong
from comptoir.plugins.folder import TENANT_FILE, TenantFiles, read_folder
from comptoir.plugins.loading import MANDATORY, Known, Prepared, known_plugins, prepare
from comptoir.plugins.rewording import read_wording
from comptoir.plugins.toml_file import own_language


def load_tenant(folder: Path) -> TenantConfig:
    """The decisions in a folder that the plugins have looked through, too. Raises ConfigWrong."""
    return prepare_tenant(folder).config


def prepare_tenant(folder: Path) -> Prepared:
    """The same with the plugins, as they would be started. Raises ConfigWrong."""
    files = read_folder(folder)
    return prepare(parse_files(files, folder), files.files, folder=folder)


def parse_files(files: TenantFiles, folder: Path) -> TenantConfig:
    """The decisions in what was read from `folder`, now or earlier. Raises ConfigWrong with all faults of all files.

    Packages are imported for it that the files name: ask in a thread.
    """
    known = known_plugins()
    speaking = Known({**MANDATORY, Calls.name: Calls}, known)
    wording, faults = read_wording(files.files, folder, own_language(files.text), speaking)
    try:
        config = parse_tenant(files.text, folder / TENANT_FILE, known, MANDATORY, wording)
    except ConfigWrong as wrong:
        raise ConfigWrong([*wrong.faults, *files.faults, *faults]) from None
    if files.faults or faults:
        raise ConfigWrong([*files.faults, *faults])
    return config

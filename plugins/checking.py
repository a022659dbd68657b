"""From a tenant's folder to its decisions: all that can be known to be wrong in there is said at once."""

from dataclasses import replace
from pathlib import Path

from comptoir.plugins.builtin.calls import Calls
from comptoir.plugins.config import TenantConfig, parse_tenant
from comptoir.plugins.faults import ConfigWrong, Fault
from comptoir.plugins.folder import TENANT_FILE, TenantFiles, read_folder
from comptoir.plugins.loading import MANDATORY, Known, Prepared, known_plugins, prepare
from comptoir.plugins.rewording import read_wording
from comptoir.plugins.shop.files import read_catalogue
from comptoir.plugins.toml_file import own_language
from comptoir.plugins.toml_positions import Positions


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
    lang = own_language(files.text)
    wording, faults = read_wording(files.files, folder, lang, speaking)
    try:
        config = parse_tenant(files.text, folder / TENANT_FILE, known, MANDATORY, wording)
    except ConfigWrong as wrong:
        _, others = read_catalogue(files, folder, None, lang)
        raise ConfigWrong([*wrong.faults, *files.faults, *faults, *others]) from None
    catalogue, others = read_catalogue(files, folder, config.currency, lang)
    if catalogue and not config.currency:
        others = [*others, _no_currency(config, folder)]
    if files.faults or faults or others:
        raise ConfigWrong([*files.faults, *faults, *others])
    return replace(config, catalogue=catalogue)


def _no_currency(config: TenantConfig, folder: Path) -> Fault:
    line, column = Positions(config.text).value(("country",))
    said = (
        ("la monnaie de ce pays n'est pas connue", 'une ligne currency = "XOF", avec le code de votre monnaie')
        if config.lang == "fr"
        else ("this country's currency is not known", 'a line currency = "XOF", with your currency\'s code')
    )
    return Fault(folder / TENANT_FILE, line, *said, config.lang, column)

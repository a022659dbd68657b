"""A vault from one data key to another. Blocking; raises VaultFailed, VaultDamaged.

What is made lies beside the vault until `switch`; interrupted anywhere, all can be begun again.
"""

from pathlib import Path

from comptoir.gateway.vault.beside import remove_database
from comptoir.gateway.vault.errors import VaultDamaged, failing
from comptoir.gateway.vault.file import VaultFile, open_vault
from comptoir.gateway.vault.orders import DataKey
from comptoir.gateway.vault.sealing import Seal
from comptoir.sessions.durable import fsync_folder, remove_logs
from comptoir.sessions.times import now_ms


def seal_anew(vault: Path, tenant: str, old: DataKey, new: DataKey) -> int | None:
    """Write the newest generation under the key `new` beside the vault; its number, None where there is no vault.

    Nothing is done where the vault opens by that key already. Nobody else may have the vault open.
    """
    opened = _open_by_either(vault, tenant, old, new)
    if opened is None:
        return None
    try:
        image, manifest = opened.read(), opened.manifest
    finally:
        opened.close()
    if image is None or manifest is None:
        return None
    if manifest.key_version == new.version:
        return manifest.generation
    with failing(vault):
        remove_database(new_vault(vault))
    fresh = open_vault(new_vault(vault), Seal(new.key, tenant), new.version)
    assert fresh is not None  # it is made
    try:
        fresh.seal(image, now_ms(), least=manifest.generation - 1)
    finally:
        # The last to close it brings its log into the file.
        fresh.close()
    with failing(vault):
        fsync_folder(vault.parent)
    return manifest.generation


def switch(vault: Path) -> None:
    """Put what `seal_anew` made in the vault's place; nothing where that has happened."""
    with failing(vault):
        if new_vault(vault).exists():
            remove_logs(vault)
            new_vault(vault).replace(vault)
            fsync_folder(vault.parent)


def take_back(vault: Path) -> None:
    """As if `seal_anew` had not been."""
    with failing(vault):
        remove_database(new_vault(vault))


def new_vault(vault: Path) -> Path:
    return vault.with_name(f"{vault.name}.new")


def _open_by_either(vault: Path, tenant: str, old: DataKey, new: DataKey) -> VaultFile | None:
    try:
        return open_vault(vault, Seal(old.key, tenant), old.version, make=False)
    except VaultDamaged:
        return open_vault(vault, Seal(new.key, tenant), new.version, make=False)

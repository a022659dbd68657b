"""What a key opens in a tenant's folder: it is tried on every file, in every way that something there is encrypted."""

import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

from comptoir.gateway.vault.errors import VaultDamaged, VaultFailed
from comptoir.gateway.vault.file import open_vault
from comptoir.gateway.vault.sealing import Seal
from comptoir.sessions.journal.database import DatabaseError, WrongKey, open_database
from comptoir.sessions.media.sealing import MediaKeys, SealBroken, unseal

_LOGS = ("-wal", "-shm", "-journal")


def opened_by(key: bytes, folder: Path) -> list[Path]:
    """The files that the key opens; the folder is the tenant's, named after it. Copies are opened: nothing changes."""
    files = [file for file in folder.rglob("*") if file.is_file() and not file.name.endswith(_LOGS)]
    return sorted(file for file in files if file.stat().st_size > 0 and _opens(key, file, folder.name))


def _opens(key: bytes, file: Path, tenant: str) -> bool:
    return _as_file(key, file) or any(_as_copy(file, key, tenant, opens) for opens in (_as_database, _as_vault))


def _as_copy(file: Path, key: bytes, tenant: str, opens: Callable[[bytes, Path, str], bool]) -> bool:
    with tempfile.TemporaryDirectory() as folder:
        for suffix in ("", "-wal"):
            if (source := file.with_name(file.name + suffix)).exists():
                shutil.copyfile(source, Path(folder) / f"copy{suffix}")
        return opens(key, Path(folder) / "copy", tenant)


def _as_database(key: bytes, copy: Path, _tenant: str) -> bool:
    try:
        open_database(copy, key).close()
    except (WrongKey, DatabaseError):
        return False
    return True


def _as_vault(key: bytes, copy: Path, tenant: str) -> bool:
    try:
        vault = open_vault(copy, Seal(key, tenant), 1, make=False)
    except (VaultDamaged, VaultFailed):
        return False
    assert vault is not None
    # A database of ours that is no vault, made from nothing, holds none.
    sealed = vault.generation > 0
    vault.close()
    return sealed


def _as_file(key: bytes, file: Path) -> bool:
    with file.open("rb") as sealed:
        try:
            next(unseal(sealed, MediaKeys.of(key), file.name))
        except SealBroken:
            return False
    return True

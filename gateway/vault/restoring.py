"""From a vault back into RAM. Blocking; raises VaultFailed, VaultDamaged."""

import os
from pathlib import Path

from comptoir.gateway.vault.beside import remove_database
from comptoir.gateway.vault.errors import VaultDamaged, VaultFailed, failing
from comptoir.gateway.vault.file import VaultFile, open_vault
from comptoir.gateway.vault.live import Unreadable, forget_ratchets
from comptoir.gateway.vault.orders import Kept
from comptoir.gateway.vault.sealing import Manifest, Seal
from comptoir.sessions.durable import remove_logs


def restore(kept: Kept) -> Manifest | None:
    """Make the session database in RAM out of the vault, safe to connect with; None where there is no vault.

    Never over one that is there: it would be newer. The marker beside it says that it is an older copy.
    """
    if kept.session.exists():
        raise VaultFailed(f"{kept.session}: is in memory already, and newer than any vault")
    vault = open_kept(kept, make=False)
    if vault is None:
        return None
    try:
        image, manifest = vault.read(), vault.manifest
    finally:
        vault.close()
    if image is None or manifest is None:
        raise VaultDamaged(f"{kept.vault}: there is nothing in it")
    part = kept.session.with_name("session.db.part")
    with failing(kept.session):
        remove_database(part)
        _write(part, image.content)
        try:
            forget_ratchets(part)
        except Unreadable as error:
            raise VaultDamaged(f"{kept.vault}: what it holds is no session: {error}") from None
        remove_logs(part)
        # What an old file left would be taken for the new one's.
        remove_logs(kept.session)
        kept.restored_marker.write_text(f"{manifest.generation}\n")
        # Not renamed: that would replace one that has come meanwhile.
        os.link(part, kept.session)
        part.unlink()
    return manifest


def open_kept(kept: Kept, *, make: bool = True) -> VaultFile | None:
    key = kept.data_key
    return open_vault(kept.vault, Seal(key.key, kept.tenant), key.version, make=make)


def _write(path: Path, content: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)

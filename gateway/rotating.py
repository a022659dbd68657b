"""The rotation of a tenant's data key, which goes on wherever it was interrupted.

The new key waits in the registry from before the first step to after the last; as long as it does, no worker is forked
before `go_on` has settled the matter one way or the other.
"""

import logging
import sqlite3
from dataclasses import replace

import trio

from comptoir.gateway.forkserver import ForkFailed
from comptoir.gateway.keys import unwrap
from comptoir.gateway.rekeyer import Rekeyer, RekeyerDied, with_rekeyer
from comptoir.gateway.rotation import Outcome, Rotation
from comptoir.gateway.session_dirs import make_session_dir
from comptoir.gateway.tenant_record import TenantRecord
from comptoir.gateway.vault.errors import VaultFailed
from comptoir.sessions.rekeying.files import RotationFiles
from comptoir.sessions.rekeying.spec import RekeyingFailed, RekeySpec

logger = logging.getLogger(__name__)

# Where the work never survives, a shop must not stay closed for it.
TRIES = 3


class RotationUnfinished(Exception):
    """It is to be tried again before any worker is forked; the text says why."""


async def go_on(record: TenantRecord) -> None:
    """Settle the rotation that the registry says is under way, if any; no process uses the tenant's data meanwhile.

    What fails before the first file has changed its key is taken back. Raises RotationUnfinished, KeysWrong.
    """
    if record.row.next_wrapped_key is None:
        return
    files = RotationFiles(record.installation.paths.tenant_state(record.name), record.row.key_version + 1)
    if record.rotation is None or record.rotation.outcome:
        record.rotation = Rotation(files.version)
    try:
        await _rekey(record, record.rotation, files)
    except (RekeyingFailed, RekeyerDied, ForkFailed, VaultFailed) as error:
        record.rotation.deaths += not isinstance(error, RekeyingFailed)
        again = not isinstance(error, RekeyingFailed) and record.rotation.deaths < TRIES
        if again or await trio.to_thread.run_sync(lambda: files.committed):
            raise RotationUnfinished(str(error)) from error
        await _take_back(record, record.rotation, files, str(error))
    except (sqlite3.Error, OSError) as error:
        raise RotationUnfinished(f"its new key cannot be noted: {error}") from error


async def _rekey(record: TenantRecord, rotation: Rotation, files: RotationFiles) -> None:
    # Sealed a last time under the old key; it takes the session up again once a worker is to be forked.
    await record.installation.vault.release(record.name)
    spec = _spec(record, files)

    async def work(rekeyer: Rekeyer) -> None:
        if not await trio.to_thread.run_sync(lambda: files.committed):
            await rekeyer.build()
        await rekeyer.commit()

    await with_rekeyer(record.installation, spec, rotation.tell, work)
    await record.change(wrapped_key=record.row.next_wrapped_key, key_version=files.version, next_wrapped_key=None)
    await trio.to_thread.run_sync(files.forget)
    record.publish("keys_rotated", version=files.version)
    rotation.end(Outcome())


async def _take_back(record: TenantRecord, rotation: Rotation, files: RotationFiles, why: str) -> None:
    await trio.to_thread.run_sync(files.take_back)
    try:
        await record.change(next_wrapped_key=None)
    except sqlite3.Error:
        # A shop must not stay closed for a disk that is full; the next start of the daemon tries again.
        logger.exception("%s: its next key stays in the registry until the daemon starts again", record.name)
        record.row = replace(record.row, next_wrapped_key=None)
    record.publish("keys_not_rotated", reason=why)
    rotation.end(Outcome(failure=why))


def _spec(record: TenantRecord, files: RotationFiles) -> RekeySpec:
    row, installation = record.row, record.installation
    assert row.next_wrapped_key is not None
    return RekeySpec(
        tenant=row.name,
        state_dir=files.folder,
        lock_path=make_session_dir(installation.sessions, row.name) / "lock",
        version=files.version,
        old_key=installation.data_key(row),
        new_key=unwrap(installation.registry.master_key, row.next_wrapped_key, row.name, files.version),
    )

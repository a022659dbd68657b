"""What must be so before a worker is forked: no other worker of this session, and the credentials that it needs."""

import trio

from comptoir.gateway.locks import make_sure_nobody_holds
from comptoir.gateway.rotating import go_on
from comptoir.gateway.tenant_record import TenantRecord
from comptoir.gateway.vault.errors import VaultDamaged
from comptoir.sessions.spec import WorkerSpec

# As long as a worker may take to finish its sends.
ORPHAN_GRACE = 8.0


async def prepare(record: TenantRecord) -> WorkerSpec:
    """See to it, and say what the worker is to be given. Parks the tenant whose credentials are gone.

    Raises LockHeld, PathsWrong, KeysWrong, RotationUnfinished, VaultFailed, OSError.
    """
    installation = record.installation
    spec = await _spec(record)
    if killed := await make_sure_nobody_holds(spec.lock_path, ORPHAN_GRACE):
        record.publish("orphan_killed", pid=killed)
    await go_on(record)
    if not record.row.linked:
        await _forget(record)
    elif record.parked is None and not installation.has_credentials(record.row):
        await _restore(record)
    if record.row.linked and installation.has_credentials(record.row):
        await installation.vault.keep(installation.kept(record.row))
    return await _spec(record)


async def _spec(record: TenantRecord) -> WorkerSpec:
    key = record.installation.data_key(record.row)
    return await trio.to_thread.run_sync(record.installation.spec, record.row, key)


async def _restore(record: TenantRecord) -> None:
    """What was in memory is gone: the vault has it."""
    installation = record.installation
    try:
        generation = await installation.vault.restore(installation.kept(record.row))
    except VaultDamaged as error:
        await record.park("vault_damaged", str(error))
        return
    if generation is None:
        await record.park("session_lost")
    else:
        record.publish("session_restored", generation=generation)


async def _forget(record: TenantRecord) -> None:
    """Credentials of a session that is none any more."""
    installation = record.installation
    kept = installation.kept(record.row)
    # First: what replaces or deletes the session's files must find them closed.
    if installation.vault.keeps(record.name) or kept.vault.exists():
        await installation.vault.forget(kept)
    await trio.to_thread.run_sync(installation.forget_session, record.name)

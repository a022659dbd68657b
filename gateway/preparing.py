"""What must be so before a worker is forked: no other worker of this session, and the credentials that it needs."""

import trio

from comptoir.gateway.locks import make_sure_nobody_holds
from comptoir.gateway.tenant_record import TenantRecord
from comptoir.sessions.spec import WorkerSpec

# As long as a worker may take to finish its sends.
ORPHAN_GRACE = 8.0


async def prepare(record: TenantRecord) -> WorkerSpec:
    """See to it, and say what the worker is to be given. Parks the tenant whose credentials are gone.

    Raises LockHeld, PathsWrong, KeysWrong, OSError.
    """
    installation = record.installation
    spec = await trio.to_thread.run_sync(installation.spec, record.row)
    if killed := await make_sure_nobody_holds(spec.lock_path, ORPHAN_GRACE):
        record.publish("orphan_killed", pid=killed)
    if not record.row.linked:
        await trio.to_thread.run_sync(installation.forget_session, record.name)
    elif record.parked is None and not installation.has_credentials(record.row):
        await record.park("session_lost")
    return await trio.to_thread.run_sync(installation.spec, record.row)

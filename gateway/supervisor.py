"""All tenants: one task each, so that none can hold up another."""

import shutil
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import trio

from comptoir.gateway.installation import Installation
from comptoir.gateway.keys import KeysWrong, new_key, wrap
from comptoir.gateway.numbers import check_number
from comptoir.gateway.orders import unlink
from comptoir.gateway.paths import is_tenant_name
from comptoir.gateway.registry import Tenant
from comptoir.gateway.shown import cut
from comptoir.gateway.tenant_record import TenantRecord
from comptoir.gateway.tenant_supervisor import TenantSupervisor
from comptoir.gateway.vault.errors import VaultFailed
from comptoir.gateway.vault.noting import note_generations, note_now
from comptoir.sessions.protocol import ErrorCode, RpcError
from comptoir.sessions.times import now_ms

STOP_WITHIN = 10.0
UNLINK_WITHIN = 10.0
TURN_MARGIN = 30.0
"""Seconds beyond those that a recording may take: then somebody else's turn comes."""


@dataclass(frozen=True, slots=True)
class Added:
    """A new tenant's folder of files."""

    folder: Path
    kept: bool
    """Its tenant.toml was there before, and no template was used."""


class Supervisor:
    """Run `run` in a nursery. `stop` ends it in `STOP_WITHIN` seconds; cancelling it kills the workers."""

    def __init__(self, installation: Installation) -> None:
        self._installation = installation
        self._tenants: dict[str, TenantSupervisor] = {}
        self._nursery: trio.Nursery | None = None
        self._changing = trio.Lock()

    async def run(self, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED) -> None:
        tenants = await self._installation.registry.tenants()
        installation = self._installation
        async with trio.open_nursery() as self._nursery:
            self._nursery.start_soon(
                installation.vault.run,
                installation.forkserver,
                installation.targets.vault,
                installation.vault_spec,
                installation.hub,
            )
            self._nursery.start_soon(note_generations, installation.vault, installation.registry)
            if setting := installation.settings.transcription:
                within = setting.spec.seconds + TURN_MARGIN
                serve = partial(self._transcribe, within=within)
                self._nursery.start_soon(installation.transcribing.run, serve, setting.at_once)
            for tenant in tenants:
                self._start(tenant)
            task_status.started()
            await trio.sleep_forever()

    async def stop(self) -> None:
        """Let every worker finish its sends; what is left after the limit is killed."""
        with trio.move_on_after(STOP_WITHIN):
            async with trio.open_nursery() as nursery:
                for tenant in self._tenants.values():
                    nursery.start_soon(tenant.stop)
        # Last: what a worker leaves behind is sealed, too.
        await self._installation.vault.stop()
        await note_now(self._installation.vault, self._installation.registry)
        if self._nursery:
            self._nursery.cancel_scope.cancel()

    def tenants(self) -> list[TenantSupervisor]:
        """By name."""
        return [self._tenants[name] for name in sorted(self._tenants)]

    def get(self, name: str) -> TenantSupervisor:
        """Raises RpcError NOT_FOUND."""
        try:
            return self._tenants[name]
        except KeyError:
            known = ", ".join(sorted(self._tenants)[:10]) or "none yet: `comptoir tenant add NAME`"
            raise RpcError(ErrorCode.NOT_FOUND, f"no tenant {cut(name)!r}; there is {known}") from None

    async def add(self, name: str, template: str, owner: str | None, lang: str) -> Added:
        """Files from the template (an existing folder keeps its own), a key, a worker. Raises RpcError, OSError."""
        if not is_tenant_name(name):
            raise RpcError(
                ErrorCode.INVALID_PARAMS,
                f"{cut(name)!r} is no tenant's name: expected 1 to 32 of a-z, 0-9 and -, not beginning with -",
            )
        if owner is not None:
            check_number("owner", owner)
        async with self._changing:
            if name in self._tenants:
                raise RpcError(ErrorCode.FAILED, f"there is a tenant {name} already: choose another name")
            if (old := self._installation.paths.tenant_state(name)).exists():
                raise RpcError(ErrorCode.FAILED, f"{old} holds data that no tenant's key opens: move it away")
            folder = self._installation.paths.tenant_config(name)
            values = {"name": name, "owner": owner, "lang": lang}
            written = await trio.to_thread.run_sync(_write_files, folder, template, values)
            async with self._installation.wrapping:
                key = wrap(self._installation.registry.master_key, new_key(), name, 1)
                tenant = Tenant(name, now_ms(), key)
                await self._installation.registry.add(tenant)
                self._installation.hub.publish(name, "tenant_added")
                self._start(tenant)
            return Added(folder, kept=not written)

    async def remove(self, name: str) -> bool:
        """Unlink where possible (whether it was), end the worker, delete all but the tenant's own files."""
        async with self._changing:
            supervisor = self.get(name)
            logged_out = False
            if supervisor.record.row.linked:
                with suppress(RpcError), trio.move_on_after(UNLINK_WITHIN):
                    logged_out = await unlink(supervisor)
            supervisor.hearing.tell_linking({"event": "failed", "reason": "removed"})
            with trio.CancelScope(shield=True):
                await supervisor.stop()
                with suppress(VaultFailed, KeysWrong):
                    # Where it is away, or never had the key, nobody has the files open.
                    await self._installation.vault.forget(self._installation.kept(supervisor.record.row))
                # In this order, because a removal that was cut short can then be repeated.
                await trio.to_thread.run_sync(self._installation.delete_data, name)
                async with self._installation.wrapping:
                    await self._installation.registry.remove(name)
                    del self._tenants[name]
            self._installation.hub.publish(name, "tenant_removed")
            return logged_out

    async def reload_saved(self, name: str) -> None:
        """Have the worker read what was saved in its tenant's folder. Raises RpcError."""
        await self.get(name).call("reload", {"saved": True})

    def config_dir(self, name: str) -> Path:
        return self._installation.paths.tenant_config(name)

    async def _transcribe(self, name: str, within: float) -> bool:
        """Have a tenant put a recording into words; whether it has another. Raises RpcError."""
        return bool(await self.get(name).call("transcribe", within=within))

    def _start(self, tenant: Tenant) -> None:
        if self._nursery is None:
            raise RpcError(ErrorCode.NOT_NOW, "the daemon is starting: try again")
        supervisor = TenantSupervisor(TenantRecord(self._installation, tenant))
        self._tenants[tenant.name] = supervisor
        self._nursery.start_soon(supervisor.run)


def _write_files(folder: Path, template: str, values: dict[str, str | None]) -> bool:
    """Whether tenant.toml is from the template. Raises RpcError for one that does not exist, OSError."""
    from comptoir.plugins.templates import UnknownTemplate, write_template

    ours = not folder.exists()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        return write_template(template, folder, values)
    except (UnknownTemplate, OSError) as error:
        if ours:
            shutil.rmtree(folder)
        if isinstance(error, OSError):
            raise
        raise RpcError(ErrorCode.INVALID_PARAMS, str(error)) from None

"""What the parts of the daemon share: folders, keys, settings, registry, forkserver, events."""

import shutil
from dataclasses import dataclass, field
from pathlib import Path

import trio

from comptoir.gateway.events import EventHub
from comptoir.gateway.forkserver import Forkserver
from comptoir.gateway.keys import unwrap
from comptoir.gateway.log_file import remove_log
from comptoir.gateway.model_keys import with_keys
from comptoir.gateway.paths import Paths
from comptoir.gateway.registry import AsyncRegistry, Tenant
from comptoir.gateway.session_dirs import forget_session, make_session_dir
from comptoir.gateway.settings import Settings
from comptoir.gateway.targets import Targets
from comptoir.gateway.tenant_log import TenantLog, open_log
from comptoir.gateway.transcribing import TranscriptionLine
from comptoir.gateway.vault.client import Vault
from comptoir.gateway.vault.orders import DataKey, Kept, VaultSpec
from comptoir.sessions.durable import fsync_folder
from comptoir.sessions.spec import LabServer, WorkerSpec


@dataclass(frozen=True, slots=True)
class Installation:
    paths: Paths
    sessions: Path
    """The sessions' folder in RAM."""
    settings: Settings
    lab: LabServer | None
    registry: AsyncRegistry
    forkserver: Forkserver
    targets: Targets = field(default_factory=Targets)
    hub: EventHub = field(default_factory=EventHub)
    vault: Vault = field(default_factory=Vault)
    transcribing: TranscriptionLine = field(default_factory=TranscriptionLine)
    wrapping: trio.Lock = field(default_factory=trio.Lock)
    """Held by whoever wraps a key and stores it: the master key does not change in between."""

    def wrong_server(self, tenant: Tenant) -> str | None:
        """A session is for ever of the lab or of WhatsApp; the reason why this one must not connect here."""
        if tenant.lab is None or tenant.lab == (self.lab is not None):
            return None
        return "lab_session" if tenant.lab else "real_session"

    def has_credentials(self, tenant: Tenant) -> bool:
        return (self.sessions / tenant.name / "session.db").exists()

    @property
    def vault_spec(self) -> VaultSpec:
        # No tenant's name begins with a dot.
        return VaultSpec(self.sessions / ".vault")

    def data_key(self, tenant: Tenant) -> bytes:
        """Of a record's row as it is now, and in the same step: the master key may change. Raises KeysWrong."""
        return unwrap(self.registry.master_key, tenant.wrapped_key, tenant.name, tenant.key_version)

    def kept(self, tenant: Tenant) -> Kept:
        """What the vault is told of this tenant's session. Raises KeysWrong."""
        vault = self.paths.tenant_state(tenant.name) / "vault.db"
        data_key = DataKey(tenant.key_version, self.data_key(tenant))
        return Kept(tenant.name, self.sessions / tenant.name, vault, data_key, least=tenant.generation)

    def spec(self, tenant: Tenant, data_key: bytes) -> WorkerSpec:
        """What a worker of this tenant is given, its folders made. Raises PathsWrong, OSError."""
        session_dir = make_session_dir(self.sessions, tenant.name)
        state_dir = self.paths.tenant_state(tenant.name)
        if not state_dir.exists():
            state_dir.mkdir(mode=0o700)
            # What is brought to disk in it would be found by nobody otherwise.
            fsync_folder(state_dir.parent)
        parked = tenant.parked_reason or self.wrong_server(tenant)
        transcription = self.settings.transcription
        return WorkerSpec(
            tenant=tenant.name,
            config_dir=self.paths.tenant_config(tenant.name),
            state_dir=state_dir,
            session_dir=session_dir,
            data_key=data_key,
            linked=tenant.linked and parked is None,
            paused=tenant.wanted == "paused",
            parked=parked,
            lab=self.lab,
            fast=self.settings.fast and self.lab is not None,
            rates=self.settings.rates_in(lab=self.lab is not None),
            media=self.settings.media,
            memory=self.settings.memory,
            inbound=self.settings.inbound_in(lab=self.lab is not None),
            log_level=self.settings.log.level,
            models=with_keys(self.settings.models, self.paths),
            transcription=transcription.with_key(self.paths) if transcription else None,
        )

    def forget_session(self, name: str) -> None:
        forget_session(self.sessions / name)

    def delete_data(self, name: str) -> None:
        """Everything of a tenant but its own files in config/."""
        for folder in (self.sessions / name, self.paths.tenant_state(name)):
            if folder.exists():
                shutil.rmtree(folder)
        remove_log(self.paths.tenant_log(name))

    def open_log(self, name: str) -> TenantLog:
        """Where what a process prints is kept; by the name of its tenant."""
        return open_log(self.settings.log, self.paths.tenant_log(name), name)

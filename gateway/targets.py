"""What the forked processes run: a test may put its own functions in their place."""

from dataclasses import dataclass

from comptoir.gateway.forkserver import Target
from comptoir.gateway.rekeying.process import run_rekeyer
from comptoir.gateway.vault.orders import VaultSpec
from comptoir.gateway.vault.process import run_vault
from comptoir.sessions.rekeying.spec import RekeySpec
from comptoir.sessions.spec import WorkerSpec
from comptoir.sessions.start import run_worker


@dataclass(frozen=True, slots=True)
class Targets:
    """One function for each kind of process."""

    worker: Target[WorkerSpec] = run_worker
    vault: Target[VaultSpec] = run_vault
    rekeyer: Target[RekeySpec] = run_rekeyer

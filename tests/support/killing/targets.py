"""What the test's daemon has its forkserver run: the product's own targets, with points in them."""

import os
import socket

from powercut import intercept

from comptoir.gateway.rekeying.process import run_rekeyer
from comptoir.gateway.vault.orders import VaultSpec
from comptoir.gateway.vault.process import run_vault
from comptoir.sessions.output import Printed
from comptoir.sessions.rekeying.spec import RekeySpec
from comptoir.sessions.spec import WorkerSpec
from comptoir.sessions.start import run_worker
from killing import points
from killing.mutants import mutate
from killing.wrapping import wrap


def worker(spec: WorkerSpec, connection: socket.socket, printed: Printed) -> None:
    watch_disk()
    mutate()
    wrap(points.WORKER, spec.tenant)
    run_worker(spec, connection, printed)


def vault(spec: VaultSpec, connection: socket.socket, printed: Printed) -> None:
    watch_disk()
    mutate()
    wrap(points.VAULT, points.THE_VAULT)
    run_vault(spec, connection, printed)


def rekeyer(spec: RekeySpec, connection: socket.socket, printed: Printed) -> None:
    watch_disk()
    wrap(points.REKEYING, spec.tenant)
    run_rekeyer(spec, connection, printed)


def watch_disk() -> None:
    """Where the power may be cut, keep a record of what is not synced."""
    if intercept.FOLDER in os.environ:
        intercept.install()

"""What the test's daemon has its forkserver run: the product's own targets, with points in them."""

import socket

from comptoir.sessions.output import Printed
from comptoir.sessions.spec import WorkerSpec
from comptoir.sessions.start import run_worker
from killing import points
from killing.wrapping import wrap


def worker(spec: WorkerSpec, connection: socket.socket, printed: Printed) -> None:
    wrap(points.WORKER, spec.tenant)
    run_worker(spec, connection, printed)

"""Rekeyers that fail at a named step. The process that forks them finds them by name."""

import os
import signal
import socket

from comptoir.gateway.rekeying.process import run_rekeyer
from comptoir.sessions.output import Printed
from comptoir.sessions.rekeying import steps
from comptoir.sessions.rekeying.spec import RekeySpec


def run_without_room(spec: RekeySpec, connection: socket.socket, printed: Printed) -> None:
    steps.MARGIN = 1 << 60
    run_rekeyer(spec, connection, printed)


def run_and_die(spec: RekeySpec, connection: socket.socket, printed: Printed) -> None:
    vars(steps)["copy_under"] = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
    run_rekeyer(spec, connection, printed)


def run_and_die_in_commit(spec: RekeySpec, connection: socket.socket, printed: Printed) -> None:
    """The first time; a file beside the tenant's folder says so."""
    replace, axe = steps.replace, spec.state_dir.parent / "axe"

    def replace_once(*paths: object) -> None:
        if not axe.exists():
            axe.touch()
            os.kill(os.getpid(), signal.SIGKILL)
        replace(*paths)

    vars(steps)["replace"] = replace_once
    run_rekeyer(spec, connection, printed)


def run_and_hang(spec: RekeySpec, connection: socket.socket, printed: Printed) -> None:
    vars(steps)["copy_under"] = lambda *_: signal.pause()
    run_rekeyer(spec, connection, printed)

"""Rekeyers that fail at a named step. The process that forks them finds them by name."""

import os
import resource
import signal
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

from comptoir.gateway.rekeying.process import run_rekeyer
from comptoir.sessions.output import Printed
from comptoir.sessions.rekeying import steps
from comptoir.sessions.rekeying.spec import RekeySpec


def run_without_room(spec: RekeySpec, connection: socket.socket, printed: Printed) -> None:
    steps.MARGIN = 1 << 60
    run_rekeyer(spec, connection, printed)


def run_on_a_full_disk(spec: RekeySpec, connection: socket.socket, printed: Printed) -> None:
    """Room is promised, and there is none: no file may grow beyond a few pages."""
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))
    run_rekeyer(spec, connection, printed)


def run_and_die(spec: RekeySpec, connection: socket.socket, printed: Printed) -> None:
    vars(steps)["copy_under"] = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
    run_rekeyer(spec, connection, printed)


def run_and_die_in_commit(spec: RekeySpec, connection: socket.socket, printed: Printed) -> None:
    """The first time; a file beside the tenant's folder says so."""
    replace, axe = steps.replace, spec.state_dir.parent / "axe"

    def replace_once(*paths: object) -> None:
        replace(*paths)
        if not axe.exists():
            axe.touch()
            os.kill(os.getpid(), signal.SIGKILL)

    vars(steps)["replace"] = replace_once
    run_rekeyer(spec, connection, printed)


def run_and_hang(spec: RekeySpec, connection: socket.socket, printed: Printed) -> None:
    vars(steps)["copy_under"] = lambda *_: signal.pause()
    run_rekeyer(spec, connection, printed)


STEPS = ((os, "fsync"), (os, "fdatasync"), (os, "pwrite"), (Path, "rename"), (Path, "replace"), (Path, "unlink"))


def run_under_the_axe(spec: RekeySpec, connection: socket.socket, printed: Printed) -> None:
    """kill -9 before the step that changes the disk whose number stands in a file beside the tenant's folder. Once."""
    axe = spec.state_dir.parent / "axe"
    left = [int(axe.read_text()) if axe.exists() else -1]

    def watched(step: Callable[..., Any]) -> Callable[..., Any]:
        def stepped(*args: Any, **kwargs: Any) -> Any:
            left[0] -= 1
            if left[0] == 0:
                os.remove(axe)  # noqa: PTH107 (Path's own is one of those that are watched)
                os.kill(os.getpid(), signal.SIGKILL)
            return step(*args, **kwargs)

        return stepped

    for owner, name in STEPS:
        setattr(owner, name, watched(getattr(owner, name)))
    run_rekeyer(spec, connection, printed)

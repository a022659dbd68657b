"""The first function of a rekeyer."""

import os
import socket

import trio

from comptoir.sessions import output
from comptoir.sessions.output import Printed
from comptoir.sessions.rekeying.spec import RekeySpec
from comptoir.sessions.start import EXIT_LOCKED, harden, lock_for_life


def run_rekeyer(spec: RekeySpec, connection: socket.socket, printed: Printed) -> None:
    """Serve the daemon until `connection` ends. Never returns.

    Exits with EXIT_LOCKED while a worker holds the session: it would write what is being copied.
    """
    output.redirect(printed)
    harden(f"rekey:{spec.tenant}")
    code = EXIT_LOCKED if lock_for_life(spec.lock_path) is None else _run(spec, connection)
    # A step in its thread is not waited for: each may be cut short.
    os._exit(code)


def _run(spec: RekeySpec, connection: socket.socket) -> int:
    from comptoir.gateway.rekeying.serving import main

    try:
        trio.run(main, spec, connection)
    except BaseException:
        output.logger.exception("the rekeyer failed")
        return 1
    return 0

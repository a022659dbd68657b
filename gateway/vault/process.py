"""The first function of the vault process."""

import os
import socket
from contextlib import suppress

import trio

from comptoir.gateway.locks import LockHeld, hold
from comptoir.gateway.vault.orders import VaultSpec
from comptoir.sessions import output
from comptoir.sessions.output import Printed
from comptoir.sessions.start import EXIT_LOCKED, harden


def run_vault(spec: VaultSpec, connection: socket.socket, printed: Printed) -> None:
    """Keep sessions sealed until told to stop or until `connection` ends. Never returns.

    Exits with EXIT_LOCKED while another one runs: two would write one vault's generations twice.
    """
    output.redirect(printed)
    harden("vault")
    try:
        hold(spec.lock_path)
    except LockHeld as held:
        output.logger.error("%s", held)
        os._exit(EXIT_LOCKED)
    _remove_copies(spec)
    code = _run(spec, connection)
    # A thread that waits for a dead disk must not keep us.
    os._exit(code)


def _run(spec: VaultSpec, connection: socket.socket) -> int:
    from comptoir.gateway.vault.serving import main

    try:
        trio.run(main, spec, connection)
    except BaseException:
        output.logger.exception("the vault failed")
        return 1
    return 0


def _remove_copies(spec: VaultSpec) -> None:
    """What an earlier one was about to seal when it was killed."""
    for file in spec.folder.iterdir():
        if file != spec.lock_path:
            with suppress(OSError):
                file.unlink()

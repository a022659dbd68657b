"""Tells systemd how the daemon is doing (sd_notify(3)); nothing where no systemd listens."""

import logging
import os
import socket

logger = logging.getLogger(__name__)


def is_listening() -> bool:
    return bool(os.environ.get("NOTIFY_SOCKET"))


def notify(state: str) -> None:
    """`READY=1`, `STATUS=…` and so on; several, each in a line of its own."""
    address = os.environ.get("NOTIFY_SOCKET")
    if not address:
        return
    # A leading @ stands for the zero byte of an abstract socket.
    target = "\0" + address[1:] if address.startswith("@") else address
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as sender:
            # A listener that does not read must not hold up the daemon.
            sender.setblocking(False)
            sender.sendto(state.encode(), target)
    except OSError as error:
        logger.warning("%s could not be told %s: %s", address, state, error)

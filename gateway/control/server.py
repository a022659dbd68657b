"""The control socket: who may connect, and how many."""

import logging
import math
import os
import socket
from pathlib import Path

import trio

from comptoir.gateway.control.connection import Connection
from comptoir.gateway.control.permissions import PEER_CREDENTIALS, peer_of, refusal
from comptoir.gateway.control.table import Method
from comptoir.gateway.refused import about
from comptoir.sessions.protocol import ErrorCode, Failure, encode

logger = logging.getLogger(__name__)

MAX_CONNECTIONS = 32
# More are closed without a word: being told why may not use up what the daemon itself needs.
MAX_REFUSALS = 8
REFUSAL_LIMIT = 1.0
WARN_EVERY = 10.0


def bind_control_socket(path: Path) -> trio.SocketListener:
    """Listen on a socket of mode 0660. The caller holds the lock on state/, so an old socket is stale."""
    path.unlink(missing_ok=True)
    bound = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        with about(path):
            bound.bind(os.fspath(path))
            # Nobody can connect before `listen`.
            path.chmod(0o660)
            bound.listen(MAX_CONNECTIONS)
    except BaseException:
        bound.close()
        raise
    return trio.SocketListener(trio.socket.from_stdlib_socket(bound))


class ControlServer:
    """`owner` is the user that owns state/."""

    def __init__(self, methods: dict[str, Method], owner: int) -> None:
        self._methods = methods
        self._owner = owner
        self._connections = 0
        self._refusals = 0
        self._warned_at = -math.inf
        self._not_warned = 0

    async def serve(
        self, listener: trio.SocketListener, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED
    ) -> None:
        """Until cancelled; that closes every connection."""
        async with trio.open_nursery() as nursery:
            await nursery.start(trio.serve_listeners, self._accept, [listener])
            task_status.started()

    async def _accept(self, stream: trio.SocketStream) -> None:
        peer = peer_of(bytes(stream.socket.getsockopt(*PEER_CREDENTIALS)))
        if why := refusal(peer, self._owner):
            self._warn(f"refused process {peer.pid} of user {peer.uid}: {why}")
            await self._refuse(stream, ErrorCode.NOT_PERMITTED, why)
            return
        if self._connections >= MAX_CONNECTIONS:
            await self._refuse(stream, ErrorCode.NOT_NOW, f"{MAX_CONNECTIONS} connections are open: close one first")
            return
        self._connections += 1
        try:
            await Connection(stream, self._methods).serve()
        except Exception:
            # serve_listeners would end with it, and the daemon with that.
            logger.exception("a control connection failed")
        finally:
            self._connections -= 1

    async def _refuse(self, stream: trio.SocketStream, code: int, why: str) -> None:
        if self._refusals >= MAX_REFUSALS:
            return
        self._refusals += 1
        try:
            await _tell_refusal(stream, code, why)
        finally:
            self._refusals -= 1

    def _warn(self, text: str) -> None:
        """At most one line in `WARN_EVERY` seconds: whoever is refused must not fill the log."""
        if trio.current_time() < self._warned_at + WARN_EVERY:
            self._not_warned += 1
            return
        more = f" ({self._not_warned} more were refused before)" if self._not_warned else ""
        self._warned_at, self._not_warned = trio.current_time(), 0
        logger.warning("%s%s", text, more)


async def _tell_refusal(stream: trio.SocketStream, code: int, why: str) -> None:
    with trio.move_on_after(REFUSAL_LIMIT):
        try:
            await stream.send_all(encode(Failure(None, code, why)))
            # Unread input would turn our close into a reset, and the answer would be lost on its way.
            await stream.send_eof()
            await stream.receive_some(4096)
        except (trio.BrokenResourceError, trio.ClosedResourceError):
            return

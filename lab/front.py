"""The lab's door: an HTTP CONNECT proxy on loopback that plays every host its clients ask for.

Whatever is asked for, the lab does TLS itself. Behind it a host named web.… speaks the chat's websocket, all
others are media hosts that answer plain requests.
"""

from __future__ import annotations

import ssl
from collections.abc import Awaitable, Callable

import trio
from h11 import ProtocolError, RemoteProtocolError

from comptoir.lab.http import HttpPeer, Response
from comptoir.lab.websocket import WebSocket, WebSocketClosed

LOOPBACK = "127.0.0.1"
CHAT_HOST = "web."
CONNECTIONS = 256
GREETING_SECONDS = 10.0

_GONE = (
    trio.BrokenResourceError,
    trio.ClosedResourceError,
    trio.TooSlowError,
    ProtocolError,
    WebSocketClosed,
)


class Front:
    """`on_chat` owns a websocket until it returns, `on_media` a connection with a media host.

    While `refusing` says so, every new connection is closed without a word.
    """

    def __init__(
        self,
        tls: ssl.SSLContext,
        on_chat: Callable[[WebSocket], Awaitable[None]],
        on_media: Callable[[HttpPeer], Awaitable[None]],
        refusing: Callable[[], bool] = lambda: False,
    ) -> None:
        self._tls = tls
        self._on_chat = on_chat
        self._on_media = on_media
        self._open = 0
        self._refusing = refusing

    async def serve(self, port: int, *, task_status: trio.TaskStatus[int] = trio.TASK_STATUS_IGNORED) -> None:
        """Listen on 127.0.0.1, on a free port when `port` is 0; reports the port and runs until cancelled."""
        listeners = await trio.open_tcp_listeners(port, host=LOOPBACK)
        async with trio.open_nursery() as nursery:
            await nursery.start(trio.serve_listeners, self._greet, listeners)
            task_status.started(listeners[0].socket.getsockname()[1])

    async def _greet(self, stream: trio.SocketStream) -> None:
        """Serve one client for as long as it stays. What it does wrong ends its connection, nothing else."""
        self._open += 1
        try:
            if self._open <= CONNECTIONS and not self._refusing():
                await self._serve(stream)
        except _GONE:
            pass
        finally:
            self._open -= 1
            await trio.aclose_forcefully(stream)

    async def _serve(self, stream: trio.SocketStream) -> None:
        with trio.fail_after(GREETING_SECONDS):
            host = await self._connect(stream)
            secured = trio.SSLStream(stream, self._tls, server_side=True, https_compatible=True)
            await secured.do_handshake()
            websocket = WebSocket(secured) if host.startswith(CHAT_HOST) else None
            if websocket is not None:
                await websocket.accept()
        if websocket is not None:
            await self._on_chat(websocket)
        else:
            await self._on_media(HttpPeer(secured))

    async def _connect(self, stream: trio.SocketStream) -> str:
        """The host that the client wants to be connected with. It is told that it is."""
        peer = HttpPeer(stream)
        request = await peer.receive()
        if request is None or request.method != "CONNECT":
            await peer.send(Response(405, b"The lab is a proxy: it takes CONNECT and nothing else.\n"))
            raise RemoteProtocolError("not a CONNECT")
        await peer.skip_body()
        await peer.send(Response(200))
        return request.target.partition(":")[0]

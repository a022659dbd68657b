"""The server's side of one websocket: binary messages over a trio stream, pings answered."""

from __future__ import annotations

from collections import deque

import trio
from wsproto import ConnectionType, WSConnection
from wsproto.events import AcceptConnection, BytesMessage, CloseConnection, Event, Ping, Request
from wsproto.utilities import LocalProtocolError, RemoteProtocolError

# Clients frame their own payloads inside: a message of theirs is small, 16 MiB is the protocol's own limit.
MESSAGE_LIMIT = 16 << 20
READ_BYTES = 65_536
GOODBYE_SECONDS = 1.0


class WebSocketClosed(Exception):
    """The other side has gone, politely or not."""


class WebSocket:
    """One task receives, any task sends."""

    def __init__(self, stream: trio.abc.Stream) -> None:
        self._stream = stream
        self._protocol = WSConnection(ConnectionType.SERVER)
        self._events: deque[Event] = deque()
        self._sending = trio.Lock()

    async def accept(self) -> None:
        """Answer the opening handshake. Raises WebSocketClosed when something else comes."""
        if not isinstance(await self._event(), Request):
            raise WebSocketClosed("not a websocket")
        await self._write(AcceptConnection())

    async def receive(self) -> bytes:
        """The next binary message, whole. Raises WebSocketClosed."""
        message = bytearray()
        while True:
            match await self._event():
                case BytesMessage() as part:
                    message += part.data
                    if len(message) > MESSAGE_LIMIT:
                        raise WebSocketClosed(f"a message of more than {MESSAGE_LIMIT} bytes")
                    if part.message_finished:
                        return bytes(message)
                case Ping() as ping:
                    await self._write(ping.response())
                case CloseConnection() as goodbye:
                    await self._write(goodbye.response())
                    raise WebSocketClosed("closed by the client")

    async def send(self, data: bytes) -> None:
        """Send one binary message. Raises WebSocketClosed."""
        await self._write(BytesMessage(data))

    async def aclose(self) -> None:
        """Say goodbye, as far as the other side still listens, and close the stream."""
        try:
            with trio.move_on_after(GOODBYE_SECONDS):
                await self._write(CloseConnection(1000))
        except WebSocketClosed:
            pass
        await trio.aclose_forcefully(self._stream)

    async def drop(self) -> None:
        """Close the stream without a word, as a lost network does."""
        await trio.aclose_forcefully(self._stream)

    async def _event(self) -> Event:
        while not self._events:
            try:
                data = await self._stream.receive_some(READ_BYTES)
                if not data:
                    raise WebSocketClosed("the connection ended")
                self._protocol.receive_data(bytes(data))
                self._events.extend(self._protocol.events())
            except (trio.BrokenResourceError, trio.ClosedResourceError, RemoteProtocolError) as error:
                raise WebSocketClosed("the connection broke") from error
        return self._events.popleft()

    async def _write(self, event: Event) -> None:
        async with self._sending:
            try:
                await self._stream.send_all(self._protocol.send(event))
            except (trio.BrokenResourceError, trio.ClosedResourceError, LocalProtocolError) as error:
                raise WebSocketClosed("the connection broke") from error

"""Stanzas over one client's websocket: frames and Noise inside, nodes outside."""

from __future__ import annotations

from collections import deque
from contextlib import suppress

import trio

from comptoir.lab.codec import Codec
from comptoir.lab.crypto import KeyPair
from comptoir.lab.frames import FrameBuffer, FrameError, frame
from comptoir.lab.nodes import Node, NodeError
from comptoir.lab.noise import NoiseError, Responder, Transport
from comptoir.lab.websocket import WebSocket, WebSocketClosed

HANDSHAKE_SECONDS = 20.0
# A client shows that it lives by a ping of its own every 20 to 30 s (whatsmeow, keepalive.go).
SILENCE_SECONDS = 300.0
# A client that reads an error and the end of the connection at once may act on the end only: give it time.
LAST_WORD_SECONDS = 1.0


class WireClosed(Exception):
    """The connection is over: the client left, fell silent, or did not speak the protocol."""


class Wire:
    """One task receives, any task sends. Made by `shake_hands`."""

    def __init__(self, websocket: WebSocket, codec: Codec) -> None:
        self._websocket = websocket
        self._codec = codec
        self._frames = FrameBuffer()
        self._payloads: deque[bytes] = deque()
        self._transport: Transport | None = None
        self._outbox = bytearray()
        self._sending = trio.Lock()
        self._flowing = trio.Event()
        self._flowing.set()
        self._ended = False
        self._patience = trio.CancelScope()
        self.client_static = b""
        """The client's Noise key: what it is known by."""

    async def shake_hands(self, static: KeyPair, certificate: bytes) -> bytes:
        """Do the Noise handshake; returns the serialised ClientPayload. Raises WireClosed."""
        responder = Responder(static, certificate)
        try:
            with trio.fail_after(HANDSHAKE_SECONDS):
                await self._websocket.send(frame(responder.answer(await self._payload())))
                client_payload = responder.finish(await self._payload())
        except (NoiseError, WebSocketClosed, trio.TooSlowError) as error:
            raise WireClosed(f"no handshake: {error}") from error
        self._transport, self.client_static = responder.transport, responder.client_static
        return client_payload

    async def receive(self) -> Node:
        """The next stanza. Raises WireClosed, also when the client has had time to read the last word."""
        assert self._transport is not None, "shake hands first"
        while True:
            seconds = LAST_WORD_SECONDS if self._ended else SILENCE_SECONDS
            with trio.CancelScope(deadline=trio.current_time() + seconds) as self._patience:
                node = await self._node(self._transport)
            if self._patience.cancelled_caught:
                raise WireClosed("silence")
            if not self._ended:
                return node

    async def send(self, node: Node) -> None:
        """Send one stanza, after those sent before it. Waits while stalled. Raises WireClosed.

        After the last word it sends nothing and raises nothing: the client is to read that word in peace.
        """
        await self._flowing.wait()
        if not self._ended:
            await self._send(node)

    def stall(self) -> None:
        """Read and write nothing until `resume`."""
        if self._flowing.is_set():
            self._flowing = trio.Event()

    def resume(self) -> None:
        self._flowing.set()

    async def drop(self) -> None:
        """End the connection without a word."""
        self._ended = True
        await self._websocket.drop()
        self.resume()

    async def end(self, last: Node) -> None:
        """Send a last stanza, stalled or not; `receive` then waits a moment for the client to leave."""
        self._ended = True
        self.resume()
        with trio.move_on_after(LAST_WORD_SECONDS) as patience, suppress(WireClosed):
            await self._send(last)
        if patience.cancelled_caught:
            # The client reads nothing any more.
            await self._websocket.drop()
        self._patience.deadline = min(self._patience.deadline, trio.current_time() + LAST_WORD_SECONDS)

    async def aclose(self) -> None:
        await self._websocket.aclose()

    async def _node(self, transport: Transport) -> Node:
        try:
            return self._codec.decode(transport.decrypt(await self._payload()))
        except (NoiseError, NodeError, WebSocketClosed) as error:
            raise WireClosed(str(error)) from error

    async def _send(self, node: Node) -> None:
        assert self._transport is not None, "shake hands first"
        # A frame's counter is its place in the stream: from here on it goes out, whoever carries it.
        self._outbox += frame(self._transport.encrypt(self._codec.encode(node)))
        async with self._sending:
            if self._outbox:
                frames, self._outbox = bytes(self._outbox), bytearray()
                try:
                    await self._websocket.send(frames)
                except WebSocketClosed as error:
                    raise WireClosed(str(error)) from error

    async def _payload(self) -> bytes:
        while not self._payloads:
            data = await self._websocket.receive()
            await self._flowing.wait()
            try:
                self._payloads.extend(self._frames.feed(data))
            except FrameError as error:
                raise WebSocketClosed(str(error)) from error
        return self._payloads.popleft()

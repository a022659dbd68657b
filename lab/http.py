"""HTTP/1.1 as the lab needs it, over any trio stream: heads as wholes, bodies whole or piece by piece."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from http import HTTPStatus

import h11
import trio

HEAD_LIMIT = 16_384
BODY_LIMIT = 128 << 20
READ_BYTES = 65_536


@dataclass(frozen=True, slots=True)
class Request:
    """The head of a request; its body is still to be read."""

    method: str
    target: str
    headers: Mapping[str, str]
    """Names in lower case."""


@dataclass(frozen=True, slots=True)
class Response:
    status: int
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)


class HttpPeer:
    """A client, seen from the server. Raises h11.ProtocolError for what is not HTTP, and trio's errors."""

    def __init__(self, stream: trio.abc.Stream) -> None:
        self._stream = stream
        self._http = h11.Connection(h11.SERVER, max_incomplete_event_size=HEAD_LIMIT)
        self._connecting = False

    async def receive(self) -> Request | None:
        """The next request; None when the client has left or wants to."""
        if self._http.our_state is h11.DONE:
            await self.skip_body()
            if self._http.their_state is not h11.DONE:
                return None
            self._http.start_next_cycle()
        if self._http.our_state is not h11.IDLE:
            return None
        head = await self._event()
        if not isinstance(head, h11.Request):
            return None
        self._connecting = head.method == b"CONNECT"
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in head.headers}
        return Request(head.method.decode(), head.target.decode("latin-1"), headers)

    async def body(self) -> AsyncGenerator[bytes, None]:
        """The body of the request that was received last, as it comes."""
        size = 0
        while self._http.their_state is h11.SEND_BODY:
            event = await self._event()
            if not isinstance(event, h11.Data):
                return
            size += len(event.data)
            if size > BODY_LIMIT:
                raise h11.RemoteProtocolError(f"a body of more than {BODY_LIMIT} bytes", 413)
            yield bytes(event.data)

    async def skip_body(self) -> None:
        async for _ in self.body():
            pass

    async def send(self, response: Response) -> None:
        """A whole answer."""
        # After a 200 to CONNECT the connection is no longer HTTP: no length, no body.
        tunnel = self._connecting and response.status == 200
        data = self._head(response.status, response.headers, None if tunnel else len(response.body))
        if not tunnel:
            data += self._http.send(h11.Data(data=response.body)) or b""
            data += self._http.send(h11.EndOfMessage()) or b""
        await self._stream.send_all(data)

    async def start(self, status: int, length: int, headers: Mapping[str, str] | None = None) -> None:
        """The head of an answer whose body of `length` bytes follows by `send_part`."""
        await self._stream.send_all(self._head(status, headers or {}, length))

    async def send_part(self, data: bytes) -> None:
        await self._stream.send_all(self._http.send(h11.Data(data=data)) or b"")

    async def finish(self) -> None:
        """Nothing more of the body. Raises h11.LocalProtocolError when it was shorter than announced."""
        await self._stream.send_all(self._http.send(h11.EndOfMessage()) or b"")

    async def gone(self) -> None:
        """Return when the client hangs up; what it still says is ignored."""
        with suppress(trio.BrokenResourceError, trio.ClosedResourceError):
            while await self._stream.receive_some(READ_BYTES):
                pass

    def _head(self, status: int, headers: Mapping[str, str], length: int | None) -> bytes:
        given = dict(headers) if length is None else {**headers, "Content-Length": str(length)}
        reason = HTTPStatus(status).phrase
        return self._http.send(h11.Response(status_code=status, headers=list(given.items()), reason=reason)) or b""

    async def _event(self) -> object:
        while (event := self._http.next_event()) is h11.NEED_DATA:
            if self._http.they_are_waiting_for_100_continue:
                go_on = h11.InformationalResponse(status_code=100, headers=[])
                await self._stream.send_all(self._http.send(go_on) or b"")
            self._http.receive_data(bytes(await self._stream.receive_some(READ_BYTES)))
        return event

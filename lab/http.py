"""HTTP/1.1 as the lab needs it: whole requests in, whole responses out, over any trio stream."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus

import h11
import trio

HEAD_LIMIT = 16_384
BODY_LIMIT = 128 << 20
READ_BYTES = 65_536


@dataclass(frozen=True, slots=True)
class Request:
    method: str
    target: str
    headers: Mapping[str, str]
    """Names in lower case."""
    body: bytes


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
            self._http.start_next_cycle()
        if self._http.our_state is not h11.IDLE:
            return None
        head: h11.Request | None = None
        body = bytearray()
        while True:
            match await self._event():
                case h11.Request() as head:
                    self._connecting = head.method == b"CONNECT"
                case h11.Data(data=data):
                    body += data
                    if len(body) > BODY_LIMIT:
                        raise h11.RemoteProtocolError(f"a body of more than {BODY_LIMIT} bytes", 413)
                case h11.EndOfMessage() if head is not None:
                    headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in head.headers}
                    return Request(head.method.decode(), head.target.decode("latin-1"), headers, bytes(body))
                case _:
                    return None

    async def send(self, response: Response) -> None:
        # After a 200 to CONNECT the connection is no longer HTTP: no length, no body.
        tunnel = self._connecting and response.status == 200
        headers = dict(response.headers)
        if not tunnel:
            headers["Content-Length"] = str(len(response.body))
        reason = HTTPStatus(response.status).phrase
        head = h11.Response(status_code=response.status, headers=list(headers.items()), reason=reason.encode())
        data = self._http.send(head) or b""
        if not tunnel:
            data += self._http.send(h11.Data(data=response.body)) or b""
            data += self._http.send(h11.EndOfMessage()) or b""
        await self._stream.send_all(data)

    async def _event(self) -> object:
        while (event := self._http.next_event()) is h11.NEED_DATA:
            if self._http.they_are_waiting_for_100_continue:
                go_on = h11.InformationalResponse(status_code=100, headers=[])
                await self._stream.send_all(self._http.send(go_on) or b"")
            self._http.receive_data(bytes(await self._stream.receive_some(READ_BYTES)))
        return event

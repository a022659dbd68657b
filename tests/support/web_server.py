"""A web server on loopback that answers as it is told, and keeps what it was asked."""

import ssl
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial

import h11
import trio


@dataclass(frozen=True)
class Asked:
    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes


@dataclass
class Web:
    port: int
    asked: list[Asked] = field(default_factory=list)

    def url(self, path: str, host: str = "127.0.0.1", scheme: str = "http") -> str:
        return f"{scheme}://{host}:{self.port}{path}"


Answer = tuple[int, Mapping[str, str], bytes]


@asynccontextmanager
async def serving(answer: Callable[[Asked], Answer | None], tls: ssl.SSLContext | None = None) -> AsyncIterator[Web]:
    """`answer` None: never."""
    async with trio.open_nursery() as nursery:
        listeners = await trio.open_tcp_listeners(0, host="127.0.0.1")
        web = Web(listeners[0].socket.getsockname()[1])
        nursery.start_soon(partial(trio.serve_listeners, partial(_serve, web, answer, tls), listeners))
        yield web
        nursery.cancel_scope.cancel()


async def _serve(
    web: Web, answer: Callable[[Asked], Answer | None], tls: ssl.SSLContext | None, stream: trio.abc.Stream
) -> None:
    if tls is not None:
        stream = trio.SSLStream(stream, tls, server_side=True, https_compatible=True)
    connection = h11.Connection(h11.SERVER)
    request, body = None, b""
    try:
        while True:
            event = connection.next_event()
            if event is h11.NEED_DATA:
                connection.receive_data(await stream.receive_some())
            elif isinstance(event, h11.Request):
                request = event
            elif isinstance(event, h11.Data):
                body += event.data
            else:
                break
        if request is None:
            return
        headers = {name.decode(): value.decode() for name, value in request.headers}
        web.asked.append(Asked(request.method.decode(), request.target.decode(), headers, body))
        said = answer(web.asked[-1])
        if said is None:
            await trio.sleep_forever()
            return
        status, sent, content = said
        fields = [*sent.items(), ("Content-Length", str(len(content)))]
        for part in (h11.Response(status_code=status, headers=fields), h11.Data(data=content), h11.EndOfMessage()):
            await stream.send_all(connection.send(part) or b"")
    except (trio.BrokenResourceError, trio.ClosedResourceError):
        # Whoever had enough goes away.
        return
    finally:
        await trio.aclose_forcefully(stream)

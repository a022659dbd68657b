"""One request and its answer: bounded in time and size, to public addresses, without cookies or proxies."""

import functools
import ssl
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import aclosing, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote, urljoin, urlsplit, urlunsplit

import trio

from comptoir.plugins.api import OutsideFailed, Response
from comptoir.sessions.outside.addresses import is_public

if TYPE_CHECKING:
    import httpcore2

    from comptoir.sessions.outside.backend import Allows

SECONDS = 10.0
"""In all: looking up, connecting, redirects, reading."""
MAX_BODY = 1_000_000
REDIRECTS = 3
AT_ONCE = 8
"""Of one tenant."""
_MOVED = (301, 302, 303, 307, 308)
# Ours to say, by what is sent and where to.
_OWN_HEADERS = frozenset({"host", "content-length", "transfer-encoding", "connection", "accept-encoding", "expect"})
# They were meant for the server that was asked, not for the one it names.
_PRIVATE_HEADERS = frozenset({"authorization", "cookie", "proxy-authorization", "x-api-key"})


@dataclass(frozen=True, slots=True)
class Request:
    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes = b""


class Outside:
    """The way out of one tenant's plugins.

    `allows` says whether a numeric address may be reached; `tls`, called on a thread, whose certificates are trusted;
    `seconds` how long all of a request may take.
    """

    def __init__(
        self,
        allows: "Allows" = is_public,
        tls: Callable[[], ssl.SSLContext] | None = None,
        *,
        seconds: float | None = None,
    ) -> None:
        self._allows = allows
        self._tls = tls or _system_roots
        self._seconds = SECONDS if seconds is None else seconds
        self._limiter = trio.CapacityLimiter(AT_ONCE)

    async def fetch(self, url: str, headers: Mapping[str, str]) -> Response:
        """Read by GET, following redirects. Raises OutsideFailed; of the URL its words hold the server alone."""
        request = Request("GET", url, headers)
        with _in_time(url, self._seconds):
            async with self._limiter:
                for _ in range(REDIRECTS + 1):
                    response = await self._exchange(request)
                    if response.status not in _MOVED or "location" not in response.headers:
                        return response
                    request = _moved(request, response.headers["location"])
        raise OutsideFailed(f"{_host(url)}: more than {REDIRECTS} redirects")

    async def post(self, url: str, headers: Mapping[str, str], body: bytes) -> Response:
        """Whatever the server answers, redirects too. Raises OutsideFailed as `fetch`."""
        with _in_time(url, self._seconds):
            async with self._limiter:
                return await self._exchange(Request("POST", url, headers, body))

    async def _exchange(self, request: Request) -> Response:
        # On first use: most tenants never need it, and it costs every worker its memory.
        import httpcore2

        from comptoir.sessions.outside.backend import CheckedBackend

        host = _host(request.url)
        context = await trio.to_thread.run_sync(self._tls)
        pool = httpcore2.AsyncConnectionPool(ssl_context=context, network_backend=CheckedBackend(self._allows))
        try:
            async with (
                pool,
                pool.stream(
                    request.method, _clean(request.url), headers=_headers(request), content=request.body or None
                ) as answer,
            ):
                return Response(answer.status, _received(answer.headers), await _read(answer, host))
        except (httpcore2.NetworkError, httpcore2.TimeoutException) as error:
            raise OutsideFailed(f"{host}: {_why(error)}") from None
        except (httpcore2.ProtocolError, httpcore2.UnsupportedProtocol):
            raise OutsideFailed(f"{host}: what was asked or answered is no HTTP") from None


@contextmanager
def _in_time(url: str, seconds: float) -> Iterator[None]:
    try:
        with trio.fail_after(seconds):
            yield
    except trio.TooSlowError:
        raise OutsideFailed(f"{_host(url)}: no answer within {seconds:g} s") from None


def _moved(request: Request, location: str) -> Request:
    """Where a redirect leads. Raises OutsideFailed."""
    url = urljoin(request.url, location)
    headers = request.headers
    if urlsplit(url)[:2] != urlsplit(request.url)[:2]:
        headers = {name: value for name, value in headers.items() if name.lower() not in _PRIVATE_HEADERS}
    return Request("GET", url, headers)


def _host(url: str) -> str:
    """The server's name alone. Raises OutsideFailed for what is no URL of the web."""
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        raise OutsideFailed("this is no URL") from None
    if parts.scheme not in ("http", "https") or not host:
        raise OutsideFailed("a URL that begins with http:// or https:// and names a server was expected")
    if parts.username is not None or parts.password is not None:
        raise OutsideFailed(f"{host}: a name or a password in the URL is not taken: send a header")
    return host


def _clean(url: str) -> str:
    """The URL in ASCII, without its fragment. Raises OutsideFailed."""
    parts = urlsplit(url)
    try:
        server = parts.netloc if parts.netloc.isascii() else parts.netloc.encode("idna").decode()
    except UnicodeError:
        raise OutsideFailed("the server's name is none") from None
    path, query = (quote(part, safe="%/:=&?~+!$,;'@()*[]") for part in (parts.path or "/", parts.query))
    return urlunsplit((parts.scheme, server, path, query, ""))


def _headers(request: Request) -> list[tuple[bytes, bytes]]:
    """Raises OutsideFailed for what cannot be sent, which a customer's words may have made of it."""
    own = {"User-Agent": "comptoir", "Accept-Encoding": "identity", "Connection": "close"}
    given = {name: value for name, value in request.headers.items() if name.lower() not in _OWN_HEADERS}
    try:
        return [(name.encode("ascii"), value.encode("ascii")) for name, value in (own | given).items()]
    except UnicodeError:
        raise OutsideFailed(f"{_host(request.url)}: headers in ASCII were expected") from None


def _received(headers: Iterable[tuple[bytes, bytes]]) -> dict[str, str]:
    return {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in headers}


async def _read(answer: "httpcore2.Response", host: str) -> bytes:
    body = bytearray()
    async with aclosing(answer.aiter_stream()) as chunks:
        async for chunk in chunks:
            body += chunk
            if len(body) > MAX_BODY:
                raise OutsideFailed(f"{host}: the answer is larger than {MAX_BODY:,} bytes")
    return bytes(body)


@functools.cache
def _system_roots() -> ssl.SSLContext:
    """The system's own roots, as for the link. Reading them takes a moment: in a thread."""
    return ssl.create_default_context()


def _why(error: Exception) -> str:
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return f"its certificate is not valid: {cause.verify_message}"
        if isinstance(cause, ssl.SSLError):
            return "no secure connection could be made"
        cause = cause.__cause__ or cause.__context__
    return "it does not answer, or breaks off"

"""The way to a provider: no proxy of the environment, no redirects, no compression, and a bounded answer."""

from collections.abc import AsyncIterator

import httpx2

MAX_BODY = 1_000_000
"""Bytes of an answer."""
_AT_ONCE = 8


class TooMuch(Exception):
    """The answer is longer than any that is meant well."""


class _Bounded(httpx2.AsyncByteStream):
    def __init__(self, stream: httpx2.AsyncByteStream) -> None:
        self._stream = stream

    async def __aiter__(self) -> AsyncIterator[bytes]:
        size = 0
        async for part in self._stream:
            size += len(part)
            if size > MAX_BODY:
                raise TooMuch
            yield part

    async def aclose(self) -> None:
        await self._stream.aclose()


class _BoundedTransport(httpx2.AsyncHTTPTransport):
    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        request.headers["accept-encoding"] = "identity"
        response = await super().handle_async_request(request)
        if response.headers.get("content-encoding", "identity") != "identity":
            # A few bytes may become gigabytes.
            await response.aclose()
            raise TooMuch
        assert isinstance(response.stream, httpx2.AsyncByteStream)
        return httpx2.Response(
            response.status_code,
            headers=response.headers,
            stream=_Bounded(response.stream),
            extensions=response.extensions,
        )


def client() -> httpx2.AsyncClient:
    """Without limits of time: whoever waits has one."""
    transport = _BoundedTransport(trust_env=False, limits=httpx2.Limits(max_connections=_AT_ONCE))
    return httpx2.AsyncClient(transport=transport, trust_env=False, follow_redirects=False, timeout=None)

"""The way to a provider: no proxy of the environment, no redirects, no compression, and a bounded answer."""

from contextlib import aclosing

import httpx2

MAX_BODY = 1_000_000
"""Bytes of an answer."""
_AT_ONCE = 8


class TooMuch(Exception):
    """The answer is longer than any that is meant well, or may be."""


class _Transport(httpx2.AsyncHTTPTransport):
    """Hands on what has come whole: nothing is left open when an answer is passed by."""

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        request.headers["accept-encoding"] = "identity"
        response = await super().handle_async_request(request)
        try:
            body = await _read(response)
        finally:
            await response.aclose()
        headers = [pair for pair in response.headers.raw if pair[0].lower() != b"transfer-encoding"]
        return httpx2.Response(response.status_code, headers=headers, content=body)


async def _read(response: httpx2.Response) -> bytes:
    if response.headers.get("content-encoding", "identity") != "identity":
        # A few bytes may become gigabytes.
        raise TooMuch
    body = bytearray()
    async with aclosing(response.aiter_raw()) as parts:
        async for part in parts:
            body += part
            if len(body) > MAX_BODY:
                raise TooMuch
    return bytes(body)


def client() -> httpx2.AsyncClient:
    """Without limits of time: whoever waits has one."""
    transport = _Transport(trust_env=False, limits=httpx2.Limits(max_connections=_AT_ONCE))
    return httpx2.AsyncClient(transport=transport, trust_env=False, follow_redirects=False, timeout=None)

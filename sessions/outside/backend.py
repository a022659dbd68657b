"""Connections to addresses that were checked after their name was resolved, and to no others."""

from collections.abc import Callable, Iterable
from typing import Any

import trio
from httpcore2 import AsyncNetworkBackend, AsyncNetworkStream, ConnectError, TrioBackend

from comptoir.plugins.api import OutsideFailed

TRIED = 3
"""Addresses of one name."""

Allows = Callable[[str], bool]


class CheckedBackend(AsyncNetworkBackend):
    """Resolves a name once and connects to what it found: an answer that changes in between changes nothing."""

    def __init__(self, allows: Allows) -> None:
        self._allows = allows
        self._plain = TrioBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 (the library's interface)
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> AsyncNetworkStream:
        """Raises OutsideFailed where the name leads nowhere, or to no public address; ConnectError."""
        addresses = await self._resolve(host, port)
        for address in addresses[:-1]:
            try:
                return await self._plain.connect_tcp(address, port, timeout, local_address, socket_options)
            except ConnectError:
                continue
        return await self._plain.connect_tcp(addresses[-1], port, timeout, local_address, socket_options)

    async def connect_unix_socket(self, path: str, *_: Any, **__: Any) -> AsyncNetworkStream:
        raise OutsideFailed("no way leads there")

    async def sleep(self, seconds: float) -> None:
        await trio.sleep(seconds)

    async def _resolve(self, host: str, port: int) -> list[str]:
        try:
            found = await trio.socket.getaddrinfo(host, port, type=trio.socket.SOCK_STREAM)
        except (OSError, UnicodeError):
            raise OutsideFailed(f"{host}: there is no such server") from None
        addresses = list(dict.fromkeys(str(info[4][0]) for info in found))
        allowed = [address for address in addresses if self._allows(address)]
        if not allowed:
            raise OutsideFailed(f"{host}: not a public address, and no other may be asked")
        return allowed[:TRIED]

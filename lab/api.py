"""The lab's own small API for command lines and scripts: JSON lines over TCP on 127.0.0.1.

A request is `{"command": NAME, …arguments}`. It is answered by any number of lines `{"item": …}` and then by
one `{"result": …}` or `{"error": TEXT}`. Requests of one connection are served one after the other.
"""

from __future__ import annotations

import inspect
import json
from collections.abc import AsyncGenerator
from contextlib import aclosing, suppress
from functools import partial
from types import NoneType
from typing import Any

import trio

from comptoir.lab.addresses import UnknownNumber
from comptoir.lab.adv import AdvError
from comptoir.lab.commands import COMMANDS, Command, Json, Refused
from comptoir.lab.lab import Lab
from comptoir.lab.outgoing import NotSent
from comptoir.lab.server import PairingRefused

# What a person in the lab may raise when asked for the impossible, with a text for whoever asked.
REFUSALS = (Refused, UnknownNumber, NotSent, AdvError, PairingRefused, ValueError)

# A text of 64 KB may be six times as long once JSON has escaped it.
LINE_LIMIT = 1 << 20
CONNECTIONS_AT_MOST = 32


async def serve_api(lab: Lab, port: int = 0, *, task_status: trio.TaskStatus[int] = trio.TASK_STATUS_IGNORED) -> None:
    """Serve until cancelled; the status is the port."""
    limit = trio.CapacityLimiter(CONNECTIONS_AT_MOST)
    listeners = await trio.open_tcp_listeners(port, host="127.0.0.1")
    task_status.started(listeners[0].socket.getsockname()[1])
    await trio.serve_listeners(partial(_serve_connection, lab, limit), listeners)


async def _serve_connection(lab: Lab, limit: trio.CapacityLimiter, stream: trio.SocketStream) -> None:
    async with stream:
        try:
            limit.acquire_nowait()
        except trio.WouldBlock:
            await _answer(stream, error=f"the lab serves {CONNECTIONS_AT_MOST} connections at a time")
            return
        try:
            requests = _Requests(stream)
            while (line := await requests.next()) is not None:
                await _serve_request(lab, stream, requests, line)
        except (trio.BrokenResourceError, trio.ClosedResourceError):
            return
        finally:
            limit.release()


class _Requests:
    """The lines that come on a connection, without their ends. What comes out of turn waits."""

    def __init__(self, stream: trio.SocketStream) -> None:
        self._stream = stream
        self._buffer = bytearray()
        self._ended = False

    async def next(self) -> bytes | None:
        """None once the client has hung up or sends a line that is too long, which it is told."""
        while (end := self._buffer.find(b"\n")) < 0:
            if len(self._buffer) > LINE_LIMIT:
                text = f"a line is at most {LINE_LIMIT} bytes long, and this connection ends: name a file by its path"
                await _answer(self._stream, error=text)
                return None
            if self._ended:
                return None
            await self._read()
        line = bytes(self._buffer[:end])
        del self._buffer[: end + 1]
        return line

    async def until_hang_up(self) -> bool:
        """Whether the client is gone; else it says so much at once that nobody can tell."""
        with suppress(trio.BrokenResourceError):
            while not self._ended and len(self._buffer) <= LINE_LIMIT:
                await self._read()
            return self._ended
        return True

    async def _read(self) -> None:
        data = await self._stream.receive_some()
        self._buffer += data
        self._ended = not data


async def _serve_request(lab: Lab, stream: trio.SocketStream, requests: _Requests, line: bytes) -> None:
    try:
        command, arguments = parse(line)
        result = await command(lab, **arguments)
    except REFUSALS as refusal:
        await _answer(stream, error=str(refusal))
        return
    if isinstance(result, dict):
        await _answer(stream, result=result)
    else:
        await _stream_items(stream, requests, result)


async def _stream_items(stream: trio.SocketStream, requests: _Requests, items: AsyncGenerator[Json, None]) -> None:
    async with aclosing(items), trio.open_nursery() as nursery:
        # What is followed may have no end but the client's.
        nursery.start_soon(_cancel_when_gone, requests, nursery.cancel_scope)
        try:
            async for item in items:
                await _answer(stream, item=item)
            await _answer(stream, result={})
        except trio.BrokenResourceError:
            pass  # gone
        nursery.cancel_scope.cancel()


async def _cancel_when_gone(requests: _Requests, scope: trio.CancelScope) -> None:
    if await requests.until_hang_up():
        scope.cancel()


async def _answer(stream: trio.SocketStream, **answer: Any) -> None:
    await stream.send_all(json.dumps(answer, ensure_ascii=False).encode() + b"\n")


def parse(line: bytes) -> tuple[Command, dict[str, Any]]:
    """The command and its arguments. Raises Refused for anything that is not a request."""
    try:
        request = json.loads(line)
        name = request.pop("command")
    except (ValueError, AttributeError, KeyError, TypeError) as error:
        raise Refused('a request was expected: {"command": NAME, …arguments} on one line') from error
    command = COMMANDS.get(name) if isinstance(name, str) else None
    if command is None:
        raise Refused(f"unknown command {name!r}; there are {', '.join(sorted(COMMANDS))}")
    signature = inspect.signature(command)
    try:
        signature.bind(None, **request)
    except TypeError as error:
        raise Refused(f"{name}: {error}") from error
    for key, value in request.items():
        parameter = signature.parameters.get(key)
        if parameter is not None and not _fits(value, parameter.annotation):
            raise Refused(f"{name}: {key} is {value!r}, {parameter.annotation} was expected")
    return command, request


def _fits(value: Any, annotation: str) -> bool:
    if annotation == "list[str]":
        return isinstance(value, list) and all(isinstance(each, str) for each in value)
    return isinstance(value, _TYPES[annotation])


_TYPES: dict[str, tuple[type, ...]] = {
    "str": (str,),
    "bool": (bool,),
    "int": (int,),
    "Json": (dict,),
    "list[Json]": (list,),
    "str | None": (str, NoneType),
    "bool | None": (bool, NoneType),
    "float | None": (int, float, NoneType),
}

"""The lab's own small API for command lines and scripts: JSON lines over TCP on 127.0.0.1.

A request is `{"command": NAME, …arguments}`. It is answered by any number of lines `{"item": …}` and then by
one `{"result": …}` or `{"error": TEXT}`. Requests of one connection are served one after the other.
"""

from __future__ import annotations

import inspect
import json
from collections.abc import AsyncGenerator, AsyncIterator
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
            async for line in _lines(stream):
                await _serve_request(lab, stream, line)
        except (trio.BrokenResourceError, trio.ClosedResourceError):
            return
        finally:
            limit.release()


async def _serve_request(lab: Lab, stream: trio.SocketStream, line: bytes) -> None:
    try:
        command, arguments = parse(line)
        result = await command(lab, **arguments)
    except REFUSALS as refusal:
        await _answer(stream, error=str(refusal))
        return
    if isinstance(result, dict):
        await _answer(stream, result=result)
    else:
        await _stream_items(stream, result)


async def _stream_items(stream: trio.SocketStream, items: AsyncGenerator[Json, None]) -> None:
    async with aclosing(items), trio.open_nursery() as nursery:
        # Whoever gets items sends nothing meanwhile: its end means that the client is gone.
        nursery.start_soon(_until_hang_up, stream, nursery.cancel_scope)
        try:
            async for item in items:
                await _answer(stream, item=item)
            await _answer(stream, result={})
        except trio.BrokenResourceError:
            pass  # gone
        nursery.cancel_scope.cancel()


async def _until_hang_up(stream: trio.SocketStream, scope: trio.CancelScope) -> None:
    with suppress(trio.BrokenResourceError):
        await stream.receive_some(1)
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


async def _lines(stream: trio.SocketStream) -> AsyncIterator[bytes]:
    """Lines without their ends, until the client hangs up or sends one that is too long."""
    buffer = bytearray()
    async for data in stream:
        buffer += data
        while (end := buffer.find(b"\n")) >= 0:
            line = bytes(buffer[:end])
            del buffer[: end + 1]
            yield line
        if len(buffer) > LINE_LIMIT:
            await _answer(stream, error=f"a line is at most {LINE_LIMIT} bytes long")
            return

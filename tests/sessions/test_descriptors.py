"""Open files as parameters, over real socket pairs."""

import os
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
import trio

from comptoir.sessions.descriptors import MARK, MOST, Arriving, Descriptor
from comptoir.sessions.protocol import ErrorCode, Params, ProtocolFault, Request, RpcError
from comptoir.sessions.rpc import Channel


def open_files() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


async def nobody(_method: str, _params: Params) -> None:
    raise AssertionError


@asynccontextmanager
async def pair(handler: Callable[[str, Params], Awaitable[Any]], *, takes: bool = True) -> AsyncIterator[Channel]:
    ours, theirs = (trio.SocketStream(trio.socket.from_stdlib_socket(end)) for end in socket.socketpair())
    async with ours, theirs, trio.open_nursery() as nursery:
        channel = Channel(ours)
        nursery.start_soon(channel.serve, nobody)
        nursery.start_soon(Channel(theirs, takes_descriptors=takes).serve, handler)
        yield channel
        nursery.cancel_scope.cancel()


async def test_a_file_is_read_and_another_written_by_the_other_side(tmp_path: Path) -> None:
    source, target = tmp_path / "source", tmp_path / "target"
    source.write_bytes(b"picture")

    async def copy(_method: str, params: Params) -> str:
        os.write(params["to"].number, os.read(params["from"].number, 100))
        return str(params["name"])

    before = open_files()
    async with pair(copy) as channel:
        with source.open("rb") as reading, target.open("wb") as writing:
            files = {"from": Descriptor(os.dup(reading.fileno())), "to": Descriptor(os.dup(writing.fileno()))}
            assert await channel.call("copy", {"name": "x", **files}) == "x"
            for file in files.values():
                file.close()
    assert target.read_bytes() == b"picture"
    assert open_files() == before


async def test_many_calls_at_once_each_get_their_own_file(tmp_path: Path) -> None:
    async def read(_method: str, params: Params) -> str:
        await trio.lowlevel.checkpoint()
        return os.pread(params["file"].number, 100, 0).decode()

    async def ask(channel: Channel, n: int) -> None:
        (tmp_path / str(n)).write_text(str(n))
        file = Descriptor(os.open(tmp_path / str(n), os.O_RDONLY))
        # Long lines, so that they come in several pieces.
        assert await channel.call("read", {"padding": "x" * 50_000 * (n % 3), "file": file}) == str(n)
        file.close()

    before = open_files()
    async with pair(read) as channel, trio.open_nursery() as nursery:
        for n in range(20):
            nursery.start_soon(ask, channel, n)
    assert open_files() == before


async def test_a_file_that_did_not_come_is_said_to_be_missing() -> None:
    async with pair(nobody) as channel:
        with pytest.raises(RpcError, match="file: no descriptor came with the line") as refused:
            await channel.call("send", {"file": MARK})
    assert refused.value.code == ErrorCode.INVALID_PARAMS


async def test_files_that_nobody_asked_for_are_closed() -> None:
    async def nothing(_method: str, _params: Params) -> None:
        return None

    ours, theirs = socket.socketpair()
    before = open_files()
    stream = trio.SocketStream(trio.socket.from_stdlib_socket(theirs))
    async with stream, trio.open_nursery() as nursery:
        nursery.start_soon(Channel(stream, takes_descriptors=True).serve, nothing)
        line = b'{"jsonrpc":"2.0","id":1,"method":"x","params":{}}\n'
        read, write = os.pipe()
        socket.send_fds(ours, [line], [read, write])
        os.close(read)
        os.close(write)
        await trio.to_thread.run_sync(ours.recv, 1000)
        assert open_files() <= before + 3  # a thread's own
        with pytest.raises(OSError, match="Bad file"):
            os.fstat(write)
        nursery.cancel_scope.cancel()
    ours.close()


def test_more_than_anybody_asks_for_are_closed_at_once() -> None:
    arriving = Arriving()
    numbers = [os.open("/dev/null", os.O_RDONLY) for _ in range(MOST + 2)]
    arriving.add(numbers)
    for number in numbers[MOST:]:
        with pytest.raises(OSError, match="Bad file"):
            os.fstat(number)
    arriving.clear()
    with pytest.raises(OSError, match="Bad file"):
        os.fstat(numbers[0])


def test_they_are_taken_in_order() -> None:
    arriving = Arriving()
    arriving.add([os.open("/dev/null", os.O_RDONLY) for _ in range(2)])
    first, second = list(arriving._waiting)
    lifted = arriving.lift(Request(1, "x", {"b": MARK, "text": "t", "a": MARK}))
    assert lifted.params == {"b": first, "text": "t", "a": second}
    with pytest.raises(ProtocolFault):
        arriving.lift(Request(2, "x", {"a": MARK}))

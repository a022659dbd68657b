"""A two-way JSON-RPC channel over a byte stream: the daemon and a worker talk through one."""

import itertools
from collections.abc import Awaitable, Callable, Collection, Sequence
from typing import Any

import trio

from comptoir.sessions.descriptors import (
    ANCILLARY_SIZE,
    RECEIVE_FLAGS,
    Arriving,
    ancillary,
    close_all,
    lower,
    numbers_in,
)
from comptoir.sessions.protocol import (
    ErrorCode,
    Failure,
    Id,
    LineReceiver,
    LineTooLong,
    Notification,
    Params,
    ProtocolFault,
    Request,
    Response,
    RpcError,
    RpcMessage,
    encode,
    parse,
)

Handler = Callable[[str, Params], Awaitable[Any]]
MAX_CALLS = 64
SEND_TIMEOUT = 10.0


class ChannelClosed(Exception):
    """The other side is gone; what was asked of it may or may not have been done."""


class Channel:
    """Both sides may call and notify. Run `serve` in a nursery; it returns when the other side is gone.

    At most `MAX_CALLS` calls of the other side run at once; more are refused, so a flood cannot pile up. Methods
    named `urgent` are always taken: whether somebody is alive must not depend on how busy it is.
    A peer that takes no bytes for `SEND_TIMEOUT` seconds is treated as gone. Descriptors among a call's parameters
    travel over a Unix socket to a side that `takes_descriptors`; they are closed there after the call.
    """

    def __init__(
        self, stream: trio.abc.Stream, urgent: Collection[str] = (), *, takes_descriptors: bool = False
    ) -> None:
        self._stream = stream
        self._takes_descriptors = takes_descriptors
        self._urgent = frozenset(urgent)
        self._writing = trio.Lock()
        self._ids = itertools.count(1)
        self._waiting: dict[Id, trio.MemorySendChannel[Response | Failure]] = {}
        self._running = 0
        self._closed = False

    async def call(self, method: str, params: Params | None = None, *, within: float = 30.0) -> Any:
        """The other side's result. Raises RpcError (its failure), ChannelClosed, or trio.TooSlowError."""
        id = next(self._ids)
        send, receive = trio.open_memory_channel[Response | Failure](1)
        self._waiting[id] = send
        try:
            with trio.fail_after(within):
                given, numbers = lower(params or {})
                await self._write(Request(id, method, given), numbers)
                answer = await receive.receive()
        except trio.EndOfChannel:
            raise ChannelClosed(f"no answer to {method}: the other side is gone") from None
        finally:
            self._waiting.pop(id, None)
            send.close()
        if isinstance(answer, Failure):
            raise RpcError(answer.code, answer.message, answer.data)
        return answer.result

    async def notify(self, method: str, params: Params | None = None) -> None:
        """Raises ChannelClosed."""
        await self._write(Notification(method, params or {}))

    async def serve(self, handler: Handler) -> None:
        """Read until the end, running `handler` for every call and, in order, for every notification.

        A notification's exception ends the channel (our own bug); a call's goes to the caller.
        """
        try:
            async with trio.open_nursery() as nursery:
                await self._read(handler, nursery)
                nursery.cancel_scope.cancel()
        finally:
            self.close()

    def close(self) -> None:
        """Every call that waits for an answer raises ChannelClosed."""
        self._closed = True
        for send in self._waiting.values():
            send.close()

    async def _read(self, handler: Handler, nursery: trio.Nursery) -> None:
        lines, arriving = LineReceiver(), Arriving()
        while True:
            try:
                data = await self._receive(arriving)
                received = lines.feed(bytes(data))
            except (trio.BrokenResourceError, trio.ClosedResourceError, LineTooLong):
                return
            if not data:
                return
            for line in received:
                await self._dispatch(line, arriving, handler, nursery)
            if not lines.partial:
                arriving.clear()

    async def _receive(self, arriving: Arriving) -> bytes:
        if not self._takes_descriptors:
            return bytes(await self._stream.receive_some(65536))
        return await receive_with_descriptors(self._stream, arriving)

    async def _dispatch(self, line: bytes, arriving: Arriving, handler: Handler, nursery: trio.Nursery) -> None:
        try:
            message = parse(line)
            if isinstance(message, Request):
                message = arriving.lift(message)
        except ProtocolFault as fault:
            await self._answer(Failure(fault.id, fault.code, fault.message))
            return
        match message:
            case Request() if self._running >= MAX_CALLS and message.method not in self._urgent:
                busy = f"{MAX_CALLS} calls are running already: try again later"
                close_all(message.params)
                await self._answer(Failure(message.id, ErrorCode.NOT_NOW, busy))
            case Request():
                self._running += 1
                nursery.start_soon(self._run, message, handler)
            case Notification(method, params):
                await handler(method, params)
            case Response(id) | Failure(id) if id is not None and id in self._waiting:
                self._waiting[id].send_nowait(message)

    async def _run(self, request: Request, handler: Handler) -> None:
        try:
            result = await handler(request.method, request.params)
            answer: Response | Failure = Response(request.id, result)
        except RpcError as error:
            answer = Failure(request.id, error.code, error.message, error.data)
        except Exception as error:
            # A bug in one method must not end the session; the caller gets its type, the log the rest.
            answer = Failure(request.id, ErrorCode.INTERNAL, f"internal error: {type(error).__name__}: {error}")
        finally:
            self._running -= 1
            close_all(request.params)
        await self._answer(answer)

    async def _answer(self, message: Response | Failure) -> None:
        try:
            await self._write(message)
        except (LineTooLong, TypeError, ValueError) as error:
            # A result that no line can carry is this side's fault; the caller must not wait for ever.
            await self._answer(Failure(message.id, ErrorCode.INTERNAL, f"the answer cannot be sent: {error}"))
        except ChannelClosed:
            return

    async def _write(self, message: RpcMessage, numbers: Sequence[int] = ()) -> None:
        line = encode(message)
        try:
            async with self._writing:
                if self._closed:
                    raise ChannelClosed("the other side is gone")
                # Shielded: a caller's cancellation in mid-line would garble every line after it.
                with trio.fail_after(SEND_TIMEOUT, shield=True):
                    await send_with_descriptors(self._stream, line, numbers)
        except (trio.BrokenResourceError, trio.ClosedResourceError, trio.TooSlowError, OSError) as error:
            self._closed = True
            raise ChannelClosed(f"the other side is gone: {error}") from None


async def receive_with_descriptors(stream: trio.abc.Stream, arriving: Arriving) -> bytes:
    """As `receive_some` of a Unix socket's stream; descriptors that come along are added to `arriving`."""
    assert isinstance(stream, trio.SocketStream)
    try:
        data, messages, _, _ = await stream.socket.recvmsg(65536, ANCILLARY_SIZE, RECEIVE_FLAGS)
    except OSError as error:
        raise trio.BrokenResourceError(str(error)) from None
    arriving.add(numbers_in(messages))
    return data


async def send_with_descriptors(stream: trio.abc.Stream, line: bytes, numbers: Sequence[int]) -> None:
    """As `send_all`; descriptors go with the first byte. The caller sees to it that nobody else sends meanwhile."""
    if numbers:
        assert isinstance(stream, trio.SocketStream)
        line = line[await stream.socket.sendmsg([line], ancillary(numbers)) :]
    await stream.send_all(line)

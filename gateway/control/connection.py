"""One client of the control socket: its lines, its calls, its limits."""

import logging
import math
import sqlite3

import trio

from comptoir.gateway.control.table import Method
from comptoir.gateway.refused import explain
from comptoir.gateway.shown import MAX_SHOWN, cut
from comptoir.sessions.descriptors import Arriving, close_all
from comptoir.sessions.protocol import (
    ErrorCode,
    Failure,
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
from comptoir.sessions.rpc import receive_with_descriptors

logger = logging.getLogger(__name__)

MAX_CALLS = 8
PARTIAL_LINE_LIMIT = 5.0
WRITE_LIMIT = 10.0


class Gone(Exception):
    """The client closed the connection or stopped reading."""


class Connection:
    def __init__(self, stream: trio.SocketStream, methods: dict[str, Method]) -> None:
        self._stream = stream
        self._methods = methods
        self._writing = trio.Lock()
        self._greeted = False
        self._running = 0
        self._streaming = False

    async def serve(self) -> None:
        """Answer until the client goes or breaks a limit; then its calls are cancelled."""
        async with trio.open_nursery() as nursery:
            try:
                await self._read(nursery)
            except LineTooLong as error:
                await self._give_up(ErrorCode.INVALID_REQUEST, f"{error}; the connection is closed")
            except (Gone, trio.BrokenResourceError, trio.ClosedResourceError):
                pass
            nursery.cancel_scope.cancel()

    async def _read(self, nursery: trio.Nursery) -> None:
        lines, arriving = LineReceiver(), Arriving()
        deadline = math.inf
        while True:
            with trio.move_on_at(deadline) as limit:
                data = await receive_with_descriptors(self._stream, arriving)
            if limit.cancelled_caught:
                text = f"a line was not ended within {PARTIAL_LINE_LIMIT:g} s; the connection is closed"
                await self._give_up(ErrorCode.INVALID_REQUEST, text)
                return
            if not data:
                return
            received = lines.feed(data)
            for line in received:
                await self._take(line, arriving, nursery)
            if not lines.partial:
                deadline = math.inf
                arriving.clear()
            elif received or deadline == math.inf:
                deadline = trio.current_time() + PARTIAL_LINE_LIMIT

    async def _take(self, line: bytes, arriving: Arriving, nursery: trio.Nursery) -> None:
        message: Request | None = None
        try:
            message = arriving.lift(_as_request(parse(line)))
            method = self._find(message)
        except ProtocolFault as fault:
            if message is not None:
                close_all(message.params)
            await self._write(Failure(fault.id, fault.code, fault.message))
            return
        self._running += 1
        self._streaming |= method.notification is not None
        if method.name == "hello":
            # What comes in the same write finds itself greeted.
            await self._run(message, method)
        else:
            nursery.start_soon(self._run, message, method)

    def _find(self, request: Request) -> Method:
        """Raises ProtocolFault where it may not run now."""
        method = self._methods.get(request.method)
        if method is None:
            known = ", ".join(sorted(self._methods))
            raise ProtocolFault(
                ErrorCode.METHOD_NOT_FOUND, f"no method {cut(request.method)!r}; there is {known}", request.id
            )
        if not self._greeted and method.name != "hello":
            raise ProtocolFault(ErrorCode.INVALID_REQUEST, 'say hello first: {"version": 1}', request.id)
        if self._running >= MAX_CALLS:
            raise ProtocolFault(ErrorCode.NOT_NOW, f"{MAX_CALLS} calls are running: wait for an answer", request.id)
        if self._streaming and method.notification:
            raise ProtocolFault(ErrorCode.NOT_NOW, "one stream at a time: open a second connection", request.id)
        return method

    async def _run(self, request: Request, method: Method) -> None:
        async def tell(params: Params) -> None:
            await self._write(Notification(method.notification or "", params))

        answer: RpcMessage
        try:
            answer = Response(request.id, await method.call(request.params, tell))
            self._greeted |= method.name == "hello"
        except RpcError as error:
            answer = Failure(request.id, error.code, error.message, error.data)
        except Gone:
            return
        except (OSError, sqlite3.Error) as error:
            logger.exception("%s failed", method.name)
            why = explain(error) if isinstance(error, OSError) else str(error)
            answer = Failure(request.id, ErrorCode.FAILED, f"{method.name}: {why}: see the daemon's log")
        except Exception:
            # A bug in one method must not end the daemon; the log says where it is.
            logger.exception("%s failed", method.name)
            answer = Failure(request.id, ErrorCode.INTERNAL, f"{method.name} failed: see the daemon's log")
        finally:
            self._running -= 1
            close_all(request.params)
            self._streaming &= method.notification is None
        try:
            await self._write(answer)
        except Gone:
            return

    async def _give_up(self, code: int, text: str) -> None:
        try:
            await self._write(Failure(None, code, text))
        except Gone:
            return

    async def _write(self, message: RpcMessage) -> None:
        """Raises Gone; the connection is then closed, because a line may have been cut."""
        try:
            line = encode(message)
        except LineTooLong as error:
            if isinstance(message, Notification | Request):
                raise
            code = message.code if isinstance(message, Failure) else ErrorCode.FAILED
            text = cut(message.message) if isinstance(message, Failure) else f"{error}: ask for less at once"
            line = encode(Failure(message.id, code, text))
        try:
            async with self._writing:
                with trio.fail_after(WRITE_LIMIT):
                    await self._stream.send_all(line)
        except (trio.TooSlowError, trio.BrokenResourceError, trio.ClosedResourceError):
            await trio.aclose_forcefully(self._stream)
            raise Gone from None


def _as_request(message: RpcMessage) -> Request:
    if not isinstance(message, Request):
        raise ProtocolFault(ErrorCode.INVALID_REQUEST, "expected a request with an id")
    if isinstance(message.id, str) and len(message.id) > MAX_SHOWN:
        # Every answer repeats it.
        raise ProtocolFault(ErrorCode.INVALID_REQUEST, f"an id has at most {MAX_SHOWN} characters")
    return message

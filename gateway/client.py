"""The control socket's blocking client: standard library only, because the CLI must start fast."""

import itertools
import socket
from collections.abc import Generator
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from comptoir.sessions.descriptors import ancillary, lower
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
    RpcMessage,
    encode,
    parse,
)

PROTOCOL_VERSION = 1
# The daemon bounds every call more tightly than this, so silence means that it hangs.
ANSWER_LIMIT = 90.0


class ControlError(Exception):
    """The daemon's refusal. `code` is the CLI's exit code where it is not one of JSON-RPC's."""

    def __init__(self, code: int, message: str, data: Any = None) -> None:
        super().__init__(message)
        self.code = int(code)
        self.message = message
        self.data = data


class DaemonUnreachable(Exception):
    """Nobody answers on the socket; the text says what to do."""


class Client:
    """One connection, used by one thread. Raises DaemonUnreachable, and ControlError where it is refused.

    `daemon` is what the daemon said of itself: version, pid, lab. `answer_limit`: seconds to wait for an answer.
    """

    def __init__(self, socket_path: Path, *, answer_limit: float | None = None) -> None:
        self._path = socket_path
        self._answer_limit = ANSWER_LIMIT if answer_limit is None else answer_limit
        self._ids = itertools.count(1)
        self._lines = LineReceiver()
        self._received: list[bytes] = []
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            self._socket.settimeout(self._answer_limit)
            self._connect()
            self.daemon: dict[str, Any] = self.call("hello", version=PROTOCOL_VERSION)
        except BaseException:
            self.close()
            raise

    def call(self, method: str, **params: Any) -> Any:
        """The result; parameters that are None are left out. A parameter `timeout` lengthens the wait.

        A Descriptor among them travels with the line; it may be closed afterwards.
        """
        answers = self._ask(method, params)
        while True:
            try:
                next(answers)
            except StopIteration as end:
                return end.value

    def stream(self, method: str, **params: Any) -> Generator[Params, None, Any]:
        """The parameters of each notification, then the result as the generator's value.

        Closing the generator before its end closes the connection, which calls the method off.
        """
        self._socket.settimeout(None)
        ended = False
        try:
            result = yield from self._ask(method, params)
            ended = True
        except ControlError:
            ended = True
            raise
        finally:
            if not ended:
                self.close()
        return result

    def close(self) -> None:
        self._socket.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _connect(self) -> None:
        try:
            self._socket.connect(str(self._path))
        except PermissionError:
            raise ControlError(
                ErrorCode.NOT_PERMITTED,
                f"{self._path}: not permitted: run this as root or as the user that owns state/",
            ) from None
        except OSError as error:
            why = error.strerror or error
            raise DaemonUnreachable(
                f"no daemon answers on {self._path} ({why}): start it with `comptoir daemon`"
            ) from None

    def _ask(self, method: str, params: Params) -> Generator[Params, None, Any]:
        id = next(self._ids)
        given = {name.rstrip("_"): value for name, value in params.items() if value is not None}
        if self._socket.gettimeout() is not None:
            self._socket.settimeout(self._answer_limit + float(params.get("timeout") or 0))
        given, numbers = lower(given)
        self._send(_line(Request(id, method, given)), numbers)
        while True:
            match self._next_message():
                case Notification(_, told):
                    yield told
                case Response(answered, result) if answered == id:
                    return result
                case Failure(answered, code, text, data) if answered in (id, None):
                    raise ControlError(code, text, data)

    def _send(self, line: bytes, numbers: list[int]) -> None:
        try:
            if numbers:
                line = line[self._socket.sendmsg([line], ancillary(numbers)) :]
            self._socket.sendall(line)
        except (BrokenPipeError, ConnectionResetError):
            # It may have said why before it closed: reading will tell.
            return
        except OSError as error:
            raise self._lost(error) from None

    def _next_message(self) -> RpcMessage:
        try:
            return parse(self._next_line())
        except ProtocolFault as fault:
            raise self._lost(fault) from None

    def _next_line(self) -> bytes:
        while not self._received:
            try:
                data = self._socket.recv(65536)
                self._received = self._lines.feed(data)
            except (OSError, LineTooLong) as error:
                raise self._lost(error) from None
            if not data:
                raise self._lost("it closed the connection")
        return self._received.pop(0)

    def _lost(self, why: object) -> DaemonUnreachable:
        return DaemonUnreachable(f"the daemon stopped answering on {self._path} ({why}): see its log")


def _line(request: Request) -> bytes:
    try:
        return encode(request)
    except LineTooLong as error:
        raise ControlError(ErrorCode.INVALID_PARAMS, f"{request.method}: too much at once: {error}") from None

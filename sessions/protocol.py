"""JSON-RPC 2.0, one message a line, without I/O: the control socket and the workers' socket pairs speak it.

Named parameters only, no batches. Error codes that are not JSON-RPC's own are the CLI's exit codes.
"""

import json
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any

MAX_LINE = 512 * 1024

Params = dict[str, Any]
Id = int | str


class ErrorCode(IntEnum):
    PARSE = -32700
    INVALID_REQUEST = -32600
    METHOD_NOT_FOUND = -32601
    INVALID_PARAMS = -32602
    INTERNAL = -32603
    FAILED = 1
    NOT_FOUND = 3
    NOT_PERMITTED = 4
    NOT_NOW = 75
    CONFIG_WRONG = 78


class RpcError(Exception):
    """A failure that goes to the caller as it is: `message` says what to do next."""

    def __init__(self, code: int, message: str, data: Any = None) -> None:
        super().__init__(message)
        self.code = int(code)
        self.message = message
        self.data = data


class ProtocolFault(RpcError):
    """A line that is not a message of ours; `id` is the request's where it could be read."""

    def __init__(self, code: int, message: str, id: Id | None = None) -> None:
        super().__init__(code, message)
        self.id = id


class LineTooLong(Exception):
    """More bytes without a line end than the limit: the stream cannot be understood any further."""


@dataclass(frozen=True, slots=True)
class Request:
    id: Id
    method: str
    params: Params = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Notification:
    method: str
    params: Params = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Response:
    id: Id
    result: Any


@dataclass(frozen=True, slots=True)
class Failure:
    id: Id | None
    code: int
    message: str
    data: Any = None


RpcMessage = Request | Notification | Response | Failure


class LineReceiver:
    """Cuts a byte stream into lines. Holds at most `limit` bytes of an unfinished one."""

    def __init__(self, limit: int = MAX_LINE) -> None:
        self._limit = limit
        self._partial = bytearray()
        self._scanned = 0

    @property
    def partial(self) -> bool:
        """A line has begun and not ended."""
        return bool(self._partial)

    def feed(self, data: bytes) -> list[bytes]:
        """The lines that `data` completes, without their ends. Raises LineTooLong."""
        self._partial += data
        lines: list[bytes] = []
        start = 0
        while (end := self._partial.find(b"\n", max(start, self._scanned))) >= 0:
            if end - start > self._limit:
                raise LineTooLong(f"a line may have {self._limit} bytes")
            lines.append(bytes(self._partial[start:end]))
            start = end + 1
        del self._partial[:start]
        self._scanned = len(self._partial)
        if self._scanned > self._limit:
            raise LineTooLong(f"a line may have {self._limit} bytes")
        return lines


def encode(message: RpcMessage) -> bytes:
    """One line, its end included. Raises LineTooLong for what no receiver would take."""
    body: dict[str, Any] = {"jsonrpc": "2.0"}
    match message:
        case Request(id, method, params):
            body |= {"id": id, "method": method, "params": params}
        case Notification(method, params):
            body |= {"method": method, "params": params}
        case Response(id, result):
            body |= {"id": id, "result": result}
        case Failure(id, code, text, data):
            error = {"code": code, "message": text} | ({} if data is None else {"data": data})
            body |= {"id": id, "error": error}
    # surrogatepass is no option: the line must be UTF-8, and a lone surrogate is escaped by ensure_ascii.
    line = json.dumps(body, ensure_ascii=True, separators=(",", ":")).encode() + b"\n"
    if len(line) > MAX_LINE + 1:
        raise LineTooLong(f"a line may have {MAX_LINE} bytes, this one has {len(line) - 1}")
    return line


def parse(line: bytes) -> RpcMessage:
    """The message in a line. Raises ProtocolFault with JSON-RPC's code and, where readable, the id."""
    try:
        body = json.loads(line)
    except (ValueError, RecursionError):
        raise ProtocolFault(ErrorCode.PARSE, "not JSON: one JSON-RPC 2.0 object a line was expected") from None
    if isinstance(body, list):
        raise ProtocolFault(ErrorCode.INVALID_REQUEST, "batches are not spoken here: send one object a line")
    if not isinstance(body, dict) or body.get("jsonrpc") != "2.0":
        raise ProtocolFault(ErrorCode.INVALID_REQUEST, 'expected an object with "jsonrpc": "2.0"')
    id = body.get("id")
    if id is not None and (isinstance(id, bool) or not isinstance(id, int | str)):
        raise ProtocolFault(ErrorCode.INVALID_REQUEST, "an id is a whole number or a string")
    if "method" in body:
        return _parse_call(body, id)
    return _parse_answer(body, id)


def _parse_call(body: dict[str, Any], id: Id | None) -> Request | Notification:
    method, params = body["method"], body.get("params", {})
    if not isinstance(method, str):
        raise ProtocolFault(ErrorCode.INVALID_REQUEST, "a method is a string", id)
    if not isinstance(params, dict):
        raise ProtocolFault(ErrorCode.INVALID_PARAMS, "parameters are named: params is an object", id)
    return Notification(method, params) if id is None else Request(id, method, params)


def _parse_answer(body: dict[str, Any], id: Id | None) -> Response | Failure:
    if id is not None and "result" in body:
        return Response(id, body["result"])
    error = body.get("error")
    if isinstance(error, dict) and isinstance(error.get("code"), int):
        return Failure(id, error["code"], str(error.get("message", "")), error.get("data"))
    raise ProtocolFault(ErrorCode.INVALID_REQUEST, "neither a method nor a result nor an error", id)

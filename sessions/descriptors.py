"""Open files as parameters of a call: over a Unix socket a line carries their descriptors (SCM_RIGHTS).

In the line such a parameter is `{"descriptor": true}`. Descriptors travel with the first byte of their line and are
taken in order; those that no parameter asks for are closed.
"""

import array
import os
import socket
from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from comptoir.sessions.protocol import ErrorCode, Params, ProtocolFault, Request

MARK = {"descriptor": True}
MOST = 4
"""With one line, and waiting for the end of one."""


class Descriptor:
    """An open file that is a parameter of a call. Its number is good until `close`."""

    def __init__(self, number: int) -> None:
        self.number = number
        self._open = True

    def close(self) -> None:
        """Safe to call again."""
        if self._open:
            self._open = False
            os.close(self.number)

    def __del__(self) -> None:
        # A call that was cancelled before it began.
        self.close()


class Arriving:
    """Descriptors that came and belong to a line that may not have ended yet."""

    def __init__(self) -> None:
        self._waiting: deque[Descriptor] = deque()

    def add(self, numbers: Sequence[int]) -> None:
        """More than MOST are closed at once: nobody asks for so many."""
        self._waiting += map(Descriptor, numbers)
        while len(self._waiting) > MOST:
            self._waiting.pop().close()

    def lift(self, request: Request) -> Request:
        """The request with its descriptors in place. Raises ProtocolFault where one did not come with it."""
        if MARK not in request.params.values():
            return request
        return Request(request.id, request.method, {name: self._lift(request, name) for name in request.params})

    def clear(self) -> None:
        """No line is open: what is left belongs to none."""
        while self._waiting:
            self._waiting.pop().close()

    def _lift(self, request: Request, name: str) -> Any:
        if request.params[name] != MARK:
            return request.params[name]
        if not self._waiting:
            raise ProtocolFault(
                ErrorCode.INVALID_PARAMS, f"{name}: no descriptor came with the line (SCM_RIGHTS)", request.id
            )
        return self._waiting.popleft()


def lower(params: Params) -> tuple[Params, list[int]]:
    """The parameters as they stand in a line, and the descriptors to go with it."""
    found = [value.number for value in params.values() if isinstance(value, Descriptor)]
    shown = {name: MARK if isinstance(value, Descriptor) else value for name, value in params.items()}
    return shown, found


def close_all(params: Params) -> None:
    for value in params.values():
        if isinstance(value, Descriptor):
            with suppress(OSError):
                value.close()


def ancillary(numbers: Sequence[int]) -> list[tuple[int, int, bytes]]:
    """For `sendmsg`."""
    return [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", numbers).tobytes())]


ANCILLARY_SIZE = socket.CMSG_SPACE(MOST * array.array("i").itemsize)
"""For `recvmsg`; the kernel closes what does not fit."""
RECEIVE_FLAGS = socket.MSG_CMSG_CLOEXEC


def numbers_in(messages: Sequence[tuple[int, int, bytes]]) -> list[int]:
    """The descriptors in what `recvmsg` gave."""
    numbers = array.array("i")
    for level, kind, data in messages:
        if (level, kind) == (socket.SOL_SOCKET, socket.SCM_RIGHTS):
            numbers.frombytes(data[: len(data) - len(data) % numbers.itemsize])
    return list(numbers)

"""Fires lines at a control socket over several connections, and judges every answer."""

import array
import json
import os
import socket
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import trio

from comptoir.sessions.protocol import ErrorCode
from fuzz.lines import Line

CONNECTIONS = 4
CALLS = 8
"""More at once are refused, which is met too, but seldom."""
ANSWER_LIMIT = 30.0
# For what may be answered, may stream, or may cost the connection.
_MOMENT = 0.05
_CODES = frozenset(int(code) for code in ErrorCode) - {int(ErrorCode.INTERNAL)}


@dataclass
class Fired:
    """What became of the lines."""

    lines: int = 0
    calls: int = 0
    codes: Counter[int] = field(default_factory=Counter)
    """Answers; 0 stands for a result."""
    methods: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)


class Battery:
    """Takes lines from one source until it ends, or until there are faults enough."""

    def __init__(self, control_socket: Path, lines: Iterator[Line], told: Callable[[Fired], None]) -> None:
        self.fired = Fired()
        self._socket = control_socket
        self._lines = lines
        self._told = told

    async def fire(self) -> Fired:
        with ExitStack() as stack:
            # What a client may hand over: a file with something in it, an empty one, and no file at all.
            full = stack.enter_context(tempfile.TemporaryFile())
            full.write(b"%PDF-1.7 something")
            full.flush()
            files = [full.fileno(), stack.enter_context(tempfile.TemporaryFile()).fileno()]
            nothing = os.open(os.devnull, os.O_RDWR)
            stack.callback(os.close, nothing)
            async with trio.open_nursery() as nursery:
                for _ in range(CONNECTIONS):
                    nursery.start_soon(self._keep_firing, [*files, nothing])
        return self.fired

    async def _keep_firing(self, files: list[int]) -> None:
        going_on = True
        while going_on and len(self.fired.faults) < 5:
            gun = await _Gun.connect(self._socket, files)
            async with gun.stream:
                going_on = await self._use(gun)

    async def _use(self, gun: "_Gun") -> bool:
        """Until a line costs the connection; whether there are more."""
        while not self.fired.faults:
            lines = self._next_lines()
            if not lines:
                return False
            self.fired.lines += len(lines)
            self.fired.calls += sum(line.call for line in lines)
            *plain, last = lines
            answered = plain if not last.answered else lines
            try:
                await self._exchange(gun, answered)
                if not last.answered:
                    await gun.send(last)
                    await self._perhaps(gun)
                    return True
            except (trio.TooSlowError, trio.BrokenResourceError, EOFError) as error:
                self.fired.faults.append(f"{type(error).__name__} after {[line.data[:300] for line in lines]}")
            self._told(self.fired)
        return False

    def _next_lines(self) -> list[Line]:
        """As many as are answered side by side; the last one may cost the connection."""
        lines: list[Line] = []
        for line in self._lines:
            lines.append(line)
            if len(lines) == CALLS or not line.answered:
                break
        return lines

    async def _exchange(self, gun: "_Gun", lines: list[Line]) -> None:
        for line in lines:
            await gun.send(line)
        with trio.fail_after(ANSWER_LIMIT):
            for _ in lines:
                answer = await gun.line()
                if why := self._judge(answer):
                    self.fired.faults.append(f"{why}: {answer[:300]!r} after {[line.data[:300] for line in lines]}")

    def _judge(self, answer: bytes) -> str:
        """What is wrong with it, or nothing."""
        try:
            body: dict[str, Any] = json.loads(answer)
            error = body.get("error")
            code = 0 if error is None else error["code"]
            self.fired.codes[code] += 1
            if "result" in body:
                return ""
            if code not in _CODES:
                return "a code that is not documented, or a bug"
            return "" if "\n" not in error["message"] else "more than a line"
        except (ValueError, KeyError, TypeError, AttributeError) as wrong:
            return f"no answer of this protocol ({wrong!r})"

    async def _perhaps(self, gun: "_Gun") -> None:
        """What is answered at once, before we leave."""
        with trio.move_on_after(_MOMENT), suppress(EOFError, trio.BrokenResourceError):
            self._judge(await gun.line())


class _Gun:
    """One connection, greeted."""

    def __init__(self, stream: trio.SocketStream, files: list[int]) -> None:
        self.stream = stream
        self._files = files
        self._received = b""

    @classmethod
    async def connect(cls, control_socket: Path, files: list[int]) -> "_Gun":
        gun = cls(await trio.open_unix_socket(str(control_socket)), files)
        await gun.send(Line(b'{"jsonrpc":"2.0","id":0,"method":"hello","params":{"version":1}}\n'))
        await gun.line()
        return gun

    async def send(self, line: Line) -> None:
        """Raises BrokenResourceError where the daemon has closed the connection, unless the line may cost it."""
        data = line.data
        if line.descriptors:
            numbers = array.array("i", (self._files * 2)[: line.descriptors])
            sent = await self.stream.socket.sendmsg([data], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, numbers.tobytes())])
            data = data[sent:]
        try:
            await self.stream.send_all(data)
        except trio.BrokenResourceError:
            if line.answered:
                raise

    async def line(self) -> bytes:
        """Raises EOFError where the daemon has closed the connection."""
        while b"\n" not in self._received:
            data = await self.stream.receive_some(65_536)
            if not data:
                raise EOFError
            self._received += data
        line, _, self._received = self._received.partition(b"\n")
        return line

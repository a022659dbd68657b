"""A control server that says what a test tells it to, and the command line run in this process or another."""

import json
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from terminal import Terminal

from comptoir.cli.main import run

Answer = Callable[..., Any]


class Refused(Exception):
    """An answer that is an error of the daemon."""

    def __init__(self, code: int, message: str, data: Any = None) -> None:
        super().__init__(message)
        self.error = {"code": code, "message": message} | ({"data": data} if data else {})


class ControlServer:
    """Speaks the control protocol's lines; `answers` has a function for each method that may be called.

    A function that yields streams what it yields as notifications and answers what it returns.
    """

    def __init__(self, path: Path) -> None:
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self.answers: dict[str, Answer] = {"hello": lambda version: {"version": version, "daemon": "0"}}
        self.gone = threading.Event()
        """A client closed its connection while it was being answered."""
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(str(path))
        self._listener.listen()
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        self._listener.close()

    @staticmethod
    def refuse(code: int, message: str, data: Any = None) -> Any:
        """For use as an answer."""
        raise Refused(code, message, data)

    def asked(self, method: str) -> dict[str, Any]:
        """The parameters of the only call of this method."""
        [params] = [params for called, params in self.calls if called == method]
        return params

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                connection, _ = self._listener.accept()
                threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        try:
            with connection, connection.makefile("rwb") as lines:
                for line in lines:
                    self._answer(lines, **json.loads(line))
        except (BrokenPipeError, ConnectionResetError):
            self.gone.set()

    def _answer(self, lines: Any, id: int, method: str, params: dict[str, Any], **_: Any) -> None:
        def write(**body: Any) -> None:
            lines.write(json.dumps({"jsonrpc": "2.0", **body}).encode() + b"\n")
            lines.flush()

        if method != "hello":
            self.calls.append((method, params))
        try:
            result = self.answers[method](**params)
            if isinstance(result, Iterator):
                result = yield_from(result, lambda item: write(method=method, params=item))
        except Refused as refused:
            write(id=id, error=refused.error)
        else:
            write(id=id, result=result)


def yield_from(items: Iterator[Any], send: Callable[[Any], None]) -> Any:
    while True:
        try:
            send(next(items))
        except StopIteration as end:
            return end.value


@dataclass
class Ended:
    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)

    @property
    def lines(self) -> list[Any]:
        """JSON, one object a line."""
        return [json.loads(line) for line in self.out.splitlines()]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    for name in ("COMPTOIR_LAB", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("COMPTOIR_HOME", str(tmp_path))
    (tmp_path / "run").mkdir()
    # An hour ahead of UTC.
    monkeypatch.setenv("TZ", "Africa/Libreville")
    time.tzset()
    yield tmp_path
    monkeypatch.undo()
    time.tzset()


@pytest.fixture
def control(home: Path) -> Iterator[ControlServer]:
    server = ControlServer(home / "run/control.sock")
    yield server
    server.close()


@pytest.fixture
def comptoir(home: Path, capsys: pytest.CaptureFixture[str]) -> Callable[..., Ended]:
    """Run a command in this process; its streams are pipes."""

    def run_command(*arguments: str) -> Ended:
        capsys.readouterr()
        code = run(list(arguments))
        streams = capsys.readouterr()
        return Ended(code, streams.out, streams.err)

    return run_command


@pytest.fixture
def start(home: Path) -> Iterator[Callable[..., subprocess.Popen[bytes]]]:
    """Start a command as a process of its own; what still runs is killed at the end."""
    processes: list[subprocess.Popen[bytes]] = []

    def start_command(*arguments: str, **options: Any) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-P", "-m", "comptoir.cli", *arguments]
        process = subprocess.Popen(command, bufsize=0, env=os.environ | options.pop("env", {}), **options)
        processes.append(process)
        return process

    yield start_command
    for process in processes:
        process.kill()
        process.wait()
        for stream in (process.stdin, process.stdout, process.stderr):
            if stream is not None:
                with suppress(BrokenPipeError):
                    stream.close()


@pytest.fixture
def window() -> Iterator[Terminal]:
    """The smallest terminal in use."""
    terminal = Terminal(80, 24)
    yield terminal
    terminal.close()

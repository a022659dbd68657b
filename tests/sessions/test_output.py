"""What a worker's process says, by whatever way, as the daemon gets it."""

import socket
import subprocess
import sys
from collections.abc import Iterator

import pytest

from comptoir.gateway.worker_output import Lines
from comptoir.sessions.log_line import LogLine

HEAD = """
import logging, os, socket, sys, threading
from comptoir.sessions import output
from comptoir.sessions.log_line import note
ours = socket.socket(fileno=int(sys.argv[1]))
theirs = socket.socketpair()[0]
"""


def said_by(code: str, level: str = "INFO") -> list[LogLine]:
    """What a process that runs this says."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        script = f"{HEAD}output.redirect((ours, theirs), logging.{level})\n{code}\nos._exit(0)"
        command = [sys.executable, "-P", "-c", script, str(theirs.fileno())]
        subprocess.run(command, pass_fds=[theirs.fileno()], timeout=30, check=True)
        theirs.close()
        return Lines().feed(b"".join(received(ours)))


def received(connection: socket.socket) -> Iterator[bytes]:
    while data := connection.recv(65_536):
        yield data


def test_lines_of_ours_come_with_their_facts_between_what_go_prints() -> None:
    code = """
os.write(1, b"Login event: ")
note(output.logger, "walked", message=3)
os.write(2, b"Press Ctrl+C to exit\\n")
"""
    assert said_by(code) == [
        LogLine(20, "printed", "Login event: "),
        LogLine(20, "worker", "walked", {"message": 3}),
        LogLine(20, "printed", "Press Ctrl+C to exit"),
    ]


def test_what_python_prints_is_not_kept_and_said_to_be_so_once() -> None:
    (line,) = said_by("print('Bonjour'); print('Awa', file=sys.stderr); sys.stdout.write('poulet')")
    assert "Bonjour" not in line.text
    assert "a plugin prints" in line.text


def test_what_python_prints_is_kept_at_level_debug() -> None:
    assert said_by("print('Bonjour\\nAwa')", "DEBUG") == [
        LogLine(10, "printed", "Bonjour"),
        LogLine(10, "printed", "Awa"),
    ]


@pytest.mark.parametrize(
    ("code", "error"),
    [
        ("t = threading.Thread(target=lambda: int('poulet')); t.start(); t.join()", "ValueError"),
        ("class X:\n  def __del__(self): raise KeyError('poulet')\nX()", "KeyError"),
    ],
)
def test_what_nobody_catches_is_told_without_its_text(code: str, error: str) -> None:
    (line,) = said_by(code)
    assert line.facts["error"] == error
    assert "poulet" not in repr(line)


def test_an_argument_that_cannot_be_told_hides_nothing_else() -> None:
    code = """
class Wrong:
    def __str__(self): raise ValueError("poulet")
output.logger.warning("%s", Wrong())
note(output.logger, "after")
"""
    first, second = said_by(code)
    assert first.text == "a line that cannot be told"
    assert second.text == "after"


def test_a_worker_whose_output_is_discarded_goes_on() -> None:
    code = "output.discard()\nfor _ in range(10_000): output.logger.info('x' * 1000)\n"
    assert said_by(code) == []

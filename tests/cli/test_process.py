"""The command as a process: how it starts, is interrupted, and ends."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from terminal import read_line

# What no command needs before it knows what to do; each would cost a tenth of a second or more.
HEAVY = {
    "trio",
    "pydantic",
    "babel",
    "neonize",
    "phonenumbers",
    "qrcode",
    "sqlite3",
    "cryptography",
    "asyncio",
}
ROOM = "é" * 70_000


@pytest.mark.parametrize("arguments", [[], ["--help"], ["link", "--help"], ["status"], ["tenant", "pause", "x"]])
def test_the_start_imports_nothing_heavy(home, arguments):
    script = (
        "import sys; from comptoir.cli.main import run; run(sys.argv[1:]); "
        "print(*sorted({name.partition('.')[0] for name in sys.modules}))"
    )
    command = [sys.executable, "-P", "-c", script, *arguments]
    ended = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    assert not HEAVY & set(ended.stdout.splitlines()[-1].split())


def help_pages() -> Iterator[list[str]]:
    import typer.main

    from comptoir.cli.main import app

    def walk(command: Any, path: list[str]) -> Iterator[list[str]]:
        for name, child in getattr(command, "commands", {}).items():
            yield from walk(child, [*path, name])
        if not hasattr(command, "commands"):
            yield path

    return walk(typer.main.get_command(app), [])


@pytest.mark.parametrize("path", list(help_pages()), ids=" ".join)
def test_every_command_has_help_with_examples(comptoir, path):
    ended = comptoir(*path, "--help")
    assert ended.code == 0
    _, examples = ended.out.split("Examples:")
    assert f"comptoir {' '.join(path)}" in examples


def follow(control) -> threading.Event:
    """`events` tells one thing, then another each time the event is set."""
    more = threading.Event()

    def happen(**_):
        yield {"time": "2026-11-21T07:00:00.123Z", "tenant": None, "kind": "started"}
        while more.wait(20):
            more.clear()
            yield {"time": "2026-11-21T07:00:00.123Z", "tenant": None, "kind": "more", "text": ROOM}

    control.answers["events"] = happen
    return more


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("options", [[], ["--json"]])
def test_an_interrupt_ends_quietly(start, control, number, options):
    follow(control)
    process = start("events", *options, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    read_line(process.stdout)
    process.send_signal(number)
    _, errors = process.communicate(timeout=10)
    assert (process.returncode, errors) == (128 + number, b"")


@pytest.mark.parametrize("options", [[], ["--json"]])
def test_a_reader_that_leaves_ends_it_quietly(start, control, options):
    more = follow(control)
    process = start("events", *options, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    read_line(process.stdout)
    process.stdout.close()
    more.set()
    assert process.wait(10) == 141
    assert process.stderr.read() == b""


@pytest.mark.parametrize("arguments", [["--help"], ["tenant", "list"], ["tenant", "list", "--json"], ["--version"]])
def test_a_reader_that_has_left_already(start, control, arguments):
    control.answers["tenant.list"] = lambda: {"tenants": []}
    reader, writer = os.pipe()
    os.close(reader)
    process = start(*arguments, stdout=writer, stderr=subprocess.PIPE)
    os.close(writer)
    assert process.wait(10) == 141
    assert process.stderr.read() == b""


@pytest.mark.parametrize("arguments", [["--help"], ["tenant", "list"], ["tenant", "list", "--json"], ["--version"]])
def test_an_output_that_cannot_be_written(start, control, arguments):
    control.answers["tenant.list"] = lambda: {"tenants": []}
    with Path("/dev/full").open("wb") as full:
        process = start(*arguments, stdout=full, stderr=subprocess.PIPE)
    _, errors = process.communicate(timeout=10)
    assert process.returncode == 1
    assert errors == b"comptoir: the output cannot be written: No space left on device\n"


def test_a_daemon_that_dies_is_not_a_broken_pipe(comptoir, control):
    def die(**_):
        raise BrokenPipeError

    control.answers["status"] = die
    ended = comptoir("status")
    assert ended.code == 69
    assert "stopped answering" in ended.err


@pytest.mark.parametrize(("answer", "code", "calls"), [(b"n\n", 1, 0), (b"y\n", 0, 1), (b"\x03", 130, 0)])
def test_remove_asks_the_person(start, control, window, answer, code, calls):  # noqa: PLR0917 (fixtures)
    control.answers["tenant.remove"] = lambda tenant: {}
    process = start("tenant", "remove", "chez-awa", start_new_session=True, preexec_fn=window.control, **window.streams)
    window.wait(lambda: "Delete chez-awa" in window.text)
    while process.poll() is None:
        # Again and again: Python misses a Ctrl-C that comes just before it begins to read.
        os.write(window.master, answer)
        with suppress(subprocess.TimeoutExpired):
            process.wait(0.5)
    assert process.returncode == code
    assert len(control.calls) == calls


def test_a_table_on_a_terminal_has_colours(start, control, window):
    control.answers["tenant.list"] = lambda: {"tenants": [{"name": "chez-awa", "state": "online", "number": None}]}
    environment = {"TERM": "xterm-256color", "COLORTERM": ""}
    process = start("tenant", "list", env=environment, **window.streams)
    window.wait(lambda: "online" in window.text)
    assert process.wait(10) == 0
    assert "32" in window.style_of("online").split(";")


def test_status_fits_the_usual_window(start, control, window):
    row = {
        "name": "la-boutique-de-la-gare-de-dakar",
        "state": "connecting",
        "number": "+221771234567",
        "since": "2026-11-21T07:00:00.123Z",
        "inbox": 12,
        "outbox": 345,
        "last_in": "2026-11-21T07:00:00.123Z",
        "last_out": "2026-11-21T07:00:00.123Z",
    }
    daemon = {"version": "0.1.0", "pid": 11, "uptime": 65.0, "lab": True}
    control.answers["status"] = lambda: {"daemon": daemon, "tenants": [row]}
    process = start("status", env={"TERM": "xterm-256color", "COLORTERM": ""}, **window.streams)
    window.wait(lambda: process.poll() is not None or "345" in window.text)
    assert "LAB" in window.text
    assert "+221 77 123 45 67" in window.text
    assert "connecting" in window.text
    assert "Last out" in window.text
    assert "…" not in window.text


def test_status_follows(start, control, window):
    states = iter(["connecting", "online"])
    daemon = {"version": "0.1.0", "pid": 11, "uptime": 65.0, "lab": False}
    control.answers["status"] = lambda: {
        "daemon": daemon,
        "tenants": [{"name": "chez-awa", "state": next(states, "offline")}],
    }
    process = start("status", "--follow", env={"TERM": "xterm-256color", "COLORTERM": ""}, **window.streams)
    for state in ("connecting", "online", "offline"):
        window.wait(lambda state=state: state in window.text)
    process.send_signal(signal.SIGINT)
    assert process.wait(10) == 130


def test_streams_that_the_caller_closed(start, control):
    control.answers["tenant.list"] = lambda: {"tenants": []}
    script = f"exec {sys.executable} -P -m comptoir.cli"
    for command, code in (("tenant list <&- >&- 2>&-", 0), ("tenant remove x <&-", 2), ("send x +221771234567 <&-", 2)):
        assert subprocess.run(["sh", "-c", f"{script} {command}"], check=False, timeout=30).returncode == code


def test_version(comptoir):
    assert comptoir("--version").out.split()[0] == "comptoir"


def test_a_terminal_that_knows_no_accents_gets_a_substitute(start, control):
    control.answers["tenant.show"] = lambda tenant: {"name": "chez-awa", "owner": "Ève"}
    environment = {"PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"}
    process = start("tenant", "show", "chez-awa", stdout=subprocess.PIPE, env=environment)
    out, _ = process.communicate(timeout=10)
    assert rb"\xc8ve" in out
    assert process.returncode == 0


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_knows_commands_and_tenants(start, home, shell):
    (home / "config/tenants/chez-awa").mkdir(parents=True)
    (home / "config/tenants/mairie").mkdir()
    assert "status" in complete(start, shell, "comptoir sta")
    tenants = complete(start, shell, "comptoir link ch")
    assert "chez-awa" in tenants
    assert "mairie" not in tenants


def complete(start, shell: str, line: str) -> str:
    environment = {
        "_COMPTOIR_COMPLETE": f"complete_{shell}",
        "_TYPER_COMPLETE_ARGS": line,
        "_TYPER_COMPLETE_FISH_ACTION": "get-args",
        "COMP_WORDS": line,
        "COMP_CWORD": str(len(line.split()) - 1),
    }
    process = start(stdout=subprocess.PIPE, env=environment)
    out, _ = process.communicate(timeout=10)
    return out.decode()

"""A recording through a local command: what it gets, what bounds it, and that nothing of it stays."""

import os
import resource
import signal
import stat
import sys
from pathlib import Path

import pytest
import trio

from comptoir.sessions.transcribing import command
from comptoir.sessions.transcribing.command import MAX_OUTPUT, said_by
from comptoir.sessions.transcribing.failed import TranscriptionFailed

RECORDING = b"OggS" + bytes(range(256)) * 40


async def write(descriptor: int) -> None:
    os.write(descriptor, RECORDING)


def shell(script: str) -> tuple[str, ...]:
    return ("/bin/sh", "-c", script, "sh", "{file}")


async def test_a_command_reads_the_recording_and_says_what_is_in_it() -> None:
    told = await said_by(shell('wc -c < "$1"; head -c 4 "$1"; echo " deux poulets"'), write)
    assert told.split() == [str(len(RECORDING)), "OggS", "deux", "poulets"]


async def test_also_what_it_starts_itself_can_read_it_without_its_descriptors() -> None:
    """Programs that have another one read the file close what they have open before they start it."""
    script = "import subprocess, sys; print(subprocess.check_output(['head', '-c', '4', sys.argv[1]], text=True))"
    assert (await said_by((sys.executable, "-S", "-c", script, "{file}"), write)).strip() == "OggS"


async def test_the_recording_is_in_memory_and_no_other_users() -> None:
    told = await said_by(shell('stat -L -c %a "$1"; readlink "$1"'), write)
    mode, path = told.split(maxsplit=1)
    assert stat.S_IMODE(int(mode, 8)) == 0o600
    assert path.startswith("/memfd:recording")


async def test_a_workers_limits_and_its_environment_stay_with_the_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", "/run/credentials/comptoir")
    soft, hard = resource.getrlimit(resource.RLIMIT_DATA)
    resource.setrlimit(resource.RLIMIT_DATA, (2_000_000_000, hard))
    ignored = signal.signal(signal.SIGTERM, signal.SIG_IGN)
    try:
        told = await said_by(shell("ulimit -d; env; grep SigIgn /proc/self/status; nice"), write)
    finally:
        resource.setrlimit(resource.RLIMIT_DATA, (soft, hard))
        signal.signal(signal.SIGTERM, ignored)
    lines = told.splitlines()
    assert lines[0] == ("unlimited" if hard == resource.RLIM_INFINITY else str(hard // 1024))
    assert "CREDENTIALS_DIRECTORY" not in told
    ignoring = next(int(line.split()[1], 16) for line in lines if line.startswith("SigIgn"))
    assert not ignoring & (1 << (signal.SIGTERM - 1))
    assert int(lines[-1]) > os.nice(0)


@pytest.mark.parametrize(
    ("script", "why", "final"),
    [
        ("echo something; exit 3", "ended with 3", False),
        ("kill -SEGV $$", "ended with 139", False),
        (f"head -c {MAX_OUTPUT + 1} /dev/zero", "prints more than", True),
    ],
)
async def test_what_goes_wrong_is_said(script: str, why: str, final: bool) -> None:
    with pytest.raises(TranscriptionFailed, match=why) as failed:
        await said_by(shell(script), write)
    assert failed.value.final is final


async def test_a_command_that_is_not_there_is_said_so() -> None:
    with pytest.raises(TranscriptionFailed, match="whisper cannot be started") as failed:
        await said_by(("/nowhere/whisper", "{file}"), write)
    assert failed.value.final


async def gone(pidfds: list[int]) -> None:
    """Wait until these processes have ended: a kill takes a moment."""
    with trio.fail_after(5):
        for pidfd in pidfds:
            await trio.lowlevel.wait_readable(pidfd)
            os.close(pidfd)


async def test_whoever_is_not_waited_for_any_more_is_gone_with_all_it_started(tmp_path: Path) -> None:
    """As when its time is over, or the worker stops."""
    pids = tmp_path / "pids"
    os.mkfifo(pids)
    reader = os.open(pids, os.O_RDONLY | os.O_NONBLOCK)
    script = f'sleep 1000 & echo "$$ $!" > {pids}; wait'
    async with trio.open_nursery() as nursery:
        nursery.start_soon(said_by, shell(script), write)
        with trio.fail_after(5):
            await trio.lowlevel.wait_readable(reader)
            started = [int(pid) for pid in os.read(reader, 100).split()]
        ends = [os.pidfd_open(pid) for pid in started]
        nursery.cancel_scope.cancel()
    os.close(reader)
    await gone(ends)
    assert not [file for file in Path("/proc/self/fd").iterdir() if "memfd:recording" in _target(file)]


def _target(file: Path) -> str:
    try:
        return str(file.readlink())
    except OSError:
        return ""


async def test_a_worker_that_is_killed_takes_its_command_along(tmp_path: Path) -> None:
    program = f"""
import trio
from comptoir.sessions.transcribing.command import said_by
async def give(descriptor): pass
trio.run(said_by, ("/bin/sh", "-c", "sleep 1000 & echo $$ $! > {tmp_path}/pids; wait", "sh", "{{file}}"), give)
"""
    os.mkfifo(tmp_path / "pids")
    reader = os.open(tmp_path / "pids", os.O_RDONLY | os.O_NONBLOCK)
    worker = await trio.lowlevel.open_process([sys.executable, "-c", program])
    try:
        with trio.fail_after(10):
            await trio.lowlevel.wait_readable(reader)
            started = [int(pid) for pid in os.read(reader, 100).split()]
        ends = [os.pidfd_open(pid) for pid in started]
    finally:
        worker.kill()
        await worker.wait()
        os.close(reader)
    await gone(ends)


def test_the_guard_imports_nothing_of_ours() -> None:
    """It runs without our packages, beside a worker that may be short of memory."""
    assert "comptoir" not in Path(command._GUARD).read_text()

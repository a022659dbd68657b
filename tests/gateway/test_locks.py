import os
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest
import trio
import trio.testing

from comptoir.gateway import locks
from comptoir.gateway.locks import LockHeld, find_holder, hold, holder, make_sure_nobody_holds

# Holds the lock until told by its standard input to end; `deaf` does not care.
HOLDER = """
import sys
from pathlib import Path
from comptoir.gateway.locks import hold
descriptor = hold(Path(sys.argv[1]))
print("held", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def other(tmp_path):
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(tmp_path / "lock")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout.readline() == "held\n"
    yield process
    process.kill()
    process.wait()
    process.stdin.close()
    process.stdout.close()


def test_a_lock_is_held_once_and_names_its_holder(tmp_path):
    descriptor = hold(tmp_path / "lock")
    with pytest.raises(LockHeld) as refused:
        hold(tmp_path / "lock")
    assert refused.value.pid == os.getpid()
    os.close(descriptor)
    os.close(hold(tmp_path / "lock"))
    assert holder(tmp_path / "lock") == 0


def test_the_kernels_list(tmp_path):
    file = tmp_path.stat()
    where = f"{os.major(file.st_dev):02x}:{os.minor(file.st_dev):02x}:{file.st_ino}"
    assert find_holder(file, f"1: POSIX  ADVISORY  WRITE 7 {where} 0 EOF\n") == 0
    assert find_holder(file, f"1: -> FLOCK  ADVISORY  WRITE 8 {where} 0 EOF\n") == 0
    assert find_holder(file, f"1: FLOCK  ADVISORY  WRITE 9 {where}1 0 EOF\n") == 0
    text = f"1: POSIX  ADVISORY  READ 7 00:01:5 0 EOF\n2: FLOCK  ADVISORY  WRITE 9 {where} 0 EOF\n"
    assert find_holder(file, text) == 9


async def test_nobody_to_wait_for(tmp_path):
    assert await make_sure_nobody_holds(tmp_path / "lock", grace=0.0) is None


async def test_a_holder_that_finishes_is_waited_for(tmp_path, other):
    async with trio.open_nursery() as nursery:

        async def wait():
            assert await make_sure_nobody_holds(tmp_path / "lock", grace=20.0) is None

        nursery.start_soon(wait)
        await trio.testing.wait_all_tasks_blocked()
        other.stdin.close()
    assert other.wait(5) == 0


async def test_a_holder_that_does_not_finish_is_killed(tmp_path, other):
    assert await make_sure_nobody_holds(tmp_path / "lock", grace=0.1) == other.pid
    assert other.wait(5) == -signal.SIGKILL


# Takes the lock, leaves it to a child, and dies.
HEIR = """
import os, subprocess, sys
from pathlib import Path
from comptoir.gateway.locks import hold
os.set_inheritable(hold(Path(sys.argv[1])), True)
print(subprocess.Popen(["sleep", "60"], close_fds=False, stdout=subprocess.DEVNULL).pid)
"""


@pytest.fixture
async def heir(tmp_path):
    """A child that holds the lock of a process that is gone."""
    done = await trio.run_process([sys.executable, "-c", HEIR, str(tmp_path / "lock")], capture_stdout=True)
    pid = int(done.stdout)
    yield pid
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)


async def test_who_inherited_a_lock_is_killed_too(tmp_path, heir):
    assert await make_sure_nobody_holds(tmp_path / "lock", grace=0.1) == heir


@pytest.fixture
def innocent():
    with subprocess.Popen(["sleep", "60"]) as process:
        yield process
        process.kill()


async def test_who_only_has_the_number_of_a_holder_is_spared(tmp_path, heir, innocent, monkeypatch):
    # As if the number of the process that took the lock had been given away.
    monkeypatch.setattr(locks, "holder", lambda _path: innocent.pid)
    assert await make_sure_nobody_holds(tmp_path / "lock", grace=0.1) == heir
    assert innocent.poll() is None


async def test_a_holder_that_hides_its_files_is_believed(tmp_path, other, monkeypatch):
    monkeypatch.setattr(locks, "_holds", lambda _pid, _file: None)
    assert await make_sure_nobody_holds(tmp_path / "lock", grace=0.1) == other.pid


async def test_we_never_kill_ourselves(tmp_path):
    descriptor = hold(tmp_path / "lock")
    with pytest.raises(LockHeld):
        await make_sure_nobody_holds(tmp_path / "lock", grace=0.0, limit=0.1)
    os.close(descriptor)


def test_a_link_in_place_of_the_lock_is_not_followed(tmp_path):
    (tmp_path / "lock").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(OSError, match="symbolic"):
        hold(tmp_path / "lock")
    assert not Path(tmp_path / "elsewhere").exists()

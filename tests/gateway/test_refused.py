"""What the system refuses while a daemon starts is one line that says where, what, and what to do."""

import errno
import os
import shutil
import subprocess
import sys
from types import SimpleNamespace

import pytest
import standin_worker
import trio

from comptoir.gateway import daemon
from comptoir.gateway.paths import find_paths
from comptoir.gateway.refused import about, explain
from comptoir.gateway.setup import initialise
from comptoir.gateway.targets import Targets

START = f"exec {sys.executable} -P -m comptoir.gateway"


def state_is_a_file(paths):
    shutil.rmtree(paths.state)
    paths.state.write_text("")


@pytest.mark.shows(
    under="configuration",
    what="the daemon cannot start: no permission, a full or read-only disk",
    happens="one line with the file, what was refused and what to do",
)
@pytest.mark.parametrize(
    ("prepare", "limit", "place", "says"),
    [
        (lambda paths: paths.control_socket.mkdir(), "true", "run/control.sock", "something else stands there"),
        (state_is_a_file, "true", "state", "something else stands there"),
        # A disk that is full says the same at the same places.
        (lambda paths: paths.identity_file.unlink(), "ulimit -f 0", "state/id", "allow larger files"),
    ],
)
def test_a_start_that_is_refused(home, prepare, limit, place, says):
    paths = find_paths({"COMPTOIR_HOME": str(home)})
    initialise(paths)
    prepare(paths)
    ended = subprocess.run(
        ["/bin/sh", "-c", f"{limit}; {START}"],
        env=os.environ | {"COMPTOIR_HOME": str(home)},
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert ended.returncode == 1
    [line] = ended.stderr.splitlines()
    assert line.startswith(f"{home / place}: ")
    assert says in line


@pytest.mark.parametrize(
    ("number", "says"),
    [
        (errno.EACCES, "permission denied: run this as root or as the owner"),
        (errno.EROFS, "read-only file system: mount it writable"),
        (errno.ENOSPC, "no space left on device: free some space"),
        (errno.EIO, "input/output error"),
    ],
)
def test_words(number, says, tmp_path):
    with pytest.raises(OSError, match=os.strerror(number)) as refused, about(tmp_path):
        raise OSError(number, os.strerror(number))
    assert explain(refused.value).startswith(f"{tmp_path}: {says}")


@pytest.mark.parametrize(("number", "is_told"), [(errno.EMFILE, True), (errno.EPIPE, False)])
def test_a_shortage_is_told_in_a_line_and_a_bug_is_not_hidden(home, monkeypatch, capfd, number, is_told):
    async def fail(_installation):
        async with trio.open_nursery():
            raise OSError(number, os.strerror(number))

    monkeypatch.setenv("COMPTOIR_HOME", str(home))
    monkeypatch.setattr(daemon, "serve", fail)
    monkeypatch.setattr(daemon, "go_environment", lambda _lab: {})
    if is_told:
        assert daemon._run(SimpleNamespace(use=print), Targets(standin_worker.run_standin), ()) == 1
        assert "too many open files: allow more open files" in capfd.readouterr().err
    else:
        with pytest.raises(ExceptionGroup):
            daemon._run(SimpleNamespace(use=print), Targets(standin_worker.run_standin), ())

"""The daemon in the environment that systemd makes for its unit: folders, a credential, a socket to tell how it is."""

import os
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from comptoir.gateway.client import Client
from comptoir.gateway.keys import create_master_key
from comptoir.gateway.paths import SHARED_MEMORY

HERE = Path(__file__).parent
LIMIT = 60.0


@pytest.fixture
def folder() -> Iterator[Path]:
    """In memory, as /run is; a short name, because a socket's path has 107 bytes."""
    made = Path(tempfile.mkdtemp(prefix="cpt", dir=SHARED_MEMORY))
    yield made
    shutil.rmtree(made)


class Unit:
    """One run of the unit."""

    def __init__(self, folder: Path, listener: socket.socket) -> None:
        self.folder = folder
        self._listener = listener
        names = ("configuration", "state", "runtime", "logs", "credentials")
        folders = {f"{name.upper()}_DIRECTORY": str(folder / name) for name in names}
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("COMPTOIR")}
        self.process = subprocess.Popen(
            [sys.executable, "-P", str(HERE / "standin_daemon.py")],
            env=inherited | folders | {"NOTIFY_SOCKET": str(folder / "notify")},
            stderr=subprocess.DEVNULL,
        )

    def told(self) -> str:
        """What systemd is told next."""
        readable, _, _ = select.select([self._listener], [], [], LIMIT)
        assert readable, "systemd is told nothing"
        return self._listener.recv(1000).decode()

    def stop(self) -> int:
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(LIMIT)


@contextmanager
def running(folder: Path) -> Iterator[Unit]:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listener:
        listener.bind(str(folder / "notify"))
        unit = Unit(folder, listener)
        try:
            yield unit
        finally:
            unit.process.kill()
            unit.process.wait(LIMIT)
            (folder / "notify").unlink()


def test_it_takes_the_folders_and_the_credential_that_it_is_given(folder: Path) -> None:
    (folder / "credentials").mkdir()
    create_master_key(folder / "credentials/master.key")
    (folder / "credentials/master.key").chmod(0o400)
    with running(folder) as unit:
        assert unit.told() == "READY=1"
        assert unit.told() == "STATUS=no tenants yet"
        with Client(folder / "runtime/control.sock") as client:
            client.call("tenant.add", tenant="awa")
            assert unit.told() == "STATUS=1 tenant: 1 new"
        assert (folder / "configuration/tenants/awa/tenant.toml").exists()
        assert (folder / "runtime/sessions/awa").is_dir()
        assert unit.stop() == 0
        assert unit.told().startswith("STOPPING=1")
    assert not (folder / "configuration/keys/master.key").exists()
    # The folder in memory outlives the stop: RuntimeDirectoryPreserve= keeps what is newest.
    assert (folder / "runtime/sessions/awa").is_dir()


def test_without_a_credential_it_has_a_key_of_its_own(folder: Path) -> None:
    with running(folder) as unit:
        assert unit.told() == "READY=1"
        assert unit.stop() == 0
    assert (folder / "configuration/keys/master.key").stat().st_mode & 0o777 == 0o600


def test_another_credential_than_the_tenants_were_locked_with_is_refused(folder: Path) -> None:
    (folder / "credentials").mkdir()
    create_master_key(folder / "credentials/master.key")
    with running(folder) as unit:
        assert unit.told() == "READY=1"
        with Client(folder / "runtime/control.sock") as client:
            client.call("tenant.add", tenant="awa")
        assert unit.stop() == 0
    (folder / "credentials/master.key").unlink()
    create_master_key(folder / "credentials/master.key")
    with running(folder) as unit:
        assert unit.process.wait(LIMIT) == 1

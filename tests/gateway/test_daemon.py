"""The daemon as a process: start, stop, kill -9, who may speak to it."""

import fcntl
import json
import os
import select
import signal
import socket
import subprocess
import sys
import time
from contextlib import suppress
from functools import partial
from pathlib import Path

import pytest
import trio
from conftest import Follower

from comptoir.gateway import live_worker
from comptoir.gateway.client import Client, ControlError, DaemonUnreachable
from comptoir.gateway.daemon import serve
from comptoir.gateway.locks import holder
from comptoir.gateway.paths import find_paths
from comptoir.gateway.session_dirs import sessions_root

HERE = Path(__file__).parent
STANDIN = [sys.executable, "-P", str(HERE / "standin_daemon.py")]
REAL = [sys.executable, "-P", "-m", "comptoir.gateway"]
NOBODY = 65534
LIMIT = 15.0
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")


class Daemon:
    def __init__(self, home, command=STANDIN, **environment):
        self.paths = find_paths({"COMPTOIR_HOME": str(home)})
        self.begun = time.monotonic()
        self.process = subprocess.Popen(
            command,
            env=os.environ | {"COMPTOIR_HOME": str(home)} | environment,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.said = ""

    def ready(self):
        while self._hear():
            if "ready\n" in self.said:
                return time.monotonic() - self.begun
        raise AssertionError(f"the daemon ended: {self.said}")

    def _hear(self):
        """Whether it said more; everything that it started has its stderr, and one that hangs keeps it open."""
        readable, _, _ = select.select([self.process.stderr], [], [], LIMIT)
        assert readable, f"it says nothing more and is still there: {self.said}"
        said = os.read(self.process.stderr.fileno(), 65_536)
        self.said += said.decode()
        return said

    def client(self):
        return Client(self.paths.control_socket)

    def end(self, number=signal.SIGTERM):
        self.process.send_signal(number)
        while self._hear():
            pass
        return self.process.wait(LIMIT)

    def lock_of(self, tenant):
        return sessions_root(self.paths) / tenant / "lock"


@pytest.fixture
def start(home):
    started = []

    def start_one(command=STANDIN, **environment):
        started.append(Daemon(home, command, **environment))
        return started[-1]

    yield start_one
    for daemon in started:
        if daemon.process.poll() is None:
            daemon.process.kill()
            daemon.process.wait(LIMIT)
        daemon.process.stderr.close()


def test_start_and_stop(start):
    daemon = start()
    daemon.ready()
    with daemon.client() as client:
        assert client.daemon["pid"] == daemon.process.pid
        client.call("tenant.add", tenant="awa")
        assert client.call("send", tenant="awa", to="+221770000002", text="Bonjour")["state"] == "queued"
        worker = client.call("status")["tenants"][0]["pid"]
        assert worker
    assert daemon.end() == 0
    state = daemon.paths.tenant_state("awa")
    assert (state / "stopped").read_text() == str(worker)
    assert not Path(f"/proc/{worker}").exists()
    assert not daemon.paths.control_socket.exists()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGHUP])
def test_other_orders_to_stop(start, number):
    daemon = start()
    daemon.ready()
    assert daemon.end(number) == 0


# Stops itself where a start takes its time: before anybody listens for signals.
IMPATIENT = f"""
import os, signal, sys
sys.path.insert(0, {str(HERE)!r})
import standin_worker
from standin_vault import run_standin_vault
from comptoir.gateway import daemon
from comptoir.gateway.targets import Targets
make = daemon.initialise
def initialise(paths):
    os.kill(os.getpid(), signal.SIGTERM)
    return make(paths)
daemon.initialise = initialise
sys.exit(daemon.main(Targets(standin_worker.run_standin, run_standin_vault), preload=()))
"""


def test_an_order_to_stop_that_comes_during_the_start(start):
    daemon = start([sys.executable, "-P", "-c", IMPATIENT])
    assert daemon.process.wait(10) == 0


async def test_a_removal_does_not_lengthen_the_stop(installation, monkeypatch):
    monkeypatch.setattr(live_worker, "STOP_LIMIT", 1.5)

    def call(method, **params):
        with suppress(ControlError, DaemonUnreachable), Client(installation.paths.control_socket) as client:
            client.call(method, **params)

    async def start(method, **params):
        nursery.start_soon(trio.to_thread.run_sync, partial(call, method, **params))

    with installation.hub.follow() as events:
        follower = Follower(events)
        async with trio.open_nursery() as nursery:
            nursery.start_soon(serve, installation)
            while not installation.paths.control_socket.exists():  # noqa: ASYNC110 (the kernel tells nobody)
                await trio.sleep(0.01)
            for tenant in ("awa", "bintou"):
                await start("tenant.add", tenant=tenant)
                await follower.until("worker_started", tenant=tenant)
                await start("try", tenant=tenant, text="hang")
            await trio.sleep(0.5)
            await start("tenant.remove", tenant="awa")
            await follower.until("state", tenant="awa", state="stopped")
            begun = trio.current_time()
            os.kill(os.getpid(), signal.SIGTERM)
    assert trio.current_time() - begun < 2.3


def test_an_order_given_twice_does_not_cut_the_stop_short(start):
    daemon = start()
    daemon.ready()
    with daemon.client() as client:
        client.call("tenant.add", tenant="awa")
        client.call("status")
    for _ in range(3):
        daemon.process.send_signal(signal.SIGTERM)
    assert daemon.end() == 0
    assert (daemon.paths.tenant_state("awa") / "stopped").exists()


def test_a_log_that_nobody_reads_stops_nothing(start):
    daemon = start()
    fcntl.fcntl(daemon.process.stderr, fcntl.F_SETPIPE_SZ, 4096)
    daemon.ready()
    with daemon.client() as client:
        client.call("tenant.add", tenant="awa")
        for _ in range(40):
            client.call("tenant.pause", tenant="awa")
            client.call("tenant.resume", tenant="awa")
    daemon.process.send_signal(signal.SIGTERM)
    assert daemon.process.wait(10) == 0


def test_the_real_daemon_starts_in_a_second_and_without_neonize(start):
    daemon = start(REAL)
    # A second is promised on a quiet machine; tests share theirs.
    assert daemon.ready() < 3
    with daemon.client() as client:
        client.call("tenant.add", tenant="awa")
        assert client.call("messages", tenant="awa")["messages"] == []
        assert client.call("status")["tenants"][0]["memory_pss_kb"] > 1000
    assert "neonize" not in Path(f"/proc/{daemon.process.pid}/maps").read_text()
    assert daemon.end() == 0


def test_importing_the_daemon_imports_no_neonize():
    code = "import comptoir.gateway.daemon, sys; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert "comptoir.gateway.daemon" in loaded
    assert not [name for name in loaded if name.startswith(("neonize", "comptoir.sessions.link", "comptoir.lab"))]


def test_a_second_daemon_on_the_same_state_refuses(start):
    first = start()
    first.ready()
    second = start()
    _, said = second.process.communicate(timeout=15)
    assert second.process.returncode == 1
    assert said == f"a daemon (process {first.process.pid}) runs on {first.paths.state} already: stop that one first\n"
    # The first still answers on its socket.
    with first.client() as client:
        client.call("status")


def test_wrong_settings_name_every_line(start, home):
    (home / "config").mkdir()
    (home / "config/comptoir.toml").write_text("version = 1\n[outbox]\nquiet_ms = 1\n[lab]\nfast = 'no'\n")
    daemon = start()
    _, said = daemon.process.communicate(timeout=15)
    assert daemon.process.returncode == 78
    assert [line.split(": ")[0] for line in said.splitlines()] == [
        f"{home}/config/comptoir.toml:3",
        f"{home}/config/comptoir.toml:5",
    ]


@pytest.mark.parametrize("text", ["nonsense", "{}", '{"proxy": "x", "ca_file": "y", "root_key": "00"}'])
def test_a_lab_description_that_is_none(start, home, text):
    (home / "lab.json").write_text(text)
    daemon = start(COMPTOIR_LAB=str(home / "lab.json"))
    _, said = daemon.process.communicate(timeout=15)
    assert daemon.process.returncode == 1
    assert said.startswith(f"COMPTOIR_LAB={home}/lab.json: ")
    assert "comptoir lab serve" in said


def test_in_the_lab_status_says_so_and_go_finds_its_certificates(start, home):
    description = {"proxy": "http://127.0.0.1:1", "ca_file": "/tmp/ca.pem", "root_key": "00" * 32}
    (home / "lab.json").write_text(json.dumps(description))
    daemon = start(COMPTOIR_LAB=str(home / "lab.json"))
    daemon.ready()
    with daemon.client() as client:
        assert client.call("status")["daemon"]["lab"] is True
        client.call("tenant.add", tenant="awa")
        said = client.call("try", tenant="awa", text="environ SSL_CERT_FILE")
        assert said == {"SSL_CERT_FILE": "/tmp/ca.pem"}
    assert daemon.end() == 0


def test_after_kill_minus_nine_workers_finish_and_the_next_daemon_goes_on(start):
    first = start()
    first.ready()
    with first.client() as client:
        client.call("tenant.add", tenant="awa")
        # It has its lock by the time that it answers.
        client.call("try", tenant="awa", text="spec")
        worker = client.call("status")["tenants"][0]["pid"]
        assert holder(first.lock_of("awa")) == worker
    first.process.kill()
    first.process.wait(LIMIT)
    second = start()
    second.ready()
    with second.client() as client:
        assert client.call("try", tenant="awa", text="spec")["linked"] is False
        assert client.call("status")["tenants"][0]["pid"] != worker
    assert (second.paths.tenant_state("awa") / "finished").read_text() == str(worker)
    assert second.end() == 0


def test_what_a_worker_starts_may_not_control_the_daemon(start):
    daemon = start()
    daemon.ready()
    code = (
        "from pathlib import Path; from comptoir.gateway.client import Client; "
        f"Client(Path({str(daemon.paths.control_socket)!r}))"
    )
    # A second fork whose parent is gone: adopted, and still recognised.
    orphan = (
        f"import os, subprocess, sys, time; r, w = os.pipe(); p = os.fork(); "
        f"p or os.fork() and os._exit(0); p or time.sleep(0.3); "
        f"p or os.dup2(w, 2) and os.execv(sys.executable, [sys.executable, '-c', {code!r}]); "
        f"os.close(w); sys.stderr.write(os.fdopen(r).read())"
    )
    with daemon.client() as client:
        client.call("tenant.add", tenant="awa")
        for kind in (code, orphan):
            said = client.call("try", tenant="awa", text=f"child {kind}")
            assert "workers and what they start may not control the daemon" in said["err"]
    assert daemon.end() == 0


@as_root
def test_another_user_is_refused_even_where_the_socket_is_open(start, home):
    daemon = start()
    daemon.ready()
    for folder in (home, daemon.paths.run):
        folder.chmod(0o755)
    daemon.paths.control_socket.chmod(0o666)
    said = as_nobody(daemon.paths.control_socket)
    assert said["error"]["code"] == 4
    assert f"user {NOBODY} is not an operator" in said["error"]["message"]
    assert daemon.end() == 0


@as_root
def test_the_owner_of_state_is_an_operator(start, home):
    daemon = start()
    daemon.ready()
    assert daemon.end() == 0
    os.chown(daemon.paths.state, NOBODY, NOBODY)
    daemon = start()
    daemon.ready()
    for folder in (home, daemon.paths.run):
        folder.chmod(0o755)
    daemon.paths.control_socket.chmod(0o666)
    assert as_nobody(daemon.paths.control_socket)["result"]["version"] == 1
    assert daemon.end() == 0


# Python itself is started as root: another user may not be able to read it.
AS_NOBODY = """
import os, socket, sys
os.setgroups([])
os.setgid(65534)
os.setuid(65534)
control = socket.socket(socket.AF_UNIX)
control.connect(sys.argv[1])
control.sendall(b'{"jsonrpc":"2.0","id":1,"method":"hello","params":{"version":1}}\\n')
print(control.makefile("r").readline())
"""


def as_nobody(path):
    """What the daemon answers to a hello of another user."""
    done = subprocess.run([sys.executable, "-c", AS_NOBODY, str(path)], stdout=subprocess.PIPE, check=True)
    return json.loads(done.stdout)


def test_a_socket_path_that_is_too_long(start, home):
    daemon = start(COMPTOIR_HOME=str(home / ("x" * 100)))
    _, said = daemon.process.communicate(timeout=15)
    assert daemon.process.returncode == 1
    assert "107 bytes" in said


def test_events_over_the_socket(start):
    daemon = start()
    daemon.ready()
    with daemon.client() as follower, daemon.client() as client:
        events = follower.stream("events")
        assert next(events)["kind"] == "following"
        client.call("tenant.add", tenant="awa")
        assert next(events)["kind"] == "tenant_added"
        started = next(event for event in events if event["kind"] == "worker_started")
        assert started["tenant"] == "awa"
        events.close()
        with pytest.raises(ControlError) as unknown:
            client.call("events", tenant="bintou")
        assert unknown.value.code == 3
    assert daemon.end() == 0


def test_a_listener_of_systemds_that_is_gone(start, home):
    daemon = start(NOTIFY_SOCKET=str(home / "notify"))
    daemon.ready()
    assert daemon.end() == 0


def test_systemd_is_told(start, home):
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    listener.bind(str(home / "notify"))
    listener.settimeout(10)
    with listener:
        daemon = start(NOTIFY_SOCKET=str(home / "notify"))
        assert listener.recv(100) == b"READY=1"
        assert listener.recv(100) == b"STATUS=no tenants yet"
        daemon.ready()
        with daemon.client() as client:
            client.call("tenant.add", tenant="awa")
        assert listener.recv(100) == b"STATUS=1 tenant: 1 new"
        assert daemon.end() == 0
        assert listener.recv(100).startswith(b"STOPPING=1\nSTATUS=")


def test_a_fault_of_the_daemons_own_is_told_by_type_and_place_only(start):
    code = """
import sys
from comptoir.gateway import daemon
async def serve(installation): raise ValueError("deux poulets")
daemon.serve = serve
sys.exit(daemon.main())
"""
    daemon = start([sys.executable, "-P", "-c", code])
    assert daemon.process.wait(LIMIT) == 1
    said = daemon.process.stderr.read()
    assert "error=ValueError at=" in said
    assert "poulets" not in said

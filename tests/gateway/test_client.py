"""The blocking client against a scripted peer, so that also what no daemon says is answered well."""

import json
import socket
import subprocess
import sys
import threading

import pytest

from comptoir.gateway import client as client_module
from comptoir.gateway.client import Client, ControlError, DaemonUnreachable
from comptoir.sessions.protocol import MAX_LINE, ErrorCode

HANG = b'{"jsonrpc":"2.0","method":"event","params":{}}'


class Peer:
    """Answers each request with the next lines of its script; `ID` in them is the request's.

    Then it closes the connection, unless the last line is HANG.
    """

    def __init__(self, path, *script):
        self.requests = []
        self._script = [b'{"jsonrpc":"2.0","id":ID,"result":{"version":1,"lab":false}}', *script]
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(str(path))
        self._listener.listen()
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def _serve(self):
        accepted, _ = self._listener.accept()
        with accepted, accepted.makefile("rb") as lines:
            for answer, line in zip(self._script, lines, strict=False):
                self.requests.append(json.loads(line))
                accepted.sendall(answer.replace(b"ID", str(self.requests[-1]["id"]).encode()) + b"\n")
            if self._script[-1] == HANG:
                lines.read()

    def close(self):
        self._thread.join()
        self._listener.close()


@pytest.fixture
def peer(home):
    made = []

    def make(*script):
        made.append(Peer(home / "s", *script))
        return made[0], home / "s"

    yield make
    for one in made:
        one.close()


def result(value):
    return json.dumps({"jsonrpc": "2.0", "id": "ID", "result": value}).replace('"ID"', "ID").encode()


def note(**params):
    return json.dumps({"jsonrpc": "2.0", "method": "link", "params": params}).encode()


def test_a_call(peer):
    server, path = peer(result([1]))
    with Client(path) as client:
        assert client.daemon["version"] == 1
        assert client.call("try", tenant="awa", from_="+221", owner=None) == [1]
    assert server.requests[0]["params"] == {"version": 1}
    assert server.requests[1]["params"] == {"tenant": "awa", "from": "+221"}


def test_a_refusal(peer):
    error = b'{"jsonrpc":"2.0","id":ID,"error":{"code":78,"message":"wrong","data":{"faults":[]}}}'
    _, path = peer(error)
    with Client(path) as client, pytest.raises(ControlError, match="wrong") as refused:
        client.call("reload", tenant="awa")
    assert (refused.value.code, refused.value.data) == (78, {"faults": []})


def test_a_stream(peer):
    _, path = peer(b"\n".join([note(event="qr"), note(event="linked"), result({"number": "+221"})]))
    with Client(path) as client:
        stream = client.stream("link", tenant="awa")
        assert [next(stream)["event"], next(stream)["event"]] == ["qr", "linked"]
        with pytest.raises(StopIteration) as end:
            next(stream)
        assert end.value.value == {"number": "+221"}


def test_leaving_a_stream_closes_the_connection(peer):
    server, path = peer(note(event="qr"), result(None))
    client = Client(path)
    stream = client.stream("link", tenant="awa")
    next(stream)
    stream.close()
    server.close()
    with pytest.raises(DaemonUnreachable):
        client.call("status")


def test_no_daemon(home):
    with pytest.raises(DaemonUnreachable, match="comptoir daemon"):
        Client(home / "s")
    stale = socket.socket(socket.AF_UNIX)
    stale.bind(str(home / "s"))
    stale.close()
    with pytest.raises(DaemonUnreachable, match="comptoir daemon"):
        Client(home / "s")


@pytest.mark.parametrize("said", [b"nonsense", b"x" * (MAX_LINE + 2)])
def test_a_peer_that_is_no_daemon(peer, said):
    _, path = peer(said)
    with Client(path) as client, pytest.raises(DaemonUnreachable, match="stopped answering"):
        client.call("status")


def test_a_daemon_that_closes_the_connection(peer):
    _, path = peer()
    with Client(path) as client, pytest.raises(DaemonUnreachable, match="stopped answering"):
        client.call("status")


def test_a_daemon_that_hangs(peer, monkeypatch):
    monkeypatch.setattr(client_module, "ANSWER_LIMIT", 0.1)
    _, path = peer(HANG)
    with Client(path) as client, pytest.raises(DaemonUnreachable, match="timed out"):
        client.call("status")


def test_more_than_a_line_holds(peer):
    _, path = peer()
    with Client(path) as client, pytest.raises(ControlError, match="too much at once") as refused:
        client.call("send", text="x" * MAX_LINE)
    assert refused.value.code == ErrorCode.INVALID_PARAMS


def test_a_refused_peer_is_told_why(home):
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(str(home / "s"))
    listener.listen()

    def refuse():
        accepted, _ = listener.accept()
        with accepted:
            accepted.sendall(b'{"jsonrpc":"2.0","id":null,"error":{"code":4,"message":"no operator"}}\n')

    thread = threading.Thread(target=refuse)
    thread.start()
    with pytest.raises(ControlError, match="no operator") as refused:
        Client(home / "s")
    assert refused.value.code == ErrorCode.NOT_PERMITTED
    thread.join()
    listener.close()


def test_importing_it_stays_cheap():
    code = "import comptoir.gateway.client, comptoir.gateway.paths, sys; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert not {"trio", "pydantic", "cryptography", "sqlite_utils", "neonize"} & set(loaded)

"""A worker without WhatsApp for the supervisor's tests: it keeps the worker's rules and obeys `try`.

It imports nothing of the worker, so that these tests say what the daemon expects of one.
"""

import fcntl
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from typing import Any

from comptoir.sessions.output import Printed
from comptoir.sessions.spec import WorkerSpec


class StandIn:
    def __init__(self, spec: WorkerSpec, connection: socket.socket) -> None:
        self.spec = spec
        self.connection = connection
        self.sent = 0
        self.refusing: dict[str, int] = {}

    def notify(self, method: str, **params: Any) -> None:
        self._write({"method": method, "params": params})

    def run(self) -> None:
        if self.spec.linked:
            self.notify("state", state="online", number="+221770000001")
        for request in self._requests():
            if self.refusing.get(request["method"]):
                self.refusing[request["method"]] -= 1
                self._write({"id": request["id"], "error": {"code": 75, "message": "busy"}})
                continue
            answer = getattr(self, f"do_{request['method']}", self._unknown)(**request["params"])
            self._write({"id": request["id"], **answer})
            if request["method"] == "stop":
                return

    def do_ping(self) -> dict[str, Any]:
        return {"result": {}}

    def do_stop(self) -> dict[str, Any]:
        self._mark("stopped")
        return {"result": {}}

    def do_pause(self) -> dict[str, Any]:
        self.notify("state", state="paused")
        return {"result": {}}

    def do_resume(self) -> dict[str, Any]:
        self.notify("state", state="new")
        return {"result": {}}

    def do_unlink(self) -> dict[str, Any]:
        self._mark("unlinked")
        # What logging out brings about, before the answer.
        self.notify("state", state="parked", reason="logged_out", park=True)
        return {"result": {"told": True}}

    def do_link(self, code: str | None = None) -> dict[str, Any]:
        (self.spec.session_dir / "session.db").write_text("credentials")
        if code is None:
            self.notify("link", event="qr", code="2@code", expires_in=60)
        else:
            self.notify("link", event="pairing_code", code=f"CODE{code[-4:]}", expires_in=160)
        return {"result": {}}

    def do_status(self) -> dict[str, Any]:
        return {"result": {"inbox": 0, "outbox": self.sent, "country": "SN", "memory_pss_kb": 24_000}}

    def do_send(self, **_params: Any) -> dict[str, Any]:
        self.sent += 1
        return {"result": {"id": self.sent, "state": "queued"}}

    def do_wait(self, timeout: float, **_params: Any) -> dict[str, Any]:
        time.sleep(timeout)
        return {"error": {"code": 75, "message": "not yet"}}

    def do_messages(self, limit: int, **_params: Any) -> dict[str, Any]:
        return {"result": {"messages": ["x" * 2000] * limit}}

    def do_reload(self, saved: bool = False) -> dict[str, Any]:
        fault = {"file": "tenant.toml", "line": 3, "what": "lang = 'xx'", "expected": "fr or en"}
        return {"error": {"code": 78, "message": "tenant.toml:3: …", "data": {"faults": [fault]}}}

    def do_try(self, text: str, **_params: Any) -> dict[str, Any]:
        """What a test wants: `exit N`, `hang`, `refuse METHOD [TIMES]`, `notify METHOD JSON`, `spec`, `child CODE`."""
        order, _, rest = text.partition(" ")
        result: Any = {}
        match order:
            case "exit":
                os._exit(int(rest))
            case "abort":
                os.write(2, rest.encode())
                os.kill(os.getpid(), signal.SIGABRT)
            case "hang":
                time.sleep(3600)
            case "refuse":
                method, _, times = rest.partition(" ")
                if times:
                    self.refusing[method] = int(times)
                result = {"left": self.refusing[method]}
            case "deaf":
                signal.pause()
            case "notify":
                method, _, params = rest.partition(" ")
                self.notify(method, **json.loads(params))
            case "spec":
                result = {key: getattr(self.spec, key) for key in ("linked", "paused", "parked", "fast")}
                result["key"] = self.spec.data_key.hex()
            case "child":
                done = subprocess.run(
                    [sys.executable, "-c", rest], capture_output=True, text=True, timeout=20, check=False
                )
                result = {"out": done.stdout, "err": done.stderr}
            case "environ":
                result = {rest: os.environ.get(rest)}
        return {"result": result}

    def _unknown(self, **_params: Any) -> dict[str, Any]:
        return {"error": {"code": -32601, "message": "unknown"}}

    def _requests(self) -> Iterator[dict[str, Any]]:
        with self.connection.makefile("rb") as lines:
            for line in lines:
                yield json.loads(line)
        # The daemon is gone: finish what is being sent, then end.
        self._mark("finished")

    def _write(self, body: dict[str, Any]) -> None:
        self.connection.sendall(json.dumps({"jsonrpc": "2.0", **body}).encode() + b"\n")

    def _mark(self, what: str) -> None:
        (self.spec.state_dir / what).write_text(str(os.getpid()))


def run_standin(spec: WorkerSpec, connection: socket.socket, printed: Printed) -> None:
    os.dup2(printed[0].fileno(), 2)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with spec.lock_path.open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        StandIn(spec, connection).run()
    os._exit(0)


def report_preload(spec: WorkerSpec, connection: socket.socket, _printed: Printed) -> None:
    """What a worker finds imported before it imports anything itself."""
    preload = sys.modules.get("comptoir.sessions.preload")
    loaded = ["comptoir.sessions.link" in sys.modules, getattr(preload, "LOADED", False)]
    connection.sendall(json.dumps(loaded).encode())

"""A daemon whose tenant `caller` has a worker that asks the control socket, and starts a process that does."""

import json
import os
import socket
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import callers

from comptoir.gateway.daemon import main
from comptoir.gateway.targets import Targets
from comptoir.sessions.output import Printed
from comptoir.sessions.spec import WorkerSpec
from comptoir.sessions.start import run_worker

TENANT = "caller"


def run(spec: WorkerSpec, connection: socket.socket, printed: Printed) -> None:
    if spec.tenant == TENANT:
        home = Path(os.environ["COMPTOIR_HOME"])
        control_socket, requests = str(home / "run/control.sock"), home / "requests.json"
        answers = callers.ask_all(control_socket, json.loads(requests.read_text()))
        (home / "worker.json").write_text(json.dumps(answers))
        command = [sys.executable, callers.__file__, control_socket, requests, home / "child.json", "0", "0"]
        subprocess.run(list(map(str, command)), check=True)
    run_worker(spec, connection, printed)


if __name__ == "__main__":
    sys.exit(main(Targets(run)))

"""A vault without files for the supervisor's tests: it remembers what it was told, and seals at once."""

import json
import os
import signal
import socket
from typing import Any

from comptoir.gateway.vault.orders import VaultSpec
from comptoir.sessions.output import Printed


def run_standin_vault(_spec: VaultSpec, connection: socket.socket, _printed: Printed) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with connection.makefile("rb") as lines:
        for line in lines:
            request = json.loads(line)
            answer = {"jsonrpc": "2.0", "id": request["id"], "result": _answer(request["method"])}
            connection.sendall(json.dumps(answer).encode() + b"\n")
    os._exit(0)


def run_lying_vault(_spec: VaultSpec, connection: socket.socket, _printed: Printed) -> None:
    """Says what no vault says, as one that somebody has taken over may."""
    connection.sendall(b'{"jsonrpc": "2.0", "method": "sealed", "params": {"generation": []}}\n')
    signal.pause()


def _answer(method: str) -> dict[str, Any]:
    match method:
        case "seal":
            return {"generation": 1}
        case "restore":
            return {"generation": None}
        case _:
            return {}

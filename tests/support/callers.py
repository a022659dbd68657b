"""Asks the control socket as some user: in a process that gives up its rights before it connects.

`python callers.py SOCKET REQUESTS ANSWERS UID GID` asks what stands in a JSON file, and writes what was answered.
"""

import array
import json
import os
import socket
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

NO_WAY_IN = "no way in"
"""The kernel's refusal, before the daemon's."""
SILENCE = "no answer"
LIMIT = 15.0

Request = dict[str, Any]
"""`method`, `params`, `descriptors` (how many come with it), `whole` (whether a stream is read to its end)."""


def ask_all(control_socket: str, requests: Sequence[Request]) -> list[int | str]:
    """The code of each answer, 0 for a result or a stream that begins or ends well; each on a connection of its own."""
    return [_ask(control_socket, request) for request in requests]


def _ask(control_socket: str, request: Request) -> int | str:
    with socket.socket(socket.AF_UNIX) as caller:
        caller.settimeout(LIMIT)
        try:
            caller.connect(control_socket)
        except PermissionError:
            return NO_WAY_IN
        lines = _lines(caller)
        try:
            _send(caller, 1, "hello", {"version": 1}, 0)
        except BrokenPipeError:
            # Refused before we had said a word; the reason waits to be read.
            return _code(next(lines))
        if code := _code(next(lines)):
            return code
        _send(caller, 2, request["method"], request["params"], request["descriptors"])
        try:
            return next(_code(line) for line in lines if "id" in line or not request["whole"])
        except TimeoutError:
            return SILENCE


def _send(caller: socket.socket, id: int, method: str, params: dict[str, Any], descriptors: int) -> None:
    line = json.dumps({"jsonrpc": "2.0", "id": id, "method": method, "params": params}).encode() + b"\n"
    with open(os.devnull, "r+b") as nothing:  # noqa: PTH123 (a descriptor is wanted)
        numbers = array.array("i", [nothing.fileno()] * descriptors)
        rights = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, numbers.tobytes())] if descriptors else []
        caller.sendmsg([line], rights)


def _lines(caller: socket.socket) -> Iterator[Any]:
    with caller.makefile("rb") as received:
        for line in received:
            yield json.loads(line)


def _code(answer: Any) -> int:
    return int(answer["error"]["code"]) if "error" in answer else 0


def become(uid: int, gid: int) -> None:
    os.setgroups([])
    os.setresgid(gid, gid, gid)
    os.setresuid(uid, uid, uid)


if __name__ == "__main__":
    control_socket, requests, answers, uid, gid = sys.argv[1:]
    asked = json.loads(Path(requests).read_text())
    with Path(answers).open("w") as written:
        become(int(uid), int(gid))
        json.dump(ask_all(control_socket, asked), written)

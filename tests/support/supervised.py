"""What tests of the supervisor share."""

import sqlite3
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, NoReturn

from comptoir.sessions.protocol import RpcError
from comptoir.sessions.spec import LabServer

LAB = LabServer("http://127.0.0.1:1", Path("/tmp/ca.pem"), bytes(32))


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


async def ignore_errors(function: Callable[..., Awaitable[Any]], *args: Any) -> None:
    with suppress(RpcError):
        await function(*args)


async def disk_full(*_args: Any, **_changes: Any) -> NoReturn:
    raise sqlite3.OperationalError("database or disk is full")

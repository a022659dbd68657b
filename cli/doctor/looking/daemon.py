"""Asks the daemon, and finds out why where nobody answers."""

import resource
import time
from pathlib import Path

from comptoir.cli.doctor.facts import Daemon, Row
from comptoir.cli.doctor.tenants import needs_second_look
from comptoir.gateway.client import Client, ControlError, DaemonUnreachable
from comptoir.gateway.locks import holder
from comptoir.gateway.paths import Paths
from comptoir.sessions.protocol import ErrorCode

ANSWER_LIMIT = 20.0
"""Seconds; a status takes two where workers are silent."""
SECOND_LOOK_AFTER = 3.0


def look_at_daemon(paths: Paths, tenant: str | None = None) -> Daemon:
    """Raises ControlError for a tenant that the daemon does not know."""
    try:
        with Client(paths.control_socket, answer_limit=ANSWER_LIMIT) as client:
            return _ask(client, tenant)
    except ControlError as error:
        if error.code == ErrorCode.NOT_FOUND:
            raise
        refused = error.code == ErrorCode.NOT_PERMITTED
        return Daemon("refused" if refused else "foreign", error.message, _lock_holder(paths))
    except DaemonUnreachable as error:
        return _unreachable(str(error), paths)


def _ask(client: Client, tenant: str | None) -> Daemon:
    report = client.call("status", tenant=tenant)
    rows: list[Row] = report["tenants"]
    later: list[Row] = []
    if any(map(needs_second_look, rows)):
        time.sleep(SECOND_LOOK_AFTER)
        later = client.call("status", tenant=tenant)["tenants"]
    about = report["daemon"]
    return Daemon(
        state="answers",
        lock_pid=about["pid"],
        open_files=_open_files_of(about["pid"]),
        version=about["version"],
        lab=about["lab"],
        uptime=about["uptime"],
        notices=tuple(about.get("notices", ())),
        rows=tuple(rows),
        later=tuple(later),
    )


def _unreachable(text: str, paths: Paths) -> Daemon:
    # The kernel's word: a socket may be a dead daemon's, and a living one may not listen yet.
    if pid := _lock_holder(paths):
        return Daemon("silent", text, pid, _open_files_of(pid))
    here = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    return Daemon("stale" if _exists(paths.control_socket) else "absent", text, open_files=here)


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except OSError:
        return False


def _lock_holder(paths: Paths) -> int:
    try:
        return holder(paths.daemon_lock)
    except OSError:
        return 0


def _open_files_of(pid: int) -> int | None:
    try:
        return open_files_limit(Path(f"/proc/{pid}/limits").read_text(encoding="ascii"))
    except (OSError, UnicodeDecodeError):
        return None


def open_files_limit(limits: str) -> int | None:
    """The soft limit, from the text of /proc/PID/limits; None where it has none."""
    lines = (line.split() for line in limits.splitlines() if line.startswith("Max open files"))
    return next((int(line[3]) for line in lines if line[3].isdigit()), None)

"""What a test does to a machine's memory and to its vaults."""

import os
import shutil
import signal
from pathlib import Path

import trio
from rig import Rig

from comptoir.gateway.paths import find_paths
from comptoir.gateway.session_dirs import sessions_root

GONE_WITHIN = 10.0


def memory(here: Rig) -> Path:
    """Where this installation's sessions lie."""
    return sessions_root(find_paths({"COMPTOIR_HOME": str(here.home)}))


def vault_of(here: Rig, shop: str) -> Path:
    return here.home / "state" / "tenants" / shop / "vault.db"


async def cut_power(here: Rig) -> None:
    """Everything ends at once, and what was in memory is gone. What was written to disk stays."""
    await kill_everything(here)
    shutil.rmtree(memory(here))


async def kill_everything(here: Rig) -> None:
    """kill -9 of daemon, forkserver, workers and vault, none of which gets to know of the others' end."""
    pids = descendants(here.daemon_pid)
    for pid in (here.daemon_pid, *pids):
        os.kill(pid, signal.SIGSTOP)
    watched = [os.pidfd_open(pid) for pid in pids]
    for pidfd in watched:
        signal.pidfd_send_signal(pidfd, signal.SIGKILL)
    await here.kill_daemon()
    with trio.fail_after(GONE_WITHIN):
        for pidfd in watched:
            await trio.lowlevel.wait_readable(pidfd)
            os.close(pidfd)


def vault_pid(here: Rig) -> int:
    return next(pid for pid in descendants(here.daemon_pid) if title(pid) == "vault")


def title(pid: int) -> str:
    return Path(f"/proc/{pid}/comm").read_text().strip()


def descendants(pid: int) -> list[int]:
    """All processes that it has started, and theirs."""
    found = []
    for thread in Path(f"/proc/{pid}/task").iterdir():
        for child in map(int, (thread / "children").read_text().split()):
            found += [child, *descendants(child)]
    return found

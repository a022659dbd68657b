"""What systemd shows of the daemon: how many tenants there are, and in which states."""

from collections import Counter
from collections.abc import Iterable

import trio

from comptoir.gateway.notify import is_listening, notify
from comptoir.gateway.supervisor import Supervisor

EVERY = 1.0
# The order in which they are named: first what goes well, then what needs somebody.
_ORDER = ("online", "paused", "connecting", "linking", "offline", "new", "parked", "stopped")


def status_line(states: Iterable[str]) -> str:
    """`12 tenants: 10 online, 1 offline, 1 parked`."""
    counts = Counter(states)
    total = counts.total()
    known = [*_ORDER, *sorted(counts.keys() - set(_ORDER))]
    named = ", ".join(f"{counts[state]} {state}" for state in known if counts[state])
    tenants = "1 tenant" if total == 1 else f"{total} tenants"
    return f"{tenants}: {named}" if named else "no tenants yet"


async def keep_status(supervisor: Supervisor) -> None:
    """Tell systemd whenever it changes, until cancelled; return at once where no systemd listens."""
    told = ""
    while is_listening():
        line = status_line(tenant.state[0] for tenant in supervisor.tenants())
        if line != told:
            notify(f"STATUS={line}")
            told = line
        await trio.sleep(EVERY)

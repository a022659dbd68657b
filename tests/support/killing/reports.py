"""How soon lost mail is reported: by what the daemon told, in its order."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from comptoir.sessions.protocol import Params

WITHIN = timedelta(seconds=10)
"""After a session is connected again."""


def late_reports(events: Sequence[Params]) -> Iterator[str]:
    """Every message that was reported as lost unread later than that."""
    online: dict[str, datetime] = {}
    for event in events:
        tenant, at = event["tenant"], datetime.fromisoformat(event["time"])
        match event["kind"]:
            case "worker_started":
                online.pop(tenant, None)
            case "state" if event["state"] == "online":
                online.setdefault(tenant, at)
            case "lost_unread" if tenant in online and at > online[tenant] + WITHIN:
                yield f"reported {(at - online[tenant]).total_seconds():g} s after it was connected again: {event}"

"""Timers that come every day by the tenant's clock: how they are named, and when the next one is due."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from comptoir.plugins.api import Json

PREFIX = "daily:"
"""What their names begin with; no plugin sets such a timer by itself."""


def data_of(at: time, timezone: str) -> dict[str, Json]:
    """What such a timer holds, so that it can be set again by itself."""
    return {"at": at.isoformat(), "timezone": timezone}


def next_due(data: Json, after: datetime) -> datetime | None:
    """When a timer with this data is due next, later than `after`; None where it is no daily one's."""
    match data:
        case {"at": str(at), "timezone": str(timezone)}:
            return _next(time.fromisoformat(at), ZoneInfo(timezone), after)
        case _:
            return None


def _next(at: time, zone: ZoneInfo, after: datetime) -> datetime:
    day = after.astimezone(zone).date()
    due = datetime.combine(day, at, zone)
    return due if due > after else datetime.combine(day + timedelta(days=1), at, zone)

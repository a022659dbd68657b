"""Times: integer milliseconds UTC inside, RFC 3339 for people and scripts."""

import time
from datetime import UTC, datetime


def now_ms() -> int:
    return time.time_ns() // 1_000_000


def as_time(ms: int) -> datetime:
    """Milliseconds since 1970, aware."""
    return datetime.fromtimestamp(ms / 1000, UTC)


def rfc3339(ms: int) -> str:
    """Milliseconds since 1970 as `2026-11-21T07:00:00.123Z`."""
    text = datetime.fromtimestamp(ms / 1000, UTC).isoformat(timespec="milliseconds")
    return text.removesuffix("+00:00") + "Z"

"""Times as people and scripts read them."""

from datetime import UTC, datetime


def rfc3339(ms: int) -> str:
    """Milliseconds since 1970 as `2026-11-21T07:00:00.123Z`."""
    text = datetime.fromtimestamp(ms / 1000, UTC).isoformat(timespec="milliseconds")
    return text.removesuffix("+00:00") + "Z"

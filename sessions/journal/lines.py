"""A chat's last messages, as a plugin may read them."""

from datetime import UTC, datetime

from comptoir.plugins.api import Line
from comptoir.sessions.journal.database import Connection


def lines(db: Connection, contact: int, limit: int) -> tuple[Line, ...]:
    """The newest, oldest first: what was lost or could not be sent was never said."""
    rows = db.execute(
        """SELECT coalesce(server_time, recorded_at), iif(direction = 'in', 'customer', author), kind, text
            FROM messages WHERE contact = ? AND state NOT IN ('lost', 'failed') ORDER BY id DESC LIMIT ?""",
        (contact, limit),
    ).fetchall()
    return tuple(Line(datetime.fromtimestamp(at / 1000, UTC), by, kind, text) for at, by, kind, text in reversed(rows))

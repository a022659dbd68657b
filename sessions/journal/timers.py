"""When plugins want to be woken, in which chat; a timer lives until it was served."""

import json

from comptoir.plugins.api import Wake
from comptoir.sessions.journal.database import Connection

SOONEST = 1_000
"""Milliseconds before a timer is due at the earliest."""
MOST = 100
"""Timers of a plugin in a chat; what is set beyond them is left out."""


def put(db: Connection, plugin: str, contact: int, wake: Wake, now: int) -> bool:
    """Set a timer, set it anew, or take it back; whether there was room for it.

    A walk of the one that it takes the place of is void.
    """
    asked = (plugin, contact, wake.name)
    db.execute("DELETE FROM timers WHERE plugin = ? AND contact = ? AND name = ?", asked)
    if wake.at is not None:
        (others,) = db.execute("SELECT count(*) FROM timers WHERE plugin = ? AND contact = ?", asked[:2]).fetchone()
        if others >= MOST:
            return False
        # A plugin that wakes itself again and again must not go round at once.
        due_at = max(round(wake.at.timestamp() * 1000), now + SOONEST)
        db.execute(
            "INSERT INTO timers (plugin, contact, name, due_at, data) VALUES (?, ?, ?, ?, ?)",
            (*asked, due_at, json.dumps(wake.data)),
        )
    return True


def merge(db: Connection, keep: int, gone: int) -> None:
    """The younger contact's move, unless the older has one of that name."""
    db.execute("UPDATE OR IGNORE timers SET contact = ? WHERE contact = ?", (keep, gone))
    db.execute("DELETE FROM timers WHERE contact = ?", (gone,))

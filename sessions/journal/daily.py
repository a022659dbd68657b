"""The timers of every day, in the owner's chat: set when a pipeline begins, and again whenever one has been told."""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, time

from comptoir.plugins.api import Json, Timer, Wake
from comptoir.plugins.walking.daily import PREFIX, data_of, next_due
from comptoir.sessions.events import Address
from comptoir.sessions.journal import contacts, timers
from comptoir.sessions.journal.database import Connection

Wanted = Mapping[str, Mapping[str, time]]
"""By plugin and name."""


def arrange(db: Connection, wanted: Wanted, owner: str | None, timezone: str, now: int) -> None:
    """These and no others. One that stands as it is wanted stays, also where it is overdue. A job of the journal."""
    missing: dict[tuple[str, int, str], dict[str, Json]] = {}
    if owner is not None and any(wanted.values()):
        chat = contacts.contact_for(db, Address.parse(owner), now)
        missing = {
            (plugin, chat, PREFIX + name): data_of(at, timezone)
            for plugin, named in wanted.items()
            for name, at in named.items()
        }
    rows = db.execute("SELECT id, plugin, contact, name, data FROM timers WHERE name GLOB ?", (f"{PREFIX}*",))
    for id, plugin, contact, name, data in rows.fetchall():
        if missing.get((plugin, contact, name)) == json.loads(data):
            del missing[plugin, contact, name]
        else:
            db.execute("DELETE FROM timers WHERE id = ?", (id,))
    for (plugin, contact, name), at in missing.items():
        _set(db, plugin, contact, Wake(name, None, at), now)


def again(db: Connection, plugin: str, contact: int, told: object, now: int) -> bool:
    """After a timer of every day comes the next day's; whether it was one."""
    if not isinstance(told, Timer) or not told.name.startswith(PREFIX):
        return False
    return _set(db, plugin, contact, Wake(told.name, None, told.data), now)


def _set(db: Connection, plugin: str, contact: int, wake: Wake, now: int) -> bool:
    due = next_due(wake.data, datetime.fromtimestamp(now / 1000, UTC))
    return due is not None and timers.put(db, plugin, contact, replace(wake, at=due), now)

"""What plugins remember, by plugin, contact and key; versions show whether a decision still holds."""

import json
from collections.abc import Mapping
from typing import Any

from comptoir.plugins.walking.state import Slot, Value
from comptoir.sessions.journal.database import Connection


class StateConflict(Exception):
    """Somebody changed what the decision was made on: decide again."""


def get(db: Connection, slot: Slot) -> Value:
    """None stands for a key never put or forgotten."""
    query = "SELECT value, version FROM plugin_state WHERE plugin = ? AND contact = ? AND key = ?"
    row = db.execute(query, (slot.plugin, slot.contact, slot.key)).fetchone()
    if row is None:
        return Value(None, 0)
    return Value(None if row[0] is None else json.loads(row[0]), row[1])


def put(db: Connection, slot: Slot, value: Any, version: int | None = None) -> int:
    """Store a value, None to forget it; the new version. Raises StateConflict if `version` is old."""
    current = get(db, slot).version
    if version is not None and version != current:
        raise StateConflict(f"{slot.plugin}: {slot.key} is at version {current}, not {version}")
    # A forgotten key keeps its row, so that its version never starts again.
    stored = None if value is None else json.dumps(value)
    db.execute(
        """INSERT INTO plugin_state (plugin, contact, key, value, version) VALUES (?, ?, ?, ?, 1)
            ON CONFLICT DO UPDATE SET value = excluded.value, version = version + 1""",
        (slot.plugin, slot.contact, slot.key, stored),
    )
    return current + 1


def check(db: Connection, read: Mapping[Slot, int]) -> None:
    """Raises StateConflict if any of the versions read is no longer the current one."""
    for slot, version in read.items():
        if get(db, slot).version != version:
            raise StateConflict(f"{slot.plugin}: {slot.key} was changed meanwhile")

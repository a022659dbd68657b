"""Brings what a plugin remembers to the version that its code knows, before it starts."""

import json
from collections.abc import Mapping
from functools import partial

import trio

from comptoir.plugins.api import Json, Plugin
from comptoir.plugins.walking.state import TENANT, Slot, Value
from comptoir.sessions.journal import state
from comptoir.sessions.journal.database import Connection
from comptoir.sessions.journal.journal import Store

FIRST = 1
"""The version of what was put before any was noted."""
AT_ONCE = 200
"""Values between two looks at what else there is to do."""


class NewerState(Exception):
    """A newer version of the plugin wrote it."""


async def migrate(journal: Store, plugin: Plugin) -> None:
    """All of it in one commit, or nothing: raises what the plugin raises, and NewerState.

    The plugin sees a copy, and holds up nobody: what is changed under its hands raises StateConflict.
    """
    version, values = await journal.read(partial(_read, plugin=plugin.name))
    if version == plugin.state_version:
        return
    if version > plugin.state_version:
        raise NewerState(f"what it remembers is of version {version}, this is version {plugin.state_version}")
    migrated: dict[Slot, tuple[Json, int]] = {}
    for number, (slot, found) in enumerate(values.items(), 1):
        value = plugin.migrate(version, slot.key, found.value)
        # Now, not in the transaction: what is no JSON is the plugin's fault.
        migrated[slot] = json.loads(json.dumps(value)), found.version
        if number % AT_ONCE == 0:
            await trio.lowlevel.checkpoint()
    await journal.write(partial(_write, plugin=plugin.name, version=plugin.state_version, migrated=migrated))


def _read(db: Connection, plugin: str) -> tuple[int, Mapping[Slot, Value]]:
    rows = db.execute(
        "SELECT contact, key, value, version FROM plugin_state WHERE plugin = ? AND value IS NOT NULL", (plugin,)
    )
    values = {Slot(plugin, contact, key): Value(json.loads(value), version) for contact, key, value, version in rows}
    return state.get(db, _noted(plugin)).value or FIRST, values


def _write(db: Connection, plugin: str, version: int, migrated: Mapping[Slot, tuple[Json, int]]) -> None:
    for slot, (value, read) in migrated.items():
        state.put(db, slot, value, read)
    state.put(db, _noted(plugin), version)


def _noted(plugin: str) -> Slot:
    return Slot("(worker)", TENANT, f"state_version:{plugin}")

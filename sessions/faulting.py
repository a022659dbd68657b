"""Counts how often plugins fail, and suspends one that fails five times running: kept with what else is decided."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace

from comptoir.plugins.loading import MANDATORY
from comptoir.plugins.walking.state import TENANT, Slot
from comptoir.plugins.walking.walk import Outcome
from comptoir.sessions.journal import event_log, state
from comptoir.sessions.journal.database import Connection

RUNNING = 5
"""Faults with no success in between that suspend a plugin."""
# Beside the plugins' own state; no plugin can have this name.
_OWNER, _KEY = "(worker)", "faults:"


@dataclass(frozen=True, slots=True)
class Record:
    """How a plugin has done."""

    count: int = 0
    """Faults since somebody last looked after it."""
    running: int = 0
    """Those since it last did its work."""
    last: str | None = None
    """Where and what it raised last."""
    suspended: bool = False
    """Left out of all walks until the configuration is loaded again."""


def settle(db: Connection, outcomes: Iterable[Outcome], now: int, *, contact: int | None, message: int | None) -> None:
    """Note what became of each plugin that was asked, in the transaction that commits what they decided."""
    failed: set[str] = set()
    asked: dict[str, None] = {}
    for outcome in outcomes:
        asked[outcome.plugin] = None
        if outcome.failed:
            failed.add(outcome.plugin)
            said = {"plugin": outcome.plugin, "decision": outcome.decision, "fault": outcome.fault}
            event_log.add(db, "plugin_failed", now, contact=contact, message=message, **said)
            count(db, outcome.plugin, outcome.fault, now)
    for plugin in asked.keys() - failed:
        record = _record(db, plugin)
        if record.running:
            # What had begun before it was suspended may end well after that: it lifts nothing.
            _keep(db, plugin, replace(record, running=0))


def count(db: Connection, plugin: str, fault: str, now: int) -> None:
    """One more fault; suspends the plugin where it is the fifth running. Mandatory ones are never left out."""
    before = _record(db, plugin)
    after = replace(before, count=before.count + 1, running=before.running + 1, last=fault)
    if after.running >= RUNNING and not before.suspended and plugin not in MANDATORY:
        after = replace(after, suspended=True)
        event_log.add(db, "plugin_suspended", now, plugin=plugin, fault=fault)
    _keep(db, plugin, after)


def records(db: Connection) -> Mapping[str, Record]:
    """All plugins that failed since `lift`."""
    rows = db.execute(
        "SELECT key, value FROM plugin_state WHERE plugin = ? AND contact = ? AND key >= ? AND key < ?",
        (_OWNER, TENANT, _KEY, _KEY[:-1] + ";"),
    )
    return {key.removeprefix(_KEY): Record(**json.loads(value)) for key, value in rows if value is not None}


def suspended(db: Connection) -> frozenset[str]:
    """Which plugins are not to be asked."""
    return frozenset(plugin for plugin, record in records(db).items() if record.suspended)


def lift(db: Connection) -> None:
    """Ask all plugins again, and count their faults anew."""
    for plugin in records(db):
        state.put(db, _slot(plugin), None)


def _record(db: Connection, plugin: str) -> Record:
    found = state.get(db, _slot(plugin)).value
    return Record() if found is None else Record(**found)


def _keep(db: Connection, plugin: str, record: Record) -> None:
    state.put(db, _slot(plugin), asdict(record))


def _slot(plugin: str) -> Slot:
    return Slot(_OWNER, TENANT, f"{_KEY}{plugin}")

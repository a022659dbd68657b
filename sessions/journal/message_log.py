"""What the log tells of each event: ids, kinds, sizes, outcomes and durations, and nothing that anybody wrote."""

import logging
import re
from collections.abc import Iterable
from typing import Any

from comptoir.sessions.journal.database import Connection
from comptoir.sessions.journal.event_log import Event
from comptoir.sessions.log_line import Fact, LogLine

LOGGER = "messages"
_NAMED = re.compile(r"^(with|nobody named) .+?( in the team of tenant\.toml)?$")
# Of an event's own data, what is never somebody's words: what is not named here stays out.
_TOLD = (
    "reason", "error", "fault", "plugin", "decision", "change", "by", "size", "files", "faults", "final", "until",
    "again", "place", "state", "number", "field",
)  # fmt: skip
_WARNED = frozenset(
    {
        "failed",
        "uncertain",
        "unreadable",
        "lost_unread",
        "plugin_failed",
        "plugin_suspended",
        "plugin_held",
        "message_given_up",
    }
)


def lines(db: Connection, events: Iterable[Event]) -> list[LogLine]:
    """One for each event. A job of the journal."""
    return [_line(event, _facts(db, event) if event.message is not None else {}) for event in events]


def _line(event: Event, facts: dict[str, Fact]) -> LogLine:
    level = logging.WARNING if event.kind in _WARNED else logging.INFO
    told = {name: _fact(name, event.data[name]) for name in _TOLD if event.data.get(name) is not None}
    head: dict[str, Fact] = {"message": event.message, "chat": event.chat}
    all_facts = {**head, **facts, **told}
    return LogLine(level, LOGGER, event.kind, {name: fact for name, fact in all_facts.items() if fact is not None})


def _facts(db: Connection, event: Event) -> dict[str, Fact]:
    row = db.execute(
        """SELECT kind, length(CAST(text AS BLOB)), outbox.attempts, ? - recorded_at, media.size
            FROM messages LEFT JOIN outbox ON outbox.message = id LEFT JOIN media ON media.message = id
            WHERE id = ?""",
        (event.at, event.message),
    ).fetchone()
    if row is None:
        return {}
    kind, size, attempts, took, file_size = row
    # What has only just come has taken no time.
    return {"kind": kind, "bytes": size, "file_bytes": file_size, "attempts": attempts or None, "ms": took or None}


def _fact(name: str, value: Any) -> Fact:
    if not isinstance(value, str | int | float):
        return None
    # Whose hand it was, or who has the chat: an agent's name is nobody's business here.
    if name == "by" and str(value).startswith("agent:"):
        return "agent"
    return _NAMED.sub(r"\1 …\2", value) if name == "reason" and isinstance(value, str) else value

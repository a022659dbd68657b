"""What something outside is still to be told, on behalf of plugins."""

import json
import secrets
from dataclasses import dataclass

from comptoir.plugins.api import Call, Json
from comptoir.sessions.journal.database import Connection

KEPT_MS = 7 * 24 * 3600 * 1000
"""Milliseconds for which calls that have ended are kept."""
MOST = 1_000
"""Calls of a tenant that may wait; what is asked for beyond them is left out."""


@dataclass(frozen=True, slots=True)
class QueuedCall:
    id: int
    plugin: str
    contact: int
    url: str
    headers: dict[str, str]
    body: Json
    key: str
    """The same at every attempt, and at no other call."""
    attempts: int
    """That have failed."""
    recorded_at: int


def queue(  # noqa: PLR0913, PLR0917 (what it is, and whose)
    db: Connection, plugin: str, contact: int, call: Call, cause: str, now: int
) -> int | None:
    """The call's id; None where there is no room for it."""
    (waiting,) = db.execute("SELECT count(*) FROM outside_calls WHERE state = 'queued'").fetchone()
    if waiting >= MOST:
        return None
    row = db.execute(
        """INSERT INTO outside_calls (plugin, contact, url, headers, body, cause, key, state, recorded_at)
            VALUES (?, ?, ?, ?, ?, ?, ?, 'queued', ?) RETURNING id""",
        (
            plugin,
            contact,
            call.url,
            json.dumps(dict(call.headers)),
            json.dumps(call.body),
            cause,
            secrets.token_hex(16),
            now,
        ),
    ).fetchone()
    return int(row[0])


def due(db: Connection, now: int, limit: int = 20) -> list[QueuedCall]:
    """What is to be sent now, oldest first."""
    rows = db.execute(
        """SELECT id, plugin, contact, url, headers, body, key, attempts, recorded_at FROM outside_calls
            WHERE state = 'queued' AND not_before <= ? ORDER BY id LIMIT ?""",
        (now, limit),
    )
    return [
        QueuedCall(id, plugin, contact, url, json.loads(headers), json.loads(body), *rest)
        for id, plugin, contact, url, headers, body, *rest in rows
    ]


def next_at(db: Connection) -> int | None:
    """When the next one is due; None where none waits."""
    at: int | None = db.execute("SELECT min(not_before) FROM outside_calls WHERE state = 'queued'").fetchone()[0]
    return at


def again(db: Connection, id: int, error: str, not_before: int) -> None:
    """An attempt has failed; the next one is not before then."""
    db.execute(
        "UPDATE outside_calls SET attempts = attempts + 1, error = ?, not_before = ? WHERE id = ? AND state = 'queued'",
        (error, not_before, id),
    )


def finish(db: Connection, id: int, error: str | None, now: int) -> None:
    """It was taken; or, with an error, it is given up."""
    state = "done" if error is None else "failed"
    db.execute(
        "UPDATE outside_calls SET state = ?, error = ?, ended_at = ? WHERE id = ? AND state = 'queued'",
        (state, error, now, id),
    )


def prune(db: Connection, now: int) -> None:
    """Forget calls that ended seven days ago."""
    db.execute("DELETE FROM outside_calls WHERE state <> 'queued' AND ended_at < ?", (now - KEPT_MS,))

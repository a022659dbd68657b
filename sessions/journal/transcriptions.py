"""Recordings that plugins want in words: what waits, what is due, and what became of it."""

import json
from collections.abc import Iterable
from dataclasses import dataclass

from comptoir.plugins.api import Transcript
from comptoir.sessions.journal import event_log
from comptoir.sessions.journal.database import Connection

MOST = 100
"""Recordings of a tenant that may wait; what is asked for beyond them comes back without words."""
ATTEMPTS = 3
WAITS = 15 * 60 * 1000
"""Milliseconds after which nobody expects an answer to a recording that was not got to."""
KEPT_MS = 7 * 24 * 3600 * 1000
"""Milliseconds for which the words are kept."""
_PAUSES = (2_000, 10_000)
"""Milliseconds before the second and the third attempt."""

Key = tuple[int, str]
"""Message and plugin: what names one."""


@dataclass(frozen=True, slots=True)
class Recording:
    """One that is due."""

    message: int
    plugin: str
    mime: str
    size: int
    """In bytes."""
    state: str
    """Of its file, a `media.MediaState`; empty where the message has none."""
    attempts: int
    """Those that began before."""

    @property
    def key(self) -> Key:
        return self.message, self.plugin


def queue(db: Connection, plugin: str, contact: int, message: int, now: int) -> None:
    """Have it put into words, once; where too many wait, the plugin is told so instead."""
    (waiting,) = db.execute("SELECT count(*) FROM transcriptions WHERE state = 'queued'").fetchone()
    db.execute(
        """INSERT INTO transcriptions (message, plugin, contact, state, recorded_at)
            VALUES (?, ?, ?, 'queued', ?) ON CONFLICT DO NOTHING""",
        (message, plugin, contact, now),
    )
    if waiting >= MOST:
        fail(db, [(message, plugin)], "too many recordings wait already", now)


def due(db: Connection, now: int) -> Recording | None:
    """The oldest that may be begun now: one whose file is still being fetched waits for it."""
    row = db.execute(
        """SELECT t.message, plugin, coalesce(mime, ''), coalesce(size, 0), coalesce(m.state, ''), t.attempts
            FROM transcriptions t LEFT JOIN media m USING (message)
            WHERE t.state = 'queued' AND t.not_before <= ? AND coalesce(m.state, '') <> 'wanted'
            ORDER BY t.recorded_at, t.message LIMIT 1""",
        (now,),
    ).fetchone()
    return Recording(*row) if row else None


def next_at(db: Connection) -> int | None:
    """When the next may be begun; None where none waits."""
    at: int | None = db.execute("SELECT min(not_before) FROM transcriptions WHERE state = 'queued'").fetchone()[0]
    return at


def queued(db: Connection, before: int) -> list[Key]:
    """Those that have waited since then, or longer."""
    query = "SELECT message, plugin FROM transcriptions WHERE state = 'queued' AND recorded_at <= ?"
    return [(message, plugin) for message, plugin in db.execute(query, (before,))]


def begin(db: Connection, key: Key) -> None:
    """Counted before it begins, so that one on which workers die is given up. A job of the journal."""
    db.execute("UPDATE transcriptions SET attempts = attempts + 1 WHERE (message, plugin) = (?, ?)", key)


def release(db: Connection, key: Key) -> None:
    """It was called off in good order: that was no attempt. A job of the journal."""
    db.execute("UPDATE transcriptions SET attempts = max(attempts - 1, 0) WHERE (message, plugin) = (?, ?)", key)


def again(db: Connection, key: Key, why: str, now: int) -> None:
    """An attempt has failed: another follows, or the plugin is told. A job of the journal."""
    row = db.execute(
        "SELECT attempts FROM transcriptions WHERE (message, plugin) = (?, ?) AND state = 'queued'", key
    ).fetchone()
    if row is None or row[0] >= ATTEMPTS:
        fail(db, [key], why, now)
        return
    not_before = now + _PAUSES[max(row[0], 1) - 1]
    db.execute(
        "UPDATE transcriptions SET not_before = ?, why = ? WHERE (message, plugin) = (?, ?)", (not_before, why, *key)
    )


def succeed(db: Connection, key: Key, text: str, now: int) -> None:
    """It is in words: the plugin is to be told. A job of the journal."""
    _finish(db, key, text, "", now)


def fail(db: Connection, keys: Iterable[Key], why: str, now: int) -> None:
    """They will never be in words: the plugins are to be told. A job of the journal."""
    for key in keys:
        _finish(db, key, "", why, now)


def transcript(db: Connection, message: int, plugin: str) -> Transcript:
    """What a plugin is told of a recording; of one whose message is gone, that it is."""
    row = db.execute("SELECT text, why FROM transcriptions WHERE (message, plugin) = (?, ?)", (message, plugin))
    found = row.fetchone()
    return Transcript(message, *found) if found else Transcript(message, "", "the message is gone")


def erase(db: Connection, message: int) -> None:
    """The message was taken back: so are its words, and nobody is told any."""
    db.execute("DELETE FROM occasions WHERE cause LIKE ?", (f"transcript:{message}:%",))
    db.execute("DELETE FROM transcriptions WHERE message = ?", (message,))


def prune(db: Connection, now: int) -> None:
    """Forget words that came seven days ago."""
    db.execute("DELETE FROM transcriptions WHERE state <> 'queued' AND ended_at < ?", (now - KEPT_MS,))


def _finish(db: Connection, key: Key, text: str, why: str, now: int) -> None:
    done = db.execute(
        """UPDATE transcriptions SET state = ?, text = ?, why = ?, ended_at = ?
            WHERE (message, plugin) = (?, ?) AND state = 'queued' RETURNING contact, attempts""",
        ("done" if text else "failed", text, why, now, *key),
    ).fetchone()
    if done is None:
        return
    (contact, attempts), (message, plugin) = done, key
    db.execute(
        "INSERT INTO occasions (plugin, contact, cause, data, recorded_at) VALUES (?, ?, ?, ?, ?)",
        (plugin, contact, f"transcript:{message}:{plugin}", json.dumps({"message": message}), now),
    )
    if text:
        event_log.add(db, "transcribed", now, contact=contact, message=message, plugin=plugin, attempts=attempts)
    else:
        event_log.add(db, "transcription_failed", now, contact=contact, message=message, plugin=plugin, why=why)

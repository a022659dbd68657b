"""The files that are to be fetched, and how that went."""

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any, Literal

from comptoir.sessions.journal import event_log
from comptoir.sessions.journal.database import Connection
from comptoir.sessions.journal.media import forget_unused, note_file


@dataclass(frozen=True, slots=True)
class Wanted:
    """A file to be fetched now."""

    message: int
    size: int
    """In bytes, as the sender says."""
    attempts: int
    """Those that began before."""
    recorded_at: int
    raw: bytes | None = field(repr=False)
    """The message's protobuf, which says where the file lies; None where it is no longer kept."""


def wanted(db: Connection, now: int, busy: Collection[int], limit: int) -> list[Wanted]:
    """What to fetch now, those first for which their message waits, in order of arrival; none in `busy`."""
    rows = db.execute(
        """SELECT media.message, size, attempts, recorded_at, raw
            FROM media JOIN messages ON id = media.message LEFT JOIN inbox ON inbox.message = media.message
            WHERE media.state = 'wanted' AND not_before <= ? ORDER BY holds DESC, media.message LIMIT ?""",
        (now, limit + len(busy)),
    )
    return [Wanted(*row) for row in rows if row[0] not in busy][:limit]


def count(db: Connection) -> int:
    """How many are still to be fetched."""
    return int(db.execute("SELECT count(*) FROM media WHERE state = 'wanted'").fetchone()[0])


def next_due(db: Connection, now: int) -> int | None:
    """When the next of those that wait for a later attempt is due."""
    query = "SELECT min(not_before) FROM media WHERE state = 'wanted' AND not_before > ?"
    due: int | None = db.execute(query, (now,)).fetchone()[0]
    return due


# The received ones: those that are to be sent hold their messages, too.
_HELD = "FROM media JOIN messages ON id = media.message WHERE holds = 1 AND media.state = 'wanted'"


def first_held(db: Connection) -> int | None:
    """When the first of the messages came that wait for their files."""
    came: int | None = db.execute(f"SELECT min(recorded_at) {_HELD}").fetchone()[0]
    return came


def held_since(db: Connection, before: int) -> list[int]:
    """The messages that came no later than `before` and still wait for their files."""
    return [id for (id,) in db.execute(f"SELECT id {_HELD} AND recorded_at <= ? ORDER BY id", (before,))]


def mark_kept(db: Connection, message: int, file: str, size: int, now: int) -> None:
    """The file is in the store; its message waits no longer. Of one that was deleted meanwhile nothing is kept."""
    note_file(db, file, size, now)
    done = db.execute(
        """UPDATE media SET file = ?, size = ?, state = 'kept', holds = 0, error = NULL
            WHERE message = ? AND state = 'wanted'""",
        (file, size, message),
    )
    if done.rowcount:
        _note(db, message, "media_kept", now, size=size)
    else:
        forget_unused(db, file)


def mark_failed(db: Connection, message: int, state: Literal["failed", "refused"], reason: str, now: int) -> None:
    """It will not be fetched; its message waits no longer."""
    done = db.execute(
        "UPDATE media SET state = ?, holds = 0, error = ? WHERE message = ? AND state = 'wanted'",
        (state, reason, message),
    )
    if done.rowcount:
        _note(db, message, "media_failed", now, reason=reason, final=True)


def fetch_later(db: Connection, message: int, reason: str, not_before: int) -> None:
    """An attempt failed and another follows."""
    db.execute(
        "UPDATE media SET not_before = ?, error = ? WHERE message = ? AND state = 'wanted'",
        (not_before, reason, message),
    )


def fetch_now(db: Connection, now: int) -> None:
    """The host answers again: what waits for a later attempt because it did not is due."""
    db.execute(
        "UPDATE media SET not_before = ? WHERE state = 'wanted' AND not_before > ? AND error LIKE 'network:%'",
        (now, now),
    )


def give_up_for_now(db: Connection, message: int, now: int) -> bool:
    """The message waits no longer for its file, though it may still come; whether it did wait."""
    error = db.execute("SELECT error FROM media WHERE message = ? AND holds = 1", (message,)).fetchone()
    if error is None:
        return False
    db.execute("UPDATE media SET holds = 0 WHERE message = ?", (message,))
    _note(db, message, "media_failed", now, reason=error[0] or "it takes too long", final=False)
    return True


def _note(db: Connection, message: int, kind: str, now: int, **data: Any) -> None:
    contact = db.execute("SELECT contact FROM messages WHERE id = ?", (message,)).fetchone()[0]
    event_log.add(db, kind, now, contact=contact, message=message, **data)

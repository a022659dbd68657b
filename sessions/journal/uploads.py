"""The files of messages that wait to be sent: which are to be uploaded, and how that went."""

from collections.abc import Collection
from dataclasses import dataclass

from comptoir.sessions.journal.database import Connection
from comptoir.sessions.journal.media import UPLOAD_KIND, Uploaded


@dataclass(frozen=True, slots=True)
class ToUpload:
    """The file of a message that waits to be sent."""

    message: int
    file: str | None
    kind: str
    """As the server keeps it: `image`, `video`, `audio` or `document`."""
    size: int
    attempts: int
    """Those that began before."""
    uploaded_at: int | None
    """When the same file was last uploaded as this kind."""


def to_upload(db: Connection, now: int, busy: Collection[int], limit: int) -> list[ToUpload]:
    """In order of queuing; none in `busy`."""
    rows = db.execute(
        f"""SELECT message, file, {UPLOAD_KIND} AS upload_kind, size, attempts,
                (SELECT uploaded_at FROM uploads u WHERE u.file = media.file AND u.kind = {UPLOAD_KIND})
            FROM media JOIN messages ON id = message
            WHERE holds = 1 AND direction = 'out' AND messages.state = 'queued' AND not_before <= ?
            ORDER BY message LIMIT ?""",
        (now, limit + len(busy)),
    )
    return [ToUpload(*row) for row in rows if row[0] not in busy][:limit]


def next_due(db: Connection, now: int) -> int | None:
    """When the next of those that wait for a later attempt is due."""
    due: int | None = db.execute(
        """SELECT min(not_before) FROM media JOIN messages ON id = message
            WHERE holds = 1 AND direction = 'out' AND messages.state = 'queued' AND not_before > ?""",
        (now,),
    ).fetchone()[0]
    return due


def mark_uploaded(db: Connection, upload: ToUpload, uploaded: Uploaded, now: int) -> None:
    """The server has the file; the message may go, and so may others with the same file for some days."""
    db.execute(
        """INSERT INTO uploads VALUES (?, ?, ?, ?)
            ON CONFLICT DO UPDATE SET reference = excluded.reference, uploaded_at = excluded.uploaded_at""",
        (upload.file, upload.kind, uploaded.as_reference(), now),
    )
    let_go(db, upload.message)


def let_go(db: Connection, message: int) -> None:
    """The server has its file: it may be sent."""
    db.execute("UPDATE media SET holds = 0, error = NULL WHERE message = ?", (message,))
    db.execute("UPDATE outbox SET error = NULL WHERE message = ?", (message,))


def upload_later(db: Connection, message: int, why: str, not_before: int, *, counted: bool = True) -> None:
    """It did not work and another attempt follows. Not `counted`, it does not bring the last attempt nearer."""
    db.execute(
        "UPDATE media SET not_before = ?, error = ?, attempts = attempts - ? WHERE message = ?",
        (not_before, why, not counted, message),
    )
    db.execute("UPDATE outbox SET error = ? WHERE message = ?", (why, message))


# What may go and was uploaded too long ago: it waited for a connection, or for its turn.
_EXPIRED = f"""SELECT id FROM messages JOIN media m ON m.message = id
    WHERE messages.state = 'queued' AND m.holds = 0 AND m.file IS NOT NULL AND NOT EXISTS (
        SELECT 1 FROM uploads u WHERE u.file = m.file AND u.kind = {UPLOAD_KIND} AND uploaded_at >= ?)"""


def has_expired(db: Connection, before: int) -> bool:
    return db.execute(f"{_EXPIRED} LIMIT 1", (before,)).fetchone() is not None


def hold_expired(db: Connection, before: int) -> None:
    """What still waits to be sent and was uploaded before then is to be uploaded again."""
    db.execute(f"UPDATE media SET holds = 1, attempts = 0, not_before = 0 WHERE message IN ({_EXPIRED})", (before,))

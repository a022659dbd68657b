"""How much room the tenant's files take, and which go when it is not enough: the oldest that nobody waits for."""

from comptoir.sessions.journal import catalogue_changes, event_log
from comptoir.sessions.journal.database import Connection

# Files of messages that are still to be walked, sent or put into words must stay, and pictures of what the owner added.
_PINNED = f"""SELECT file FROM media JOIN messages ON id = message
    WHERE file IS NOT NULL AND messages.state IN ('received', 'queued', 'sending', 'uncertain')
    UNION SELECT file FROM media WHERE file IS NOT NULL AND message IN ({catalogue_changes.PHOTOS})
    UNION SELECT file FROM media WHERE file IS NOT NULL
        AND message IN (SELECT message FROM transcriptions WHERE state = 'queued')"""
UNREFERENCED_KEPT = 10 * 60 * 1000
"""Milliseconds. A file is in the store before its message is in the journal."""


def used(db: Connection) -> int:
    """Bytes of all files, each counted once."""
    return int(db.execute("SELECT coalesce(sum(size), 0) FROM files").fetchone()[0])


def pinned(db: Connection) -> int:
    """Bytes of the files that must stay."""
    return int(db.execute(f"SELECT coalesce(sum(size), 0) FROM files WHERE name IN ({_PINNED})").fetchone()[0])


def is_untidy(db: Connection, quota: int, now: int) -> bool:
    """Whether one of the next two has something to do."""
    query = "SELECT 1 FROM files WHERE kept_at < ? AND NOT EXISTS (SELECT 1 FROM media WHERE file = name) LIMIT 1"
    if (room := used(db)) > quota and room > pinned(db):
        return True
    return db.execute(query, (now - UNREFERENCED_KEPT,)).fetchone() is not None


def make_room(db: Connection, quota: int, now: int) -> list[str]:
    """Forget the oldest files until the rest fits; their names, to be removed from the store after the commit."""
    over = used(db) - quota
    gone: list[str] = []
    rows = db.execute(f"SELECT name, size FROM files WHERE name NOT IN ({_PINNED}) ORDER BY kept_at, name")
    for name, size in rows.fetchall() if over > 0 else []:
        if over <= 0:
            break
        _forget(db, name, "the oldest went when the room for files was used up")
        gone.append(name)
        over -= size
    if gone:
        event_log.add(db, "media_dropped", now, files=len(gone))
    return gone


def forget_unreferenced(db: Connection, now: int) -> list[str]:
    """Forget files that belong to no message any more; their names, to be removed after the commit."""
    rows = db.execute(
        "SELECT name FROM files WHERE kept_at < ? AND NOT EXISTS (SELECT 1 FROM media WHERE file = name)",
        (now - UNREFERENCED_KEPT,),
    ).fetchall()
    for (name,) in rows:
        db.execute("DELETE FROM files WHERE name = ?", (name,))
    return [name for (name,) in rows]


def reconcile(db: Connection, there: set[str]) -> set[str]:
    """After a start, with what the store has: forget what is missing there; what nobody knows, to be removed."""
    known = {name for (name,) in db.execute("SELECT name FROM files")}
    for name in known - there:
        _forget(db, name, "the file is missing on the disk")
    return there - known


def _forget(db: Connection, name: str, why: str) -> None:
    db.execute("UPDATE media SET state = 'dropped', file = NULL, error = ? WHERE file = ?", (why, name))
    db.execute("DELETE FROM files WHERE name = ?", (name,))

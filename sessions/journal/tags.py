"""Words about contacts that plugins put and take off."""

from comptoir.sessions.journal.database import Connection

MOST = 50
"""Tags of a contact; what is put beyond them is left out."""


def of(db: Connection, contact: int) -> frozenset[str]:
    return frozenset(tag for (tag,) in db.execute("SELECT tag FROM tags WHERE contact = ?", (contact,)))


def put(db: Connection, contact: int, tag: str) -> bool:
    """Whether there was room for it, or it was there."""
    known = of(db, contact)
    if tag not in known and len(known) >= MOST:
        return False
    db.execute("INSERT INTO tags VALUES (?, ?) ON CONFLICT DO NOTHING", (contact, tag))
    return True


def take_off(db: Connection, contact: int, tag: str) -> None:
    db.execute("DELETE FROM tags WHERE contact = ? AND tag = ?", (contact, tag))


def merge(db: Connection, keep: int, gone: int) -> None:
    db.execute("UPDATE OR IGNORE tags SET contact = ? WHERE contact = ?", (keep, gone))
    db.execute("DELETE FROM tags WHERE contact = ?", (gone,))

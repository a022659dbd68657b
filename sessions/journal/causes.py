"""What was done already, by cause: `message:ID`, `timer:ID`, `command:KEY`. A cause is done at most once."""

from comptoir.sessions.journal.database import Connection


class AlreadyDone(Exception):
    """This cause had its effects; whatever is at hand must not have them again."""


def mark_done(db: Connection, key: str, now: int) -> None:
    """To be called in the transaction of the effects. Raises AlreadyDone."""
    if db.execute("INSERT INTO causes VALUES (?, ?) ON CONFLICT DO NOTHING", (key, now)).rowcount == 0:
        raise AlreadyDone(f"{key} was done already")


def is_done(db: Connection, key: str) -> bool:
    return db.execute("SELECT 1 FROM causes WHERE key = ?", (key,)).fetchone() is not None

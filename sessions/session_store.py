"""Reads neonize's session database while neonize is not loaded.

Two copies of SQLite in one process break each other's file locks, so these run only before the Go
library is loaded (recovery after a crash), never beside a living client.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

import sqlcipher3

from comptoir.sessions.judging import SecretRow

PAGE = 1_000
"""Secrets read at once: there is one for every message, thousands of them."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class StoredSession:
    """What a session database knows of itself."""

    number: str
    """The one it is linked to."""
    newest_secret: int
    """Its row; 0 where there is none."""
    intact: bool = True
    """The very one that was sent with. An older copy, from the vault, lacks traces of what was sent since."""


def read_session(path: Path) -> StoredSession | None:
    """The linked session in the file, or None where there is none yet. Raises OSError on damage."""
    stored = _with(path, _session) if path.exists() else None
    return stored and replace(stored, intact=not _marker(path).exists())


def mark_judged(path: Path) -> None:
    """What an older copy cannot tell has been taken into account. Raises OSError."""
    _marker(path).unlink(missing_ok=True)


def read_secrets(path: Path, after: int) -> list[SecretRow]:
    """At most PAGE message secrets, those behind row `after`, in order of arrival. Raises OSError on damage."""
    return _with(path, lambda db: _secrets(db, after)) or []


def _marker(path: Path) -> Path:
    """Made by who restores a session from its vault."""
    return path.with_name("restored")


def _with(path: Path, read: Callable[[sqlcipher3.Connection], T]) -> T | None:
    try:
        db = sqlcipher3.connect(str(path), timeout=5)
    except sqlcipher3.Error as error:
        raise OSError(f"{path}: {error}") from None
    try:
        return read(db)
    except sqlcipher3.Error as error:
        if "no such table" in str(error):
            return None
        raise OSError(f"{path}: {error}") from None
    finally:
        db.close()


def _session(db: sqlcipher3.Connection) -> StoredSession | None:
    device = db.execute("SELECT jid FROM whatsmeow_device LIMIT 1").fetchone()
    if device is None:
        return None
    # `NUMBER:DEVICE@s.whatsapp.net`
    number = "+" + device[0].split("@")[0].split(":")[0].split(".")[0]
    newest = db.execute("SELECT coalesce(max(rowid), 0) FROM whatsmeow_message_secrets").fetchone()[0]
    return StoredSession(number, newest)


def _secrets(db: sqlcipher3.Connection, after: int) -> list[SecretRow]:
    rows = db.execute(
        """SELECT chat_jid, sender_jid, message_id, key, rowid FROM whatsmeow_message_secrets
            WHERE rowid > ? ORDER BY rowid LIMIT ?""",
        (after, PAGE),
    )
    return [SecretRow(chat, sender, id, bytes(key), row) for chat, sender, id, key, row in rows]

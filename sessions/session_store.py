"""Reads neonize's session database while neonize is not loaded.

Two copies of SQLite in one process break each other's file locks, so these run only before the Go
library is loaded (recovery after a crash), never beside a living client.
"""

from dataclasses import dataclass
from pathlib import Path

import sqlcipher3

from comptoir.sessions.journal.recovery import SecretRow


@dataclass(frozen=True, slots=True)
class StoredSession:
    """What a session database knows of itself: the number it is linked to, and every message secret."""

    number: str
    secrets: tuple[SecretRow, ...]


def read_session(path: Path) -> StoredSession | None:
    """The linked session in the file, or None where there is none yet. Raises OSError on damage."""
    if not path.exists():
        return None
    try:
        db = sqlcipher3.connect(str(path), timeout=5)
    except sqlcipher3.Error as error:
        raise OSError(f"{path}: {error}") from None
    try:
        return _read(db)
    except sqlcipher3.Error as error:
        if "no such table" in str(error):
            return None
        raise OSError(f"{path}: {error}") from None
    finally:
        db.close()


def _read(db: sqlcipher3.Connection) -> StoredSession | None:
    device = db.execute("SELECT jid FROM whatsmeow_device LIMIT 1").fetchone()
    if device is None:
        return None
    # `NUMBER:DEVICE@s.whatsapp.net`
    number = "+" + device[0].split("@")[0].split(":")[0].split(".")[0]
    rows = db.execute("SELECT chat_jid, sender_jid, message_id, key FROM whatsmeow_message_secrets")
    return StoredSession(number, tuple(SecretRow(chat, sender, id, bytes(key)) for chat, sender, id, key in rows))

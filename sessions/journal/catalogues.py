"""The states of the catalogue that were in force, by version; an order keeps the one that it was priced from."""

import zlib
from dataclasses import dataclass

from comptoir.plugins.shop.serial import digest_of
from comptoir.sessions.journal.database import Connection

CONTENT_KEPT = 90 * 24 * 3600 * 1000
"""Milliseconds after an order's end for which what it was priced from is kept. Its lines keep their own prices."""


@dataclass(frozen=True, slots=True)
class Numbered:
    version: int
    digest: str
    file_digest: str
    """Of the file that it was made of."""


def newest(db: Connection) -> Numbered | None:
    row = db.execute("SELECT version, digest, file_digest FROM catalogues ORDER BY version DESC LIMIT 1").fetchone()
    return None if row is None else Numbered(*row)


def content(db: Connection, version: int) -> str:
    """Its JSON. Raises LookupError."""
    row = db.execute("SELECT content FROM catalogues WHERE version = ?", (version,)).fetchone()
    if row is None or row[0] is None:
        raise LookupError(f"version {version} of the catalogue is not kept")
    return zlib.decompress(row[0]).decode()


def number(db: Connection, text: str, file_digest: str, now: int) -> int:
    """The version of this catalogue: the newest where it is the same, else one of its own."""
    digest, known = digest_of(text), newest(db)
    if known is not None and known.digest == digest:
        db.execute("UPDATE catalogues SET file_digest = ? WHERE version = ?", (file_digest, known.version))
        return known.version
    packed = zlib.compress(text.encode(), 1)
    made = db.execute(
        "INSERT INTO catalogues (digest, file_digest, adopted_at, content) VALUES (?, ?, ?, ?) RETURNING version",
        (digest, file_digest, now, packed),
    ).fetchone()
    db.execute("DELETE FROM catalogues WHERE version < ? AND version NOT IN (SELECT version FROM orders)", made)
    return int(made[0])


def prune(db: Connection, now: int) -> None:
    """Forget what old orders were priced from."""
    db.execute(
        """UPDATE catalogues SET content = NULL WHERE content IS NOT NULL
            AND version < (SELECT max(version) FROM catalogues)
            AND NOT EXISTS (SELECT 1 FROM orders WHERE orders.version = catalogues.version
                AND (changed_at > ? OR state NOT IN ('delivered', 'cancelled')))""",
        (now - CONTENT_KEPT,),
    )

"""What the owner changed by chat over the catalogue's file: in force until the file, or the owner, says otherwise."""

import json

from comptoir.plugins.shop.model import CatalogueChange
from comptoir.sessions.journal.database import Connection
from comptoir.sessions.times import as_time

_MESSAGE = "message:"
PHOTOS = "SELECT photo FROM catalogue_changes WHERE photo IS NOT NULL AND ended_at IS NULL"
"""Messages with the pictures of products that the owner added, for as long as that is in force."""


def in_force(db: Connection) -> tuple[CatalogueChange, ...]:
    """In the order in which they were made."""
    rows = db.execute(
        """SELECT sku, field, value, was, at, author, name, photo FROM catalogue_changes
            WHERE ended_at IS NULL ORDER BY id"""
    )
    return tuple(
        CatalogueChange(
            sku,
            field,
            json.loads(value),
            json.loads(was),
            as_time(at),
            author,
            name,
            "" if photo is None else f"{_MESSAGE}{photo}",
        )
        for sku, field, value, was, at, author, name, photo in rows
    )


def is_photo(db: Connection, message: int) -> bool:
    """Whether the message shows a product that the owner added, and that is in force."""
    return bool(db.execute(f"SELECT ? IN ({PHOTOS})", (message,)).fetchone()[0])


def end(db: Connection, sku: str, field: str, now: int) -> None:
    db.execute(
        "UPDATE catalogue_changes SET ended_at = ? WHERE sku = ? AND field = ? AND ended_at IS NULL", (now, sku, field)
    )


def add(db: Connection, change: CatalogueChange, message: int | None, now: int) -> None:
    """In the place of an earlier one of the same."""
    end(db, change.sku, change.field, now)
    photo = int(change.photo.removeprefix(_MESSAGE)) if change.photo else None
    said = (json.dumps(change.value), json.dumps(change.was), change.name, photo)
    db.execute(
        """INSERT INTO catalogue_changes (sku, field, value, was, name, photo, author, message, at)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)""",
        (change.sku, change.field, *said, change.by, message, now),
    )

"""The files of messages: which are wanted, kept, or to be uploaded, and what their messages wait for.

A message whose file *holds* it waits: a received one is not walked, one to be sent is not sent.
"""

import json
from dataclasses import dataclass, field
from typing import Any, Literal

from comptoir.plugins.api import FileKind, ReceivedFile
from comptoir.sessions.journal.database import Connection

MAX_NAME = 255
"""Characters of a stranger's name for a file that are kept."""

# A sender may claim more than the journal counts to.
_MOST = 2**53


class FileRefused(ValueError):
    """A file that cannot be sent; the text says why, and what would do."""


@dataclass(frozen=True, slots=True)
class TakenFile:
    """A file to be sent, sealed in the store."""

    file: str
    """Its name there."""
    kind: FileKind
    mime: str
    size: int
    """In bytes."""
    seconds: int = 0
    name: str = ""
    """Of a document, as the receiver sees it."""
    width: int = 0
    """Of a picture, in pixels; 0 where it is not known."""
    height: int = 0


@dataclass(frozen=True, slots=True)
class Uploaded:
    """What the server gave for a file, and what a receiver needs to fetch and check it."""

    url: str
    direct_path: str
    media_key: bytes = field(repr=False)
    sha256: bytes
    encrypted_sha256: bytes
    size: int
    """Of the plaintext, in bytes."""

    @classmethod
    def parse(cls, reference: str) -> "Uploaded":
        """From the `uploads` table's JSON."""
        known = json.loads(reference)
        keys = ("media_key", "sha256", "encrypted_sha256")
        return cls(**known | {key: bytes.fromhex(known[key]) for key in keys})

    def as_reference(self) -> str:
        keys = {"media_key": self.media_key, "sha256": self.sha256, "encrypted_sha256": self.encrypted_sha256}
        plain = {"url": self.url, "direct_path": self.direct_path, "size": self.size}
        return json.dumps(plain | {key: value.hex() for key, value in keys.items()})


MediaState = Literal["wanted", "kept", "failed", "dropped", "refused"]


@dataclass(frozen=True, slots=True)
class MediaRow:
    """The file of one message."""

    mime: str
    name: str
    """A stranger's words where it was received: never a path."""
    size: int
    """In bytes; the sender's word until the file is kept."""
    seconds: int
    file: str | None
    """Its name in the store, while it is there."""
    state: MediaState
    """`dropped`: it was kept once; `refused`: nobody asks for it, it is too large."""
    error: str | None
    holds: bool
    """Its message waits for it."""
    uploaded: Uploaded | None = None
    width: int = 0
    """Of a picture that is sent, in pixels; 0 where it is not known."""
    height: int = 0

    def as_json(self) -> dict[str, Any]:
        """The field `media` of `messages`."""
        shown = {"mime": self.mime, "name": self.name, "size": self.size, "state": self.state, "error": self.error}
        return shown | ({"seconds": self.seconds} if self.seconds else {})


# How the server keeps the file of a row of `messages`: a sticker is an image there, and a voice note a sound.
UPLOAD_KIND = "CASE messages.kind WHEN 'sticker' THEN 'image' WHEN 'voice' THEN 'audio' ELSE messages.kind END"


def want(db: Connection, message: int, file: ReceivedFile, now: int) -> None:
    """A message came that holds a file: it is to be fetched, and the pipeline waits for it.

    To be called in the transaction that journals the message, whose protobuf must be in the inbox.
    """
    db.execute(
        """INSERT INTO media (message, mime, name, size, seconds, state, holds, not_before)
            VALUES (?, ?, ?, ?, ?, 'wanted', 1, ?) ON CONFLICT DO NOTHING""",
        (message, file.mime[:MAX_NAME], file.name[:MAX_NAME], min(file.size, _MOST), file.seconds, now),
    )


def attach(db: Connection, message: int, taken: TakenFile, now: int) -> None:
    """A message to be sent gets its file; it waits until that is uploaded. Again for the same message: nothing."""
    note_file(db, taken.file, taken.size, now)
    pixels = (taken.width, taken.height)
    db.execute(
        """INSERT INTO media (message, mime, name, size, seconds, width, height, file, state, holds, not_before)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, 'kept', 1, ?) ON CONFLICT DO NOTHING""",
        (message, taken.mime, taken.name[:MAX_NAME], taken.size, taken.seconds, *pixels, taken.file, now),
    )


def begin_attempt(db: Connection, message: int) -> None:
    """To fetch it, or to upload it: counted before it begins, so that a file on which workers die is given up."""
    db.execute("UPDATE media SET attempts = attempts + 1 WHERE message = ?", (message,))


def erase(db: Connection, message: int) -> None:
    """The message was deleted: so is its file, unless another message has the same; its name is forgotten."""
    row = db.execute("SELECT file FROM media WHERE message = ?", (message,)).fetchone()
    db.execute(
        """UPDATE media SET file = NULL, name = '', state = 'dropped', holds = 0, error = 'the message was deleted'
            WHERE message = ?""",
        (message,),
    )
    if row is not None and row[0] is not None:
        forget_unused(db, row[0])


def forget_unused(db: Connection, file: str) -> None:
    """Where no message has this file, it goes with the next tidying up."""
    db.execute(
        "UPDATE files SET kept_at = 0 WHERE name = ?1 AND NOT EXISTS (SELECT 1 FROM media WHERE file = ?1)", (file,)
    )


def row(db: Connection, message: int) -> MediaRow | None:
    """The file of a message, received or to be sent."""
    found = db.execute(
        f"""SELECT mime, name, size, seconds, m.file, m.state, error, holds,
                (SELECT reference FROM uploads u WHERE u.file = m.file AND u.kind = {UPLOAD_KIND}),
                width, height
            FROM media m JOIN messages ON id = message WHERE message = ?""",
        (message,),
    ).fetchone()
    if found is None:
        return None
    mime, name, size, seconds, file, state, error, holds, reference, *pixels = found
    uploaded = Uploaded.parse(reference) if reference else None
    return MediaRow(mime, name, size, seconds, file, state, error, bool(holds), uploaded, *pixels)


def note_file(db: Connection, file: str, size: int, now: int) -> None:
    """A sealed file is in the store, or came again: it counts as new."""
    db.execute(
        "INSERT INTO files VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET kept_at = excluded.kept_at", (file, size, now)
    )

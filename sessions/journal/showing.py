"""What a message holds beside its text, as scripts see it: fields that are there only where they say something."""

from dataclasses import asdict, dataclass
from typing import Any

from comptoir.plugins.api import FILE_KINDS
from comptoir.sessions.journal import contacts, media
from comptoir.sessions.journal.database import Connection
from comptoir.sessions.journal.details import content_json, decode
from comptoir.sessions.journal.reading import quote_of


@dataclass(frozen=True, slots=True)
class Stored:
    """A message's row, as far as it tells what the message holds."""

    id: int
    kind: str
    text: str
    details: str
    sender: int | None


def more_of(db: Connection, row: Stored) -> dict[str, Any]:
    """`place`, `cards`, `poll`, `vote`, `target`, `quote`, `media`, `edited`, `deleted`, `view_once`, `sender`."""
    if row.kind == "text" and row.details == "{}" and row.sender is None:
        return {}  # as most are
    details = decode(row.kind, row.text, row.details)
    more = content_json(details.content)
    if quote := quote_of(db, details.quote):
        more["quote"] = asdict(quote)
    if row.kind in FILE_KINDS and (file := media.row(db, row.id)):
        more["media"] = file.as_json()
    if row.sender is not None:
        more["sender"] = contacts.chat_name(contacts.address_of(db, row.sender))
    flags = {"edited": details.edited, "deleted": details.deleted, "view_once": row.kind == "view_once"}
    return more | {name: True for name, holds in flags.items() if holds}

"""What a journaled message holds and quotes, as plugins and people see it."""

from comptoir.plugins.api import FILE_KINDS, Quote, Received, ReceivedFile
from comptoir.sessions.journal import media
from comptoir.sessions.journal.database import Connection
from comptoir.sessions.journal.details import Details, Quoting


def content_of(db: Connection, message: int, kind: str, details: Details) -> Received | None:
    """What it holds beside its text."""
    if kind not in FILE_KINDS:
        return details.content
    row = media.row(db, message)
    if row is None:
        return None
    return ReceivedFile(row.mime, row.size, row.name, row.seconds, kept=row.file is not None)


def quote_of(db: Connection, quoting: Quoting | None) -> Quote | None:
    """What it answers: as it reads now where it is journaled, else as the quoter's app showed it."""
    if quoting is None:
        return None
    if quoting.message is not None:
        query = "SELECT kind, text, direction = 'out' FROM messages WHERE id = ?"
        row = db.execute(query, (quoting.message,)).fetchone()
        if row is not None:
            return Quote(quoting.message, row[0], row[1], ours=bool(row[2]))
    return Quote(None, quoting.kind, quoting.text, quoting.ours)

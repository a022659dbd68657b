"""What two sides lately said in a chat, for the rule that tells bots."""

from collections.abc import Iterable
from hashlib import sha256

from comptoir.plugins.api import SILENT
from comptoir.sessions.bots import MOST_TURNS, WINDOW, Said
from comptoir.sessions.journal.database import Connection

_MOST_READ = 3 * MOST_TURNS
_FILES = frozenset({"image", "video", "audio", "document"})


def exchange(db: Connection, contact: int, message: int, now: int) -> list[Said]:
    """What the contact wrote up to this message, and what no person of ours answered; nothing from before a person
    of ours last wrote. In order, and the message is last.
    """
    heard = _heard(db, contact, message)
    latest = max((said.at for _, said in heard), default=0)
    spoken, by_hand = _spoken(db, contact)
    begin = max(by_hand, now - WINDOW)
    # An answer that left within the millisecond in which it was asked for comes after the question.
    said = sorted([*spoken, *heard], key=lambda row: (row[1].at, row[0]))
    return [each for id, each in said if begin < each.at <= latest and (id <= message or each.at < latest)]


def _heard(db: Connection, contact: int, message: int) -> list[tuple[int, Said]]:
    rows = db.execute(
        """SELECT id, kind, text, mime, size, recorded_at FROM messages LEFT JOIN media ON message = id
            WHERE contact = ? AND direction = 'in' AND id <= ? ORDER BY id DESC LIMIT ?""",
        (contact, message, _MOST_READ),
    ).fetchall()
    return [(id, Said(False, _text(kind, file), at)) for id, kind, *file, at in rows if kind not in SILENT]


def _spoken(db: Connection, contact: int) -> tuple[list[tuple[int, Said]], int]:
    """What bots of ours said, and when a person of ours last did."""
    rows = db.execute(
        """SELECT id, author LIKE 'plugin:%' OR automatic, kind, text, mime, size, coalesce(tried_at, m.recorded_at)
            FROM messages m LEFT JOIN outbox o ON o.message = id LEFT JOIN media f ON f.message = id
            WHERE contact = ? AND direction = 'out' AND m.state NOT IN ('queued', 'failed')
            ORDER BY id DESC LIMIT ?""",
        (contact, _MOST_READ),
    ).fetchall()
    said = [(id, Said(True, _text(kind, file), at)) for id, automatic, kind, *file, at in rows if automatic]
    return said, max((row[-1] for row in rows if not row[1]), default=0)


def _text(kind: str, file: Iterable[object]) -> str:
    """The same file is the same word, whatever its caption's words are."""
    text, *_ = parts = tuple(file)
    return sha256(repr((kind, *parts)).encode()).hexdigest() if kind in _FILES else str(text)

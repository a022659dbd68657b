"""What the customers wrote and the pipeline has still to do, in order of arrival."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from typing import Literal

from comptoir.plugins.api import SILENT
from comptoir.sessions.journal import event_log
from comptoir.sessions.journal.database import Connection

_HELD = "SELECT message FROM media WHERE holds = 1"
RAW_KEPT_MS = 7 * 24 * 3600 * 1000
MAX_DUE = 100
DEATHS = 2
"""Workers that a message may take along before it is given up."""
# More events than a minute brings where any limit matters.
_LATELY = 5_000


@dataclass(frozen=True, slots=True)
class InboxMessage:
    """A message in state `received`."""

    id: int
    contact: int
    kind: str
    text: str
    server_time: int
    recorded_at: int
    backlog: bool
    """It waited at the server while we were away."""
    plugin: str | None
    """The plugin a walk is at; after a start, the one at which the worker died."""
    walks: int
    """How many walks began and neither finished nor were released."""
    sender: int | None = None
    """Who wrote it, in a group."""
    details: str = "{}"
    """As stored in the journal."""
    automatic: bool = False
    """Another tenant's pipeline wrote it."""


def next_chats(db: Connection, busy: Collection[int] = (), limit: int = 100) -> list[int]:
    """Contacts with something to do that are not in `busy`, the one that has waited longest first.

    A message that waits for its file holds up what came behind it in the chat.
    """
    rows = db.execute(
        f"""SELECT contact FROM messages WHERE state = 'received'
            GROUP BY contact HAVING min(id) NOT IN ({_HELD}) ORDER BY min(id) LIMIT ?""",
        (limit + len(busy),),
    )
    return [contact for (contact,) in rows if contact not in busy][:limit]


def due(db: Connection, contact: int, limit: int = MAX_DUE) -> list[InboxMessage]:
    """The contact's messages that are still to do, oldest first, as far as none waits for its file."""
    rows = db.execute(
        f"""SELECT id, contact, kind, text, server_time, recorded_at, backlog, plugin, walks, sender, details,
                automatic = 1
            FROM messages JOIN inbox ON message = id
            WHERE state = 'received' AND contact = ?1 AND id < coalesce((
                SELECT min(id) FROM messages WHERE state = 'received' AND contact = ?1 AND id IN ({_HELD})), id + 1)
            ORDER BY id LIMIT ?2""",
        (contact, limit),
    )
    return [replace(InboxMessage(*row), backlog=bool(row[6])) for row in rows]


def begin_walk(db: Connection, messages: Iterable[int], plugin: str) -> None:
    """A walk of these messages begins at this plugin; counted, so that a worker that dies of it shows."""
    rows = ((plugin, message) for message in messages)
    db.executemany("UPDATE inbox SET plugin = ?, walks = walks + 1 WHERE message = ?", rows)


def at_plugin(db: Connection, messages: Iterable[int], plugin: str) -> None:
    """The walk of these messages has come to this plugin."""
    rows = ((plugin, message) for message in messages)
    db.executemany("UPDATE inbox SET plugin = ? WHERE message = ?", rows)


def release(db: Connection, messages: Iterable[int]) -> None:
    """A walk was given up in an orderly way: it does not count as one the worker died of."""
    rows = ((message,) for message in messages)
    db.executemany("UPDATE inbox SET plugin = NULL, walks = max(walks - 1, 0) WHERE message = ?", rows)


def condemn(db: Connection, message: int | None, plugin: str) -> None:
    """A worker died of `plugin` on this message, for certain: the others that were on their way had no part in it."""
    db.execute(
        """UPDATE inbox SET plugin = NULL, walks = max(walks - 1, 0) WHERE plugin IS NOT NULL AND message IN
            (SELECT id FROM messages WHERE state = 'received')""",
    )
    db.execute("UPDATE inbox SET plugin = ?, walks = max(walks, ?) WHERE message = ?", (plugin, DEATHS, message))


def finish(
    db: Connection, messages: Iterable[int], state: Literal["done", "skipped"], now: int, reason: str = ""
) -> None:
    """The pipeline is through with these messages; a skipped one says why in the event log."""
    for message in messages:
        row = db.execute(
            "UPDATE messages SET state = ? WHERE id = ? AND state = 'received' RETURNING contact",
            (state, message),
        ).fetchone()
        if row is None:
            continue
        db.execute("UPDATE inbox SET raw_until = ?, plugin = NULL WHERE message = ?", (now + RAW_KEPT_MS, message))
        event_log.add(db, state, now, contact=row[0], message=message, **({"reason": reason} if reason else {}))


def walked_since(db: Connection, since: int) -> list[tuple[int, int]]:
    """Walks that ended since then, each with its contact and time, in order: what was answered together is one."""
    newest = "SELECT coalesce(max(id), 0) FROM events"
    rows = db.execute(
        f"""SELECT contact, at FROM events WHERE kind = 'done' AND at >= ? AND contact IS NOT NULL
            AND id > ({newest}) - {_LATELY} GROUP BY contact, at ORDER BY at""",
        (since,),
    )
    return [(contact, at) for contact, at in rows]


def skip_all(db: Connection, reason: str, now: int) -> None:
    """Nothing of what is still to do is done."""
    rows = db.execute("SELECT id FROM messages WHERE state = 'received' ORDER BY id").fetchall()
    finish(db, (message for (message,) in rows), "skipped", now, reason)


def owner_answered(db: Connection, contact: int, message: int) -> bool:
    """Whether the owner wrote by hand in this chat after this message arrived; a mere reaction answers nothing."""
    kinds = db.execute(
        """SELECT kind FROM messages
            WHERE contact = ? AND direction = 'out' AND author = 'owner' AND automatic = 0 AND id > ?""",
        (contact, message),
    )
    return any(kind not in SILENT for (kind,) in kinds)


def answered_before(db: Connection, contact: int, message: int) -> bool:
    """Whether an earlier message of this contact was done, or anything was ever sent to them."""
    row = db.execute(
        """SELECT 1 FROM messages WHERE contact = ? AND id < ?
            AND (state = 'done' OR (direction = 'out' AND state <> 'failed')) LIMIT 1""",
        (contact, message),
    ).fetchone()
    return row is not None


def prune_raw(db: Connection, now: int) -> None:
    """Forget the protobufs of messages that were done seven days ago."""
    db.execute("DELETE FROM inbox WHERE raw_until < ?", (now,))

"""What the outbox's policy decides on: the messages that wait, and what was sent lately."""

from dataclasses import dataclass, replace

from comptoir.sessions.journal.database import Connection

MINUTE = 60_000
DAY = 24 * 3600 * 1000
STRANGERS_REFUSED = 463
"""The server's error for writing to too many strangers; answers keep working."""
STRANGERS_PAUSE = 6 * 3600 * 1000
"""Milliseconds for which no new chat is begun after that error."""
MOST = 200
# What the server counts, and whom it takes for strangers, goes by the number, however often it was linked.
_OF_THIS_NUMBER = """(SELECT id FROM sessions
    WHERE number = (SELECT number FROM sessions ORDER BY id DESC LIMIT 1))"""
_LAST_HEARD = """nullif(max(
    coalesce((SELECT recorded_at FROM messages h WHERE h.contact = m.contact
        AND direction = 'in' ORDER BY id DESC LIMIT 1), 0),
    coalesce((SELECT recorded_at FROM messages h WHERE h.contact = m.contact
        AND author = 'owner' ORDER BY id DESC LIMIT 1), 0)), 0)"""
# More a minute than any rate allows; without rates, as in lab mode, they need not all be known.
_MOST_TRIED = 1_000


@dataclass(frozen=True, slots=True)
class Waiting:
    """The next message of one chat at one priority; later ones of the same wait behind it."""

    id: int
    contact: int
    priority: int
    not_before: int
    length: int
    """Of the text, in characters."""
    last_heard: int | None
    """When the customer, or the owner by hand, last wrote in the chat."""
    stranger: bool
    """Nobody ever wrote in this chat, neither they nor we, on the number that is linked now. A group is nobody new,
    nor is the tenant itself."""
    answers: int | None = None
    """For an automatic answer: when it was decided."""


@dataclass(frozen=True, slots=True)
class Tried:
    """A send that began lately, whatever became of it."""

    contact: int
    priority: int
    at: int


@dataclass(frozen=True, slots=True)
class Snapshot:
    waiting: tuple[Waiting, ...]
    """By priority, then in order of arrival."""
    tried: tuple[Tried, ...]
    """Of the last minute, oldest first."""
    strangers: tuple[int, ...] = ()
    """When new chats were begun in the last day, oldest first; looked up only where a stranger waits. One that failed,
    as with a number that is not on WhatsApp, began none."""
    strangers_held_until: int = 0
    """The server refused a new chat: no other before then."""


def snapshot(db: Connection, now: int, *, resend_uncertain: bool = False) -> Snapshot:
    """What waits, and what was tried. With `resend_uncertain`, uncertain messages wait too, each alone.

    A time that is still to come shows that the clock was set back: waits that began then count as over.
    """
    queue = "messages JOIN outbox ON message = id"
    heads = f"SELECT min(id) FROM {queue} WHERE state = 'queued' GROUP BY contact, priority"
    if resend_uncertain:
        heads += f" UNION SELECT id FROM {queue} WHERE state = 'uncertain' AND not_before > 0"
    # One that waits for its file to be uploaded holds up its own chat only.
    rows = db.execute(
        f"""SELECT id, m.contact, priority, iif(tried_at > ?1, 0, not_before) AS due, length(text),
                {_LAST_HEARD},
                {_is_stranger("m.id <> e.id")} AS stranger,
                iif(author LIKE 'plugin:%' AND priority = 0, m.recorded_at, NULL)
            FROM messages m JOIN outbox ON message = id
            WHERE id IN ({heads}) AND id NOT IN (SELECT message FROM media WHERE holds = 1)
            ORDER BY stranger, due > ?1, priority, id LIMIT ?2""",
        (now, MOST),
    )
    # However many wait: strangers, of whom few a day may be written to, and what is not due bar nobody's way.
    waiting = sorted(
        (replace(Waiting(*row), stranger=bool(row[6])) for row in rows), key=lambda row: (row.priority, row.id)
    )
    tried = db.execute(
        """SELECT contact, priority, tried_at FROM outbox JOIN messages ON id = message
            WHERE tried_at > ? AND tried_at <= ? ORDER BY tried_at DESC LIMIT ?""",
        (now - MINUTE, now, _MOST_TRIED),
    ).fetchall()
    known = Snapshot(tuple(waiting), tuple(Tried(*row) for row in reversed(tried)))
    return _with_strangers(db, known, now) if any(row.stranger for row in waiting) else known


def last_heard(db: Connection, message: int) -> int | None:
    """As `Waiting.last_heard`, of the message's chat."""
    at: int | None = db.execute(f"SELECT {_LAST_HEARD} FROM messages m WHERE id = ?", (message,)).fetchone()[0]
    return at


def _with_strangers(db: Connection, known: Snapshot, now: int) -> Snapshot:
    begun = db.execute(
        f"""SELECT tried_at FROM outbox JOIN messages m ON id = message
            WHERE tried_at > ? AND tried_at <= ? AND state <> 'failed'
            AND m.session IN {_OF_THIS_NUMBER} AND {_is_stranger("e.id < m.id")} ORDER BY tried_at""",
        (now - DAY, now),
    )
    times = tuple(time for (time,) in begun)
    return replace(known, strangers=times, strangers_held_until=strangers_held_until(db, now))


def strangers_held_until(db: Connection, now: int) -> int:
    """Before when the server's refusal lets no new chat begin; a time in the past where it does."""
    held = db.execute(
        f"""SELECT coalesce(max(strangers_held_until), 0) FROM sessions
            WHERE id IN {_OF_THIS_NUMBER} AND strangers_held_until <= ?""",
        (now + STRANGERS_PAUSE,),
    )
    return int(held.fetchone()[0])


def is_stranger(db: Connection, message: int) -> bool:
    """Whether a message would begin a new chat: nobody ever wrote in it."""
    row = db.execute(f"SELECT {_is_stranger('m.id <> e.id')} FROM messages m WHERE id = ?", (message,)).fetchone()
    return bool(row[0])


def _is_stranger(others: str) -> str:
    return f"""NOT EXISTS (SELECT 1 FROM messages e WHERE e.contact = m.contact AND {others}
        AND e.state NOT IN ('queued', 'failed') AND e.session IN {_OF_THIS_NUMBER})
        AND NOT EXISTS (SELECT 1 FROM aliases a WHERE a.contact = m.contact AND (a.alias LIKE 'group:%'
            OR a.alias = (SELECT number FROM sessions ORDER BY id DESC LIMIT 1)))"""

"""What could not be sent for now: when it is tried again, and what is told of that."""

from comptoir.sessions.journal import event_log, waiting
from comptoir.sessions.journal.database import Connection
from comptoir.sessions.times import rfc3339


def retry_later(db: Connection, message: int, error: str | None, not_before: int, *, counted: bool = True) -> None:
    """It did not leave: back into the queue. Not `counted`, it does not bring the last attempt nearer."""
    db.execute("UPDATE messages SET state = 'queued' WHERE id = ? AND state = 'sending'", (message,))
    db.execute(
        """UPDATE outbox SET not_before = ?, error = ?, secret = NULL, attempts = attempts - ?
            WHERE message = ?""",
        (not_before, error, not counted, message),
    )


def put_off(db: Connection, message: int, error: str, not_before: int, now: int) -> None:
    """The server, or the library before it, refused it for now: it is tried again, not for ever."""
    retry_later(db, message, f"{error}; it is tried again at {rfc3339(not_before)}", not_before)
    _tell(db, message, "put_off", now, not_before)


def hold_strangers(  # noqa: PLR0913, PLR0917 (what was refused, and the two times that follow from it)
    db: Connection, message: int, error: str, until: int, later: int, now: int
) -> None:
    """The server refused a new chat: no new one is begun on this session before `until`.

    The message goes as soon as its customer writes, who is then no stranger. Refused in a known chat it is tried again
    `later` like anything that is refused for now: the answers behind it must not wait for hours.
    """
    db.execute(
        """UPDATE sessions SET strangers_held_until = max(strangers_held_until, ?)
            WHERE id = (SELECT session FROM messages WHERE id = ?)""",
        (until, message),
    )
    if waiting.is_stranger(db, message):
        goes = "it goes then, or as soon as they write. Answers go on"
        retry_later(db, message, f"{error}; no new chat before {rfc3339(until)}: {goes}", 0, counted=False)
    else:
        put_off(db, message, f"{error}, and it takes this one for new", later, now)
    _tell(db, message, "new_chats_held", now, until)


def _tell(db: Connection, message: int, kind: str, now: int, until: int) -> None:
    query = "SELECT contact, error FROM messages JOIN outbox ON message = id WHERE id = ?"
    contact, error = db.execute(query, (message,)).fetchone()
    event_log.add(db, kind, now, contact=contact, message=message, error=error, until=rfc3339(until))

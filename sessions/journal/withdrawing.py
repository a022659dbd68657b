"""What waits, or is uncertain, and shall not go after all: the owner answered, the session is over, too late."""

from comptoir.sessions.journal import inbox, outbox
from comptoir.sessions.journal.database import Connection

BY_HAND = "the owner answered by hand"
"""Why an automatic answer failed."""


def withdraw_answers(db: Connection, contact: int, now: int) -> None:
    """The owner wrote by hand: automatic answers that wait in the chat are not sent, uncertain ones not repeated."""
    rows = db.execute(
        """SELECT id FROM messages JOIN outbox ON message = id
            WHERE contact = ? AND state = 'queued' AND author LIKE 'plugin:%' AND priority = ?""",
        (contact, outbox.ANSWER),
    ).fetchall()
    for (message,) in rows:
        outbox.mark_failed(db, message, BY_HAND, now)
    db.execute(
        """UPDATE outbox SET not_before = 0
            WHERE message IN (SELECT id FROM messages WHERE contact = ? AND state = 'uncertain')""",
        (contact,),
    )


def expire_answer(db: Connection, message: int, now: int) -> None:
    """An automatic answer has waited too long: it is not sent any more, or not repeated where it may have left."""
    if db.execute("SELECT state FROM messages WHERE id = ?", (message,)).fetchone() == ("queued",):
        outbox.mark_failed(db, message, "too old to be an answer", now)
    else:
        db.execute("UPDATE outbox SET not_before = 0 WHERE message = ?", (message,))


def fail_all(db: Connection, reason: str, now: int) -> None:
    """Nothing that waits is sent any more, and nothing uncertain is repeated."""
    waiting = "SELECT id FROM messages WHERE state = 'queued' UNION SELECT id FROM messages WHERE state = 'uncertain'"
    for (message,) in db.execute(f"{waiting} ORDER BY id").fetchall():
        outbox.mark_failed(db, message, reason, now)


def abandon(db: Connection, session: int, now: int) -> None:
    """The session is over: what it was sending can no longer be found out."""
    rows = db.execute("SELECT id FROM messages WHERE session = ? AND state = 'sending'", (session,)).fetchall()
    for (message,) in rows:
        outbox.mark_uncertain(db, message, "the device was unlinked while it was being sent", now)


def requeue(db: Connection, message: int, now: int) -> None:
    """It is certain now that it never left: it goes again, unless it is an answer that the owner gave by hand."""
    contact, author, priority = db.execute(
        "SELECT contact, author, priority FROM messages JOIN outbox ON message = id WHERE id = ?", (message,)
    ).fetchone()
    if author.startswith("plugin:") and priority == outbox.ANSWER and inbox.owner_answered(db, contact, message):
        outbox.mark_failed(db, message, BY_HAND, now)
        return
    db.execute("UPDATE messages SET state = 'queued', whatsapp_id = NULL WHERE id = ?", (message,))
    db.execute("UPDATE outbox SET secret = NULL, error = NULL, not_before = 0 WHERE message = ?", (message,))
    outbox.note(db, message, "queued", now)

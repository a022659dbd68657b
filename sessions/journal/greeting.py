"""Journals what the shop's phone wrote by itself: it silences nobody, and takes the place of a pipeline's greeting."""

from dataclasses import dataclass

from comptoir.plugins.api import SILENT
from comptoir.plugins.greetings import GreetingTable
from comptoir.sessions.events import MessageReceived
from comptoir.sessions.greetings import CONVERSATION, Elsewhere, Written, is_prompt, same_text, why_automatic
from comptoir.sessions.journal import contacts, conversations, event_log, outbox, withdrawing
from comptoir.sessions.journal.arrival import Arrival
from comptoir.sessions.journal.database import Connection

REPLACED = "the phone greeted by itself"
"""Why an answer of the plugin `welcome` failed."""
_DAY = 24 * 3600 * 1000
_MOST_TEXTS = 1_000
_MOST_HEARD = 50


@dataclass(frozen=True, slots=True)
class _Earlier:
    """The same text, written before and taken for the owner's hand."""

    id: int
    contact: int
    time: int
    recorded_at: int
    prompt: bool


def record_automatic(db: Connection, message: int, contact: int, event: MessageReceived, arrival: Arrival) -> bool:
    """Whether the phone wrote this message, journaled already, by itself; then that is noted, also of earlier ones."""
    if event.kind != "text" or not event.chat.is_person:
        return False
    text = same_text(event.text)
    known = db.execute("SELECT 1 FROM greetings WHERE text = ?", (text,)).fetchone() is not None
    heard = _heard(db, contact, message, event.time)
    earlier = _earlier(db, message, text, arrival.now)
    attended = _is_attended(db, contact, message, event.time)
    answered = _is_answered(db, contact, message)
    written = Written(event.text, event.time, heard, not arrival.backlog, known, attended, answered)
    elsewhere = [Elsewhere(other.contact, other.prompt) for other in earlier]
    settings = arrival.config.greetings if arrival.config else GreetingTable()
    why = why_automatic(written, contact, elsewhere, settings)
    if why is None:
        return False
    if why != "named":
        db.execute("INSERT OR IGNORE INTO greetings VALUES (?, ?)", (text, arrival.now))
    for other in earlier:
        if other.prompt or why == "named":
            _mark(db, other.id, other.contact, other.time)
            _lift_silence(db, other, arrival.silence_ms, arrival.now)
            _take_up_answers(db, other, arrival.now)
            event_log.add(db, "phone_greeted", arrival.now, contact=other.contact, message=other.id, why=why, late=True)
    _mark(db, message, contact, event.time)
    event_log.add(db, "phone_greeted", arrival.now, contact=contact, message=message, why=why)
    _withdraw_welcome(db, contact, arrival.now)
    return True


def _mark(db: Connection, message: int, contact: int, time: int) -> None:
    db.execute("UPDATE messages SET automatic = 1 WHERE id = ?", (message,))
    contacts.greet(db, contact, time)


def _lift_silence(db: Connection, earlier: _Earlier, silence_ms: int, now: int) -> None:
    """End the chat's silence where it came from this message; one from the owner's hand stays."""
    if contacts.silenced_until(db, earlier.contact) != earlier.recorded_at + silence_ms:
        return
    hands = db.execute(
        "SELECT kind, recorded_at FROM messages WHERE contact = ? AND author = 'owner' AND automatic = 0",
        (earlier.contact,),
    )
    until = max((at + silence_ms for kind, at in hands if kind not in SILENT), default=0)
    contacts.silence(db, earlier.contact, until)
    if until <= now:
        conversations.give_back(db, earlier.contact, conversations.By("owner", now))


def _take_up_answers(db: Connection, earlier: _Earlier, now: int) -> None:
    """Send the answers that were withdrawn for this message, while somebody may still wait for them."""
    rows = db.execute(
        """SELECT id FROM messages JOIN outbox ON message = id
            WHERE contact = ? AND state = 'failed' AND author LIKE 'plugin:%' AND error = ?
            AND id < ? AND messages.recorded_at BETWEEN ? AND ?""",
        (earlier.contact, withdrawing.BY_HAND, earlier.id, now - CONVERSATION, now),
    ).fetchall()
    for (message,) in rows:
        withdrawing.requeue(db, message, now)


def _heard(db: Connection, contact: int, message: int, time: int) -> list[int]:
    """When the customer wrote before this message, as far as it matters: by the server's clock."""
    rows = db.execute(
        """SELECT server_time FROM messages WHERE contact = ? AND direction = 'in' AND id < ?
            ORDER BY id DESC LIMIT ?""",
        (contact, message, _MOST_HEARD),
    )
    return [at for (at,) in rows if at is not None and time - CONVERSATION <= at <= time]


def _is_attended(db: Connection, contact: int, message: int, time: int) -> bool:
    """Whether a person of ours wrote in the chat not long ago."""
    row = db.execute(
        """SELECT 1 FROM messages WHERE contact = ? AND direction = 'out' AND automatic = 0 AND id < ?
            AND state NOT IN ('queued', 'failed') AND author NOT LIKE 'plugin:%'
            AND coalesce(server_time, recorded_at) >= ? LIMIT 1""",
        (contact, message, time - CONVERSATION),
    )
    return row.fetchone() is not None


def _is_answered(db: Connection, contact: int, message: int) -> bool:
    """Whether a pipeline of ours has answered what the customer wrote last."""
    row = db.execute(
        """SELECT 1 FROM messages WHERE contact = ?1 AND direction = 'out' AND author LIKE 'plugin:%'
            AND state NOT IN ('queued', 'failed') AND id < ?2
            AND id > (SELECT max(id) FROM messages WHERE contact = ?1 AND direction = 'in' AND id < ?2) LIMIT 1""",
        (contact, message),
    )
    return row.fetchone() is not None


def _earlier(db: Connection, message: int, text: str, now: int) -> list[_Earlier]:
    rows = db.execute(
        """SELECT id, contact, text, server_time, recorded_at FROM messages
            WHERE author = 'owner' AND automatic = 0 AND kind = 'text' AND recorded_at > ? AND id < ?
            ORDER BY recorded_at DESC LIMIT ?""",
        (now - _DAY, message, _MOST_TEXTS),
    ).fetchall()
    same = [(id, contact, time, at) for id, contact, said, time, at in rows if same_text(said) == text]
    return [
        _Earlier(id, contact, time, at, is_prompt(time, _heard(db, contact, id, time)))
        for id, contact, time, at in same
    ]


def _withdraw_welcome(db: Connection, contact: int, now: int) -> None:
    rows = db.execute(
        "SELECT id FROM messages WHERE contact = ? AND state = 'queued' AND author = 'plugin:welcome'", (contact,)
    ).fetchall()
    for (message,) in rows:
        outbox.mark_failed(db, message, REPLACED, now)

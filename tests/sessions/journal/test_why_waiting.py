"""What is said of a message that does not leave: the true reason, wherever it lies."""

from journal_rig import AWA, MOUSSA, heard, record

from comptoir.sessions.events import Address
from comptoir.sessions.journal import contacts, history, outbox, postponing, states
from comptoir.sessions.journal.database import Connection
from comptoir.sessions.journal.outbox import Outgoing
from comptoir.sessions.journal.why_waiting import TURN, longest_waiting, why_waiting


def queue(db: Connection, to: Address, now: int = 0, priority: int = outbox.ANSWER) -> int:
    return outbox.enqueue(db, Outgoing(contacts.contact_for(db, to, 0), "prêt", "operator", priority), now)


def test_its_own_reason_or_that_of_the_message_before_it(db: Connection) -> None:
    for whom in (AWA, MOUSSA):
        record(db, heard(f"first of {whom}", whom))
    first, second, notice, other = queue(db, AWA), queue(db, AWA), queue(db, AWA, priority=2), queue(db, MOUSSA)
    assert why_waiting(db, first, 0) == why_waiting(db, other, 0) == TURN
    assert why_waiting(db, second, 0) == f"it waits behind message {first}"
    postponing.put_off(db, first, "429: fewer at a time", 60_000, 0)
    own = "429: fewer at a time; it is tried again at 1970-01-01T00:01:00.000Z"
    assert why_waiting(db, first, 0) == own
    assert why_waiting(db, second, 0) == f"it waits behind message {first}: {own}"
    assert why_waiting(db, notice, 0) == TURN, "another priority does not wait for it"
    assert outbox.mark_sending(db, first, 1, bytes(32), 0)
    assert why_waiting(db, second, 0).startswith(f"it waits behind message {first}")
    states.advance(db, first, "sent")
    assert why_waiting(db, second, 0) == TURN


def test_a_stranger_waits_for_the_end_of_the_pause(db: Connection) -> None:
    first, second = queue(db, AWA), queue(db, MOUSSA)
    assert outbox.mark_sending(db, first, 1, bytes(32), 0)
    postponing.hold_strangers(db, first, "463: too many strangers", until=60_000, later=1_000, now=0)
    assert why_waiting(db, second, 0).startswith("WhatsApp refused a new chat (463); no new chat before 1970-01-01")
    assert why_waiting(db, second, 60_000) == TURN


def test_the_longest(db: Connection) -> None:
    assert longest_waiting(db, 0) is None
    first, second = queue(db, AWA, 5), queue(db, MOUSSA, 7)
    longest = longest_waiting(db, 9)
    assert longest is not None
    assert (longest.message, longest.since, longest.why) == (first, 5, TURN)
    assert outbox.mark_sending(db, first, 1, bytes(32), 0)
    states.advance(db, first, "sent")
    longest = longest_waiting(db, 9)
    assert longest is not None
    assert longest.message == second


def test_the_history_says_behind_which_message_one_is_held(db: Connection) -> None:
    """But only where that one is held itself: to wait one's turn is no fault."""
    for whom in (AWA, MOUSSA):
        record(db, heard(f"first of {whom}", whom))
    first, second, notice, other = queue(db, AWA), queue(db, AWA), queue(db, AWA, priority=2), queue(db, MOUSSA)

    def errors() -> dict[int, str | None]:
        return {row.id: row.error for row in history.messages(db) if row.direction == "out"}

    assert errors() == dict.fromkeys((first, second, notice, other))
    postponing.put_off(db, first, "429: fewer at a time", 60_000, 0)
    own = "429: fewer at a time; it is tried again at 1970-01-01T00:01:00.000Z"
    behind = f"it waits behind message {first}: {own}"
    assert errors() == {first: own, second: behind, notice: None, other: None}
    row = history.message(db, second)
    assert row is not None
    assert row.error == behind
    postponing.put_off(db, second, "its own", 60_000, 0)
    assert str(errors()[second]).startswith("its own")

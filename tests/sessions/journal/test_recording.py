"""What the link reports is journaled once, however often and in whatever order it comes."""

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from journal_rig import AWA, AWA_BOTH, AWA_LID, MOUSSA, heard, message, receipt, record, stored

from comptoir.sessions.events import Address, Audience, HistoryReceived, Kept, Unreadable
from comptoir.sessions.journal import contacts, event_log, history, inbox, linkings, outbox, states
from comptoir.sessions.journal.database import Connection
from comptoir.sessions.journal.recording import Arrival, Recorded, record_event


def rows(db: Connection) -> list[tuple[str, str, str, str]]:
    return [(row.direction, row.text, row.state, row.by) for row in history.messages(db)]


def test_message_of_a_customer(db: Connection) -> None:
    recorded = record_event(db, heard("A"), Arrival(1, 2_000, backlog=True))
    assert recorded == Recorded(message(recorded), contacts.find_contact(db, AWA.number), inbox=True)
    [due] = inbox.due(db, recorded.contact or 0)
    assert (due.text, due.server_time, due.recorded_at, due.backlog) == ("bonjour", 1_000, 2_000, True)
    assert [row.time for row in history.messages(db)] == [1_000]


@pytest.mark.parametrize("again", [AWA, AWA_LID, AWA_BOTH])
def test_message_that_comes_twice(db: Connection, again: Address) -> None:
    record(db, heard("A", AWA_BOTH))
    assert record(db, heard("A", again)) == Recorded()
    assert rows(db) == [("in", "bonjour", "received", "customer")]


def test_same_id_of_somebody_else_or_in_another_session_is_another_message(db: Connection) -> None:
    record(db, heard("A"))
    record(db, heard("A", MOUSSA))
    later = linkings.begin_session(db, "+221330000000", lab=True, now=1)
    record(db, heard("A"), session=later)
    assert len(rows(db)) == 3


@pytest.mark.parametrize("audience", ["group", "status", "channel"])
def test_what_is_not_written_to_the_shop_is_ignored(db: Connection, audience: Audience) -> None:
    assert record(db, replace(heard("A"), audience=audience)) == Recorded()
    assert record_event(db, Unreadable("B", AWA, audience, 0), Arrival(1, 0)) == Recorded()
    assert rows(db) == []


def test_empty_message_does_not_stand_in_the_way_of_the_real_one(db: Connection) -> None:
    assert record(db, replace(heard("A", text=""), kind="empty")) == Recorded()
    assert db.execute("SELECT whatsapp_id FROM accounted").fetchall() == [("A",)], "nothing of it is lost mail"
    assert record(db, heard("A")).inbox


def test_unknown_kind_is_journaled_as_such(db: Connection) -> None:
    record(db, replace(heard("A", text=""), kind="unknown"))
    assert [(row.kind, row.state) for row in history.messages(db)] == [("unknown", "received")]


def test_owner_by_hand_silences_the_chat_and_withdraws_waiting_answers(db: Connection) -> None:
    asked = record(db, heard("A"))
    contact = asked.contact or 0
    other = record(db, heard("B", MOUSSA)).contact or 0
    for whose, author in ((contact, "plugin:answers"), (contact, "operator"), (other, "plugin:answers")):
        outbox.enqueue(db, outbox.Outgoing(whose, author, author), 0)
    recorded = record(db, heard("O", text="je m'en occupe", by_owner=True), now=5_000)
    assert (recorded.by_owner, recorded.inbox) == (True, False)
    assert contacts.silenced_until(db, contact) == 65_000
    assert contacts.silenced_until(db, other) == 0
    assert inbox.owner_answered(db, contact, message(asked))
    assert rows(db) == [
        ("in", "bonjour", "received", "customer"),
        ("in", "bonjour", "received", "customer"),
        ("out", "plugin:answers", "failed", "plugin:answers"),
        ("out", "operator", "queued", "operator"),
        ("out", "plugin:answers", "queued", "plugin:answers"),
        ("out", "je m'en occupe", "sent", "owner"),
    ]
    assert stored(db, message(recorded) - 3).error == "the owner answered by hand"
    assert record(db, heard("O", by_owner=True)) == Recorded()


@pytest.mark.parametrize("kind", ["reaction", "edit", "deletion", "vote", "unknown"])
def test_what_the_owner_does_without_saying_anything_silences_nothing(db: Connection, kind: str) -> None:
    asked = record(db, heard("A"))
    contact = asked.contact or 0
    outbox.enqueue(db, outbox.Outgoing(contact, "oui", "plugin:answers"), 0)
    recorded = record(db, replace(heard("O", text="", by_owner=True), kind=kind), now=5_000)
    assert (recorded.message is not None, recorded.by_owner) == (True, False)
    assert contacts.silenced_until(db, contact) == 0
    assert not inbox.owner_answered(db, contact, message(asked))
    assert [row.state for row in history.messages(db)] == ["received", "queued", "sent"]
    assert record(db, replace(heard("P", text="", by_owner=True), kind="voice")).by_owner
    assert inbox.owner_answered(db, contact, message(asked))


@pytest.mark.parametrize(("hours", "silenced"), [(0, True), (23, True), (25, False)])
def test_what_the_owner_typed_during_an_absence_silences_for_a_day(db: Connection, hours: int, silenced: bool) -> None:
    now = 100 * 3_600_000
    typed = replace(heard("O", by_owner=True), time=now - hours * 3_600_000)
    recorded = record_event(db, typed, Arrival(1, now, backlog=True, silence_ms=60_000))
    assert recorded.by_owner
    assert contacts.silenced_until(db, recorded.contact or 0) == (now + 60_000 if silenced else 0)


def test_longer_silence_is_not_cut_short_by_the_owner(db: Connection) -> None:
    contact = record(db, heard("A")).contact or 0
    contacts.silence(db, contact, 1_000_000)
    record(db, heard("O", by_owner=True), now=5_000)
    assert contacts.silenced_until(db, contact) == 1_000_000


def test_owner_message_does_not_rename_the_customer(db: Connection) -> None:
    contact = record(db, heard("A")).contact or 0
    record(db, replace(heard("O", by_owner=True), push_name="Chez Fatou"))
    assert contacts.name_of(db, contact) == "Awa"


def test_unreadable_message_is_completed_by_its_retry(db: Connection) -> None:
    unreadable = Unreadable("A", AWA, "person", 1_000)
    first = record_event(db, unreadable, Arrival(1, 0))
    record(db, heard("B", text="second"))
    assert rows(db)[0] == ("in", "", "lost", "customer")
    completed = record(db, heard("A", text="first"))
    assert (completed.message, completed.inbox) == (first.message, True)
    assert [due.text for due in inbox.due(db, completed.contact or 0)] == ["first", "second"]
    assert record_event(db, unreadable, Arrival(1, 0)) == Recorded()
    assert record(db, heard("A", text="first")) == Recorded()


def test_history_is_not_mail(db: Connection) -> None:
    for _ in range(2):
        assert record_event(db, HistoryReceived(("X", "Y")), Arrival(1, 0)) == Recorded()
    assert rows(db) == []
    assert db.execute("SELECT whatsapp_id FROM accounted").fetchall() == [("X",), ("Y",)]


# --- receipts


def sent(db: Connection, whatsapp_id: str, to: Address = AWA) -> int:
    id = outbox.enqueue(db, outbox.Outgoing(contacts.contact_for(db, to, 0), "oui", "operator"), 0)
    outbox.mark_sending(db, id, 1, bytes(32), 0)
    outbox.mark_sent(db, id, whatsapp_id, 500, 0)
    return id


def state_of(db: Connection, id: int) -> str:
    row = history.message(db, id)
    assert row is not None
    return row.state


def test_receipts_move_a_message_on(db: Connection) -> None:
    id = sent(db, "W")
    assert record(db, receipt("delivered", "W")).advanced == (id,)
    assert state_of(db, id) == "delivered"
    assert record(db, receipt("read", "W")).advanced == (id,)
    assert state_of(db, id) == "read"


def test_one_receipt_for_several(db: Connection) -> None:
    ids = (sent(db, "V"), sent(db, "W"))
    assert record(db, receipt("read", "V", "W", "unknown")).advanced == ids


def test_read_stays_read(db: Connection) -> None:
    id = sent(db, "W")
    record(db, receipt("read", "W"))
    for late in ("delivered", "read", "retry", "other"):
        assert record(db, receipt(late, "W")).advanced == ()
    assert state_of(db, id) == "read"
    assert [event.kind for event in event_log.page(db, 0)] == ["queued", "sent", "read"]


@pytest.mark.parametrize("by", [AWA, AWA_LID, AWA_BOTH], ids=str)
def test_receipt_before_the_send_returned(db: Connection, by: Address) -> None:
    id = outbox.enqueue(db, outbox.Outgoing(contacts.contact_for(db, AWA, 0), "oui", "operator"), 0)
    outbox.mark_sending(db, id, 1, bytes(32), 0)
    for _ in range(2):
        assert record(db, receipt("delivered", "W", by=by)).advanced == ()
    assert state_of(db, id) == "sending"
    outbox.mark_sent(db, id, "W", 500, 0)
    assert state_of(db, id) == "delivered"
    assert db.execute("SELECT count(*) FROM early_receipts").fetchone() == (0,)


@pytest.mark.parametrize("own", [Address("+221330000000"), Address(lid="99000")], ids=str)
def test_receipt_of_our_own_phone_does_not_say_delivered(db: Connection, own: Address) -> None:
    id = sent(db, "W")
    record(db, receipt("delivered", "W", by=own))
    record(db, receipt("read", "W", by=own))
    assert state_of(db, id) == "sent"
    assert contacts.find_contact(db, own.aliases[0]) is None


def test_receipt_of_a_third_party_does_not_say_delivered(db: Connection) -> None:
    id = sent(db, "W", AWA_BOTH)
    record(db, receipt("read", "W", by=MOUSSA))
    assert state_of(db, id) == "sent"


def test_unknown_lid_may_be_our_own_while_ours_is_unknown(db: Connection) -> None:
    db.execute("UPDATE sessions SET lid = NULL")
    id = sent(db, "W")
    record(db, receipt("read", "W", by=AWA_LID))
    assert state_of(db, id) == "sent"


@pytest.mark.parametrize("kind", ["delivered", "read", "retry", "other"])
def test_any_receipt_shows_that_an_uncertain_message_left(db: Connection, kind: str) -> None:
    id = sent(db, "W")
    db.execute("UPDATE messages SET state = 'uncertain'")
    record(db, receipt(kind, "W"))  # type: ignore[arg-type]  # parametrize knows plain strings only
    assert state_of(db, id) == (kind if kind in ("delivered", "read") else "sent")


def test_receipts_for_what_the_owner_typed(db: Connection) -> None:
    record(db, receipt("delivered", "O"))
    id = message(record(db, heard("O", by_owner=True)))
    assert state_of(db, id) == "delivered"


EVENTS: st.SearchStrategy[Kept] = st.sampled_from(
    [
        heard("A", AWA),
        heard("A", AWA_LID),
        heard("A", AWA_BOTH),
        heard("O", AWA, by_owner=True),
        Unreadable("A", AWA, "person", 0),
        receipt("delivered", "W", by=AWA),
        receipt("read", "W", by=AWA_LID),
        receipt("retry", "W", by=AWA),
    ]
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(EVENTS, max_size=12))
def test_whatever_comes_in_whatever_order(db: Connection, events: list[Kept]) -> None:
    """Messages stay single once their contact is known to be one, and no state ever goes back."""
    db.execute("SAVEPOINT example")
    try:
        seen: dict[int, str] = {}
        out = sent(db, "W")
        for event in [*events, heard("Z", AWA_BOTH)]:
            record(db, event)
            for id, state in db.execute("SELECT id, state FROM messages").fetchall():
                assert states.further(seen.get(id, state), state) == state
                seen[id] = state
        kept = db.execute("SELECT whatsapp_id FROM messages").fetchall()
        assert len(kept) == len(set(kept))
        assert len(db.execute("SELECT DISTINCT contact FROM messages").fetchall()) == 1
        assert state_of(db, out) == (
            "read" if any(event == receipt("read", "W", by=AWA_LID) for event in events)
            else "delivered" if any(event == receipt("delivered", "W", by=AWA) for event in events)
            else "sent"
        )  # fmt: skip
    finally:
        db.execute("ROLLBACK TO example")
        db.execute("RELEASE example")


def test_messages_are_shown_in_the_order_in_which_they_came(db: Connection) -> None:
    """Whatever the server's clock says of when they were written."""
    for id, time in (("A", 3_000), ("B", 1_000), ("C", 2_000)):
        record(db, replace(heard(id, text=id), time=time))
    assert [(row.text, row.time) for row in history.messages(db)] == [("A", 3_000), ("B", 1_000), ("C", 2_000)]
    assert [row.text for row in history.messages(db, limit=1)] == ["C"]

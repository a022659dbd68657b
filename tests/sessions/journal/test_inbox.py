"""What the pipeline takes, in which order, and what is known of a walk after a crash."""

import pytest
from journal_rig import AWA, MOUSSA, heard, message, record

from comptoir.plugins.walking.state import TENANT, Slot, Value
from comptoir.sessions.journal import causes, contacts, event_log, history, inbox, outbox, pruning, state
from comptoir.sessions.journal.database import Connection
from comptoir.sessions.times import rfc3339


def test_chats_by_how_long_they_wait_and_messages_by_arrival(db: Connection) -> None:
    awa = record(db, heard("A", text="un")).contact or 0
    moussa = record(db, heard("B", MOUSSA)).contact or 0
    record(db, heard("C", text="deux"))
    assert inbox.next_chats(db) == [awa, moussa]
    assert inbox.next_chats(db, busy={awa}) == [moussa]
    assert inbox.next_chats(db, busy={awa}, limit=1) == [moussa]
    assert [due.text for due in inbox.due(db, awa)] == ["un", "deux"]


def test_walk_is_remembered_until_it_is_finished(db: Connection) -> None:
    first, second = (message(record(db, heard(id))) for id in "AB")
    contact = contacts.find_contact(db, AWA.number) or 0
    inbox.begin_walk(db, [first, second], "optout")
    inbox.at_plugin(db, [first, second], "answers")
    assert [(due.plugin, due.walks) for due in inbox.due(db, contact)] == [("answers", 1)] * 2
    inbox.begin_walk(db, [first], "optout")
    assert [due.walks for due in inbox.due(db, contact)] == [2, 1]
    inbox.release(db, [first])
    assert [(due.plugin, due.walks) for due in inbox.due(db, contact)] == [(None, 1), ("answers", 1)]
    inbox.finish(db, [first], "done", 0)
    inbox.finish(db, [second], "skipped", 0, "stale")
    assert inbox.due(db, contact) == []
    assert [row.state for row in history.messages(db)] == ["done", "skipped"]
    assert [(event.kind, event.data) for event in event_log.page(db, 2)] == [
        ("done", {}),
        ("skipped", {"reason": "stale"}),
    ]


def test_finished_once(db: Connection) -> None:
    id = message(record(db, heard("A")))
    inbox.finish(db, [id], "done", 0)
    inbox.finish(db, [id], "skipped", 0)
    assert [row.state for row in history.messages(db)] == ["done"]
    assert [event.kind for event in event_log.page(db, 0)] == ["received", "done"]


def test_new_customer(db: Connection) -> None:
    first = message(record(db, heard("A")))
    contact = contacts.find_contact(db, AWA.number) or 0
    assert not inbox.answered_before(db, contact, first)
    inbox.finish(db, [first], "done", 0)
    assert not inbox.answered_before(db, contact, first)
    assert inbox.answered_before(db, contact, message(record(db, heard("B"))))


def test_protobuf_is_kept_for_seven_days_more(db: Connection) -> None:
    day = 24 * 3600 * 1000
    done, waiting = (message(record(db, heard(id))) for id in "AB")
    inbox.finish(db, [done], "done", day)
    pruning.prune(db, 8 * day)
    assert db.execute("SELECT message, raw FROM inbox").fetchall() == [(done, b"raw"), (waiting, b"raw")]
    pruning.prune(db, 8 * day + 1)
    assert db.execute("SELECT message FROM inbox").fetchall() == [(waiting,)]
    assert len(history.messages(db)) == 2


def test_cause_is_done_once(db: Connection) -> None:
    causes.mark_done(db, "message:1", 0)
    with pytest.raises(causes.AlreadyDone):
        causes.mark_done(db, "message:1", 0)


def test_plugin_state_has_versions_that_never_start_again(db: Connection) -> None:
    slot = Slot("p", TENANT, "stock")
    assert state.get(db, slot) == Value(None, 0)
    assert state.put(db, slot, {"poulets": 1}, version=0) == 1
    with pytest.raises(state.StateConflict, match="at version 1, not 0"):
        state.put(db, slot, {"poulets": 0}, version=0)
    assert state.get(db, slot) == Value({"poulets": 1}, 1)
    assert state.put(db, slot, None) == 2
    assert state.get(db, slot) == Value(None, 2)
    state.check(db, {slot: 2, Slot("p", 1, "stock"): 0})
    with pytest.raises(state.StateConflict):
        state.check(db, {slot: 0})


def test_event_log_is_bounded(db: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(event_log, "LIMIT", 10)
    for number in range(25):
        event_log.add(db, "tick", number)
    assert [event.at for event in event_log.page(db, 0)] == list(range(15, 25))
    assert [event.at for event in event_log.page(db, 23)] == [23, 24]
    assert event_log.last_id(db) == 25


def test_event_names_its_chat(db: Connection) -> None:
    contact = contacts.contact_for(db, AWA, 0)
    event_log.add(db, "stale", 7, contact=contact, hours=7)
    [event] = event_log.page(db, 0)
    assert (event.chat, event.at, event.data) == (AWA.number, 7, {"hours": 7})


def test_history_pages_backwards(db: Connection) -> None:
    awa = [message(record(db, heard(f"A{number}"))) for number in range(5)]
    record(db, heard("B", MOUSSA))
    contact = contacts.find_contact(db, AWA.number)
    assert [row.id for row in history.messages(db, contact, limit=2)] == awa[3:]
    assert [row.id for row in history.messages(db, contact, limit=2, before=awa[3])] == awa[1:3]
    assert len(history.messages(db)) == 6
    assert history.message(db, 999) is None


def test_row_as_scripts_see_it(db: Connection) -> None:
    record(db, heard("A"))
    assert history.messages(db)[0].as_json() == {
        "id": 1, "chat": "+221770000001", "direction": "in", "kind": "text", "text": "bonjour",
        "time": "1970-01-01T00:00:01.000Z", "state": "received", "by": "customer",
    }  # fmt: skip


def test_counters(db: Connection) -> None:
    assert history.counters(db) == history.Counters(0, 0, None, None)
    contact = record(db, heard("A")).contact or 0
    record(db, heard("B"), now=3_000)
    outbox.enqueue(db, outbox.Outgoing(contact, "oui", "operator"), 0)
    sending = outbox.enqueue(db, outbox.Outgoing(contact, "oui", "operator"), 0)
    outbox.mark_sending(db, sending, 1, bytes(32), 4_000)
    assert history.counters(db) == history.Counters(2, 2, 3_000, 4_000)
    outbox.mark_sent(db, sending, "W", 4_000, 4_000)
    assert history.counters(db) == history.Counters(2, 1, 3_000, 4_000)


def test_trouble_is_counted_while_it_is_young(db: Connection) -> None:
    contact = record(db, heard("A")).contact or 0
    for found, at in (("lost", 100), ("lost", 200), ("failed", 300), ("uncertain", 100), ("sent", 300)):
        db.execute(
            """INSERT INTO messages (contact, direction, kind, text, author, state, recorded_at)
                VALUES (?, 'out', 'text', '', 'operator', ?, ?)""",
            (contact, found, at),
        )
    counters = history.counters(db, since=200)
    assert (counters.uncertain, counters.lost, counters.failed) == (1, 1, 1)
    assert history.counters(db).lost == 2


def test_times_are_rfc3339() -> None:
    assert rfc3339(1_795_244_400_123) == "2026-11-21T07:00:00.123Z"
    assert rfc3339(0) == "1970-01-01T00:00:00.000Z"

"""Courses of messages in a chat: who has them, what is told of it, and what becomes of two that are one person's."""

from datetime import UTC, datetime

import pytest
from journal_rig import AWA, AWA_BOTH, AWA_LID, MOUSSA, heard, record

from comptoir.plugins.api import Call, Wake
from comptoir.sessions.journal import (
    contacts,
    conversations,
    event_log,
    occasions,
    outbox,
    outside_queue,
    pruning,
    tags,
    timers,
)
from comptoir.sessions.journal.conversations import By
from comptoir.sessions.journal.database import Connection, DatabaseError
from comptoir.sessions.journal.occasions import Listeners

NOW = 10_000
BY = By("customer", NOW)
SILENCE = 60_000


def changes(db: Connection) -> list[tuple[str, str, str, str | None]]:
    return [
        (event.data["change"], event.data["by"], event.data["state"], event.data["agent"])
        for event in event_log.page(db, 0, 10_000)
        if event.kind == "conversation"
    ]


def last_at(db: Connection, number: int) -> int:
    return int(db.execute("SELECT last_at FROM conversations WHERE id = ?", (number,)).fetchone()[0])


def test_one_goes_on_at_a_time_and_the_next_has_another_number(db: Connection) -> None:
    awa = contacts.contact_for(db, AWA, 0)
    assert conversations.current(db, awa, NOW) is None
    assert conversations.shown(db, awa, NOW).number == 0
    first = conversations.ensure(db, awa, BY)
    assert conversations.ensure(db, awa, BY) == first
    conversations.close(db, first, By("operator", NOW + 1))
    conversations.close(db, first, By("operator", NOW + 2))
    assert conversations.current(db, awa, NOW) is None
    assert conversations.ensure(db, awa, BY) == first + 1
    assert [change[0] for change in changes(db)] == ["opened", "closed", "opened"]
    with pytest.raises(DatabaseError):
        db.execute("UPDATE conversations SET state = 'open' WHERE id = ?", (first,))


def test_who_has_it_holds_the_chat(db: Connection) -> None:
    awa = contacts.contact_for(db, AWA, 0)
    number = conversations.ensure(db, awa, BY)
    assert conversations.held(db, awa, NOW) == ""
    conversations.hand_over(db, number, "wants a person", By("plugin:handover", NOW + 1))
    assert conversations.held(db, awa, NOW + 1) == "waits for a person"
    assert conversations.pending(db) == 1
    conversations.assign(db, number, "Fatou", By("operator", NOW + 2))
    assert conversations.held(db, awa, NOW + 2) == "with Fatou"
    shown = conversations.shown(db, awa, NOW + 2)
    assert (shown.state, shown.agent, shown.reason, shown.handed_over) == ("open", "Fatou", "wants a person", True)
    assert shown.changed == datetime.fromtimestamp((NOW + 2) / 1000, UTC)
    # Again, by an answer: told, but nothing changed.
    conversations.assign(db, number, "Fatou", By("agent:Fatou", NOW + 3))
    assert conversations.shown(db, awa, NOW + 3).changed == shown.changed
    conversations.release(db, number, By("operator", NOW + 4))
    conversations.release(db, number, By("operator", NOW + 5))
    assert conversations.held(db, awa, NOW + 5) == ""
    assert changes(db)[1:] == [
        ("handed_over", "plugin:handover", "pending", None),
        ("assigned", "operator", "open", "Fatou"),
        ("assigned", "agent:Fatou", "open", "Fatou"),
        ("released", "operator", "open", None),
    ]


def test_the_owners_hand_takes_it_while_the_silence_lasts(db: Connection) -> None:
    record(db, heard("A"), NOW)
    hand = record(db, heard("B", by_owner=True, text="j'arrive"), NOW)
    awa = hand.contact or 0
    assert changes(db) == [("opened", "owner", "open", None), ("taken", "owner", "open", "owner")]
    assert event_log.page(db, 0, 10_000)[-2].message == hand.message
    assert conversations.shown(db, awa, NOW + 1).agent == "owner"
    assert conversations.held(db, awa, NOW + SILENCE - 1) == "silenced"
    assert [case.conversation.agent for case in conversations.cases(db, NOW + 1)] == ["owner"]
    # Whatever any plugin makes of it, nothing is held by it afterwards.
    assert conversations.held(db, awa, NOW + SILENCE) == ""
    assert conversations.shown(db, awa, NOW + SILENCE).agent is None
    assert conversations.cases(db, NOW + SILENCE) == ()


def test_a_hand_on_the_shops_phone_takes_nothing_from_who_was_given_it(db: Connection) -> None:
    awa = record(db, heard("A"), NOW).contact or 0
    conversations.assign(db, conversations.ensure(db, awa, BY), "Fatou", By("operator", NOW))
    record(db, heard("B", by_owner=True), NOW)
    assert conversations.shown(db, awa, NOW).agent == "Fatou"
    assert conversations.held(db, awa, NOW + SILENCE) == "with Fatou"
    assert changes(db)[-1] == ("taken", "owner", "open", "Fatou")


def test_what_the_operator_paused_stays_so(db: Connection) -> None:
    awa = record(db, heard("A"), NOW).contact or 0
    contacts.silence(db, awa, contacts.PAUSED)
    contacts.silence_unless_paused(db, awa, 0)
    record(db, heard("B", by_owner=True), NOW)
    assert conversations.held(db, awa, 2**45) == "paused"


def test_messages_in_and_out_keep_it_going(db: Connection) -> None:
    awa = record(db, heard("A"), 1_000).contact or 0
    number = conversations.ensure(db, awa, By("customer", 1_000))
    record(db, heard("B"), 2_000)
    assert last_at(db, number) == 2_000
    outbox.enqueue(db, outbox.Outgoing(awa, "oui", "plugin:answers"), 3_000)
    assert last_at(db, number) == 3_000
    record(db, heard("C", MOUSSA), 4_000)
    assert last_at(db, number) == 3_000
    assert conversations.quiet_since(db, 3_000, 9) == []
    assert conversations.quiet_since(db, 3_001, 9) == [number]


@pytest.mark.parametrize("younger_waits", [False, True])
def test_of_two_that_are_one_contacts(db: Connection, younger_waits: bool) -> None:
    older, younger = (contacts.contact_for(db, address, 0) for address in (AWA, AWA_LID))
    numbers = [conversations.ensure(db, contact, BY) for contact in (older, younger)]
    conversations.close(db, conversations.ensure(db, contacts.contact_for(db, MOUSSA, 0), BY), BY)
    if younger_waits:
        conversations.hand_over(db, numbers[1], "wants a person", BY)
    for contact, tag in ((older, "vip"), (younger, "vip"), (younger, "b2b")):
        assert tags.put(db, contact, tag)
    for contact, due_s in ((older, 50), (younger, 60)):
        at = datetime.fromtimestamp(due_s, UTC)
        timers.put(db, "flow", contact, Wake("late", at, contact), NOW)
    timers.put(db, "flow", younger, Wake("own", datetime.fromtimestamp(70, UTC)), NOW)
    outside_queue.queue(db, "notify", younger, Call("https://example.org/", {}, {}), "message:1", NOW)
    assert contacts.contact_for(db, AWA_BOTH, NOW) == older
    shown = conversations.current(db, older, NOW)
    assert shown is not None
    assert shown.number == numbers[younger_waits]
    assert tags.of(db, older) == {"vip", "b2b"}
    assert db.execute("SELECT contact, name, due_at FROM timers ORDER BY due_at").fetchall() == [
        (older, "late", 50_000),
        (older, "own", 70_000),
    ]
    assert [call.contact for call in outside_queue.due(db, NOW)] == [older]


def test_calls_outside(db: Connection) -> None:
    awa = contacts.contact_for(db, AWA, 0)
    call = Call("https://example.org/", {"n": 1}, {"X-Shop": "awa"})
    first, second = (outside_queue.queue(db, "notify", awa, call, "message:1", NOW) for _ in range(2))
    found = outside_queue.due(db, NOW)
    assert [(one.id, one.body, one.headers) for one in found] == [(id, {"n": 1}, {"X-Shop": "awa"}) for id in (1, 2)]
    assert found[0].key != found[1].key
    outside_queue.again(db, first, "500", NOW + 50)
    assert (outside_queue.next_at(db), [one.id for one in outside_queue.due(db, NOW)]) == (0, [second])
    outside_queue.finish(db, second, None, NOW)
    assert outside_queue.next_at(db) == NOW + 50
    (again,) = outside_queue.due(db, NOW + 50)
    assert (again.attempts, again.key) == (1, found[0].key)
    pruning.prune(db, NOW + outside_queue.KEPT_MS)
    assert db.execute("SELECT count(*) FROM outside_calls").fetchone()[0] == 2
    pruning.prune(db, NOW + outside_queue.KEPT_MS + 1)
    assert db.execute("SELECT id FROM outside_calls").fetchall() == [(first,)]


def test_a_timer_is_set_anew_and_never_at_once(db: Connection) -> None:
    awa = contacts.contact_for(db, AWA, 0)
    listeners = Listeners(("flow",))
    timers.put(db, "flow", awa, Wake("late", datetime.fromtimestamp(50, UTC), {"n": 1}), NOW)
    timers.put(db, "flow", awa, Wake("late", datetime.fromtimestamp(0, UTC), {"n": 2}), NOW)
    assert occasions.wake_at(db, listeners, NOW) == NOW + timers.SOONEST
    assert occasions.next_due(db, listeners, awa, NOW) is None
    due = occasions.next_due(db, listeners, awa, NOW + timers.SOONEST)
    assert due is not None
    assert (due.plugin, getattr(due.occasion, "data", None)) == ("flow", {"n": 2})
    timers.put(db, "flow", awa, Wake("late", None), NOW)
    assert occasions.chats_due(db, listeners, 10**9) == []


def test_a_contact_has_so_many_tags(db: Connection) -> None:
    awa = contacts.contact_for(db, AWA, 0)
    assert [tags.put(db, awa, str(number)) for number in range(tags.MOST + 1)] == [True] * tags.MOST + [False]
    tags.take_off(db, awa, "0")
    assert tags.put(db, awa, "last")

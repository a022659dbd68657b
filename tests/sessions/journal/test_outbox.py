"""The rows of the outbox: queued once, withdrawn, and what the sender's policy gets to see of them."""

import pytest
from journal_rig import AWA, AWA_BOTH, AWA_LID, MOUSSA, OWN, heard, message, record, stored

from comptoir.sessions.journal import contacts, event_log, history, linkings, outbox, postponing, receipts, withdrawing
from comptoir.sessions.journal.database import Connection
from comptoir.sessions.journal.outbox import ANSWER, CAMPAIGN, NOTICE, Outgoing
from comptoir.sessions.journal.queued import Body, QueuedMessage
from comptoir.sessions.journal.waiting import DAY, MINUTE, STRANGERS_PAUSE, STRANGERS_REFUSED, snapshot


@pytest.fixture
def awa(db: Connection) -> int:
    return contacts.contact_for(db, AWA, 0)


@pytest.fixture
def moussa(db: Connection) -> int:
    return contacts.contact_for(db, MOUSSA, 0)


def queue(db: Connection, contact: int, priority: int = ANSWER, *, not_before: int = 0) -> int:
    new = Outgoing(contact, "oui", "plugin:answers", priority=priority, not_before=not_before)
    return outbox.enqueue(db, new, 0)


def send(db: Connection, id: int, now: int = 0) -> None:
    assert outbox.mark_sending(db, id, 1, bytes(32), now)
    outbox.mark_sent(db, id, f"W{id}", now, now)


def state_of(db: Connection, id: int) -> str:
    row = history.message(db, id)
    assert row is not None
    return row.state


def test_client_key_makes_a_send_repeatable(db: Connection, awa: int, moussa: int) -> None:
    new = Outgoing(awa, "oui", "operator", client_key="k1")
    id = outbox.enqueue(db, new, 0)
    assert outbox.enqueue(db, new, 9) == id
    send(db, id)
    assert outbox.enqueue(db, new, 9) == id
    for other in (
        Outgoing(awa, "non", "operator", client_key="k1"),
        Outgoing(moussa, "oui", "operator", client_key="k1"),
    ):
        with pytest.raises(outbox.ClientKeyReused, match="use a new key"):
            outbox.enqueue(db, other, 0)
    assert len(history.messages(db)) == 1


def test_without_a_client_key_equal_messages_are_several(db: Connection, awa: int) -> None:
    assert queue(db, awa) != queue(db, awa)


def test_text_that_is_not_unicode_is_refused(db: Connection, awa: int) -> None:
    with pytest.raises(UnicodeEncodeError):
        outbox.enqueue(db, Outgoing(awa, "\ud800", "operator"), 0)
    assert history.messages(db) == []


def test_sending_gives_what_is_needed(db: Connection) -> None:
    contact = contacts.contact_for(db, AWA_BOTH, 0)
    id = queue(db, contact)
    assert outbox.mark_sending(db, id, 1, b"s" * 32, 7) == QueuedMessage(id, AWA_BOTH, Body("text", "oui"), 1)
    assert outbox.mark_sending(db, id, 1, b"t" * 32, 8) is None, "one send at a time"
    assert db.execute("SELECT secret, tried_at FROM outbox").fetchone() == (b"s" * 32, 7)


def test_withdrawn_message_is_not_sent(db: Connection, awa: int) -> None:
    id = queue(db, awa)
    withdrawing.withdraw_answers(db, awa, 0)
    assert outbox.mark_sending(db, id, 1, bytes(32), 0) is None
    assert state_of(db, id) == "failed"


def test_only_automatic_answers_that_wait_are_withdrawn(db: Connection, awa: int) -> None:
    sending, notice = queue(db, awa), queue(db, awa, NOTICE)
    outbox.mark_sending(db, sending, 1, bytes(32), 0)
    withdrawing.withdraw_answers(db, awa, 0)
    assert [state_of(db, id) for id in (sending, notice)] == ["sending", "queued"]


def test_retry_that_does_not_count(db: Connection, awa: int) -> None:
    id = queue(db, awa)
    for counted, attempts in ((True, 1), (False, 2), (True, 2)):
        sending = outbox.mark_sending(db, id, 1, bytes(32), 0)
        assert sending is not None
        assert sending.attempts == attempts
        postponing.retry_later(db, id, "not connected", 0, counted=counted)
    assert stored(db, id).error == "not connected"
    assert db.execute("SELECT secret FROM outbox").fetchone() == (None,)


def test_sent_message_forgets_secret_and_error(db: Connection, awa: int) -> None:
    id = queue(db, awa)
    outbox.mark_sending(db, id, 1, bytes(32), 0)
    outbox.mark_uncertain(db, id, "no acknowledgement", 0)
    outbox.mark_sending(db, id, 1, bytes(32), 0)
    outbox.mark_sent(db, id, "W", 0, 0)
    assert db.execute("SELECT secret, error FROM outbox").fetchone() == (None, None)
    assert [(event.kind, event.data) for event in event_log.page(db, 0)] == [
        ("queued", {"by": "plugin:answers"}),
        ("uncertain", {"error": "no acknowledgement"}),
        ("sent", {}),
    ]


def test_end_of_a_session_leaves_nothing_in_sending(db: Connection, awa: int) -> None:
    id, waiting = queue(db, awa), queue(db, awa)
    outbox.mark_sending(db, id, 1, bytes(32), 0)
    linkings.end_session(db, "unlinked", 0)
    assert [state_of(db, one) for one in (id, waiting)] == ["uncertain", "queued"]
    assert linkings.current_session(db) is None


def test_linking_again_ends_the_former_session(db: Connection) -> None:
    later = linkings.begin_session(db, "+221339999999", lab=False, now=5)
    linkings.learn_session(db, later, lid="42", name="Chez Fatou")
    linkings.learn_session(db, later)
    assert linkings.current_session(db) == linkings.Session(
        later, "+221339999999", "42", "Chez Fatou", lab=False, linked_at=5
    )
    assert db.execute("SELECT end_reason FROM sessions WHERE id = 1").fetchone() == ("linked again",)


@pytest.mark.parametrize(("number", "lab"), [("+221339999999", True), (OWN.number, False)])
def test_another_number_neither_sends_nor_answers_what_waited(db: Connection, awa: int, number: str, lab: bool) -> None:
    asked = message(record(db, heard("A", MOUSSA)))
    queued, sending, sent = queue(db, awa), queue(db, awa), queue(db, awa)
    outbox.mark_sending(db, sending, 1, bytes(32), 0)
    send(db, sent)
    linkings.begin_session(db, number, lab=lab, now=5)
    assert [state_of(db, id) for id in (asked, queued, sending, sent)] == ["skipped", "failed", "failed", "sent"]
    assert stored(db, queued).error == stored(db, sending).error == linkings.ANOTHER_NUMBER
    events = [(event.message, event.kind) for event in event_log.page(db, 0) if event.at == 5]
    assert {(asked, "skipped"), (queued, "failed"), (sending, "failed")} <= set(events)


def test_same_number_linked_again_goes_on(db: Connection, awa: int) -> None:
    asked, answer = message(record(db, heard("A", MOUSSA))), queue(db, awa)
    linkings.end_session(db, "logged_out", 4)
    linkings.begin_session(db, OWN.number or "", lab=True, now=5)
    assert [state_of(db, id) for id in (asked, answer)] == ["received", "queued"]


# --- what the policy sees


def test_only_the_first_of_a_chat_at_a_priority_waits(db: Connection, awa: int, moussa: int) -> None:
    campaign, notice = queue(db, awa, CAMPAIGN), queue(db, moussa, NOTICE)
    first, _, other = queue(db, awa), queue(db, awa), queue(db, moussa)
    assert [row.id for row in snapshot(db, 0).waiting] == [first, other, notice, campaign]
    send(db, first)
    assert [row.contact for row in snapshot(db, 0).waiting] == [awa, moussa, moussa, awa]


def test_delayed_message_holds_back_the_ones_behind_it(db: Connection, awa: int) -> None:
    first = queue(db, awa, not_before=9_000)
    queue(db, awa)
    assert [(row.id, row.not_before) for row in snapshot(db, 0).waiting] == [(first, 9_000)]


def test_last_heard_is_the_customer_or_the_owner(db: Connection, awa: int) -> None:
    queue(db, awa)
    assert snapshot(db, 0).waiting[0].last_heard is None
    record(db, heard("A"), now=2_000)
    record(db, heard("B", MOUSSA), now=9_000)
    assert snapshot(db, 0).waiting[0].last_heard == 2_000
    outbox.enqueue(db, Outgoing(awa, "oui", "operator"), 3_000)
    record(db, heard("O", by_owner=True), now=4_000)
    assert snapshot(db, 0).waiting[0].last_heard == 4_000


def test_tried_lately(db: Connection, awa: int, moussa: int) -> None:
    for contact, priority, at in ((awa, ANSWER, 1_000), (moussa, NOTICE, 2_000)):
        send(db, queue(db, contact, priority), at)
    assert [(tried.contact, tried.priority, tried.at) for tried in snapshot(db, MINUTE).tried] == [
        (awa, ANSWER, 1_000), (moussa, NOTICE, 2_000),
    ]  # fmt: skip
    assert [tried.at for tried in snapshot(db, MINUTE + 1_000).tried] == [2_000]


def test_strangers_are_those_nobody_ever_wrote_with(db: Connection, awa: int, moussa: int) -> None:
    record(db, heard("A"))
    queue(db, awa)
    first = queue(db, moussa)
    assert [row.stranger for row in snapshot(db, 0).waiting] == [False, True]
    send(db, first, 5_000)
    queue(db, moussa)
    assert [row.stranger for row in snapshot(db, 0).waiting] == [False, False]


def test_strangers_are_counted_by_number(db: Connection, awa: int, moussa: int) -> None:
    record(db, heard("A"))
    send(db, queue(db, moussa), 5_000)
    db.execute("UPDATE sessions SET strangers_held_until = 7_000")
    linkings.begin_session(db, OWN.number or "", lab=True, now=6_000)
    queue(db, awa)
    queue(db, contacts.contact_for(db, AWA_LID, 0))
    same = snapshot(db, 6_000)
    assert [row.stranger for row in same.waiting] == [False, True]
    assert (same.strangers, same.strangers_held_until) == ((5_000,), 7_000)
    linkings.begin_session(db, "+221339999999", lab=True, now=6_000)
    queue(db, awa)
    other = snapshot(db, 6_000)
    assert [row.stranger for row in other.waiting] == [True]
    assert (other.strangers, other.strangers_held_until) == ((), 0)


def test_times_to_come_count_for_nothing(db: Connection, awa: int) -> None:
    """The clock was set back since."""
    stranger, retried = contacts.contact_for(db, MOUSSA, 0), queue(db, awa)
    send(db, queue(db, stranger), 5_000)
    queue(db, contacts.contact_for(db, AWA_LID, 0))
    outbox.mark_sending(db, retried, 1, bytes(32), 5_000)
    postponing.retry_later(db, retried, "busy", 6_000)
    db.execute("UPDATE sessions SET strangers_held_until = ?", (4_000 + STRANGERS_PAUSE,))
    for now, counted in ((5_000, True), (3_000, False)):
        known = snapshot(db, now)
        assert known.waiting[0].not_before == (6_000 if counted else 0)
        assert bool(known.tried) == bool(known.strangers) == bool(known.strangers_held_until) == counted


def test_new_chats_of_the_last_day_are_counted(db: Connection, awa: int) -> None:
    record(db, heard("A"))
    send(db, queue(db, awa), 4_000)
    for number, at in enumerate((5_000, 6_000)):
        stranger = contacts.contact_for(db, type(AWA)(f"+22178000000{number}"), 0)
        send(db, queue(db, stranger), at)
        send(db, queue(db, stranger), at + 500)
    queue(db, contacts.contact_for(db, MOUSSA, 0))
    assert snapshot(db, DAY).strangers == (5_000, 6_000)
    assert snapshot(db, DAY + 5_000).strangers == (6_000,)


def test_refused_new_chat_holds_all_new_chats(db: Connection, moussa: int) -> None:
    id = queue(db, moussa)
    outbox.mark_sending(db, id, 1, bytes(32), 0)
    postponing.hold_strangers(db, id, f"{STRANGERS_REFUSED}: too many", 7_000, 900, 0)
    known = snapshot(db, 0)
    assert known.strangers_held_until == 7_000
    assert [row.stranger for row in known.waiting] == [True]
    assert event_log.page(db, 0)[-1].kind == "new_chats_held"


def test_refused_new_chat_goes_on_once_the_customer_writes(db: Connection, awa: int, moussa: int) -> None:
    refused, other = queue(db, awa), queue(db, moussa)
    outbox.mark_sending(db, refused, 1, bytes(32), 0)
    postponing.hold_strangers(db, refused, f"{STRANGERS_REFUSED}: too many", 7_000, 900, 0)
    record(db, heard("A"))
    known = snapshot(db, 0)
    assert {row.id: row.stranger for row in known.waiting} == {refused: False, other: True}
    assert [row.not_before for row in known.waiting] == [0, 0]
    send(db, refused)
    assert snapshot(db, 0).strangers_held_until == 7_000


def test_known_chat_that_is_refused_is_tried_again_soon(db: Connection, awa: int) -> None:
    record(db, heard("A"))
    id = queue(db, awa)
    outbox.mark_sending(db, id, 1, bytes(32), 0)
    postponing.hold_strangers(db, id, f"{STRANGERS_REFUSED}: too many", 7_000, 900, 0)
    assert [row.not_before for row in snapshot(db, 0).waiting] == [900]
    assert [event.kind for event in event_log.page(db, 0)][-2:] == ["put_off", "new_chats_held"]
    assert outbox.attempts_of(db, id) == 1


def test_uncertain_message_waits_only_where_it_may_be_repeated(db: Connection, awa: int) -> None:
    uncertain, held, behind = queue(db, awa), queue(db, awa), queue(db, awa)
    for id, not_before in ((uncertain, 15_000), (held, 0)):
        outbox.mark_sending(db, id, 1, bytes(32), 0)
        outbox.mark_uncertain(db, id, "no acknowledgement", 0, not_before)
    assert [row.id for row in snapshot(db, 0).waiting] == [behind]
    assert [row.id for row in snapshot(db, 0, resend_uncertain=True).waiting] == [uncertain, behind]


def test_uncertain_answer_is_not_repeated_once_the_owner_answered(db: Connection, awa: int) -> None:
    id = queue(db, awa)
    outbox.mark_sending(db, id, 1, bytes(32), 0)
    outbox.mark_uncertain(db, id, "no acknowledgement", 0, 15_000)
    record(db, heard("O", by_owner=True))
    assert snapshot(db, 0, resend_uncertain=True).waiting == ()
    assert state_of(db, id) == "uncertain"


def test_early_receipts_are_forgotten_in_the_end(db: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(receipts, "KEPT_ROWS", 3)
    db.executemany(
        "INSERT INTO early_receipts VALUES (1, ?, 'read', '+1', ?)", [(str(number), number) for number in range(6)]
    )
    receipts.prune_early(db, receipts.KEPT_MS + 1)
    assert db.execute("SELECT at FROM early_receipts").fetchall() == [(3,), (4,), (5,)]
    receipts.prune_early(db, receipts.KEPT_MS + 5)
    assert db.execute("SELECT at FROM early_receipts").fetchall() == [(5,)]


def test_a_chat_that_could_not_be_begun_does_not_count(db: Connection, awa: int, moussa: int) -> None:
    mistyped = queue(db, awa)
    assert outbox.mark_sending(db, mistyped, 1, bytes(32), 1_000)
    outbox.mark_failed(db, mistyped, "404: this number is not on WhatsApp", 1_000)
    queue(db, moussa)
    assert snapshot(db, 2_000).strangers == ()

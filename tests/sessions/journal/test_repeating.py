"""What a customer's app asks for once more: sent again only where nothing else can help and nobody has it."""

import pytest
from journal_rig import AWA, heard, message, receipt, record

from comptoir.plugins.api import Deletion
from comptoir.sessions.events import Address, ReceiptReceived
from comptoir.sessions.journal import contacts, event_log, history, media, outbox
from comptoir.sessions.journal.arrival import Arrival
from comptoir.sessions.journal.database import Connection
from comptoir.sessions.journal.history import MessageRow
from comptoir.sessions.journal.media import TakenFile
from comptoir.sessions.journal.outbox import Outgoing
from comptoir.sessions.journal.recording import record_event
from comptoir.sessions.journal.repeating import HELD

SINCE, NOW = 50_000, 60_000


def sent(db: Connection, whatsapp_id: str = "OUT1", *, at: int = 10_000, author: str = "operator", **more: str) -> int:
    contact = contacts.contact_for(db, AWA, at)
    id = outbox.enqueue(db, Outgoing(contact, "prêt demain", author, **more), at)
    assert outbox.mark_sending(db, id, 1, b"s" * 32, at) is not None
    outbox.mark_sent(db, id, whatsapp_id, at, at)
    return id


def ask(db: Connection, whatsapp_id: str = "OUT1", by: Address = AWA) -> tuple[int, ...]:
    """A retry receipt that comes to a worker which began at SINCE; the messages that moved, or go again."""
    event = ReceiptReceived((whatsapp_id,), by, "retry", NOW)
    return record_event(db, event, Arrival(1, NOW, since=SINCE)).advanced


def queued(db: Connection) -> list[MessageRow]:
    return [row for row in history.messages(db) if row.state == "queued"]


def test_it_goes_again_as_a_message_of_its_own(db: Connection) -> None:
    old = sent(db)
    [new] = ask(db)
    [row] = queued(db)
    assert (row.id, row.text, row.by, row.chat) == (new, "prêt demain", "operator", AWA.number)
    row = history.message(db, old)
    assert row is not None
    assert (row.state, row.error) == (
        "sent",
        f"their app could not read it and asked for it: sent again as message {new}",
    )
    told = [event for event in event_log.page(db, 0) if event.kind == "sent_again"]
    assert [(event.message, event.data) for event in told] == [(old, {"again": new})]


def test_one_id_is_answered_once(db: Connection) -> None:
    sent(db)
    assert ask(db)
    assert ask(db) == ()
    assert len(queued(db)) == 1


def test_what_the_library_still_holds_it_repeats_itself(db: Connection) -> None:
    sent(db, at=SINCE)
    assert ask(db) == ()


def test_the_library_holds_the_newest_256_only(db: Connection) -> None:
    sent(db, at=SINCE)
    for number in range(HELD - 1):
        sent(db, f"LATER{number}", at=SINCE + 1)
    assert ask(db) == ()
    sent(db, "LAST", at=SINCE + 1)
    assert len(ask(db)) == 1


@pytest.mark.parametrize("kind", ["delivered", "read"])
def test_what_any_device_of_theirs_has_is_not_sent_again(db: Connection, kind: str) -> None:
    sent(db)
    record(db, receipt("delivered" if kind == "delivered" else "read", "OUT1"))
    assert ask(db) == ()


def test_what_may_never_have_left_is_known_to_have_left_and_goes_again(db: Connection) -> None:
    contact = contacts.contact_for(db, AWA, 0)
    id = outbox.enqueue(db, Outgoing(contact, "prêt demain", "operator"), 0)
    outbox.mark_sending(db, id, 1, b"s" * 32, 10_000)
    outbox.mark_uncertain(db, id, "a crash", 11_000)
    db.execute("UPDATE messages SET whatsapp_id = 'OUT1' WHERE id = ?", (id,))
    moved = ask(db)
    assert moved[0] == id
    assert [row.id for row in queued(db)] == [moved[1]]


def test_an_answer_that_the_owner_has_given_by_hand_does_not_go_again(db: Connection) -> None:
    sent(db, author="plugin:answers")
    record(db, heard("HAND", by_owner=True), 20_000)
    assert ask(db) == ()


@pytest.mark.parametrize(("author", "goes"), [("plugin:answers", 0), ("plugin:optout", 1), ("operator", 1)])
def test_after_a_stop_no_automatic_answer_goes_again(db: Connection, author: str, goes: int) -> None:
    sent(db, author=author)
    db.execute("INSERT INTO plugin_state SELECT 'optout', id, 'since', '\"2026-11-21\"', 1 FROM contacts")
    assert len(ask(db)) == goes


def test_what_the_operator_wrote_goes_again_whatever_the_owner_said(db: Connection) -> None:
    sent(db)
    record(db, heard("HAND", by_owner=True), 20_000)
    assert len(ask(db)) == 1


def test_what_was_typed_on_the_phone_is_the_phones_to_repeat(db: Connection) -> None:
    message(record(db, heard("HAND", by_owner=True), 20_000))
    assert ask(db, "HAND") == ()


def test_another_device_of_the_tenant_asks_in_vain(db: Connection) -> None:
    sent(db)
    assert ask(db, by=Address("+221330000000")) == ()
    assert queued(db) == []


def test_a_chain_ends_after_two(db: Connection) -> None:
    sent(db)
    for number in range(2, 4):
        [again] = ask(db, f"OUT{number - 1}")
        outbox.mark_sending(db, again, 1, b"s" * 32, 20_000)
        outbox.mark_sent(db, again, f"OUT{number}", 20_000, 20_000)
    assert ask(db, "OUT3") == ()


def test_a_file_goes_again_with_its_message_while_it_is_there(db: Connection) -> None:
    taken = TakenFile("f" * 64, "image", "image/jpeg", 1_000)
    for whatsapp_id in ("OUT1", "OUT2"):
        media.attach(db, sent(db, whatsapp_id, kind="image"), taken, 10_000)
    [again] = ask(db)
    row = media.row(db, again)
    assert row is not None
    assert (row.file, row.mime, row.holds) == ("f" * 64, "image/jpeg", True)
    db.execute("UPDATE media SET file = NULL, state = 'dropped'")
    assert ask(db, "OUT2") == ()
    assert "not_sent_again" in [event.kind for event in event_log.page(db, 0)]


def test_a_reaction_is_not_sent_again(db: Connection) -> None:
    id = sent(db)
    db.execute("UPDATE messages SET kind = 'reaction' WHERE id = ?", (id,))
    assert ask(db) == ()


def test_what_was_taken_back_does_not_go_again(db: Connection) -> None:
    old = sent(db)
    deletion = Outgoing(contacts.contact_for(db, AWA, 0), "", "operator", content=Deletion(old))
    change = outbox.enqueue(db, deletion, 20_000)
    outbox.mark_sending(db, change, 1, b"d" * 32, 20_000)
    outbox.mark_sent(db, change, "OUT2", 20_000, 20_000)
    assert ask(db) == ()
    assert queued(db) == []

"""One contact for a number and a LID, learnt together or one after the other."""

import pytest
from journal_rig import AWA, AWA_BOTH, AWA_LID, MOUSSA, heard, message, receipt, record

from comptoir.plugins.walking.state import Slot
from comptoir.sessions.events import Address
from comptoir.sessions.journal import contacts, event_log, history, inbox, outbox, state
from comptoir.sessions.journal.database import Connection


def test_unknown_until_heard_of(db: Connection) -> None:
    assert contacts.find_contact(db, AWA.number) is None
    contact = contacts.contact_for(db, AWA, 0, "Awa")
    assert contacts.find_contact(db, AWA.number) == contact
    assert contacts.contact_for(db, AWA, 0) == contact
    assert contacts.name_of(db, contact) == "Awa"


def test_number_and_lid_at_once(db: Connection) -> None:
    contact = contacts.contact_for(db, AWA_BOTH, 0)
    assert contacts.contact_for(db, AWA, 0) == contacts.contact_for(db, AWA_LID, 0) == contact
    assert contacts.address_of(db, contact) == AWA_BOTH


def test_hidden_number_is_learnt_later(db: Connection) -> None:
    contact = contacts.contact_for(db, AWA_LID, 0)
    assert contacts.chat_name(contacts.address_of(db, contact)) == "lid:5001"
    assert contacts.contact_for(db, AWA_BOTH, 0) == contact
    assert contacts.chat_name(contacts.address_of(db, contact)) == AWA.number


@pytest.mark.parametrize("order", [(AWA, AWA_LID), (AWA_LID, AWA)])
def test_two_that_are_one_are_merged_into_the_older(db: Connection, order: tuple[Address, Address]) -> None:
    older, younger = (contacts.contact_for(db, address, 0) for address in order)
    first = message(record(db, heard("A", order[0])))
    second = message(record(db, heard("B", order[1])))
    answer = outbox.enqueue(db, outbox.Outgoing(younger, "oui", "plugin:answers"), 0)
    contacts.silence(db, younger, 5_000)
    assert older < younger
    assert contacts.contact_for(db, AWA_BOTH, 9) == older
    assert {row.id for row in history.messages(db, older)} == {first, second, answer}
    assert [due.id for due in inbox.due(db, older)] == [first, second]
    assert contacts.silenced_until(db, older) == 5_000
    with pytest.raises(LookupError):
        contacts.address_of(db, younger)
    assert event_log.page(db, 0)[-1].data == {"merged": younger}


@pytest.mark.parametrize(
    ("states", "left"),
    [(("received", "received"), "received"), (("done", "received"), "done"), (("received", "done"), "done")],
)
def test_one_message_journaled_under_both(db: Connection, states: tuple[str, str], left: str) -> None:
    """A copy that is done must not be answered again through the other."""
    ids = [message(record(db, heard("SAME", chat, "un poulet"))) for chat in (AWA, AWA_LID)]
    for id, wanted in zip(ids, states, strict=True):
        if wanted == "done":
            inbox.finish(db, [id], "done", 0)
    contact = contacts.contact_for(db, AWA_BOTH, 0)
    assert [(row.id, row.state) for row in history.messages(db, contact)] == [(ids[0], left)]
    assert len(inbox.due(db, contact)) == (left == "received")


def test_the_copy_with_content_stays(db: Connection) -> None:
    lost = contacts.contact_for(db, AWA_LID, 0)
    db.execute(
        """INSERT INTO messages (session, contact, direction, whatsapp_id, kind, text, author, state,
                recorded_at)
            VALUES (1, ?, 'in', 'SAME', 'unknown', '', 'customer', 'lost', 0)""",
        (lost,),
    )
    record(db, heard("SAME", AWA, "un poulet"))
    contact = contacts.contact_for(db, AWA_BOTH, 0)
    assert [(row.text, row.state) for row in history.messages(db, contact)] == [("un poulet", "received")]


def test_plugin_state_of_both_is_kept_and_any_decision_on_it_is_stale(db: Connection) -> None:
    older, younger = contacts.contact_for(db, AWA, 0), contacts.contact_for(db, AWA_LID, 0)
    for contact, key, value in ((older, "both", 1), (younger, "both", 2), (younger, "only", 3)):
        state.put(db, Slot("p", contact, key), value)
    read = {Slot("p", older, "both"): 1, Slot("p", older, "only"): 0}
    contacts.contact_for(db, AWA_BOTH, 0)
    assert state.get(db, Slot("p", older, "both")).value == 1
    assert state.get(db, Slot("p", older, "only")).value == 3
    for slot, version in read.items():
        with pytest.raises(state.StateConflict):
            state.check(db, {slot: version})


def test_number_that_passed_to_another_account_does_not_merge_two_people(db: Connection) -> None:
    former = contacts.contact_for(db, AWA_BOTH, 0)
    new = contacts.contact_for(db, Address(AWA.number, "7007"), 0)
    assert new != former
    assert contacts.find_contact(db, AWA.number) == new
    assert contacts.address_of(db, former) == AWA_LID


def test_account_with_a_new_number_stays_one_contact(db: Connection) -> None:
    contact = contacts.contact_for(db, AWA_BOTH, 0)
    assert contacts.contact_for(db, Address("+221780000009", AWA_LID.lid), 0) == contact
    assert contacts.address_of(db, contact).number == "+221780000009"
    assert contacts.find_contact(db, AWA.number) == contact


def test_receipt_under_an_unknown_lid_shows_whose_it_is(db: Connection) -> None:
    """Written to by number; the receipt comes from a LID. Only the customer and our devices know the id."""
    contact = contacts.contact_for(db, AWA, 0)
    id = outbox.enqueue(db, outbox.Outgoing(contact, "oui", "operator"), 0)
    outbox.mark_sending(db, id, 1, bytes(32), 0)
    outbox.mark_sent(db, id, "W", 0, 0)
    record(db, receipt("delivered", "W", by=AWA_LID))
    assert contacts.address_of(db, contact) == AWA_BOTH
    other = contacts.contact_for(db, MOUSSA, 0)
    assert other != contact

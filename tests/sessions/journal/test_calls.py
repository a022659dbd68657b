"""Calls in the journal: their two ends may come in any number, and each call is answered once or not at all."""

from dataclasses import replace

import pytest
from journal_rig import AWA, AWA_BOTH, OWN, message, stored

from comptoir.plugins.builtin.calls import CallTable
from comptoir.plugins.config import TenantConfig
from comptoir.sessions.events import Address, CallReceived
from comptoir.sessions.journal import contacts, conversations, event_log, inbox, recording
from comptoir.sessions.journal.arrival import Arrival, Recorded
from comptoir.sessions.journal.database import Connection

DEAF = TenantConfig("Chez Awa", "fr", "SN", "Africa/Dakar", None, 60, 3, 6, "hold", ())
ANSWERING = replace(DEAF, calls=CallTable(answer="Écrivez-nous."))
REFUSING = replace(DEAF, calls=CallTable(answer="Écrivez-nous.", reject=True))
SILENTLY_REFUSING = replace(DEAF, calls=CallTable(reject=True))

RINGING = CallReceived("C1", AWA, 1_000, "ringing", video=True)
MISSED = replace(RINGING, phase="missed", time=30_000)
TAKEN = replace(RINGING, phase="taken", time=5_000)


def record(
    db: Connection,
    event: CallReceived,
    config: TenantConfig | None = ANSWERING,
    *,
    backlog: bool = False,
    now: int = 2_000,
) -> Recorded:
    return recording.record_event(db, event, Arrival(1, now, backlog=backlog, silence_ms=60_000, config=config))


def noted(db: Connection) -> list[tuple[str, object]]:
    return [(event.kind, event.data.get("reason")) for event in event_log.page(db, after=0)]


@pytest.mark.parametrize("config", [None, DEAF])
@pytest.mark.parametrize("event", [RINGING, MISSED, TAKEN])
def test_calls_leave_no_trace_by_default(db: Connection, event: CallReceived, config: TenantConfig | None) -> None:
    assert record(db, event, config) == Recorded()
    assert db.execute("SELECT count(*) FROM contacts").fetchone() == (0,)


def test_a_call_is_answered_once_it_is_over(db: Connection) -> None:
    rings = record(db, RINGING)
    row = stored(db, message(rings))
    assert (row.chat, row.kind, row.direction, row.by, row.state) == (AWA.number, "call", "in", "customer", "skipped")
    assert not rings.inbox
    assert inbox.next_chats(db) == []
    over = record(db, MISSED)
    assert (over.message, over.inbox) == (rings.message, True)
    [waits] = inbox.due(db, over.contact or 0)
    assert (waits.kind, waits.server_time, waits.backlog) == ("call", 1_000, False)
    assert not record(db, MISSED).inbox
    assert noted(db) == [("call", None), ("received", None)]


def test_the_end_alone_will_do(db: Connection) -> None:
    assert record(db, MISSED).inbox


@pytest.mark.parametrize("order", [(RINGING, TAKEN, MISSED), (TAKEN, MISSED), (RINGING, MISSED, TAKEN)])
def test_whoever_talked_with_the_owner_is_not_written_to(db: Connection, order: tuple[CallReceived, ...]) -> None:
    last = [record(db, event) for event in order][-1]
    assert stored(db, message(last)).state == "skipped"
    assert inbox.next_chats(db) == []
    assert noted(db)[-1] == ("skipped", "taken")


def test_what_waited_at_the_server_is_over(db: Connection) -> None:
    rings = record(db, RINGING, REFUSING, backlog=True)
    assert (rings.inbox, rings.refuse) == (True, None)
    [waits] = inbox.due(db, rings.contact or 0)
    assert waits.backlog
    assert not record(db, MISSED, REFUSING, backlog=True).inbox


def test_a_call_is_refused_and_answered_at_once(db: Connection) -> None:
    rings = record(db, RINGING, REFUSING)
    assert (rings.refuse, rings.inbox) == (RINGING, True)
    assert record(db, RINGING, REFUSING).refuse is None
    assert not record(db, MISSED, REFUSING).inbox


def test_a_call_may_be_refused_without_a_word(db: Connection) -> None:
    rings = record(db, RINGING, SILENTLY_REFUSING)
    assert (rings.refuse, rings.inbox) == (RINGING, False)
    assert noted(db) == [("call", None), ("skipped", "refused")]
    assert record(db, MISSED, SILENTLY_REFUSING) == Recorded(rings.message, rings.contact)


@pytest.mark.parametrize("silenced", [True, False])
def test_nobody_is_refused_while_a_person_has_the_chat(db: Connection, silenced: bool) -> None:
    contact, by = contacts.contact_for(db, AWA, 0), conversations.By("operator", 0)
    if silenced:
        contacts.silence(db, contact, 10_000)
    else:
        conversations.assign(db, conversations.ensure(db, contact, by), "Fatou", by)
    rings = record(db, RINGING, REFUSING)
    assert (rings.refuse, rings.inbox) == (None, False)
    # The walk finds the chat held and skips it.
    assert record(db, MISSED, REFUSING).inbox


@pytest.mark.parametrize("own", [OWN, Address(OWN.number), Address(lid=OWN.lid)])
def test_the_owners_own_calls_are_nobodys_mail(db: Connection, own: Address) -> None:
    for event in (RINGING, MISSED):
        assert record(db, replace(event, chat=own), REFUSING) == Recorded()


def test_a_groups_call_stays_one_when_its_end_does_not_say_so(db: Connection) -> None:
    assert record(db, replace(RINGING, chat=Address(group="120363001")), REFUSING) == Recorded()
    assert record(db, MISSED, REFUSING) == Recorded()
    assert record(db, replace(MISSED, call_id="C2"), REFUSING).inbox


def test_number_and_lid_are_one_caller(db: Connection) -> None:
    rings = record(db, replace(RINGING, chat=AWA_BOTH))
    over = record(db, replace(MISSED, chat=Address(lid=AWA_BOTH.lid), by_lid=True))
    assert over.message == rings.message

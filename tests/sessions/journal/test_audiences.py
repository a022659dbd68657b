"""Whom a message is for: what of groups, status, channels and the own chat is journaled, and how."""

from dataclasses import replace
from typing import Any

import pytest
from journal_rig import AWA, AWA_BOTH, MOUSSA, OWN, heard, message, receipt, stored

from comptoir.plugins.audiences import ChannelTable, GroupTable, StatusTable
from comptoir.plugins.config import TenantConfig
from comptoir.sessions.events import Address, Audience, MessageReceived, Quoted, TimerSet, Unreadable
from comptoir.sessions.journal import contacts, event_log, inbox, linkings, outbox, recording, waiting
from comptoir.sessions.journal.arrival import Arrival, Recorded
from comptoir.sessions.journal.database import Connection
from comptoir.sessions.journal.outbox import Outgoing

GROUP = Address(group="120363001")
SECRET = bytes(range(32))
DEAF = TenantConfig("Chez Awa", "fr", "SN", "Africa/Dakar", None, 60, 3, 6, "hold", ())
HEARING = replace(
    DEAF, groups=GroupTable(answer="named"), status=StatusTable(show=True), channels=ChannelTable(show=True)
)


def said(whatsapp_id: str, text: str = "bonjour à tous", chat: Address = GROUP, **changes: Any) -> MessageReceived:
    audience: Audience = "group" if chat.group else "channel" if chat.channel else "status"
    sender = None if chat.channel else AWA_BOTH
    return replace(heard(whatsapp_id, chat, text), audience=audience, sender=sender, **changes)


def record(db: Connection, event: Any, config: TenantConfig | None = HEARING, now: int = 2_000) -> Recorded:
    return recording.record_event(db, event, Arrival(1, now, silence_ms=60_000, config=config))


def answered(db: Connection, whatsapp_id: str, author: str = "plugin:answers", now: int = 3_000) -> int:
    """A message of ours in the group, sent."""
    contact = contacts.contact_for(db, GROUP, now)
    id = outbox.enqueue(db, Outgoing(contact, "réponse", author), now)
    outbox.mark_sending(db, id, 1, SECRET, now)
    outbox.mark_sent(db, id, whatsapp_id, now, now)
    return id


def quoting(whatsapp_id: str) -> Quoted:
    return Quoted(whatsapp_id, "text", "réponse", OWN)


@pytest.mark.parametrize("config", [None, DEAF])
def test_nothing_of_it_leaves_a_trace_by_default(db: Connection, config: TenantConfig | None) -> None:
    ignored = [
        said("A", "Chez Awa ?", mentions_us=True),
        said("B", chat=Address(status=True)),
        said("C", chat=Address(channel="120363002")),
        said("D", from_me=True),
        said("", kind="empty"),
        Unreadable("E", GROUP, "group", 1_000),
        Unreadable("F", Address(status=True), "status", 1_000),
        TimerSet(GROUP, 86_400, 1_000, "G"),
    ]
    for event in ignored:
        assert record(db, event, config) == Recorded()
    for table in ("messages", "contacts", "events", "inbox"):
        assert db.execute(f"SELECT count(*) FROM {table}").fetchone() == (0,), table


def test_of_a_group_only_what_names_the_shop_is_kept(db: Connection) -> None:
    answered(db, "OURS")
    assert record(db, said("A")) == Recorded()
    assert record(db, said("B", quote=quoting("THEIRS"))) == Recorded()
    named = [
        said("C", mentions_us=True),
        said("D", "chez awa, le menu ?"),
        said("E", quote=quoting("OURS")),
        said("F", "👍", kind="reaction", target="OURS"),
    ]
    kept = [record(db, event) for event in named]
    assert all(each.inbox for each in kept)
    rows = [stored(db, message(each)) for each in kept]
    assert {(row.chat, row.direction, row.by, row.state) for row in rows} == {
        ("group:120363001", "in", "customer", "received")
    }
    [group] = {each.contact for each in kept}
    awa = contacts.find_address(db, AWA)
    assert {each.sender for each in inbox.due(db, group or 0)} == {awa}
    assert (contacts.name_of(db, awa or 0), contacts.name_of(db, group or 0)) == ("Awa", "")


def test_a_quote_of_what_the_owner_typed_names_the_owner(db: Connection) -> None:
    answered(db, "OURS")
    assert record(db, said("HAND", from_me=True)).by_owner
    assert record(db, said("A", quote=quoting("HAND"))) == Recorded()


def test_a_member_changes_only_what_was_kept_of_their_own(db: Connection) -> None:
    asked = message(record(db, said("A", "Chez Awa, le menu ?")))
    edit = replace(said("E1", "Chez Awa, une adresse ?", kind="edit", target="A"), time=1_500)
    assert record(db, replace(edit, sender=MOUSSA)) == Recorded()
    assert record(db, said("E2", "Chez Awa !", kind="edit", target="UNKNOWN")) == Recorded()
    assert stored(db, asked).text == "Chez Awa, le menu ?"


def test_a_groups_first_message_comes_twice_and_counts_once(db: Connection) -> None:
    assert record(db, said("A", "", kind="empty")) == Recorded()
    assert record(db, said("A", "Chez Awa ?")).inbox
    assert record(db, said("A", "Chez Awa ?")) == Recorded()


def test_the_owners_hand_silences_a_group_that_knows_the_shop(db: Connection) -> None:
    assert record(db, said("A", from_me=True)) == Recorded(), "nobody has named the shop there"
    group = record(db, said("B", "Chez Awa ?")).contact or 0
    assert record(db, said("C", from_me=True)).by_owner
    assert contacts.silenced_until(db, group) == 62_000


def test_what_is_shown_is_skipped_with_its_writer(db: Connection) -> None:
    posted = record(db, said("A", "en vacances", Address(status=True)))
    published = record(db, said("B", "moins 20 %", Address(channel="120363002")))
    rows = [stored(db, message(each)) for each in (posted, published)]
    assert [(row.chat, row.state, row.text) for row in rows] == [
        ("status", "skipped", "en vacances"),
        ("channel:120363002", "skipped", "moins 20 %"),
    ]
    assert not posted.inbox
    assert db.execute("SELECT sender FROM messages").fetchall() == [(contacts.find_address(db, AWA),), (None,)]
    assert [event.data for event in event_log.page(db, after=0)] == [{"reason": "status"}, {"reason": "channel"}]
    assert record(db, said("C", chat=Address(status=True), from_me=True)) == Recorded(), "the shop's own"


def test_a_member_who_turns_out_to_be_known_keeps_what_they_wrote(db: Connection) -> None:
    by_number = record(db, heard("P", AWA)).contact
    in_group = message(record(db, replace(said("A", "Chez Awa ?"), sender=Address(lid="5001"))))
    record(db, heard("Q", AWA_BOTH))
    assert db.execute("SELECT sender FROM messages WHERE id = ?", (in_group,)).fetchone() == (by_number,)


@pytest.mark.parametrize("by", [AWA, Address(lid="5001"), MOUSSA])
def test_any_members_receipt_says_that_it_came(db: Connection, by: Address) -> None:
    id = answered(db, "OURS")
    record(db, receipt("delivered", "OURS", by=OWN))
    assert stored(db, id).state == "sent"
    record(db, receipt("delivered", "OURS", by=by))
    assert stored(db, id).state == "delivered"
    assert db.execute("SELECT alias FROM aliases").fetchall() == [(str(GROUP),)], "members are not the shop's contacts"


# --- the shop's chat with itself


@pytest.mark.parametrize("chat", [OWN, Address(OWN.number), Address(lid=OWN.lid)])
def test_the_own_chat_is_one_and_nobodys_mail(db: Connection, chat: Address) -> None:
    first = record(db, heard("A", chat, "acheter du riz", by_owner=True), None)
    again = record(db, heard("B", OWN, by_owner=True), None)
    assert not first.by_owner
    assert not first.inbox
    assert first.contact == again.contact
    row = stored(db, message(first))
    assert (row.chat, row.direction, row.by, row.state) == (OWN.number, "out", "owner", "sent")
    assert contacts.silenced_until(db, first.contact or 0) == 0


def test_a_notice_in_the_own_chat_waits_for_nothing_and_is_withdrawn_by_nothing(db: Connection) -> None:
    contact = contacts.contact_for(db, Address(number=OWN.number), 0)
    notice = outbox.enqueue(db, Outgoing(contact, "à voir", "plugin:fallback", outbox.NOTICE), 1_000)
    assert not waiting.is_stranger(db, notice)
    assert [row.stranger for row in waiting.snapshot(db, 1_000).waiting] == [False]
    record(db, heard("A", OWN, by_owner=True))
    assert stored(db, notice).state == "queued"


@pytest.mark.parametrize("kind", ["delivered", "read"])
def test_our_own_phone_tells_what_became_of_it(db: Connection, kind: Any) -> None:
    contact = contacts.contact_for(db, Address(number=OWN.number), 0)
    notice = outbox.enqueue(db, Outgoing(contact, "à voir", "plugin:fallback", outbox.NOTICE), 1_000)
    outbox.mark_sending(db, notice, 1, SECRET, 1_000)
    outbox.mark_sent(db, notice, "N", 1_000, 1_000)
    record(db, receipt(kind, "N", by=Address(lid=OWN.lid)))
    assert stored(db, notice).state == kind


def test_a_copy_of_what_is_being_sent_is_nobodys_hand(db: Connection) -> None:
    contact = contacts.contact_for(db, OWN, 0)
    notice = outbox.enqueue(db, Outgoing(contact, "à voir", "plugin:fallback", outbox.NOTICE), 1_000)
    outbox.mark_sending(db, notice, 1, SECRET, 1_000)
    copy = replace(heard("N", OWN, "à voir", by_owner=True), raw=b"..." + SECRET + b"...")
    assert record(db, copy) == Recorded()
    outbox.mark_sent(db, notice, "N", 1_000, 1_000)
    assert record(db, copy) == Recorded()
    assert stored(db, notice).state == "sent"


def test_another_number_of_the_owner_is_a_customer_like_any(db: Connection) -> None:
    linkings.learn_session(db, 1, lid=OWN.lid)
    assert record(db, heard("A", MOUSSA)).inbox
    assert record(db, heard("B", MOUSSA, by_owner=True)).by_owner

"""Edits, deletions, reactions, votes, quotes and timers as the journal sees them: in any order, from anyone."""

import hashlib
from dataclasses import replace
from typing import Any

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from journal_rig import AWA, AWA_BOTH, AWA_LID, MOUSSA, OWN, heard, message, record, stored

from comptoir.plugins.api import (
    Card,
    Cards,
    Deletion,
    Edit,
    Place,
    Poll,
    Reaction,
    Received,
    ReceivedFile,
    Vote,
)
from comptoir.sessions.events import Address, MessageReceived, Quoted, SealedVote, TimerSet, Unreadable
from comptoir.sessions.journal import contacts, event_log, history, inbox, linkings, media, outbox
from comptoir.sessions.journal.arrival import Arrival
from comptoir.sessions.journal.database import Connection
from comptoir.sessions.journal.details import Details, Quoting, decode, encode
from comptoir.sessions.journal.recording import record_event

SECRET = bytes(range(32))
POLL = Poll("Où ?", ("ici", "là", "ailleurs"), 0)


def about(id: str, kind: str, target: str, text: str = "", **more: Any) -> MessageReceived:
    """An edit, deletion or reaction."""
    contents: dict[str, Received] = {"edit": Edit(None), "deletion": Deletion(None), "reaction": Reaction(None, text)}
    by_owner = more.pop("by_owner", False)
    return replace(heard(id, text=text, by_owner=by_owner), kind=kind, target=target, content=contents[kind], **more)


def seen(db: Connection) -> list[tuple[str, str, str]]:
    return [(row.kind, row.text, row.state) for row in history.messages(db)]


def kinds(db: Connection) -> list[str]:
    return [event.kind for event in event_log.page(db, 0)]


# --- edits


def test_edit_of_what_waits_needs_nothing_more(db: Connection) -> None:
    first = message(record(db, heard("A", text="deux")))
    edited = record(db, about("E", "edit", "A", "trois"))
    assert edited.inbox, "the pipeline is woken: somebody may be waiting for a burst to end"
    assert seen(db) == [("text", "trois", "received"), ("edit", "trois", "done")]
    assert [due.text for due in inbox.due(db, edited.contact or 0)] == ["trois"]
    assert stored(db, first).more == {"edited": True}
    assert stored(db, message(edited)).more == {"target": first}
    assert kinds(db) == ["received", "edited"]


def test_edit_of_what_was_answered_goes_to_the_pipeline(db: Connection) -> None:
    first = message(record(db, heard("A", text="deux")))
    inbox.finish(db, [first], "done", 0)
    edited = record(db, about("E", "edit", "A", "trois"))
    assert seen(db) == [("text", "trois", "done"), ("edit", "trois", "received")]
    [due] = inbox.due(db, edited.contact or 0)
    assert decode(due.kind, due.text, due.details).content == Edit(first)


def test_older_edit_changes_nothing(db: Connection) -> None:
    record(db, heard("A", text="un"))
    record(db, about("E2", "edit", "A", "trois", time=3_000))
    record(db, about("E1", "edit", "A", "deux", time=2_000))
    assert seen(db) == [("text", "trois", "received"), ("edit", "trois", "done"), ("edit", "deux", "done")]


def test_edit_of_what_could_not_be_read_brings_it(db: Connection) -> None:
    record_event(db, Unreadable("A", AWA, "person", 1_000), Arrival(1, 0))
    edited = record(db, about("E", "edit", "A", "trois"))
    assert seen(db) == [("text", "trois", "received"), ("edit", "trois", "done")]
    assert [due.text for due in inbox.due(db, edited.contact or 0)] == ["trois"]
    record(db, heard("A", text="deux"))
    assert seen(db)[0] == ("text", "trois", "received"), "the repeat of the first form comes too late"


@pytest.mark.parametrize("kind", ["edit", "deletion"])
def test_only_the_writer_changes_a_message(db: Connection, kind: str) -> None:
    record(db, heard("A", text="à moi"))
    record(db, about("E", kind, "A", "non", by_owner=True))
    record(db, about("F", kind, "A", "non", chat=MOUSSA))
    assert seen(db)[0] == ("text", "à moi", "received")
    assert kinds(db) == ["received", "received"]


def test_message_of_an_earlier_linking_is_found(db: Connection) -> None:
    first = message(record(db, heard("A", text="deux")))
    linkings.end_session(db, "unlinked", 0)
    later = linkings.begin_session(db, OWN.number or "", lab=True, now=1)
    record(db, about("E", "edit", "A", "trois"), session=later)
    assert stored(db, first).text == "trois"


# --- deletions


def test_deletion_leaves_nothing_but_the_place(db: Connection) -> None:
    picture = replace(heard("A", text="secret"), kind="image", content=ReceivedFile("image/jpeg", 12, "secret.jpg"))
    first = message(record(db, picture))
    record(db, about("E", "edit", "A", "secret aussi"))
    place = message(record(db, replace(heard("P"), kind="location", content=Place(1, 2, "secret"))))
    record(db, about("D", "deletion", "A"))
    record(db, about("D2", "deletion", "P"))
    assert (stored(db, first).text, stored(db, first).state) == ("", "skipped")
    assert stored(db, place).more == {"deleted": True}
    row = media.row(db, first)
    assert row is not None
    assert (row.state, row.name) == ("dropped", "")
    tables = [name for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()]
    assert [name for name in tables if "secret" in str(db.execute(f"SELECT * FROM {name}").fetchall())] == []
    raws = db.execute("SELECT raw FROM inbox").fetchall()
    assert {raw for (raw,) in raws} == {b""}
    record(db, about("E3", "edit", "A", "encore"))
    assert stored(db, first).text == "", "what was taken back stays so"


def test_deletion_of_an_answered_message_keeps_its_state(db: Connection) -> None:
    first = message(record(db, heard("A")))
    inbox.finish(db, [first], "done", 0)
    record(db, about("D", "deletion", "A"))
    assert seen(db) == [("text", "", "done"), ("deletion", "", "received")]


def test_owner_takes_back_what_a_plugin_sent(db: Connection) -> None:
    contact = contacts.contact_for(db, AWA, 0)
    id = outbox.enqueue(db, outbox.Outgoing(contact, "promis", "plugin:answers"), 0)
    outbox.mark_sending(db, id, 1, bytes(32), 0)
    outbox.mark_sent(db, id, "W", 500, 0)
    recorded = record(db, about("D", "deletion", "W", by_owner=True))
    assert (recorded.by_owner, recorded.inbox) == (False, False)
    assert (stored(db, id).text, stored(db, id).state, stored(db, id).more) == ("", "sent", {"deleted": True})


# --- reactions and quotes


def test_reaction_names_the_message(db: Connection) -> None:
    first = message(record(db, heard("A")))
    heart = message(record(db, about("R", "reaction", "A", "❤️")))
    unknown = message(record(db, about("S", "reaction", "BEFORE", "👍")))
    assert stored(db, heart).more == {"target": first}
    assert (stored(db, unknown).text, stored(db, unknown).more) == ("👍", {})


def test_quote_of_what_was_taken_back_shows_nothing_of_it(db: Connection) -> None:
    first = message(record(db, heard("A", text="secret")))
    second = message(record(db, replace(heard("B"), quote=Quoted("A", "text", "secret", AWA))))
    assert stored(db, second).more["quote"]["text"] == "secret"
    record(db, about("D", "deletion", "A"))
    assert stored(db, second).more["quote"] == {"message": first, "kind": "text", "text": "", "ours": False}


@pytest.mark.parametrize(
    ("author", "ours"), [(OWN, True), (Address(lid=OWN.lid), True), (AWA, False), (None, False)], ids=str
)
def test_quote_of_what_is_not_journaled(db: Connection, author: Address | None, ours: bool) -> None:
    id = message(record(db, replace(heard("B"), quote=Quoted("BEFORE", "image", "robe", author))))
    assert stored(db, id).more["quote"] == {"message": None, "kind": "image", "text": "robe", "ours": ours}


# --- votes


def sealed(*options: str, poll: str, creator: str, voter: str, secret: bytes = SECRET) -> SealedVote:
    plain = b"".join(b"\x0a\x20" + hashlib.sha256(option.encode()).digest() for option in options)
    key = HKDF(SHA256(), 32, None, f"{poll}{creator}{voter}Poll Vote".encode()).derive(secret)
    payload = AESGCM(key).encrypt(bytes(12), plain, f"{poll}\0{voter}".encode())
    return SealedVote(payload, bytes(12), (voter,), ("somebody@else",))


def vote(id: str, poll: str, seal: SealedVote, chat: Address = AWA_BOTH) -> MessageReceived:
    return replace(heard(id, chat, ""), kind="vote", content=Vote(None, ()), target=poll, vote=seal)


def sent_poll(db: Connection, chat: Address = AWA_BOTH) -> int:
    contact = contacts.contact_for(db, chat, 0)
    id = outbox.enqueue(db, outbox.Outgoing(contact, "", "operator", content=POLL), 0)
    outbox.mark_sending(db, id, 1, SECRET, 0)
    outbox.mark_sent(db, id, "POLL", 500, 0)
    return id


@pytest.mark.parametrize("creator", ["221330000000@s.whatsapp.net", "99000@lid"])
@pytest.mark.parametrize("voter", ["221770000001@s.whatsapp.net", "5001@lid"])
def test_vote_in_our_poll_whatever_the_forms(db: Connection, creator: str, voter: str) -> None:
    poll = sent_poll(db)
    seal = replace(sealed("ailleurs", "ici", poll="POLL", creator=creator, voter=voter), voters=())
    id = message(record(db, vote("V", "POLL", seal)))
    assert stored(db, id).text == "ici, ailleurs", "in the poll's order"
    assert stored(db, id).more == {"vote": {"poll": poll, "options": ["ici", "ailleurs"]}}


def test_vote_that_is_not_for_this_poll_says_nothing(db: Connection) -> None:
    sent_poll(db)
    good = sealed("ici", poll="POLL", creator="99000@lid", voter="5001@lid")
    bad = [
        sealed("ici", poll="OTHER", creator="99000@lid", voter="5001@lid"),
        sealed("ici", poll="POLL", creator="99000@lid", voter="5001@lid", secret=bytes(32)),
        replace(good, payload=good.payload[:-1] + b"?"),
        replace(good, payload=b""),
        replace(good, iv=b"short"),
    ]
    for number, seal in enumerate(bad):
        id = message(record(db, vote(f"V{number}", "POLL", seal)))
        assert (stored(db, id).text, stored(db, id).more) == ("", {"vote": {"poll": None, "options": []}})
    id = message(record(db, vote("U", "UNKNOWN", good)))
    assert stored(db, id).more == {"vote": {"poll": None, "options": []}}


def test_later_vote_replaces_one_that_waits(db: Connection) -> None:
    sent_poll(db)
    chosen = [sealed(option, poll="POLL", creator="99000@lid", voter="5001@lid") for option in ("ici", "là")]
    record(db, vote("V1", "POLL", chosen[0]))
    record(db, heard("A", AWA_BOTH, "entre-temps"))
    record(db, vote("V2", "POLL", chosen[1]))
    assert seen(db)[1:] == [("vote", "ici", "skipped"), ("text", "entre-temps", "received"), ("vote", "là", "received")]


def test_votes_in_a_customers_poll(db: Connection) -> None:
    poll = message(record(db, replace(heard("POLL", AWA_BOTH, "Où ?"), kind="poll", content=POLL, secret=SECRET)))
    own = "5001@lid"
    seal = replace(sealed("là", poll="POLL", creator=own, voter=own), creators=(own,))
    id = message(record(db, vote("V", "POLL", seal)))
    assert stored(db, id).more == {"vote": {"poll": poll, "options": ["là"]}}
    by_owner = replace(sealed("ici", poll="POLL", creator=own, voter="99000@lid"), creators=(own,))
    id = message(record(db, replace(vote("W", "POLL", by_owner), from_me=True)))
    assert stored(db, id).text == "ici"


# --- timers, and what may be seen once


def timer(db: Connection) -> int:
    return contacts.timer(db, contacts.contact_for(db, AWA_BOTH, 0))[0]


def test_newest_word_about_the_timer_counts(db: Connection) -> None:
    record(db, TimerSet(AWA_LID, 86_400, 5_000, "T1"))
    record(db, TimerSet(AWA_BOTH, 60, 1_000, "T0"))
    assert timer(db) == 86_400
    record(db, replace(heard("A", AWA), expires_in=604_800, time=6_000))
    assert timer(db) == 604_800
    record(db, replace(heard("B", AWA), time=7_000))
    assert timer(db) == 604_800, "a message that does not tell changes nothing"
    record(db, replace(heard("O", AWA, by_owner=True), expires_in=0, time=8_000))
    assert timer(db) == 0
    record(db, replace(heard("C", AWA), expires_in=604_800, timer_set_at=6_000, time=9_000))
    assert timer(db) == 0, "who has not heard of it yet writes under the old one"
    accounted = db.execute("SELECT whatsapp_id FROM accounted").fetchall()
    assert sorted(accounted) == [("T0",), ("T1",)], "no lost mail"


def test_what_may_be_seen_once_waits_for_the_pipeline(db: Connection) -> None:
    recorded = record_event(db, Unreadable("A", AWA, "person", 1_000, view_once=True), Arrival(1, 0))
    assert recorded.inbox
    assert seen(db) == [("view_once", "", "received")]
    assert record(db, replace(heard("A", text="secret"), kind="image")).message is None
    assert seen(db) == [("view_once", "", "received")]


# --- details

NAMES = st.text(max_size=20)
IDS = st.one_of(st.none(), st.integers(1, 2**40))
DEGREES = st.floats(-90, 90)
CONTENTS = st.one_of(
    st.builds(Place, DEGREES, DEGREES, NAMES, NAMES, st.booleans()),
    st.builds(Cards, st.lists(st.builds(Card, NAMES, NAMES), max_size=3).map(tuple)),
    st.builds(Poll, NAMES, st.lists(NAMES, max_size=3).map(tuple), st.integers(0, 12)),
    st.builds(Vote, IDS, st.lists(NAMES, max_size=3).map(tuple)),
)


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.one_of(st.none(), CONTENTS),
    st.one_of(st.none(), st.builds(Quoting, st.integers(1, 99)), st.builds(Quoting, st.none(), NAMES, NAMES)),
    st.binary(max_size=32),
    st.integers(0, 2**50),
    st.booleans(),
)
def test_details_are_read_as_they_were_written(
    content: Any, quote: Quoting | None, secret: bytes, edited: int, deleted: bool
) -> None:
    details = Details(content, quote, secret, edited, deleted)
    assert decode("text", "", encode(details)) == details


@pytest.mark.parametrize(
    ("kind", "text", "content"),
    [("reaction", "👍", Reaction(7, "👍")), ("edit", "x", Edit(7)), ("deletion", "", Deletion(7)),
     ("reaction", "", Reaction(None, "")), ("edit", "x", Edit(None)), ("deletion", "", Deletion(None))],
)  # fmt: skip
def test_details_of_what_is_about_a_message(kind: str, text: str, content: Any) -> None:
    details = Details(content)
    assert decode(kind, text, encode(details)) == details
    assert details.target == (7 if "7" in repr(content) else None)


def test_nothing_takes_no_room() -> None:
    assert encode(Details()) == "{}"

"""After a crash: what had left, what had not, and what was received and never journaled."""

from dataclasses import replace

import pytest
from journal_rig import AWA, AWA_LID, MOUSSA, OWN, heard, receipt, record, stored

from comptoir.plugins.api import Edit
from comptoir.sessions.events import Address, HistoryReceived, ReceiptKind
from comptoir.sessions.journal import contacts, event_log, history, inbox, linkings, outbox, recovery, withdrawing
from comptoir.sessions.journal.database import Connection
from comptoir.sessions.journal.recording import Arrival, record_event
from comptoir.sessions.journal.waiting import snapshot
from comptoir.sessions.judging import Fate, Known, Lost, SecretRow, decide, decide_rest

SESSION = linkings.Session(1, OWN.number or "", OWN.lid, "", lab=True, linked_at=0)
OURS = b"o" * 32
OWN_ROW = SecretRow("5001@lid", "99000@lid", "W", OURS)


def row(chat: str, whatsapp_id: str = "X", sender: str | None = None) -> SecretRow:
    return SecretRow(chat, sender or chat, whatsapp_id, b"k" * 32)


def fates(known: Known, *rows: SecretRow) -> list[Fate]:
    return decide(rows, known, SESSION)[0]


def lost(*rows: SecretRow, accounted: frozenset[str] = frozenset()) -> list[Lost]:
    return decide(rows, Known({}, frozenset(), accounted), SESSION)[1]


SENDING = Known({7: OURS}, frozenset(), frozenset())
RECEIPTED = Known({7: OURS}, frozenset({"W"}), frozenset())


def test_no_trace_never_left() -> None:
    assert fates(SENDING, row("5001@lid")) == []
    assert decide_rest({7: b"k"}, intact=True) == [Fate(7, "queued")]


def test_no_trace_in_an_older_copy_proves_nothing() -> None:
    assert decide_rest({7: b"k"}, intact=False) == [Fate(7, "uncertain")]


def test_trace_leaves_it_uncertain_until_a_receipt() -> None:
    assert fates(SENDING, OWN_ROW) == [Fate(7, "uncertain", "W")]
    assert fates(RECEIPTED, OWN_ROW) == [Fate(7, "sent", "W")]


def test_our_own_is_not_lost_mail_while_our_lid_is_unknown() -> None:
    session = replace(SESSION, lid=None)
    assert decide([OWN_ROW], SENDING, session) == ([Fate(7, "uncertain", "W")], [])


def test_what_came_and_is_not_known_is_lost() -> None:
    assert lost(row("221770000001@s.whatsapp.net", "X"), row("5001:3@lid", "Y")) == [
        Lost("X", AWA), Lost("Y", AWA_LID),
    ]  # fmt: skip
    assert lost(row("5001@lid"), accounted=frozenset({"X"})) == []
    assert lost(row("5001@lid"), row("221770000001@s.whatsapp.net")) == [Lost("X", AWA_LID)], "once"


@pytest.mark.parametrize(
    "other",
    [
        row("120363000000000001@g.us", sender="5001@lid"),
        row("status@broadcast", sender="5001@lid"),
        row("1700000000@broadcast", sender="5001@lid"),
        row("120363000000000001@newsletter"),
        row("867051314767696@bot"),
        row("5001@lid", sender="99000:12@lid"),
        row("5001@lid", sender="221330000000:12@s.whatsapp.net"),
        row("0@s.whatsapp.net"),
        row("nonsense"),
        row(""),
    ],
    ids=lambda other: f"{other.chat} {other.sender}",
)
def test_what_is_not_lost_mail(other: SecretRow) -> None:
    assert lost(other) == []


# --- committed


def sending(db: Connection, secret: bytes = OURS) -> int:
    id = outbox.enqueue(db, outbox.Outgoing(contacts.contact_for(db, AWA, 0), "oui", "plugin:answers"), 0)
    outbox.mark_sending(db, id, 1, secret, 0)
    return id


def recover(db: Connection, *rows: SecretRow, resend: bool = False) -> recovery.Recovered:
    """All of it, in pages of one."""
    pages = [recovery.judge_page(db, [row], SESSION, 10_000, resend=resend) for row in rows]
    pages.append(recovery.judge_rest(db, SESSION, 10_000, intact=True, resend=resend))
    return recovery.Recovered(
        tuple(fate for page in pages for fate in page.fates), tuple(id for page in pages for id in page.lost)
    )


def states(db: Connection) -> list[str]:
    return [row.state for row in history.messages(db)]


def test_message_that_never_left_is_sent_first(db: Connection) -> None:
    first, second = sending(db), sending(db, b"2" * 32)
    outbox.enqueue(db, outbox.Outgoing(contacts.contact_for(db, AWA, 0), "après", "plugin:answers"), 0)
    outbox.mark_uncertain(db, second, "no acknowledgement", 0)
    recover(db)
    assert states(db) == ["queued"] * 3
    assert [waiting.id for waiting in snapshot(db, 0).waiting] == [first]


def test_uncertain_message_is_found_by_a_later_receipt(db: Connection) -> None:
    id = sending(db)
    assert recover(db, OWN_ROW).fates == (Fate(id, "uncertain", "W"),)
    assert states(db) == ["uncertain"]
    assert "may have arrived or not" in (stored(db, id).error or "")
    assert recover(db, OWN_ROW) == recovery.Recovered((), ()), "decided once"
    record(db, receipt("read", "W"))
    assert states(db) == ["read"]


PROOFS = pytest.mark.parametrize(
    ("kind", "by", "state"),
    [
        ("delivered", AWA, "delivered"),
        ("read", AWA, "read"),
        # They have it and cannot read it.
        ("retry", AWA, "sent"),
        ("other", AWA, "sent"),
        # The phone has its own copy.
        ("delivered", Address(OWN.number), "sent"),
        ("other", Address(OWN.number), "sent"),
        ("retry", Address(OWN.number), "sent"),
        ("other", Address(lid=OWN.lid), "sent"),
    ],
    ids=str,
)


@PROOFS
def test_receipt_that_came_before_the_crash(db: Connection, kind: ReceiptKind, by: Address, state: str) -> None:
    sending(db)
    record(db, receipt(kind, "W", by=by))
    recover(db, OWN_ROW)
    assert states(db) == [state]
    assert "uncertain" not in [event.kind for event in event_log.page(db, 0)]


@PROOFS
def test_receipt_that_comes_after_the_crash(db: Connection, kind: ReceiptKind, by: Address, state: str) -> None:
    sending(db)
    recover(db, OWN_ROW)
    record(db, receipt(kind, "W", by=by))
    assert states(db) == [state]


def test_receipt_for_another_message_proves_nothing(db: Connection) -> None:
    sending(db)
    record(db, receipt("delivered", "V"))
    recover(db, OWN_ROW)
    assert states(db) == ["uncertain"]


def test_no_trace_in_an_older_copy_holds_the_message_unless_the_tenant_would_rather_repeat_it(db: Connection) -> None:
    id = sending(db)
    recovery.judge_rest(db, SESSION, 10_000, intact=False, resend=False)
    assert states(db) == ["uncertain"]
    assert snapshot(db, 10_000).waiting == ()
    recovery.judge_rest(db, SESSION, 20_000, intact=False, resend=True)
    [waiting] = snapshot(db, 20_000 + outbox.RESEND_AFTER, resend_uncertain=True).waiting
    assert waiting.id == id


def test_what_an_older_copy_could_not_tell_no_later_worker_takes_for_unsent(db: Connection) -> None:
    sending(db)
    for _ in range(2):
        recovery.judge_rest(db, SESSION, 10_000, intact=False, resend=False)
        recovery.judge_rest(db, SESSION, 20_000, intact=True, resend=False)
    assert states(db) == ["uncertain"]
    assert snapshot(db, 30_000).waiting == ()


def test_uncertain_message_is_repeated_only_where_the_tenant_wants_it(db: Connection) -> None:
    id = sending(db)
    recover(db, OWN_ROW, resend=True)
    assert states(db) == ["uncertain"]
    [waiting] = snapshot(db, 10_000, resend_uncertain=True).waiting
    assert (waiting.id, waiting.not_before) == (id, 10_000 + outbox.RESEND_AFTER)


def test_uncertain_message_is_not_repeated_for_ever(db: Connection) -> None:
    sending(db)
    db.execute("UPDATE outbox SET attempts = ?", (outbox.MAX_ATTEMPTS,))
    recover(db, OWN_ROW, resend=True)
    assert states(db) == ["uncertain"]
    assert snapshot(db, 10_000, resend_uncertain=True).waiting == ()


def test_answer_that_never_left_is_not_sent_once_the_owner_answered(db: Connection) -> None:
    id = sending(db)
    record(db, heard("O", by_owner=True))
    recover(db)
    assert states(db) == ["failed", "sent"]
    assert stored(db, id).error == withdrawing.BY_HAND


def test_lost_mail_is_shown_and_told_once(db: Connection) -> None:
    record(db, heard("KNOWN"))
    record_event(db, HistoryReceived(("OLD",)), Arrival(1, 0))
    rows = [
        row("221770000001@s.whatsapp.net", "KNOWN"), row("221770000002@s.whatsapp.net", "OLD"),
        row("221770000002@s.whatsapp.net", "LOST"), OWN_ROW,
    ]  # fmt: skip
    sending(db)
    recovered = recover(db, *rows)
    assert recover(db, *rows).lost == ()
    shown = [message for message in history.messages(db) if message.state == "lost"]
    assert [(message.id, message.chat) for message in shown] == [(recovered.lost[0], MOUSSA.number)]
    events = [event for event in event_log.page(db, 0) if event.kind == "lost_unread"]
    assert [(event.message, event.chat) for event in events] == [(recovered.lost[0], MOUSSA.number)]


def test_lost_message_that_comes_after_all_is_done(db: Connection) -> None:
    recovered = recover(db, row("221770000001@s.whatsapp.net", "X"))
    again = record(db, heard("X", text="me revoilà"))
    assert (again.message, again.inbox) == (recovered.lost[0], True)
    assert states(db) == ["received"]


def test_lost_message_that_is_edited_has_come_when_it_was_edited(db: Connection) -> None:
    (id,) = recover(db, row("221770000001@s.whatsapp.net")).lost
    edit = replace(heard("E", text="deux poulets"), kind="edit", target="X", content=Edit(None), time=7_000)
    record(db, edit)
    assert (stored(db, id).state, stored(db, id).time) == ("received", 7_000)
    (due,) = inbox.due(db, contacts.contact_for(db, AWA, 0))
    assert (due.id, due.server_time) == (id, 7_000), "whoever walks it asks when it came"

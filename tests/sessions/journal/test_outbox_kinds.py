"""The outbox's rows of every kind: queued once, sent again as they were, and what they do to the messages meant."""

from collections.abc import Callable
from typing import Any

import pytest
from journal_rig import AWA, AWA_BOTH, MOUSSA, OWN, heard, message, receipt, record, stored

from comptoir.plugins.api import Card, Cards, Deletion, Edit, Place, Poll, Reaction
from comptoir.sessions.events import Address
from comptoir.sessions.journal import contacts, event_log, outbox, postponing, references, revising, withdrawing
from comptoir.sessions.journal.database import Connection
from comptoir.sessions.journal.details import Content
from comptoir.sessions.journal.outbox import ClientKeyReused, Outgoing, TargetGone, TargetUnknown
from comptoir.sessions.journal.queued import QueuedMessage

PLACE, POLL = Place(14.5, -17.25, "Chez Awa"), Poll("Où ?", ("ici", "là"))
CARDS = Cards((Card("Awa", "BEGIN:VCARD"),))


def queue(db: Connection, text: str = "", to: Address = AWA_BOTH, **more: Any) -> int:
    return outbox.enqueue(db, Outgoing(contacts.contact_for(db, to, 0), text, "operator", **more), 0)


def sending(db: Connection, id: int, secret: bytes = bytes(32)) -> QueuedMessage:
    queued = outbox.mark_sending(db, id, 1, secret, 0)
    assert queued is not None
    return queued


def send(db: Connection, id: int, whatsapp_id: str, at: int = 500) -> None:
    sending(db, id)
    outbox.mark_sent(db, id, whatsapp_id, at, 0)


@pytest.mark.parametrize(
    ("kind", "text", "content"),
    [("location", "", PLACE), ("poll", "Où ?", POLL), ("contact", "", CARDS), ("text", "oui", None)],
)
def test_what_is_queued_is_what_the_sender_gets(db: Connection, kind: str, text: str, content: Content | None) -> None:
    id = queue(db, text if content is None else "", content=content)
    assert (stored(db, id).kind, stored(db, id).text) == (kind, text)
    queued = sending(db, id)
    assert (queued.body.kind, queued.body.text, queued.body.content) == (kind, text, content)
    assert (queued.address, queued.target, queued.quote, queued.expires_in) == (AWA_BOTH, None, None, 0)


def test_it_is_sent_again_as_it_was(db: Connection) -> None:
    """Refused, left uncertain, or found unsent after a crash: what it holds and quotes is not lost."""
    asked = message(record(db, heard("A", AWA_BOTH)))
    id = queue(db, content=PLACE, quote=asked)
    first = sending(db, id)
    ways: list[Callable[[], None]] = [
        lambda: postponing.retry_later(db, id, "offline", 0),
        lambda: outbox.mark_uncertain(db, id, "no answer", 0, 1),
        lambda: withdrawing.requeue(db, id, 0),
    ]
    for attempt, again in enumerate(ways, start=2):
        again()
        later = sending(db, id)
        assert (later.body, later.quote, later.attempts) == (first.body, first.quote, attempt)


def test_polls_secret_is_that_of_its_last_attempt(db: Connection) -> None:
    id = queue(db, content=POLL)
    sending(db, id, b"1" * 32)
    postponing.retry_later(db, id, "offline", 0)
    sending(db, id, b"2" * 32)
    details = references.details_in(db, id)
    assert (details.content, details.secret) == (POLL, b"2" * 32)
    assert stored(db, id).more == {"poll": {"question": "Où ?", "options": ["ici", "là"], "choices": 1}}
    other = queue(db, content=PLACE)
    sending(db, other, b"3" * 32)
    assert references.details_in(db, other).secret == b""


@pytest.mark.parametrize("content", [PLACE, POLL, CARDS, None])
def test_client_key_covers_what_is_sent(db: Connection, content: Content | None) -> None:
    text = "oui" if content is None else ""
    id = queue(db, text, content=content, client_key="k")
    send(db, id, "W")
    assert queue(db, text, content=content, client_key="k") == id
    for other in (Place(1, 2), Poll("Quand ?", ("midi", "soir")), None):
        with pytest.raises(ClientKeyReused):
            queue(db, "non" if other is None else "", content=other, client_key="k")
    with pytest.raises(ClientKeyReused):
        queue(db, text, content=content, client_key="k", quote=id)


def test_client_key_of_what_was_edited_since(db: Connection) -> None:
    id = queue(db, "à 9 h", client_key="k")
    send(db, id, "W")
    send(db, queue(db, "à 10 h", content=Edit(id)), "E")
    assert queue(db, "à 9 h", client_key="k") == id, "the call is repeated as it was"
    send(db, queue(db, content=Deletion(id)), "D")
    assert queue(db, "à 9 h", client_key="k") == id
    with pytest.raises(ClientKeyReused):
        queue(db, client_key="k", content=PLACE)


def test_quotes_and_targets_as_whatsapp_knows_them(db: Connection) -> None:
    asked = message(record(db, heard("A", AWA_BOTH, "la robe ?")))
    sent = queue(db, "laquelle ?", quote=asked)
    quote = sending(db, sent).quote
    assert quote is not None
    assert (quote.whatsapp_id, quote.ours, quote.author, quote.raw) == ("A", False, AWA_BOTH, b"raw")
    assert quote.body.text == "la robe ?"
    outbox.mark_sent(db, sent, "W", 500, 0)
    target = sending(db, queue(db, content=Reaction(sent, "👍"))).target
    assert target is not None
    assert (target.whatsapp_id, target.ours, target.author, target.raw) == ("W", True, OWN, b"")


def test_chats_timer_goes_along(db: Connection) -> None:
    contacts.set_timer(db, contacts.contact_for(db, AWA, 0), 86_400, 7_000)
    queued = sending(db, queue(db, "oui"))
    assert (queued.expires_in, queued.expires_since) == (86_400, 7_000)
    assert sending(db, queue(db, "oui", MOUSSA)).expires_in == 0


def test_edit_and_deletion_change_the_message_once_they_have_left(db: Connection) -> None:
    sent = queue(db, "à 9 h")
    send(db, sent, "W")
    edit = queue(db, "à 10 h", content=Edit(sent))
    sending(db, edit)
    assert stored(db, sent).text == "à 9 h"
    outbox.mark_sent(db, edit, "E", 600, 0)
    assert (stored(db, sent).text, stored(db, sent).more) == ("à 10 h", {"edited": True})
    assert (stored(db, edit).kind, stored(db, edit).text, stored(db, edit).more) == ("edit", "à 10 h", {"target": sent})
    deletion = queue(db, content=Deletion(sent))
    outbox.mark_failed(db, deletion, "offline", 0)
    assert stored(db, sent).text == "à 10 h"
    send(db, queue(db, content=Deletion(sent)), "D", 700)
    assert (stored(db, sent).text, stored(db, sent).state, stored(db, sent).more) == ("", "sent", {"deleted": True})
    assert stored(db, edit).text == "", "nor does the edit keep it"


@pytest.mark.parametrize("content", [Edit, Deletion])
def test_receipt_shows_that_an_edit_or_deletion_has_left(db: Connection, content: Callable[[int], Content]) -> None:
    """Its end was never learnt, as after a crash."""
    sent = queue(db, "à 9 h")
    send(db, sent, "W")
    change = queue(db, "à 10 h" if content is Edit else "", content=content(sent))
    sending(db, change)
    outbox.mark_uncertain(db, change, "no answer", 0)
    db.execute("UPDATE messages SET whatsapp_id = 'E' WHERE id = ?", (change,))
    record(db, receipt("delivered", "E", by=AWA_BOTH))
    assert stored(db, sent).text == ("à 10 h" if content is Edit else "")
    changed = [event for event in event_log.page(db, 0) if event.kind in ("edited", "deleted")]
    record(db, receipt("read", "E", by=AWA_BOTH))
    assert [event for event in event_log.page(db, 0) if event.kind in ("edited", "deleted")] == changed


def test_what_has_not_left_yet_goes_first(db: Connection) -> None:
    """An edit waits behind its message in the same chat; should that fail, the edit has nothing to be about."""
    waiting = queue(db, "à 9 h")
    edit = queue(db, "à 10 h", content=Edit(waiting))
    outbox.mark_failed(db, waiting, "blocked", 0)
    assert sending(db, edit).target is None


@pytest.mark.parametrize("make", [Edit, Deletion])
def test_only_ours_is_edited_or_deleted(db: Connection, make: Callable[[int], Content]) -> None:
    theirs = message(record(db, heard("A", AWA_BOTH)))
    with pytest.raises(TargetUnknown, match="not ours"):
        queue(db, "x", content=make(theirs))


def test_what_is_about_a_message_of_another_chat_is_refused(db: Connection) -> None:
    theirs = message(record(db, heard("A", AWA_BOTH)))
    failed = queue(db, "jamais")
    outbox.mark_failed(db, failed, "blocked", 0)
    for more in ({"quote": theirs, "to": MOUSSA}, {"content": Reaction(999, "👍")}, {"content": Edit(failed)}):
        with pytest.raises(TargetUnknown):
            queue(db, "x", **more)


@pytest.mark.parametrize("ours", [True, False])
def test_nothing_is_done_to_what_was_taken_back(db: Connection, ours: bool) -> None:
    """An app shows neither the change nor the quoted words: the shop would take for said what nobody can see."""
    target = queue(db, "à 9 h", client_key="k") if ours else message(record(db, heard("A", AWA_BOTH)))
    if ours:
        send(db, target, "W")
        deletion = queue(db, content=Deletion(target), client_key="gone")
        send(db, deletion, "D")
        assert queue(db, content=Deletion(target), client_key="gone") == deletion, "the call is repeated as it was"
    else:
        assert revising.erase(db, target, 0)
    more: list[dict[str, Any]] = [{"content": Reaction(target, "👍")}, {"quote": target}]
    if ours:
        more += [{"content": Edit(target)}, {"content": Deletion(target)}]
    for about in more:
        with pytest.raises(TargetGone, match="was taken back"):
            queue(db, "x", **about)

import os
from pathlib import Path

import pytest
from journal_rig import AWA, MOUSSA, heard, message, open_new, record

from comptoir.plugins.api import ReceivedFile
from comptoir.sessions.journal import contacts, fetches, inbox, media, outbox, quota, transcriptions, uploads, waiting
from comptoir.sessions.journal.database import Connection
from comptoir.sessions.journal.media import TakenFile, Uploaded

NOW = 1_000_000
DAY = 24 * 3600 * 1000
UPLOADED = Uploaded("https://x", "/v/x?", b"k" * 32, b"h" * 32, b"e" * 32, 300)


@pytest.fixture
def db(tmp_path: Path) -> Connection:
    return open_new(tmp_path / "tenant.db")


def picture(db: Connection, whatsapp_id: str = "A1", chat=AWA) -> int:
    id = message(record(db, heard(whatsapp_id, chat)))
    media.want(db, id, ReceivedFile("image/jpeg", 300, "x.jpg"), NOW)
    return id


def kept(db: Connection, whatsapp_id: str, file: str, size: int = 300, now: int = NOW, *, done: bool = True) -> int:
    id = picture(db, whatsapp_id)
    fetches.mark_kept(db, id, file, size, now)
    if done:
        inbox.finish(db, [id], "done", now)
    return id


def file_out(db: Connection, chat=AWA, file: str = "f1", kind: str = "image") -> int:
    contact = contacts.contact_for(db, chat, NOW)
    id = outbox.enqueue(db, outbox.Outgoing(contact, "", "operator", kind=kind), NOW)
    media.attach(db, id, TakenFile(file, kind, "image/jpeg", 300), NOW)
    return id


def due(db: Connection) -> list[int]:
    return [row.id for chat in inbox.next_chats(db) for row in inbox.due(db, chat)]


def ready(db: Connection) -> list[int]:
    return [row.id for row in waiting.snapshot(db, NOW).waiting]


# --- what waits for what


def test_a_message_waits_for_its_file_and_what_came_behind_it_waits_too(db: Connection) -> None:
    before = message(record(db, heard("A0")))
    first, behind = picture(db), message(record(db, heard("A2")))
    other = message(record(db, heard("B1", MOUSSA)))
    assert due(db) == [before, other]
    inbox.finish(db, [before], "done", NOW)
    # A chat in which nothing may go on is none to look after.
    assert inbox.next_chats(db) == [contacts.find_address(db, MOUSSA)]
    fetches.mark_kept(db, first, "f1", 300, NOW)
    assert due(db) == [first, behind, other]


@pytest.mark.parametrize(
    "ending",
    [
        lambda db, id: fetches.mark_failed(db, id, "failed", "gone", NOW),
        lambda db, id: fetches.give_up_for_now(db, id, NOW),
        media.erase,
    ],
)
def test_whatever_becomes_of_a_file_its_message_goes_on(db: Connection, ending) -> None:
    id = picture(db)
    assert due(db) == []
    ending(db, id)
    assert due(db) == [id]


def test_a_message_whose_file_is_not_uploaded_bars_only_its_own_chat(db: Connection) -> None:
    first = file_out(db)
    contact = contacts.contact_for(db, AWA, NOW)
    behind = outbox.enqueue(db, outbox.Outgoing(contact, "text", "operator"), NOW)
    other = outbox.enqueue(db, outbox.Outgoing(contacts.contact_for(db, MOUSSA, NOW), "text", "operator"), NOW)
    assert ready(db) == [other]
    (wanted,) = uploads.to_upload(db, NOW, (), 5)
    uploads.mark_uploaded(db, wanted, UPLOADED, NOW)
    assert ready(db) == [first, other]
    row = media.row(db, first)
    assert row is not None
    assert row.uploaded == UPLOADED
    assert behind not in ready(db)


def test_an_upload_serves_the_same_file_of_the_same_kind_for_a_while(db: Connection) -> None:
    file_out(db)
    uploads.mark_uploaded(db, uploads.to_upload(db, NOW, (), 5)[0], UPLOADED, NOW)
    sticker, document = file_out(db, MOUSSA, kind="sticker"), file_out(db, MOUSSA, kind="document")
    found = {row.message: (row.kind, row.uploaded_at) for row in uploads.to_upload(db, NOW, (), 5)}
    assert found == {sticker: ("image", NOW), document: ("document", None)}


def test_what_waited_too_long_since_its_upload_is_uploaded_again(db: Connection) -> None:
    id = file_out(db)
    uploads.mark_uploaded(db, uploads.to_upload(db, NOW, (), 5)[0], UPLOADED, NOW)
    assert not uploads.has_expired(db, NOW)
    assert uploads.has_expired(db, NOW + 1)
    uploads.hold_expired(db, NOW + 1)
    assert ready(db) == []
    assert [row.message for row in uploads.to_upload(db, NOW, (), 5)] == [id]


def test_files_for_which_nobody_waits_come_last(db: Connection) -> None:
    first, second = picture(db, "A1"), picture(db, "A2")
    fetches.give_up_for_now(db, first, NOW)
    assert [row.message for row in fetches.wanted(db, NOW, (), 5)] == [second, first]
    assert [row.message for row in fetches.wanted(db, NOW, {second}, 1)] == [first]
    fetches.fetch_later(db, first, "server: 500", NOW + 10)
    assert [row.message for row in fetches.wanted(db, NOW, (), 5)] == [second]
    assert fetches.next_due(db, NOW) == NOW + 10


# --- room


def test_the_oldest_go_that_nobody_waits_for(db: Connection) -> None:
    pinned = kept(db, "A1", "f1", now=NOW, done=False)
    kept(db, "A2", "f2", now=NOW + 1)
    kept(db, "A3", "f3", now=NOW + 2)
    kept(db, "A4", "f2", now=NOW + 3)  # the same again: it is no longer the oldest
    assert quota.used(db) == 900
    assert quota.make_room(db, 900, NOW) == []
    assert quota.make_room(db, 899, NOW) == ["f3"]
    assert quota.make_room(db, 100, NOW) == ["f2"]
    assert quota.pinned(db) == quota.used(db) == 300
    row = media.row(db, pinned)
    assert row is not None
    assert row.state == "kept"


def test_a_file_that_waits_to_be_sent_stays(db: Connection) -> None:
    id = file_out(db, file="f9")
    assert quota.make_room(db, 0, NOW) == []
    outbox.mark_failed(db, id, "no", NOW)
    assert quota.make_room(db, 0, NOW) == ["f9"]


def test_a_recording_that_is_to_be_put_into_words_stays_until_it_is(db: Connection) -> None:
    id = kept(db, "A1", "f1", now=NOW)
    transcriptions.queue(db, "clerk", 1, id, NOW)
    assert quota.make_room(db, 0, NOW) == []
    transcriptions.succeed(db, (id, "clerk"), "deux poulets", NOW)
    assert quota.make_room(db, 0, NOW) == ["f1"]


def test_a_file_without_a_message_goes_after_a_while_and_at_once_when_its_last_message_was_deleted(
    db: Connection,
) -> None:
    media.note_file(db, "loose", 10, NOW)
    first, second = kept(db, "A1", "shared"), kept(db, "A2", "shared")
    assert quota.forget_unreferenced(db, NOW + quota.UNREFERENCED_KEPT) == []
    media.erase(db, first)
    assert quota.forget_unreferenced(db, NOW) == []
    media.erase(db, second)
    assert quota.is_untidy(db, 10_000, NOW)
    assert quota.forget_unreferenced(db, NOW) == ["shared"]
    assert quota.forget_unreferenced(db, NOW + quota.UNREFERENCED_KEPT + 1) == ["loose"]
    assert not quota.is_untidy(db, 10_000, NOW + DAY)


def test_a_start_forgets_what_is_missing_and_finds_what_nobody_knows(db: Connection) -> None:
    here, missing = kept(db, "A1", "here"), kept(db, "A2", "missing")
    assert quota.reconcile(db, {"here", "unknown"}) == {"unknown"}
    states = [row.state for row in (media.row(db, here), media.row(db, missing)) if row]
    assert states == ["kept", "dropped"]


def test_what_is_shown_of_a_file(db: Connection) -> None:
    row = media.row(db, kept(db, "A1", "f1"))
    assert row is not None
    assert row.as_json() == {"mime": "image/jpeg", "name": "x.jpg", "size": 300, "state": "kept", "error": None}
    assert media.row(db, message(record(db, heard("A7")))) is None


def test_a_reference_survives_the_journal() -> None:
    uploaded = Uploaded("https://x", "/v/x?y", os.urandom(32), os.urandom(32), os.urandom(32), 7)
    assert Uploaded.parse(uploaded.as_reference()) == uploaded

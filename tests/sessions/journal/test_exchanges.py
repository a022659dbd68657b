"""What two sides said in a chat, read for the rule that tells bots."""

from dataclasses import replace

from journal_rig import MOUSSA, heard, message, record

from comptoir.plugins.api import FileKind, ReceivedFile
from comptoir.sessions.bots import WINDOW, Said
from comptoir.sessions.journal import outbox
from comptoir.sessions.journal.database import Connection
from comptoir.sessions.journal.exchanges import exchange
from comptoir.sessions.journal.outbox import Outgoing


def say(db: Connection, contact: int, text: str, now: int, *, author: str = "plugin:answers", sent_at: int = 0) -> None:
    id = outbox.enqueue(db, Outgoing(contact, text, author), now)
    if sent_at:
        outbox.mark_sending(db, id, 1, b"", sent_at)


def picture(db: Connection, id: str, size: int, now: int, *, kind: FileKind = "image", caption: str = "") -> int:
    event = replace(heard(id, text=caption), kind=kind, content=ReceivedFile("image/webp", size))
    return message(record(db, event, now))


def test_both_sides_in_the_order_in_which_it_was_said(db: Connection) -> None:
    first = record(db, heard("A", text="un"), 1_000)
    contact = first.contact or 0
    record(db, heard("X", MOUSSA, text="autre"), 1_500)
    say(db, contact, "réponse", 2_000, sent_at=5_000)
    record(db, heard("B", text="deux"), 3_000)
    say(db, contact, "pas encore partie", 5_500)
    last = message(record(db, heard("C", text="trois"), 6_000))
    record(db, heard("D", text="quatre"), 7_000)
    assert exchange(db, contact, last, 8_000) == [
        Said(False, "un", 1_000),
        Said(False, "deux", 3_000),
        Said(True, "réponse", 5_000),
        Said(False, "trois", 6_000),
    ]


def test_nothing_from_before_a_person_of_ours_wrote_or_from_long_ago(db: Connection) -> None:
    contact = record(db, heard("A", text="un"), 1_000).contact or 0
    say(db, contact, "bonjour, c'est Fatou", 2_000, author="operator", sent_at=2_000)
    last = message(record(db, heard("B", text="deux"), 3_000))
    assert [said.text for said in exchange(db, contact, last, 3_000)] == ["deux"]
    assert exchange(db, contact, last, 3_000 + WINDOW) == []


def test_one_file_is_one_word_and_a_sticker_is_none(db: Connection) -> None:
    picture(db, "A", 1_000, 1)
    picture(db, "B", 1_000, 2)
    picture(db, "C", 2_000, 3)
    picture(db, "D", 1_000, 4, caption="celle-ci ?")
    last = picture(db, "E", 1_000, 5, kind="sticker")
    contact = record(db, heard("F")).contact or 0
    one, same, other, asked, sticker = (said.text for said in exchange(db, contact, last, 6))
    assert one == same
    assert len({one, other, asked, sticker}) == 4
    assert sticker == ""

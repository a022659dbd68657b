"""What the flood rule is told of a chat."""

from dataclasses import replace

from journal_rig import AWA, MOUSSA, heard, message, record

from comptoir.plugins.walking.state import Slot
from comptoir.sessions.events import Address, Unreadable
from comptoir.sessions.flood import Limit
from comptoir.sessions.journal import state
from comptoir.sessions.journal.database import Connection
from comptoir.sessions.journal.flooding import KEY, NAME, flooded_chats, flooding, kept
from comptoir.sessions.journal.recording import Recorded

NOW = 10_000_000
THREE = Limit(3)


def hear(
    db: Connection, id: str, time: int = NOW, *, chat: Address = AWA, kind: str = "text", **more: object
) -> Recorded:
    """Written at `time`; all come here at the same moment."""
    event = replace(heard(id, chat), time=time, kind=kind)
    return record(db, replace(event, **more), NOW + 1_000)  # type: ignore[arg-type]  # any field of the event


def is_beyond(db: Connection, recorded: Recorded, limit: Limit = THREE) -> bool:
    return flooding(db, recorded.contact or 0, message(recorded), limit, NOW + 2_000) is not None


def test_what_the_customer_wrote_counts_and_nothing_else(db: Connection) -> None:
    hear(db, "A")
    hear(db, "B", chat=MOUSSA)
    hear(db, "O", from_me=True)
    record(db, Unreadable("U", AWA, "person", NOW), NOW)
    hear(db, "E", kind="edit", target="A")
    hear(db, "D", kind="deletion", target="A")
    hear(db, "C")
    third = hear(db, "F", kind="image")
    assert not is_beyond(db, third)
    assert is_beyond(db, hear(db, "G", kind="reaction"))
    assert not is_beyond(db, third), "by what came up to it"


def test_the_times_are_the_servers(db: Connection) -> None:
    last = [hear(db, f"M{number}", NOW - 30_000 * (9 - number)) for number in range(10)][-1]
    assert not is_beyond(db, last)
    assert is_beyond(db, hear(db, "N", NOW), Limit(2))


def test_only_plain_texts_of_people_are_joined(db: Connection) -> None:
    joined = Limit(3, 3_000)
    texts = [hear(db, f"T{number}") for number in range(30)]
    assert not any(is_beyond(db, text, joined) for text in texts)
    assert is_beyond(db, hear(db, "I", kind="image"), joined)
    for number in range(4):
        last = hear(db, f"A{number}", chat=MOUSSA, automatic=True)
    assert is_beyond(db, last, joined)


def test_what_is_kept_comes_back(db: Connection) -> None:
    for number in range(4):
        last = hear(db, f"M{number}")
    contact = last.contact or 0
    first = flooding(db, contact, message(last), THREE, NOW)
    assert first is not None
    assert first.begins
    state.put(db, Slot(NAME, contact, KEY), kept(first.after))
    again = flooding(db, contact, message(last), THREE, NOW)
    assert again is not None
    assert (again.begins, again.says, again.tells) == (False, False, False)
    assert flooded_chats(db, NOW + 59_999) == [str(AWA)]
    assert flooded_chats(db, NOW + 60_000) == []


def test_a_chat_of_which_nothing_is_known(db: Connection) -> None:
    assert flooding(db, 7, 7, THREE, NOW) is None
